//! Outer solvers: one file per rule for moving α.

mod each;
mod exponentiated_gradient;
mod projected_gradient;

pub use each::Each;
pub use exponentiated_gradient::ExponentiatedGradient;
pub use projected_gradient::ProjectedGradient;

/// A proximal step: next = argmin over Δ of ⟨g, a⟩ + D(a, α) / η, for a divergence D that is the solver's own.
pub trait Outer {
    /// Writes the step of length η from α against the gradient into `next`.
    fn propose(&self, alpha: &[f64], gradient: &[f64], eta: f64, next: &mut [f64]);

    /// D(next, α): how far the solver's geometry thinks apart two points.
    fn divergence(&self, next: &[f64], alpha: &[f64]) -> f64;
}
