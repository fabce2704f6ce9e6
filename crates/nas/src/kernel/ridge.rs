//! Kernel ridge regression.

use super::Gram;
use super::gram::weighted_sum;
use crate::dense::{Cholesky, NotPositiveDefinite};
use faer::{Col, ColRef};

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

impl Ridge {
    /// β = (K_w + λI)⁻¹ y.
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
        let mut a = train.combine(&weights);
        (0..a.nrows()).for_each(|i| a[(i, i)] += lambda);
        let factor = Cholesky::factor(a)?;
        let beta = factor.solve(y);
        Ok(Self { fit: Fit { weights, beta }, factor, lambda })
    }

    /// ‖A x − b‖ / ‖b‖ from the products K_t x, which come from the Gram terms and not from the factor that gave x.
    pub(super) fn residual(&self, products: &[Col<f64>], x: ColRef<'_, f64>, b: ColRef<'_, f64>) -> f64 {
        let k_x = weighted_sum(&self.fit.weights, products);
        let off = Col::from_fn(x.nrows(), |i| k_x[i] + self.lambda * x[i] - b[i]);
        let scale = b.norm_l2();
        if scale == 0.0 { off.norm_l2() } else { off.norm_l2() / scale }
    }
}
