//! What the theory says of the kernels of one seed: conditioning, how far predictions can move, what the validation rows certify.

use super::outcome::Outcome;
use super::problem::Model;
use super::record::WeighTheory;
use super::{By, WeighError};
use crate::kernel::{Effort, LeastEigenvalue, block_bound};
use crate::report::figure;
use crate::seed::Seed;
use crate::space::Shape;
use crate::theory::clipped::ClippedSquare;
use crate::theory::kernel::{Superposition, label_complexity};
use crate::theory::lipschitz::Lipschitz;
use crate::theory::risk::{Setting, gap};
use crate::theory::{Class, words};

/// The squared error of a row counts as no more than this in a bound.
const CLIP: ClippedSquare = ClippedSquare { bound: 4.0 };

/// The probability that a bound fails.
const DELTA: f64 = 0.05;

/// Decompositions of n × n matrices for the least eigenvalue over the space: at most so many of each kind ...
const MOST_POINTS: usize = 64;

/// ... and n³ times their number at most this.
const MOST_WORK: f64 = 2e10;

/// Blocks of up to so many rows in all are decomposed as one matrix.
const MOST_ROWS: usize = 1200;

impl Model<'_> {
    /// What the theory says at the end of a seed.
    pub(super) fn theory(&self, seed: Seed, outcome: &Outcome) -> Result<WeighTheory, WeighError> {
        let (problem, shape, h) = (self.problem(seed)?, self.settings.space, self.names.len());
        let (n, built) = (problem.train.rows(), self.space());
        let alpha = &outcome.found.alpha;
        let here = LeastEigenvalue::at(&self.mixing, &problem.train, alpha)?.value;
        let points = ((MOST_WORK / (n as f64).powi(3)) as usize).min(MOST_POINTS);
        let effort = Effort { samples: points, trials: points, ..Effort::default() };
        let estimate = LeastEigenvalue::estimate(&self.mixing, &problem.train, built.space(), effort, seed)?.value;
        let proved = self.proved(seed)?;
        let superposition = Superposition {
            feature_bound: self.feature_bound,
            mixture_bound: shape.largest_one_norm(h),
            n_train: n,
            label_norm: problem.y.norm_l2(),
            mu: outcome.lambdas[0] + proved.unwrap_or(0.0),
        };
        let class = Class::Continuous {
            space: built.space(),
            lipschitz: Lipschitz::Proved(superposition.euclidean_lipschitz(h)),
        };
        let bounds = Setting {
            class,
            loss_range: CLIP.bound,
            loss_lipschitz: CLIP.lipschitz(),
            n_validation: problem.y_validation.nrows(),
            delta: DELTA,
        };
        let bound = (self.settings.criterion == By::Validation).then(|| gap(&bounds));
        let complexity = |alpha: &[f64]| {
            label_complexity(problem.train.combine(&self.mixing.weights(alpha)), problem.y.as_ref()).ok()
        };
        let mut record = WeighTheory {
            least_eigenvalue: here,
            least_over_space: here.min(estimate),
            proved_least: proved,
            feature_bound: superposition.feature_bound,
            mixture_bound: superposition.mixture_bound,
            mu: superposition.mu,
            lipschitz: superposition.lipschitz(),
            loss_range: CLIP.bound,
            delta: DELTA,
            gap: bound.map(|bound| bound.total()),
            label_complexity: complexity(alpha),
            label_complexity_even: complexity(&shape.even(h)),
            sentences: Vec::new(),
        };
        let risk = match &bound {
            Some(bound) => format!("Of squared errors, each cut off at {}: {}", CLIP.bound, words::risk(&bounds, bound)),
            None => "No bound of the risk is certified: it needs validation rows that did not train (--criterion validation).".into(),
        };
        record.sentences = vec![
            eigenvalue(&record, n),
            over_space(&record, shape),
            words::superposition(&superposition),
            risk,
            complexities(&record),
        ];
        Ok(record)
    }

    /// A lower bound of λ_min(K_α) over the space, where there is one: 0 where α may be 0, else by all blocks, if they are few.
    fn proved(&self, seed: Seed) -> Result<Option<f64>, WeighError> {
        let (h, least) = (self.names.len(), self.settings.space.least_norm(self.names.len()));
        if least == 0.0 {
            return Ok(Some(0.0));
        }
        let x = self.train_points(seed)?;
        if h * x.nrows() > MOST_ROWS {
            return Ok(None);
        }
        let bound = block_bound(&self.ntk.cross_kernels(x.as_ref(), x.as_ref()))?;
        // Rounding of a matrix of h n rows may leave more above zero than there is.
        let rounding = f64::EPSILON * (h * x.nrows()) as f64 * (h as f64) * self.feature_bound * x.nrows() as f64;
        Ok(Some((bound - rounding).max(0.0) * least * least))
    }
}

fn is_zero(value: f64, n: usize) -> bool {
    value <= f64::EPSILON * (n as f64).powi(2)
}

fn eigenvalue(record: &WeighTheory, n: usize) -> String {
    let value = record.least_eigenvalue;
    if is_zero(value, n) {
        return format!(
            "The kernel of the found mixture is singular on the training rows (least eigenvalue {}): without a ridge it does not fit \
             every labelling.",
            figure(value)
        );
    }
    format!(
        "The least eigenvalue of the found mixture's kernel on the training rows is {}: above 0, so that without a ridge it fits any \
         labels exactly, and the training error alone says nothing.",
        figure(value)
    )
}

fn over_space(record: &WeighTheory, shape: Shape) -> String {
    let seen = figure(record.least_over_space);
    let proved = match record.proved_least {
        Some(0.0) if !shape.is_surface() => {
            "it is 0, since the space contains the mixture without a candidate".to_owned()
        }
        Some(least) => format!("at least {} is proved", figure(least)),
        None => "no lower bound was computed, for there are too many rows (fewer --rows or candidates)".to_owned(),
    };
    format!("Over the space {shape} the least that was seen is {seen}, an estimate from above (lambda_0); {proved}.")
}

fn complexities(record: &WeighTheory) -> String {
    match (record.label_complexity, record.label_complexity_even) {
        (Some(found), Some(even)) => format!(
            "How badly the kernel suits the training labels (y' K^-1 y at trace n): {} at the found mixture, {} with all candidates in \
             equal parts; less is better.",
            figure(found),
            figure(even)
        ),
        _ => "How badly the kernel suits the labels (y' K^-1 y) has no value: it is singular.".to_owned(),
    }
}
