//! Kernel ridge regression.

use super::Gram;
use crate::dense::{Cholesky, NotPositiveDefinite, dot};
use crate::hypergradient::{Evidence, Status};
use faer::{Col, ColRef, Mat, Scale};

/// A function f(z) = Σ_t w_t k_t(z)ᵀ β.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Weights w(α) of the terms.
    pub weights: Vec<f64>,
    /// Dual coefficients β.
    pub beta: Col<f64>,
}

impl Fit {
    /// f_α on the points of a Gram matrix against the training points.
    pub fn predict(&self, gram: &Gram) -> Col<f64> {
        gram.apply(&self.weights, self.beta.as_ref())
    }

    /// Mean squared error against labels.
    pub fn mean_squared_error(&self, gram: &Gram, y: ColRef<'_, f64>) -> f64 {
        (self.predict(gram) - y).squared_norm_l2() / y.nrows() as f64
    }
}

/// The inner solution for one α, with the factor of A = K_α + λI.
#[derive(Clone, Debug)]
pub struct Ridge {
    /// f_α.
    pub fit: Fit,
    pub(super) factor: Cholesky,
    lambda: f64,
}

/// The solution of A q = b, and how ⟨q, A β⟩ moves with the weights and λ at a fixed q and β.
#[derive(Clone, Debug)]
pub(super) struct Adjoint {
    /// qᵀ K_t β for every term.
    pub(super) terms: Vec<f64>,
    /// qᵀ β
    pub(super) lambda: f64,
    pub(super) evidence: Evidence,
}

impl Ridge {
    /// β = (K_w + λI)⁻¹ y, for symmetric terms, of which the lower triangles are read.
    ///
    /// # Panics
    /// When the terms are not square, or the numbers of terms or of labels do not fit.
    pub fn solve(
        train: &Gram,
        weights: Vec<f64>,
        y: ColRef<'_, f64>,
        lambda: f64,
    ) -> Result<Self, NotPositiveDefinite> {
        assert_eq!(y.nrows(), train.rows(), "{} labels for {} training points", y.nrows(), train.rows());
        let mut a = train.combine_lower(&weights);
        (0..a.nrows()).for_each(|i| a[(i, i)] += lambda);
        let factor = Cholesky::factor(a)?;
        let beta = factor.solve(y);
        Ok(Self { fit: Fit { weights, beta }, factor, lambda })
    }

    /// Solves A q = b. The residuals, of this and of A β = y, come from the Gram terms and not from the factor that gave q and
    /// β; one pass over the terms serves both.
    pub(super) fn adjoint(&self, train: &Gram, y: ColRef<'_, f64>, b: ColRef<'_, f64>) -> Adjoint {
        let (beta, q) = (&self.fit.beta, self.factor.solve(b));
        let both = Mat::from_fn(q.nrows(), 2, |i, k| [beta, &q][k][i]);
        let products = train.apply_each_symmetric(both.as_ref());
        let mut sums = Scale(self.lambda) * &both;
        products.iter().zip(&self.fit.weights).for_each(|(product, &w)| sums += Scale(w) * product);
        let [inner_residual, adjoint_residual] = [(0, y), (1, b)].map(|(k, b)| relative(sums.col(k), b));
        Adjoint {
            terms: products.iter().map(|product| dot(q.as_ref(), product.col(0))).collect(),
            lambda: dot(q.as_ref(), beta.as_ref()),
            evidence: Evidence { status: Status::Exact, inner_residual, adjoint_residual },
        }
    }
}

/// ‖a − b‖ / ‖b‖, or ‖a‖ where b = 0.
fn relative(a: ColRef<'_, f64>, b: ColRef<'_, f64>) -> f64 {
    let (off, scale) = ((a - b).norm_l2(), b.norm_l2());
    if scale == 0.0 { off } else { off / scale }
}
