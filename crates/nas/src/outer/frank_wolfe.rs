//! The method of Frank and Wolfe.

use super::{Outer, half_squared_distance};
use crate::space::Convex;

/// α ← (1 − γ) α + γ s with the s of Δ that minimises ⟨g, s⟩ (Frank and Wolfe 1956; science 6.8): the proximal step of ½ ‖a − α‖²
/// on the segment from α to s, γ = min(1, η ⟨g, α − s⟩ / ‖α − s‖²). After k steps α is a mixture of the start and k vertices
/// at most.
///
/// [`crate::space::duality_gap`] is its certificate: the value is that much above the minimum at most, where F is convex. The
/// gap falls like 1/k, so expect the search to end at its step limit.
#[derive(Clone, Copy)]
pub struct FrankWolfe<'a> {
    /// The set Δ.
    pub space: &'a dyn Convex,
}

impl Outer for FrankWolfe<'_> {
    fn propose(&self, alpha: &[f64], gradient: &[f64], eta: f64, next: &mut [f64]) {
        next.copy_from_slice(alpha);
        self.space.vertex(gradient, next);
        let gap: f64 = gradient.iter().zip(alpha.iter().zip(&*next)).map(|(g, (a, s))| g * (a - s)).sum();
        let length = 2.0 * half_squared_distance(next, alpha);
        let gamma = if gap > 0.0 { (eta * gap / length).min(1.0) } else { 0.0 };
        for (n, a) in next.iter_mut().zip(alpha) {
            *n = (1.0 - gamma) * a + gamma * *n;
        }
    }

    fn divergence(&self, next: &[f64], alpha: &[f64]) -> f64 {
        half_squared_distance(next, alpha)
    }
}
