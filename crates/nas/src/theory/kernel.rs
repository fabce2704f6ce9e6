//! Superpositions of feature maps (science 2.6): how far their ridge fits move with α, and which kernel the labels prefer.

use crate::dense::{Cholesky, NotPositiveDefinite, dot};
use faer::{ColRef, Mat};

/// Ridge regression on φ_α = Σ αᵢ φᵢ, as far as it bounds how predictions move with α.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Superposition {
    /// B: ‖φᵢ(x)‖² is at most this, for every map and every x, of T and new.
    pub feature_bound: f64,
    /// R: ‖α‖₁ is at most this on Δ.
    pub mixture_bound: f64,
    /// n_T
    pub n_train: usize,
    /// ‖y‖₂ of the training labels.
    pub label_norm: f64,
    /// μ = λ + λ₀: the ridge and the least eigenvalue of K_α over Δ, in the convention f_α(x) = k_α(x)ᵀ (K_α + λI)⁻¹ y.
    pub mu: f64,
}

impl Superposition {
    /// Two bounds on |f_α(x) − f_α′(x)| / ‖α − α′‖₁:
    ///
    /// 2 B R √n ‖y‖/μ + 2 B² R³ n^{3/2} ‖y‖/μ²,  and  √(B/μ) ‖y‖ + 3 B R √n ‖y‖/μ.
    ///
    /// They need μ at the two ends only, so Δ may be a sphere. Without a ridge and with a singular kernel nothing is bounded.
    pub fn lipschitz_bounds(&self) -> [f64; 2] {
        let Self { feature_bound: b, mixture_bound: r, n_train, label_norm: y, mu } = *self;
        let n = n_train as f64;
        let first = b * r * n.sqrt() * y / mu;
        [2.0 * first + 2.0 * first * b * r * r * n / mu, (b / mu).sqrt() * y + 3.0 * first]
    }

    /// L̄, the lesser of the two: |f_α(x) − f_α′(x)| ≤ L̄ ‖α − α′‖₁.
    pub fn lipschitz(&self) -> f64 {
        let [first, second] = self.lipschitz_bounds();
        first.min(second)
    }

    /// L̄ √h: the constant of the Euclidean norm in R^h, which covering numbers are stated in.
    pub fn euclidean_lipschitz(&self, coordinates: usize) -> f64 {
        (coordinates as f64).sqrt() * self.lipschitz()
    }
}

/// yᵀ K⁻¹ y with K scaled to tr K / n = 1: how badly a kernel suits the labels. Without the scale no two kernels compare.
///
/// # Panics
/// When K is not n × n for n labels.
pub fn label_complexity(kernel: Mat<f64>, y: ColRef<'_, f64>) -> Result<f64, NotPositiveDefinite> {
    let n = y.nrows();
    let shape = (kernel.nrows(), kernel.ncols());
    assert_eq!(shape, (n, n), "label_complexity: a {} x {} kernel for {n} labels", shape.0, shape.1);
    if n == 0 {
        return Ok(0.0);
    }
    let trace: f64 = (0..n).map(|i| kernel[(i, i)]).sum();
    let beta = Cholesky::factor(kernel)?.solve(y);
    Ok(trace / n as f64 * dot(y, beta.as_ref()))
}
