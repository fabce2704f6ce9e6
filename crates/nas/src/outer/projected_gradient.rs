//! Projected gradient descent.

use super::{Outer, half_squared_distance};
use crate::space::Space;

/// α ← P_Δ(α − η g), the proximal step of D(a, α) = ½ ‖a − α‖² (also on sets that are not convex, such as a sphere).
#[derive(Clone, Copy)]
pub struct ProjectedGradient<'a> {
    /// The set Δ.
    pub space: &'a dyn Space,
}

impl Outer for ProjectedGradient<'_> {
    fn propose(&self, alpha: &[f64], gradient: &[f64], eta: f64, next: &mut [f64]) {
        let moved: Vec<f64> = alpha.iter().zip(gradient).map(|(a, g)| a - eta * g).collect();
        next.copy_from_slice(alpha);
        self.space.project(&moved, next);
    }

    fn divergence(&self, next: &[f64], alpha: &[f64]) -> f64 {
        half_squared_distance(next, alpha)
    }
}
