//! E0 with real networks: the same data, trained by gradient descent from one start.

use super::{Options as E0Options, Ranking};
use crate::experiments::Error;
use crate::experiments::nets::{Descend, Nets, Outputs, mean_squared_error};
use crate::experiments::prepared::Prepared;
use crate::experiments::ranking::Errors;
use crate::inner::{Descent, Stop, TangentKernel};
use crate::kernel::Mixing;
use crate::report::Progress;
use crate::seed::Seed;
use crate::stats::spearman;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tape::Tape;

/// Sizes and constants of the network half.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Number of seeds, the first ones of the kernel half; 0 leaves networks out.
    pub seeds: usize,
    /// Pairs of neurons: half the width.
    pub pairs: usize,
    /// Random architectures, the first ones of the kernel half.
    pub architectures: usize,
    /// The step is this over λ_max of the network's own tangent kernel at the start.
    pub step: f64,
    /// Gradient descent stops at this training error ...
    pub goal: f64,
    /// ... or after so many steps.
    pub limit: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { seeds: 3, pairs: 512, architectures: 12, step: 0.7, goal: 1e-4, limit: 5000 }
    }
}

/// How closely the largest eigenvalue is found: far closer than the margin 1 − 0.7/2 of the step needs.
const EIGENVALUE_TOLERANCE: f64 = 1e-6;

/// What one seed measured.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// The networks.
    pub ranking: Ranking,
    /// (validation error, test error) of each of them.
    pub errors: Vec<[f64; 2]>,
    /// Rank correlation of the validation errors of the networks with those of the infinite kernel after the same steps.
    pub net_kernel: f64,
    /// Fewest and most steps of gradient descent.
    pub steps: (usize, usize),
    /// Networks whose loss did not stay finite.
    pub diverged: usize,
}

/// Everything that was recorded and compiled, once for all seeds and architectures.
pub(super) struct Programs {
    nets: Nets,
    tangent: TangentKernel,
    on_validation: Outputs,
    on_test: Outputs,
}

/// One trained network, and the kernel after the same steps.
struct Trained {
    descent: Descent,
    train: f64,
    validation: f64,
    test: f64,
    kernel_validation: f64,
}

/// How often [`measure`] advances its [`Progress`].
pub fn progress_steps(options: &E0Options) -> usize {
    options.network.seeds * options.network.architectures
}

/// Trains every network, in parallel on the pool of the caller; the results do not depend on its size.
pub fn measure(options: &E0Options, seed: Seed, progress: &Progress) -> Result<Vec<Measured>, Error> {
    let programs = Programs::new(options);
    let run = |number| measure_seed(options, &programs, seed, number, progress);
    (0..options.network.seeds).into_par_iter().map(run).collect()
}

/// Trains the networks of the seed with this number.
pub(super) fn measure_seed(
    options: &E0Options,
    programs: &Programs,
    seed: Seed,
    number: usize,
    progress: &Progress,
) -> Result<Measured, Error> {
    let prepared = &options.prepare(seed, number)?;
    let start = programs.nets.network.start(prepared.seed.split("network"));
    let train = |d: Vec<f64>| {
        let trained = programs.train(&options.network, prepared, &start, &d);
        progress.advance();
        trained
    };
    let trained: Vec<Trained> =
        prepared.architectures(options.network.architectures).into_par_iter().map(train).collect();
    let column = |get: fn(&Trained) -> f64| trained.iter().map(get).collect::<Vec<f64>>();
    let errors = Errors { train: column(|t| t.train), validation: column(|t| t.validation), test: column(|t| t.test) };
    let steps = || trained.iter().map(|t| t.descent.steps);
    Ok(Measured {
        ranking: Ranking::of(&errors),
        errors: errors.pairs(),
        net_kernel: spearman(&errors.validation, &column(|t| t.kernel_validation)),
        steps: (steps().min().unwrap_or(0), steps().max().unwrap_or(0)),
        diverged: trained.iter().filter(|t| t.descent.stop == Stop::Diverged).count(),
    })
}

impl Programs {
    pub(super) fn new(options: &E0Options) -> Self {
        let (sizes, network) = (options.sizes, options.planted().network(options.network.pairs));
        let tape = Tape::new();
        let (w, alpha) = (tape.input(network.dimension, network.width()), tape.input(network.bank.len(), 1));
        let x = tape.input(sizes.train, network.dimension);
        Self {
            tangent: TangentKernel::new(network.output(x, w, alpha), w, (w, alpha, x)),
            on_validation: Outputs::new(&network, sizes.validation),
            on_test: Outputs::new(&network, sizes.test),
            nets: Nets::new(network, sizes.train),
        }
    }

    /// Trains the network of architecture d = α² from W₀.
    fn train(&self, options: &Options, prepared: &Prepared, start: &[f64], d: &[f64]) -> Trained {
        let alpha: Vec<f64> = d.iter().map(|d| d.sqrt()).collect();
        let data = &prepared.split;
        let mut stream = prepared.seed.split("power iteration").stream();
        let u = data.train.labels().iter().map(|_| StandardNormal.sample(&mut stream)).collect();
        let held: [&[f64]; 3] = [start, &alpha, data.train.features()];
        let eta = options.step / self.tangent.largest_eigenvalue(&held, u, EIGENVALUE_TOLERANCE);
        let how = Descend { eta, goal: options.goal, limit: options.limit };
        let descent = self.nets.descend(start, &alpha, &data.train, how);
        let error = |on: &Outputs, data| mean_squared_error(&on.predict(&descent.theta, &alpha, data), data);
        Trained {
            train: Nets::mean_squared_error(&descent, &data.train),
            validation: error(&self.on_validation, &data.validation),
            test: error(&self.on_test, &data.test),
            kernel_validation: kernel_validation(prepared, d, eta, descent.steps),
            descent,
        }
    }
}

/// The validation error of the infinite-width network after the same steps of the same size (science 2.7).
fn kernel_validation(prepared: &Prepared, d: &[f64], eta: f64, steps: usize) -> f64 {
    let mixing = Mixing::Weights { count: d.len() };
    let fit = prepared.model(&mixing).descend(d, eta, steps);
    fit.mean_squared_error(&prepared.validation, prepared.split.validation.y())
}
