//! Ridge regression with a deep kernel as a bilevel problem: the search for the mixture of every layer.

use super::{Deep, DeepKernel};
use crate::dense::NotPositiveDefinite;
use crate::hypergradient::Hypergradient;
use crate::kernel::{Gram, KernelModel, Mixing};
use crate::search::Bilevel;
use faer::{ColRef, MatRef};

/// That of [`KernelModel`] with the kernel of a deep network:
///
/// inner: β_α = (Θ_TT + λI)⁻¹ y_T;   outer: F(α, λ) = ‖Θ_VT β_α − y_V‖² / (2 n_V).
#[derive(Clone, Copy, Debug)]
pub struct DeepModel<'a> {
    /// The network.
    pub network: &'a Deep,
    /// Training points, one per row.
    pub x_train: MatRef<'a, f64>,
    /// Validation points, one per row.
    pub x_validation: MatRef<'a, f64>,
    /// Training labels.
    pub y_train: ColRef<'a, f64>,
    /// Validation labels.
    pub y_validation: ColRef<'a, f64>,
    /// The ridge λ ≥ 0.
    pub lambda: f64,
}

impl DeepKernel {
    /// Θ, then its derivatives, as terms: with the weights (1, 0, …, 0) they make Θ, and how a function of the kernel moves with the
    /// other weights is how it moves with α.
    fn into_terms(self) -> Gram {
        Gram::new([self.value].into_iter().chain(self.alpha).collect())
    }
}

impl Bilevel for DeepModel<'_> {
    type Error = NotPositiveDefinite;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, NotPositiveDefinite> {
        let Self { network, x_train, x_validation, y_train, y_validation, lambda } = *self;
        let [train, validation] = [x_train, x_validation].map(|x| network.kernel(alpha, x, x_train).into_terms());
        let mixing = Mixing::Weights { count: train.terms() };
        let model =
            KernelModel { mixing: &mixing, train: &train, validation: &validation, y_train, y_validation, lambda };
        let kernel: Vec<f64> = (0..train.terms()).map(|t| f64::from(u8::from(t == 0))).collect();
        let mut found = model.hypergradient(&kernel, &model.solve(&kernel)?);
        found.alpha.remove(0);
        Ok(found)
    }
}
