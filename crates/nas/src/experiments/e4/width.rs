//! Networks of one width, each beside the kernel of infinite width and its own.

use super::Settings;
use crate::dense::SymmetricEigen;
use crate::experiments::Error;
use crate::experiments::nets::{Descend, Nets, Outputs, mean_squared_error};
use crate::experiments::prepared::Prepared;
use crate::experiments::ranking::{Errors, Ranking};
use crate::inner::{Descent, Stop, TangentFeatures};
use crate::kernel::{Fit, Gram, KernelModel, Mixing};
use crate::report::Progress;
use crate::stats::{largest, median, spearman};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// The step is this over the larger λ_max of the two tangent kernels at the start.
const STEP: f64 = 0.7;

/// What one seed measured at one width.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// Root mean square deviation of the network, on the validation samples, from gradient descent with the kernel of
    /// infinite width after the same steps, by architecture.
    pub from_infinite: Vec<f64>,
    /// The same from descent with the network's own tangent kernel at the start.
    pub from_own: Vec<f64>,
    /// The networks.
    pub ranking: Ranking,
    /// Largest test error over the least.
    pub span: f64,
    /// Rank correlation of the validation errors of the networks with those of the infinite kernel after the same steps.
    pub net_kernel: f64,
    /// Fewest and most steps of gradient descent.
    pub steps: (usize, usize),
    /// Networks whose loss did not stay finite.
    pub diverged: usize,
}

impl Measured {
    /// Medians over architectures of the deviations from the infinite kernel and from the own one.
    pub fn deviations(&self) -> [f64; 2] {
        [median(&self.from_infinite), median(&self.from_own)]
    }
}

/// One network beside its kernels.
struct Trained {
    descent: Descent,
    train: f64,
    validation: f64,
    test: f64,
    kernel_validation: f64,
    from_infinite: f64,
    from_own: f64,
}

/// All that the networks of one start share.
struct Start<'a> {
    prepared: &'a Prepared,
    nets: Nets,
    on_validation: Outputs,
    on_test: Outputs,
    w: Vec<f64>,
    /// The own tangent kernel at the start.
    train: Gram,
    validation: Gram,
    how: Descend,
}

/// Measures the seed with this number, width by width.
pub fn measure_seed(settings: &Settings, number: usize, progress: &Progress) -> Result<Vec<Measured>, Error> {
    settings.widths.iter().map(|&width| measure(settings, width, number, progress)).collect()
}

/// Measures one width; in parallel over architectures on the pool of the caller.
pub(super) fn measure(
    settings: &Settings,
    width: usize,
    number: usize,
    progress: &Progress,
) -> Result<Measured, Error> {
    let seed = settings.run_as.numbered("e4", number);
    let prepared = settings.problem().prepare(seed)?;
    let start = Start::new(settings, &prepared, width);
    let train = |d: Vec<f64>| {
        let trained = start.train(&d);
        progress.advance();
        trained
    };
    let architectures = prepared.architectures(settings.architectures);
    let trained: Vec<Trained> = architectures.into_par_iter().map(train).collect::<Result<_, Error>>()?;
    let column = |get: fn(&Trained) -> f64| trained.iter().map(get).collect::<Vec<f64>>();
    let errors = Errors { train: column(|t| t.train), validation: column(|t| t.validation), test: column(|t| t.test) };
    let ranking = Ranking::of(&errors);
    let steps = || trained.iter().map(|t| t.descent.steps);
    Ok(Measured {
        from_infinite: column(|t| t.from_infinite),
        from_own: column(|t| t.from_own),
        span: largest(&errors.test) / ranking.best,
        ranking,
        net_kernel: spearman(&errors.validation, &column(|t| t.kernel_validation)),
        steps: (steps().min().unwrap_or(0), steps().max().unwrap_or(0)),
        diverged: trained.iter().filter(|t| t.descent.stop == Stop::Diverged).count(),
    })
}

impl<'a> Start<'a> {
    fn new(settings: &Settings, prepared: &'a Prepared, width: usize) -> Self {
        let (problem, split) = (settings.problem(), &prepared.split);
        let network = problem.network(width / 2);
        let w = network.start(prepared.seed.split(&format!("width {width}")));
        let [train, validation] =
            [&split.train, &split.validation].map(|data| TangentFeatures::new(&network, &w, data));
        Self {
            prepared,
            on_validation: Outputs::new(&network, problem.sizes.validation),
            on_test: Outputs::new(&network, problem.sizes.test),
            nets: Nets::new(network, problem.sizes.train),
            train: train.gram(&train),
            validation: validation.gram(&train),
            w,
            how: Descend { eta: STEP, goal: settings.goal, limit: settings.steps },
        }
    }

    /// Trains the network of architecture d = α² from W₀, then follows both kernels for as many steps of the same length.
    fn train(&self, d: &[f64]) -> Result<Trained, Error> {
        let alpha: Vec<f64> = d.iter().map(|d| d.sqrt()).collect();
        let (orthogonal, full) = (Mixing::orthogonal(d.len()), Mixing::full(d.len()));
        let infinite = self.prepared.model(&orthogonal);
        let own = KernelModel { mixing: &full, train: &self.train, validation: &self.validation, ..infinite };
        let eta = self.how.eta / largest_eigenvalue(&infinite, &alpha)?.max(largest_eigenvalue(&own, &alpha)?);
        let split = &self.prepared.split;
        let descent = self.nets.descend(&self.w, &alpha, &split.train, Descend { eta, ..self.how });
        let on_validation = self.on_validation.predict(&descent.theta, &alpha, &split.validation);
        let on_test = self.on_test.predict(&descent.theta, &alpha, &split.test);
        let [by_infinite, by_own] = [infinite, own].map(|model| model.descend(&alpha, eta, descent.steps));
        Ok(Trained {
            train: Nets::mean_squared_error(&descent, &split.train),
            validation: mean_squared_error(&on_validation, &split.validation),
            test: mean_squared_error(&on_test, &split.test),
            kernel_validation: by_infinite.mean_squared_error(infinite.validation, split.validation.y()),
            from_infinite: deviation(&on_validation, &by_infinite, infinite.validation),
            from_own: deviation(&on_validation, &by_own, own.validation),
            descent,
        })
    }
}

/// λ_max(K_α)
fn largest_eigenvalue(model: &KernelModel<'_>, alpha: &[f64]) -> Result<f64, Error> {
    let k = model.train.combine(&model.mixing.weights(alpha));
    Ok(SymmetricEigen::of(k.as_ref())?.values.last().copied().unwrap_or(0.0))
}

/// The root mean square of f − f_K over the points of a Gram matrix.
fn deviation(f: &[f64], kernel: &Fit, on: &Gram) -> f64 {
    let by_kernel = kernel.predict(on);
    let squares = f.iter().zip(by_kernel.iter()).map(|(f, k)| (f - k).powi(2));
    (squares.sum::<f64>() / f.len() as f64).sqrt()
}
