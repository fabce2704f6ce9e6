//! What multiple kernel learning minimises where it looks at training data alone.

use crate::dense::{NotPositiveDefinite, dot};
use crate::hypergradient::{Evidence, Hypergradient, Status};
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
        let beta = ridge.fit.beta.as_ref();
        let products = self.train.apply_each(beta);
        let gradient: Vec<f64> = products.iter().map(|k_beta| -dot(beta, k_beta.as_ref())).collect();
        // The adjoint system is that of the fit.
        let residual = ridge.residual(&products, beta, self.y);
        Ok(Hypergradient {
            value: dot(self.y, beta),
            alpha: self.mixing.pull_back(alpha, &gradient),
            lambda: -beta.squared_norm_l2(),
            evidence: Evidence { status: Status::Exact, inner_residual: residual, adjoint_residual: residual },
        })
    }
}
