//! Outer solvers: one file per rule for moving α.
//!
//! Proximal rules implement [`Outer`], and [`crate::search`] drives them with a line search. [`AdamLogits`] has a state and no
//! line search, so it drives itself. [`Entropic`] changes the objective of any of them.

mod adam_logits;
mod each;
mod entropic;
mod exponentiated_gradient;
mod frank_wolfe;
mod projected_gradient;
mod solver;

pub use adam_logits::AdamLogits;
pub use each::Each;
pub use entropic::Entropic;
pub use exponentiated_gradient::ExponentiatedGradient;
pub use frank_wolfe::FrankWolfe;
pub use projected_gradient::ProjectedGradient;
pub use solver::Solver;

/// A proximal step: next = argmin of ⟨g, a⟩ + D(a, α) / η over Δ, or over a part of Δ that the solver chooses and that contains
/// α, for a divergence D that is the solver's own.
pub trait Outer {
    /// Writes the step of length η from α against the gradient into `next`.
    fn propose(&self, alpha: &[f64], gradient: &[f64], eta: f64, next: &mut [f64]);

    /// D(next, α): how far the solver's geometry thinks apart two points.
    fn divergence(&self, next: &[f64], alpha: &[f64]) -> f64;
}

/// ½ ‖next − α‖²
fn half_squared_distance(next: &[f64], alpha: &[f64]) -> f64 {
    next.iter().zip(alpha).map(|(n, a)| (n - a).powi(2)).sum::<f64>() / 2.0
}
