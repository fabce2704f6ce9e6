//! When solvers stop, and what they take for zero.

use crate::Float;

/// When an iterative solver stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stop {
    /// When ‖b − H·x‖ ≤ tolerance · ‖b‖, checked on a fresh product: the residual of a recursion drifts.
    Residual {
        /// Rounding leaves a residual of about ε·λmax·‖x‖: in `f32` a tolerance of 1e-5 is for condition numbers up to 100.
        tolerance: f64,
        /// Products that may be made to get there; the check is not counted.
        iterations: usize,
    },
    /// After exactly this many products, converged or not: a fixed amount of work. The residual is that of the recursion.
    /// Fewer only when the residual is exactly zero.
    After(usize),
}

impl Stop {
    /// The tolerance (0 for a fixed amount of work) and the products that may be made.
    pub(super) const fn limits(self) -> (f64, usize) {
        match self {
            Self::Residual { tolerance, iterations } => (tolerance, iterations),
            Self::After(products) => (0.0, products),
        }
    }
}

/// A curvature below this times the largest one is rounding. The products are made in `T`, of sums that run in trees: their
/// errors are some ε and grow with log n.
pub(super) fn rounding<T: Float>(n: usize) -> f64 {
    4.0 * T::EPSILON.to_f64() * (1.0 + (n.max(1) as f64).log2())
}

/// A residual that did not halve within so many products, for a system of n, has stagnated: in exact arithmetic n reach zero.
pub(super) const fn patience(n: usize) -> usize {
    2 * n + 10
}

/// Ritz values that are kept at most.
pub(super) const RITZ: usize = 4096;
