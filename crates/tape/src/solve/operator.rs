//! What is solved, by what, and what comes of it.

use std::fmt;

use super::Status;
use crate::{Element, Float, Held};

/// A square matrix H that is known by its products.
pub trait LinearOperator<T> {
    /// The number of rows and columns.
    fn size(&self) -> usize;

    /// Whether H = Hᵀ. Solvers that need it refuse an operator that does not say so.
    fn symmetric(&self) -> bool;

    /// H·x. The answer is a view, valid until the next product.
    fn apply(&mut self, x: &[T]) -> &[T];
}

/// The second stage of a program whose only free input is x and whose first output is H·x, with a symmetric H (a Hessian).
impl<T: Element> LinearOperator<T> for Held<'_, T> {
    fn size(&self) -> usize {
        self.program().output_shapes().next().map_or(0, crate::Shape::len)
    }

    fn symmetric(&self) -> bool {
        true
    }

    #[track_caller]
    fn apply(&mut self, x: &[T]) -> &[T] {
        self.run_only(0, &[x])
    }
}

/// A method for H·x = b.
pub trait LinearSolver<T: Float>: fmt::Debug {
    /// Solves H·x = b from a first guess `x` (zeros, or the answer of a nearby system).
    ///
    /// # Errors
    /// When the solver did not reach what it was asked for: why, and the iterate that it had.
    ///
    /// # Panics
    /// When the size of `h` and the lengths of `b` and `x` differ, or the solver is for symmetric H only and this is none.
    fn solve(&self, h: &mut dyn LinearOperator<T>, b: &[T], x: Vec<T>) -> Result<Solution<T>, Unsolved<T>>;
}

/// What a linear solver found.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution<T> {
    /// x
    pub x: Vec<T>,
    /// ‖b − H·x‖ / ‖b‖; 0 when b = 0.
    pub residual: f64,
    /// The eigenvalues that the solver saw, ascending: Ritz values, which lie inside the spectrum of H. Of an H that is not
    /// symmetric, singular values in their place, which lie inside the range of those of H.
    pub ritz: Vec<f64>,
    /// The number of products H·x.
    pub products: usize,
}

/// A linear solve that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Unsolved<T> {
    /// Why.
    pub status: Status<T>,
    /// The last iterate. Nothing about it is promised.
    pub unverified: Solution<T>,
}

impl<T: Float> fmt::Display for Unsolved<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (after {} products)", self.status, self.unverified.products)
    }
}

impl<T: Float> std::error::Error for Unsolved<T> {}
