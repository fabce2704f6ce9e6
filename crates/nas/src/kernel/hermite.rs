//! Kernels of Hermite activations on the unit sphere (science 2.9 and 6.5).
//!
//! With σ_i = h_{i+1} / √(i+1), whose derivative is the normalised probabilists' Hermite polynomial h_i, Mehler's formula
//! E[h_i(u) h_j(v)] = δ_ij ρ^i for standard normal u, v of correlation ρ makes the tangent kernels
//! K_ij(x, x') = c₀ ρ E[σ_i'(u) σ_j'(v)] = δ_ij c₀ ρ^{i+1}, ρ = ⟨x, x'⟩: activation search is multiple kernel learning.

use super::Gram;
use crate::dense;
use faer::{Mat, MatRef};

/// The terms K_ii = c₀ ρ^{i+1}, i = 0 … h−1, between the rows of `x` and the rows of `train` (unit vectors).
pub fn gram(x: MatRef<'_, f64>, train: MatRef<'_, f64>, h: usize, c0: f64) -> Gram {
    let rho = dense::product(x, train.transpose());
    let mut power = Mat::from_fn(rho.nrows(), rho.ncols(), |_, _| c0);
    let terms = (0..h).map(|_| {
        power = Mat::from_fn(rho.nrows(), rho.ncols(), |i, j| power[(i, j)] * rho[(i, j)]);
        power.clone()
    });
    Gram::new(terms.collect())
}
