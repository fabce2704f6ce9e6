//! Outer solvers: one file per rule for moving α.
//!
//! Proximal rules implement [`Outer`], and [`crate::search`] drives them with a line search. [`AdamLogits`] has a state and no
//! line search, so it drives itself. [`Entropic`] changes the objective of any of them.
//!
//! ```
//! use nas::outer::{ExponentiatedGradient, Outer, ProjectedGradient};
//! use nas::space::Simplex;
//!
//! let simplex = Simplex::unit(2);
//! let rules: [&dyn Outer; 2] = [&ExponentiatedGradient { simplex }, &ProjectedGradient { space: &simplex }];
//! let (alpha, gradient) = ([0.5, 0.5], [2f64.ln(), 0.0]);
//! let steps = rules.map(|rule| {
//!     let mut next = alpha;
//!     rule.propose(&alpha, &gradient, 1.0, &mut next);
//!     next
//! });
//! assert!((steps[0][1] - 2.0 / 3.0).abs() < 1e-15, "the weight against the slope doubles");
//! assert!((steps[1][1] - (0.5 + 2f64.ln() / 2.0)).abs() < 1e-15, "or moves by its distance from the mean");
//! ```

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
