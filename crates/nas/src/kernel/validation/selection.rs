//! The bilevel problem of a kernel model under any criterion.

use super::folds::{self, Folds};
use super::{gcv, leave_one_out};
use crate::dense::NotPositiveDefinite;
use crate::hypergradient::Hypergradient;
use crate::kernel::{Gram, KernelModel, Mixing, Ridge};
use crate::search::Bilevel;
use faer::{Col, ColRef, Mat};

/// The outer objective F.
#[derive(Clone, Copy, Debug)]
pub enum Criterion<'a> {
    /// ‖K_VT β − y_V‖² / (2 n_V), the paper's.
    HoldOut {
        /// Terms of K_VT.
        validation: &'a Gram,
        /// Validation labels.
        y: ColRef<'a, f64>,
    },
    /// Σ_i (y_i − f_{−i}(x_i))² / (2 n), f_{−i} fitted without the point i.
    LeaveOneOut,
    /// The same with f_{−B} fitted without the fold B; λ is not rescaled with its size.
    KFold(&'a Folds),
    /// Half of generalised cross-validation, n ‖A⁻¹y‖² / (2 (tr A⁻¹)²) with A = K_α + λI.
    Gcv,
}

/// The bilevel problem of minimising a criterion over α, with β = (K_α + λI)⁻¹ y for the inner solution.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'a> {
    /// How α weighs the terms.
    pub mixing: &'a Mixing,
    /// Terms of K_TT, symmetric.
    pub train: &'a Gram,
    /// Training labels.
    pub y_train: ColRef<'a, f64>,
    /// The ridge λ ≥ 0 (zero interpolates: K_α itself must then be positive definite).
    pub lambda: f64,
    /// F.
    pub criterion: Criterion<'a>,
}

/// How a criterion F(β, G), G = A⁻¹, moves: dF = ⟨slope, dβ⟩ + ⟨dense, dA⟩ with the part that goes through G in the second,
/// a symmetric matrix by its lower triangle.
pub(super) struct Sensitivity {
    pub(super) value: f64,
    pub(super) slope: Col<f64>,
    pub(super) dense: Mat<f64>,
}

impl Selection<'_> {
    /// F and its gradient in α and λ at a solution of the inner problem. One factorization serves every derivative: with
    /// A p = ∂F/∂β and M the dense part,
    ///
    /// ∂F/∂w_t = ⟨M, K_t⟩ − pᵀ K_t β,   ∂F/∂λ = tr M − pᵀβ.
    ///
    /// # Errors
    /// When a fold's block of A⁻¹ is not positive definite to working precision.
    ///
    /// # Panics
    /// When sizes do not fit.
    pub fn hypergradient(&self, alpha: &[f64], ridge: &Ridge) -> Result<Hypergradient, NotPositiveDefinite> {
        let Sensitivity { value, slope, dense } = match self.criterion {
            Criterion::HoldOut { validation, y } => {
                let Self { mixing, train, y_train, lambda, .. } = *self;
                let model = KernelModel { mixing, train, validation, y_train, y_validation: y, lambda };
                return Ok(model.hypergradient(alpha, ridge));
            }
            Criterion::LeaveOneOut => leave_one_out::sensitivity(ridge),
            Criterion::KFold(folds) => folds::sensitivity(folds, ridge)?,
            Criterion::Gcv => gcv::sensitivity(ridge),
        };
        let p = ridge.adjoint(self.train, self.y_train, slope.as_ref());
        let through_g = self.train.frobenius_each(dense.as_ref()).into_iter();
        let gradient: Vec<f64> = through_g.zip(&p.terms).map(|(g, through_beta)| g - through_beta).collect();
        Ok(Hypergradient {
            value,
            alpha: self.mixing.pull_back(alpha, &gradient),
            lambda: (0..dense.nrows()).map(|i| dense[(i, i)]).sum::<f64>() - p.lambda,
            evidence: p.evidence,
        })
    }

    /// Solves the inner problem at α.
    pub fn solve(&self, alpha: &[f64]) -> Result<Ridge, NotPositiveDefinite> {
        Ridge::solve(self.train, self.mixing.weights(alpha), self.y_train, self.lambda)
    }
}

impl Bilevel for Selection<'_> {
    type Error = NotPositiveDefinite;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, NotPositiveDefinite> {
        let ridge = self.solve(alpha)?;
        self.hypergradient(alpha, &ridge)
    }
}
