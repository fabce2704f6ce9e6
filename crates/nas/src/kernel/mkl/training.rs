//! What multiple kernel learning minimises where it looks at training data alone.

use crate::dense::{NotPositiveDefinite, dot};
use crate::hypergradient::Hypergradient;
use crate::kernel::{Gram, Mixing, Ridge};
use crate::search::Bilevel;
use faer::ColRef;

/// The problem of minimising J(α) = yᵀ(K_α + λI)⁻¹y = yᵀβ, which is convex in the weights of the terms.
#[derive(Clone, Copy, Debug)]
pub struct TrainingObjective<'a> {
    /// How α weighs the terms.
    pub mixing: &'a Mixing,
    /// Terms between the training points.
    pub train: &'a Gram,
    /// Their labels.
    pub y: ColRef<'a, f64>,
    /// The ridge λ > 0.
    pub lambda: f64,
}

impl Bilevel for TrainingObjective<'_> {
    type Error = NotPositiveDefinite;

    /// ∂J/∂w_t = −βᵀK_tβ, pulled back from the weights to α, and ∂J/∂λ = −‖β‖².
    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, NotPositiveDefinite> {
        let ridge = Ridge::solve(self.train, self.mixing.weights(alpha), self.y, self.lambda)?;
        // The adjoint system A q = y is that of the fit: q = β.
        let adjoint = ridge.adjoint(self.train, self.y, self.y);
        let gradient: Vec<f64> = adjoint.terms.iter().map(|term| -term).collect();
        Ok(Hypergradient {
            value: dot(self.y, ridge.fit.beta.as_ref()),
            alpha: self.mixing.pull_back(alpha, &gradient),
            lambda: -adjoint.lambda,
            evidence: adjoint.evidence,
        })
    }
}
