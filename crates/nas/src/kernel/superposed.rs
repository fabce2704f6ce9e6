//! Superposed feature maps as a bilevel problem with any outer objective.

use super::{FeatureMaps, RidgeFit};
use crate::dense::{NotPositiveDefinite, apply, dot};
use crate::hypergradient::Hypergradient;
use crate::search::Bilevel;
use faer::{Col, ColRef};

/// An outer objective f(α, θ).
pub trait Objective {
    /// Its value and both partial gradients.
    fn evaluate(&self, alpha: &[f64], theta: &Col<f64>) -> Partial;
}

/// A value with its partial gradients.
#[derive(Clone, Debug)]
pub struct Partial {
    /// f(α, θ)
    pub value: f64,
    /// f_α
    pub alpha: Vec<f64>,
    /// f_θ
    pub theta: Col<f64>,
}

/// min f(α, θ_α) over α, with θ_α from a ridge(less) fit.
#[derive(Clone, Copy, Debug)]
pub struct Superposed<'a, O> {
    /// The inner problem.
    pub fit: RidgeFit<'a>,
    /// The outer objective.
    pub outer: O,
}

impl<O: Objective> Bilevel for Superposed<'_, O> {
    type Error = NotPositiveDefinite;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, NotPositiveDefinite> {
        let weights = self.fit.solve(alpha)?;
        let partial = self.outer.evaluate(alpha, &weights.theta);
        let pulled = self.fit.pull_back(&weights, partial.theta.as_ref());
        let alpha = partial.alpha.iter().zip(&pulled.alpha).map(|(direct, through)| direct + through).collect();
        Ok(Hypergradient { value: partial.value, alpha, lambda: pulled.lambda, evidence: pulled.evidence })
    }
}

/// The mean of min(r², clip) over the samples, r = Φ_α θ − y.
#[derive(Clone, Copy, Debug)]
pub struct HoldOut<'a> {
    /// The maps on the samples.
    pub maps: &'a FeatureMaps,
    /// Their labels.
    pub y: ColRef<'a, f64>,
    /// Where the loss of a sample ends; infinite for the squared error.
    pub clip: f64,
}

impl HoldOut<'_> {
    /// The loss alone.
    pub fn loss(&self, alpha: &[f64], theta: &Col<f64>) -> f64 {
        let r = apply(self.maps.combine(alpha).as_ref(), theta.as_ref()) - self.y;
        r.iter().map(|r| (r * r).min(self.clip)).sum::<f64>() / r.nrows() as f64
    }
}

impl Objective for HoldOut<'_> {
    fn evaluate(&self, alpha: &[f64], theta: &Col<f64>) -> Partial {
        let phi = self.maps.combine(alpha);
        let r = apply(phi.as_ref(), theta.as_ref()) - self.y;
        let n = r.nrows() as f64;
        let slope = Col::from_fn(r.nrows(), |i| if r[i] * r[i] < self.clip { 2.0 * r[i] / n } else { 0.0 });
        let each = self.maps.apply_each(theta.as_ref());
        Partial {
            value: r.iter().map(|r| (r * r).min(self.clip)).sum::<f64>() / n,
            alpha: each.iter().map(|f| dot(slope.as_ref(), f.as_ref())).collect(),
            theta: apply(phi.transpose(), slope.as_ref()),
        }
    }
}
