//! How far an implicit hypergradient may be from the truth.

use super::Accuracy;
use crate::exec::vector::norm;
use crate::{Float, Par, Solution};

/// What the caller knows of the inner problem, everywhere between θ and the solution θ*: it turns residuals into bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Convexity {
    /// μ > 0 with H ⪰ μI: the inner loss is strongly convex, by its ridge, say. Of a root or a fixed point, the constant of strong
    /// monotonicity of F, ⟨F(θ) − F(θ′), θ − θ′⟩ ≥ μ‖θ − θ′‖²: 1 − κ where Φ contracts by κ.
    pub mu: f64,
    /// What a bound on df/dα needs beside it.
    pub lipschitz: Option<Lipschitz>,
}

/// Constants in the 2-norm, with respect to θ; 0 for what does not depend on θ.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lipschitz {
    /// Of f_α.
    pub f_alpha: f64,
    /// Of f_θ: the largest curvature of the outer objective.
    pub f_theta: f64,
    /// Of H.
    pub hessian: f64,
    /// Of J = F_α.
    pub cross: f64,
    /// At least ‖J‖ at θ*.
    pub cross_norm: f64,
}

/// Bounds, up to rounding in the residuals. With δ = ‖F‖/μ ≥ ‖θ − θ*‖ and q* = H(θ*)⁻¹ f_θ(θ*):
/// H(θ*)(q − q*) = (Hq − f_θ) + (H(θ*) − H)q + (f_θ − f_θ(θ*)), so ‖q − q*‖ ≤ (‖Hq − f_θ‖ + (L_H‖q‖ + L_fθ)δ)/μ, and
/// df/dα is off by at most (L_fα + L_J‖q‖)δ + ‖J(θ*)‖‖q − q*‖.
pub(super) fn certify(convexity: Convexity, sparse: bool, inner: f64, left: f64, q: f64) -> Accuracy {
    let Convexity { mu, lipschitz } = convexity;
    let delta = inner / mu;
    // The support of θ* may be another one: nothing is known beyond θ then.
    let known = lipschitz.filter(|_| !sparse);
    let at_theta = left / mu;
    let Some(l) = known else { return Accuracy::Certified { theta: delta, adjoint: at_theta, gradient: None } };
    let adjoint = (left + (l.hessian * q + l.f_theta) * delta) / mu;
    let gradient = (l.f_alpha + l.cross * q) * delta + l.cross_norm * adjoint;
    Accuracy::Certified { theta: delta, adjoint, gradient: Some(gradient) }
}

/// Distances, from residuals and the smallest eigenvalue that was seen.
pub(super) fn estimate<T: Float>(solution: &Solution<T>, rho: f64, inner: f64, f_theta: &[T]) -> Accuracy {
    let (f_theta, q) = (norm(Par::Seq, f_theta), norm(Par::Seq, &solution.x));
    let mu = solution.ritz.first().copied().unwrap_or(0.0);
    let over = |size: f64, mu: f64| if size == 0.0 { 0.0 } else { size / mu.max(0.0) };
    Accuracy::Estimate {
        inner: over(inner, mu),
        adjoint: over(solution.residual * f_theta, mu + rho),
        bias: over(rho * q, mu),
    }
}
