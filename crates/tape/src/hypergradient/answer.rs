//! A hypergradient and what is known about it.

use std::fmt;

use crate::{Float, Status};

/// A hypergradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<T> {
    /// df/dα: one matrix for each variable of α, row-major.
    pub gradient: Vec<Vec<T>>,
    /// f(α, θ)
    pub outer: f64,
    /// θ where f was taken, flat: the θ of the point, or θ_K of an unrolled training.
    pub theta: Vec<T>,
    /// ‖∇_θ g‖ at that θ.
    pub inner_residual: f64,
    /// Implicit: q, flat, a good start for the next solve. Reversed: what is left of f_θ when the steps are reversed, which is
    /// df/dθ₀ when all are. Forward: empty.
    pub adjoint: Vec<T>,
    /// Implicit: ‖f_θ − (H + ρI)q‖ / ‖f_θ‖. Reversed: ‖adjoint‖ / ‖f_θ‖. Forward: 0.
    pub adjoint_residual: f64,
    /// The eigenvalues of H that the solver saw, ascending, without the damping: they lie inside the spectrum.
    pub ritz: Vec<f64>,
    /// ρ, where H + ρI was solved for H: a bias.
    pub damping: f64,
    /// How far off it may be.
    pub error: Accuracy,
    /// What it took.
    pub work: Work,
}

/// How far a hypergradient may be from the truth.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Accuracy {
    /// Distances of θ and q from their limits, with μ the smallest eigenvalue of H that the solver saw (infinite if that is not
    /// positive). H may have a smaller one, so these are estimates and certify nothing. The error of df/dα is at most
    /// C·inner + C′·(adjoint + bias), with constants of the problem.
    Estimate {
        /// ‖∇_θ g‖ / μ for ‖θ − θ*‖.
        inner: f64,
        /// ‖f_θ − (H + ρI)q‖ / (μ + ρ) for what the solver left of q.
        adjoint: f64,
        /// ρ‖q‖ / μ for what the damping moved q.
        bias: f64,
    },
    /// The derivative of the training is exact to rounding. As an answer for the minimum, it lacks what the adjoint that is left
    /// would have brought: ‖c‖ / ‖f_θ‖, which falls like (1 − ημ)ᴷ.
    Remainder {
        /// ‖c‖ / ‖f_θ‖
        adjoint: f64,
    },
    /// As above, in forward mode: how far the derivative Z of θ still moved in the last step, ‖Z_K − Z_{K−1}‖ / ‖Z_K‖.
    LastChange {
        /// ‖Z_K − Z_{K−1}‖ / ‖Z_K‖
        tangent: f64,
    },
    /// Differences of second order at two distances differ by this much: more than the error of fourth order, unless rounding is
    /// most of it.
    Spread {
        /// The largest over the elements of α.
        orders: f64,
    },
}

impl<T: Float> Answer<T> {
    /// The answer, unless it holds an infinity or a NaN.
    pub(super) fn finite(self) -> Result<Self, Failure<T>> {
        let mut elements = self.gradient.iter().flatten();
        if elements.all(|x| x.to_f64().is_finite()) {
            return Ok(self);
        }
        Err(Failure { status: Status::NotFinite, tried: vec![self.damping], unverified: Some(Box::new(self)) })
    }
}

/// What a hypergradient took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Hessian-vector products (those of failed attempts and probes included), or derivatives of a step in one direction.
    pub products: usize,
    /// Training steps that were run more than once.
    pub recomputed: usize,
    /// The most snapshots that were held at a time.
    pub snapshots: usize,
    /// The memory of the programs that were run, and of snapshots or directions.
    pub bytes: usize,
}

/// Why there is no verified hypergradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure<T> {
    /// Why.
    pub status: Status<T>,
    /// The dampings that were tried, in order.
    pub tried: Vec<f64>,
    /// The formula with the adjoint that there was, if there was one. Nothing about it is promised.
    pub unverified: Option<Box<Answer<T>>>,
}

impl<T: Float> fmt::Display for Failure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.status.fmt(f)?;
        if self.tried.iter().any(|&rho| rho != 0.0) {
            write!(f, " (tried with damping {:?})", self.tried)?;
        }
        Ok(())
    }
}

impl<T: Float> std::error::Error for Failure<T> {}
