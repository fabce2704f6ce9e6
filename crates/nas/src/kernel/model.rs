//! Kernel ridge regression as a bilevel problem, with its hypergradient in closed form (science 6.4).

use super::gram::weighted_sum;
use super::{Fit, Gram, Mixing, Ridge};
use crate::dense::{NotPositiveDefinite, apply, dot};
use crate::hypergradient::Hypergradient;
use crate::search::Bilevel;
use faer::{Col, ColRef, Scale};

/// The bilevel problem
///
/// inner: β_α = (K_α + λI)⁻¹ y_T, the minimiser of ½ βᵀ(K_α + λI)β − yᵀβ;
/// outer: F(α, λ) = ‖K_VT β_α − y_V‖² / (2 n_V).
#[derive(Clone, Copy, Debug)]
pub struct KernelModel<'a> {
    /// How α weighs the terms.
    pub mixing: &'a Mixing,
    /// Terms of K_TT, symmetric.
    pub train: &'a Gram,
    /// Terms of K_VT.
    pub validation: &'a Gram,
    /// Training labels.
    pub y_train: ColRef<'a, f64>,
    /// Validation labels.
    pub y_validation: ColRef<'a, f64>,
    /// The ridge λ ≥ 0 (zero interpolates: K_α itself must then be positive definite).
    pub lambda: f64,
}

impl KernelModel<'_> {
    /// Solves the inner problem at α.
    pub fn solve(&self, alpha: &[f64]) -> Result<Ridge, NotPositiveDefinite> {
        Ridge::solve(self.train, self.mixing.weights(alpha), self.y_train, self.lambda)
    }

    /// Gradient descent on ½ ‖K_α β − y_T‖² in function space, from f = 0 by steps of length η without a ridge (science 2.7):
    /// β ← β + η (y_T − K_α β), so f_s(z) = k_α(z)ᵀ K_α⁻¹ (I − (I − η K_α)^s) y_T. What a network of infinite width does.
    pub fn descend(&self, alpha: &[f64], eta: f64, steps: usize) -> Fit {
        let weights = self.mixing.weights(alpha);
        let k = self.train.combine(&weights);
        let mut beta = Col::zeros(k.nrows());
        for _ in 0..steps {
            beta += Scale(eta) * (self.y_train - apply(k.as_ref(), beta.as_ref()));
        }
        Fit { weights, beta }
    }

    /// F and its gradient at a solution: with r = K_VT β − y_V and the adjoint A q = K_VTᵀ r,
    ///
    /// ∂F/∂w_t = (rᵀ K_t^VT β − qᵀ K_t^TT β) / n_V,   ∂F/∂λ = −qᵀβ / n_V,
    ///
    /// then pulled back from the weights to α.
    pub fn hypergradient(&self, alpha: &[f64], ridge: &Ridge) -> Hypergradient {
        let n_v = self.y_validation.nrows() as f64;
        let Fit { weights, beta } = &ridge.fit;
        let on_validation = self.validation.apply_each(beta.as_ref());
        let r = weighted_sum(weights, &on_validation) - self.y_validation;
        let b = self.validation.apply_transposed(weights, r.as_ref());
        let q = ridge.adjoint(self.train, self.y_train, b.as_ref());
        let term = |(v, through_beta): (&Col<f64>, &f64)| (dot(r.as_ref(), v.as_ref()) - through_beta) / n_v;
        let gradient: Vec<f64> = on_validation.iter().zip(&q.terms).map(term).collect();
        Hypergradient {
            value: dot(r.as_ref(), r.as_ref()) / (2.0 * n_v),
            alpha: self.mixing.pull_back(alpha, &gradient),
            lambda: -q.lambda / n_v,
            evidence: q.evidence,
        }
    }
}

impl Bilevel for KernelModel<'_> {
    type Error = NotPositiveDefinite;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, NotPositiveDefinite> {
        let ridge = self.solve(alpha)?;
        Ok(self.hypergradient(alpha, &ridge))
    }
}
