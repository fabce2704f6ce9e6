//! Why a solve failed.

use std::fmt;

use crate::Float;

/// Why a linear solve, or a hypergradient, has no verified answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Status<T> {
    /// θ is not a stationary point of the inner objective: the formula of the implicit gradient does not hold there.
    NotStationary {
        /// ‖∇_θ g‖ / scale
        residual: f64,
        /// What it had to be at most.
        tolerance: f64,
    },
    /// H is not positive definite, and this direction shows it.
    NegativeCurvature {
        /// d, of norm 1.
        direction: Vec<T>,
        /// dᵀHd < 0
        curvature: f64,
    },
    /// The tolerance was not reached in the products that were allowed.
    IterationLimit {
        /// ‖b − H·x‖ / ‖b‖
        residual: f64,
        /// What it had to be at most.
        tolerance: f64,
        /// The products that were made.
        products: usize,
    },
    /// The fixed-point iteration of the solver does not contract.
    Diverges {
        /// By what the residual grew in each product, about.
        factor: f64,
        /// The step size η of x ← x + η(b − H·x).
        step: f64,
    },
    /// H is singular, as far as can be seen or was told.
    Singular(Singular<T>),
    /// A product, or the right-hand side, holds an infinity or a NaN.
    NotFinite,
}

/// What shows, or says, that H is singular.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Singular<T> {
    /// A curvature that rounding cannot tell from zero.
    Breakdown {
        /// The least curvature pᵀHp/‖p‖² that was met.
        curvature: f64,
        /// The largest eigenvalue that was seen.
        largest: f64,
    },
    /// The residual no longer falls.
    Stagnation {
        /// ‖b − H·x‖ / ‖b‖
        residual: f64,
        /// What it had to be at most.
        tolerance: f64,
    },
    /// A probe found a direction without curvature.
    NullDirection {
        /// v, of norm 1.
        direction: Vec<T>,
        /// ‖Hv‖
        curvature: f64,
    },
    /// The caller declared that the inner problem interpolates.
    Declared,
}

impl<T: Float> fmt::Display for Status<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStationary { residual, tolerance } => write!(
                f,
                "θ is not stationary: ‖∇g‖/scale is {residual:.3e}, above {tolerance:.3e}; train θ further, raise the \
                 tolerance, or unroll the training instead"
            ),
            Self::NegativeCurvature { curvature, .. } => write!(
                f,
                "the operator has a direction of curvature {curvature:.3e} < 0, so θ is no minimum; take the \
                 Gauss-Newton operator, add damping, or follow the direction to a better θ"
            ),
            Self::IterationLimit { residual, tolerance, products } => write!(
                f,
                "the relative residual is {residual:.3e} after {products} products, above {tolerance:.3e}; allow more \
                 products, start from the last answer, or raise the tolerance"
            ),
            Self::Diverges { factor, step } => write!(
                f,
                "the Neumann series diverges at step size {step:.3e}: each product lets the residual grow {factor:.3} times; \
                 let the step be measured, take a smaller one, or solve by cg (gmres for an H that is not symmetric)"
            ),
            Self::Singular(singular) => singular.fmt(f),
            Self::NotFinite => write!(
                f,
                "a product or the right-hand side is not finite; look for an overflow in the losses, or for a θ that \
                 diverged"
            ),
        }
    }
}

impl<T: Float> fmt::Display for Singular<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Breakdown { curvature, largest } => write!(
                f,
                "the operator is singular: curvature {curvature:.3e} beside an eigenvalue of {largest:.3e}; add a ridge \
                 to the inner loss, or unroll the training"
            ),
            Self::Stagnation { residual, tolerance } => write!(
                f,
                "the relative residual stays at {residual:.3e}, above {tolerance:.3e}: the operator is singular, or {} \
                 cannot reach this tolerance; add a ridge to the inner loss, or raise the tolerance",
                T::NAME
            ),
            Self::NullDirection { curvature, .. } => write!(
                f,
                "the probe found a direction without curvature (‖Hv‖ = {curvature:.3e} for ‖v‖ = 1), along which \
                 dθ/dα is not determined by H; add a ridge to the inner loss, or unroll the training"
            ),
            Self::Declared => write!(
                f,
                "the inner problem was declared to interpolate: its minimum is not isolated, and neither damping nor a \
                 pseudo-inverse gives its hypergradient; unroll the training, or add a ridge to the inner loss"
            ),
        }
    }
}
