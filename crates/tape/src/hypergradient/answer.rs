//! A hypergradient and what is known about it.

use std::fmt;

use super::Work;
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
    /// ‖F‖ at that θ: of a loss, ‖∇_θ g‖.
    pub inner_residual: f64,
    /// Implicit: q, flat, a good start for the next solve. Reversed: what is left of f_θ when the steps are reversed, which is
    /// df/dθ₀ when all are. Forward: empty.
    pub adjoint: Vec<T>,
    /// Implicit: ‖f_θ − (H + ρI)q‖ / ‖f_θ‖, with F_θᵀ for H where the inner problem is no loss. Reversed: ‖adjoint‖ / ‖f_θ‖. Forward: 0.
    pub adjoint_residual: f64,
    /// The eigenvalues of H that the solver saw, ascending, without the damping: they lie inside the spectrum. Of an operator that
    /// is not symmetric, singular values.
    pub ritz: Vec<f64>,
    /// ρ, where H + ρI was solved for H: a bias.
    pub damping: f64,
    /// Implicit, of a fixed point: the factor by which Φ contracts at θ in the long run, the spectral radius of ∂Φ/∂θ, as measured by
    /// power iteration. Iterating Φ converges to θ when it is below 1; the formula holds beyond.
    pub contraction: Option<f64>,
    /// Implicit, of a proximal problem: where θ is not zero, and what is about to leave zero.
    pub support: Option<Support>,
    /// Reversed: derivatives by the step sizes and the hyperparameters of the method.
    pub step: Option<StepDerivative>,
    /// For each variable of α, why its part of df/dα is exactly zero, if it is so whatever the numbers are.
    pub zero: Vec<Option<Zero>>,
    /// How far off it may be.
    pub error: Accuracy,
    /// What it took.
    pub work: Work,
}

/// How far a hypergradient may be from the truth.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Accuracy {
    /// Bounds from the constants that the caller gave ([`Convexity`](crate::Convexity)): they hold if those do, up to rounding
    /// errors of the residuals.
    Certified {
        /// ‖θ − θ*‖ ≤ ‖F‖ / μ
        theta: f64,
        /// ‖q − q*‖ ≤ this; without Lipschitz constants, with the q* of this θ in place of that of θ*.
        adjoint: f64,
        /// ‖df/dα − its value at θ*‖ ≤ this; `None` without Lipschitz constants, and for proximal problems, where the support of θ*
        /// may be another one.
        gradient: Option<f64>,
    },
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
        /// Where only the last steps were reversed: an estimate of the norm of what the others would have added to df/dα, the
        /// geometric series of the last contribution with the rate at which the adjoint fell. Infinite when it did not fall.
        truncation: f64,
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

/// Why a part of df/dα is exactly zero, whatever the numbers are: there is no path on the tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Zero {
    /// The outer objective reaches this variable of α neither directly nor through θ.
    OuterIsConstant,
    /// The outer objective reaches θ, and the inner problem does not reach this variable of α.
    InnerIsConstant,
}

impl fmt::Display for Zero {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OuterIsConstant => {
                "the outer objective does not reach α, neither directly nor through θ: record it from α or from the θ of the \
                 inner problem"
            }
            Self::InnerIsConstant => {
                "the inner problem does not depend on α, so θ does not move with it, and the outer objective reaches α through \
                 θ only; a starting point of the training does not count"
            }
        })
    }
}

/// Where θ of a proximal problem is not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    /// The number of elements that are not zero: the size of the linear system.
    pub size: usize,
    /// The elements that are zero and sit at the kink: |∇ᵢ smooth| = λ₁ to rounding. θ has no derivative there, and the answer is that
    /// of moves that keep them at zero.
    pub degenerate: Vec<usize>,
}

impl Support {
    /// From θ, λ₁ − |∇ smooth| and λ₁. Rounding is ε^⅖ of λ₁ here: 5e-7 in `f64`.
    pub(super) fn new<T: Float>(theta: &[&[T]], slack: &[T], l1: &[T]) -> Self {
        let theta: Vec<bool> = theta.iter().copied().flatten().map(|&theta| theta == T::ZERO).collect();
        let rounding = T::EPSILON.to_f64().powf(0.4);
        let at_kink = |i: &usize| theta[*i] && slack[*i].to_f64() <= rounding * l1[*i].to_f64();
        Self {
            size: theta.iter().filter(|zero| !**zero).count(),
            degenerate: (0..theta.len()).filter(at_kink).collect(),
        }
    }
}

/// How the outer objective moves with the step method of a training: derivatives of the steps that were reversed.
#[derive(Clone, Debug, PartialEq)]
pub struct StepDerivative {
    /// Σₖ ∂f/∂ηₖ: along a shift of all step sizes.
    pub shift: f64,
    /// Σₖ ηₖ ∂f/∂ηₖ = df/d ln c, when all step sizes are scaled by c.
    pub scale: f64,
    /// By the other hyperparameters of the method, named: ρ of [`Momentum`](crate::Momentum), β₁ and β₂ of [`Adam`](crate::Adam).
    pub others: Vec<(&'static str, f64)>,
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
