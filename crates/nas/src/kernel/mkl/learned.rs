//! A model with learned weights, on the kernels as they were given.

use super::normalised::centred;
use super::{Method, MklError, Normalised, weights};
use crate::kernel::validation::Criterion;
use crate::kernel::{Fit, Gram, Ridge};
use faer::{Col, ColRef};

/// f(z) = Σ_m w_m k_m(z)ᵀ β + b.
#[derive(Clone, Debug)]
pub struct Learned {
    /// Weights d of the normalised kernels, to be compared with each other.
    pub normalised: Vec<f64>,
    /// Weights w of the given kernels, and β.
    pub fit: Fit,
    /// The intercept b.
    pub intercept: f64,
}

/// Learns weights and fits ridge regression with an intercept that is not penalised: what ridge regression on centred kernels
/// and labels is, since its β has sum 0. λ > 0 is relative to kernels of trace n.
///
/// # Panics
/// When sizes do not fit.
pub fn learn(method: &Method<'_>, train: &Gram, y: ColRef<'_, f64>, lambda: f64) -> Result<Learned, MklError> {
    assert_eq!(y.nrows(), train.rows(), "{} labels for {} training points", y.nrows(), train.rows());
    let normalised = Normalised::new(train)?;
    let (labels, mean) = centred(y);
    let d = match *method {
        Method::Validation { criterion: Criterion::HoldOut { validation, y }, search } => {
            let (validation, y) = (normalised.cross(validation), Col::from_fn(y.nrows(), |i| y[i] - mean));
            let criterion = Criterion::HoldOut { validation: &validation, y: y.as_ref() };
            weights(&Method::Validation { criterion, search }, &normalised.terms, labels.as_ref(), lambda)?
        }
        _ => weights(method, &normalised.terms, labels.as_ref(), lambda)?,
    };
    let beta = Ridge::solve(&normalised.terms, d.clone(), labels.as_ref(), lambda)?.fit.beta;
    let fit = Fit { weights: normalised.original(&d), beta };
    let (_, offset) = centred(fit.predict(train).as_ref());
    Ok(Learned { normalised: d, fit, intercept: mean - offset })
}

impl Learned {
    /// f on the points of a Gram matrix against the training points.
    pub fn predict(&self, gram: &Gram) -> Col<f64> {
        let f = self.fit.predict(gram);
        Col::from_fn(f.nrows(), |i| f[i] + self.intercept)
    }

    /// Mean squared error against labels.
    pub fn mean_squared_error(&self, gram: &Gram, y: ColRef<'_, f64>) -> f64 {
        (self.predict(gram) - y).squared_norm_l2() / y.nrows() as f64
    }
}
