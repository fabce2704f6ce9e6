//! Every split of one set of samples.

use super::Settings;
use super::planner::{Curve, Plan, plan};
use crate::data::{Dataset, QuadraticForm};
use crate::dense::NotPositiveDefinite;
use crate::experiments::{Error, two_classes};
use crate::kernel::{Fit, Gram, KernelModel, Mixing, hermite};
use crate::outer::ProjectedGradient;
use crate::search::{FirstStep, Options, search};
use crate::space::Sphere;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// Candidates: Hermite polynomials of degree 1 to 4.
const CANDIDATES: usize = 4;
/// The ridge of every fit.
const RIDGE: f64 = 1e-4;
/// Limits of a search.
const SEARCH: Options = Options { steps: 200, first: FirstStep::Distance(0.1), tolerance: 1e-6, halvings: 30 };
/// The share of the samples that the planner validates on, and the parts of the others that it fits.
const PLANNED: f64 = 0.2;
const PARTS: [f64; 6] = [0.15, 0.25, 0.4, 0.6, 0.8, 1.0];

/// Where samples come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Science 4.5.
    Planted,
    /// The embedded digits, those below 5 against the others, on the unit sphere.
    Digits,
}

/// What one seed measured.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// Test error of the architecture that each ratio chooses, fitted on its training part.
    pub risks: Vec<f64>,
    /// The planner's proposal, made without test samples: a position among the ratios.
    pub proposal: Plan,
}

/// Measures the seed with this number.
pub fn measure_seed(settings: &Settings, source: Source, number: usize) -> Result<Measured, Error> {
    let seed = settings.run_as.study("e9").split(&format!("{source:?}, seed {number}"));
    let data = match source {
        Source::Planted => {
            let problem = QuadraticForm { dimension: settings.dimension, noise: settings.noise };
            problem.generate(settings.samples + settings.n_test, seed.split("data"))
        }
        Source::Digits => two_classes::digits()?,
    };
    let mut order: Vec<usize> = (0..data.len()).collect();
    order.shuffle(&mut seed.split("order").stream());
    let (given, test) = order.split_at(settings.samples);
    let samples = Samples { given: data.select(given), test: data.select(test) };
    let risk = |&percent: &usize| samples.risk(settings.validation(percent));
    let risks = settings.percents.iter().map(risk).collect::<Result<Vec<f64>, _>>()?;
    let curve = samples.curve((PLANNED * settings.samples as f64).round() as usize)?;
    Ok(Measured { risks, proposal: plan(&curve, settings, CANDIDATES - 1) })
}

/// The samples that are split, and those that judge.
struct Samples {
    given: Dataset,
    test: Dataset,
}

/// What a search on a split chose.
struct Chosen {
    fit: Fit,
    train: Dataset,
}

impl Samples {
    /// The first `n_validation` samples validate, the others train.
    fn parts(&self, n_validation: usize) -> [Dataset; 2] {
        let pick = |range: std::ops::Range<usize>| self.given.select(&range.collect::<Vec<usize>>());
        [pick(n_validation..self.given.len()), pick(0..n_validation)]
    }

    fn choose(&self, n_validation: usize) -> Result<Chosen, NotPositiveDefinite> {
        let [train, validation] = self.parts(n_validation);
        let mixing = Mixing::orthogonal(CANDIDATES);
        let (on_train, on_validation) = (gram(&train, &train), gram(&validation, &train));
        let mut model = KernelModel {
            mixing: &mixing,
            train: &on_train,
            validation: &on_validation,
            y_train: train.y(),
            y_validation: validation.y(),
            lambda: RIDGE,
        };
        let sphere = Sphere::unit(CANDIDATES);
        let alpha = search(&mut model, &sphere, &ProjectedGradient { space: &sphere }, &SEARCH, &mut |_, _| {})?.alpha;
        let fit = model.solve(&alpha)?.fit;
        Ok(Chosen { fit, train })
    }

    fn risk(&self, n_validation: usize) -> Result<f64, NotPositiveDefinite> {
        let Chosen { fit, train } = self.choose(n_validation)?;
        Ok(fit.mean_squared_error(&gram(&self.test, &train), self.test.y()))
    }

    /// Validation errors of fits of the chosen architecture to parts of the training samples, and the spread of the losses.
    fn curve(&self, n_validation: usize) -> Result<Curve, NotPositiveDefinite> {
        let Chosen { fit, train } = self.choose(n_validation)?;
        let [_, validation] = self.parts(n_validation);
        let mut curve = Curve::default();
        for part in PARTS {
            let n = ((part * train.len() as f64).round() as usize).max(1);
            let few = train.select(&(0..n).collect::<Vec<usize>>());
            let terms = gram(&few, &few);
            let mut k = terms.combine(&fit.weights);
            (0..n).for_each(|i| k[(i, i)] += RIDGE);
            let beta = crate::dense::Cholesky::factor(k)?.solve(few.y());
            let off = gram(&validation, &few).apply(&fit.weights, beta.as_ref()) - validation.y();
            let losses: Vec<f64> = off.iter().map(|r| r * r).collect();
            curve.add(n, &losses);
        }
        Ok(curve)
    }
}

fn gram(x: &Dataset, train: &Dataset) -> Gram {
    hermite::gram(x.x(), train.x(), CANDIDATES, 1.0)
}
