//! The solver for whoever does not choose one.

use super::{Cg, Gmres, LinearOperator, LinearSolver, Solution, Unsolved};
use crate::Float;

/// [`Cg`] for a symmetric H, [`Gmres`] for any other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Krylov {
    /// Of the relative residual.
    pub tolerance: f64,
}

impl Krylov {
    /// To a relative residual of 1e-10 (for `f64`).
    pub const DEFAULT: Self = Self { tolerance: 1e-10 };

    /// [`Krylov::DEFAULT`] for `f32`: to 1e-5.
    pub const SINGLE: Self = Self { tolerance: 1e-5 };
}

impl Default for Krylov {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<T: Float> LinearSolver<T> for Krylov {
    fn solve(&self, h: &mut dyn LinearOperator<T>, b: &[T], x: Vec<T>) -> Result<Solution<T>, Unsolved<T>> {
        if h.symmetric() { Cg::to(self.tolerance).solve(h, b, x) } else { Gmres::to(self.tolerance).solve(h, b, x) }
    }
}
