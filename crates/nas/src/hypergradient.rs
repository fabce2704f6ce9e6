//! A hypergradient and the evidence that it is right.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Outer value F, its total gradient, and how both were obtained.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Hypergradient {
    /// F(α, λ), the outer objective at the inner solution.
    pub value: f64,
    /// dF/dα.
    pub alpha: Vec<f64>,
    /// dF/dλ.
    pub lambda: f64,
    /// What vouches for them.
    pub evidence: Evidence,
}

impl Hypergradient {
    /// The gradient in all hyperparameters: α, then λ.
    pub fn components(&self) -> impl Iterator<Item = f64> {
        self.alpha.iter().copied().chain([self.lambda])
    }
}

/// What vouches for a hypergradient: its error is bounded by a multiple of both residuals (science 6.1).
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Evidence {
    /// How the linear systems were solved.
    pub status: Status,
    /// Relative residual of the inner problem's optimality condition.
    pub inner_residual: f64,
    /// Relative residual of the adjoint system H q = f_θ.
    pub adjoint_residual: f64,
}

/// How the linear systems behind a hypergradient were solved.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Status {
    /// By factorization, in a formula without iteration, or there were none: exact up to rounding and what the inner problem left,
    /// whose sizes the residuals show.
    Exact,
    /// By an iteration that reached its tolerance, without damping.
    Converged {
        /// Products with the Hessian that it took.
        products: usize,
    },
    /// As before, but of the Hessian plus a damping, which is a bias.
    Damped {
        /// Products with the Hessian that it took.
        products: usize,
    },
    /// By no linear system: steps of the training were differentiated.
    Unrolled {
        /// How many.
        steps: usize,
    },
    /// Not at all: there is no verified hypergradient.
    Failed,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.write_str("exact"),
            Self::Converged { products } => write!(f, "converged in {products} products"),
            Self::Damped { products } => write!(f, "converged in {products} products with damping"),
            Self::Unrolled { steps } => write!(f, "{steps} steps differentiated"),
            Self::Failed => f.write_str("failed"),
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, inner_residual, adjoint_residual } = self;
        write!(f, "{status}, residuals: inner {inner_residual:.1e}, adjoint {adjoint_residual:.1e}")
    }
}

impl Evidence {
    /// The weaker of two: the larger of each residual.
    #[must_use]
    pub fn weaker(self, other: Self) -> Self {
        Self {
            status: self.status,
            inner_residual: self.inner_residual.max(other.inner_residual),
            adjoint_residual: self.adjoint_residual.max(other.adjoint_residual),
        }
    }
}
