//! Where hyperparameters live: one file per constraint set.

mod copies;
mod covering;
mod simplex;
mod sphere;

pub use copies::Copies;
pub use simplex::Simplex;
pub use sphere::Sphere;

use crate::seed::Stream;

/// A compact set Δ of hyperparameters in R^h.
pub trait Space: Send + Sync {
    /// Number h of coordinates.
    fn coordinates(&self) -> usize;

    /// Writes the point of Δ nearest to `v` into `point`, which keeps its value where there is no such point (the centre of
    /// a sphere, a NaN), so that a solver stays where it was.
    fn project(&self, v: &[f64], point: &mut [f64]);

    /// The point that prefers no coordinate: where a search begins.
    fn start(&self) -> Vec<f64>;

    /// A uniformly distributed point.
    fn sample(&self, stream: &mut Stream) -> Vec<f64>;

    /// An upper bound on ln N_ε(Δ) for ε > 0: points of Δ so many that every point of Δ is within ε of one of them
    /// (science 2.1). It does not grow with ε, but jumps: search ε on a grid.
    fn log_covering_number(&self, epsilon: f64) -> f64;

    /// The effective dimension of Δ (science 2.1).
    fn effective_dimension(&self) -> EffectiveDimension;
}

/// A pair (h_eff, C) with N_ε(Δ) ≤ (C/ε)^h_eff for every 0 < ε ≤ the radius of Δ, where N_ε is the Euclidean covering
/// number. Only the pair has a meaning: the same set has many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectiveDimension {
    /// The exponent h_eff.
    pub exponent: f64,
    /// The constant C.
    pub constant: f64,
}

/// ‖α − P(α − g)‖: zero exactly where the projected gradient step of length one does not move α.
pub fn stationarity(space: &dyn Space, alpha: &[f64], gradient: &[f64]) -> f64 {
    let moved: Vec<f64> = alpha.iter().zip(gradient).map(|(a, g)| a - g).collect();
    let mut point = alpha.to_vec();
    space.project(&moved, &mut point);
    point.iter().zip(alpha).map(|(p, a)| (p - a).powi(2)).sum::<f64>().sqrt()
}
