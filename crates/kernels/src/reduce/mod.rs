//! Reductions. A sum is defined on indices, not on memory order or threads: fixed pieces, in each 16 interleaved accumulators
//! (index mod 16) joined in one fixed tree, then the pieces in one fixed tree. It has the same bits on every instruction set.

mod log_sum_exp;
pub(crate) mod sum;

pub(crate) use log_sum_exp::Rows;
pub use log_sum_exp::{row_log_sum_exp, row_log_sum_exp_pieces, row_log_sum_exp_with};

use crate::isa::Kernel;
use crate::lanes::Lanes;
use crate::par::tree;
use crate::{Float, Isa, Par};
use sum::{PIECE, Piece, Products, Terms, pieces};

/// Σ xᵢ; the empty sum is 0.
pub fn sum<T: Float>(par: Par, x: &[T]) -> T {
    sum_with(Isa::current(), par, x)
}

/// [`sum`] on a given instruction set.
pub fn sum_with<T: Float>(isa: Isa, par: Par, x: &[T]) -> T {
    tree(par, 0..pieces(x.len()), &|piece| isa.run(Total(part(x, piece))), &|a, b| a + b)
}

/// Σ xᵢ yᵢ: the [`sum`] of the rounded products.
///
/// # Panics
/// When the lengths differ.
#[track_caller]
pub fn dot<T: Float>(par: Par, x: &[T], y: &[T]) -> T {
    dot_with(Isa::current(), par, x, y)
}

/// [`dot`] on a given instruction set.
#[track_caller]
pub fn dot_with<T: Float>(isa: Isa, par: Par, x: &[T], y: &[T]) -> T {
    assert_eq!(x.len(), y.len(), "dot: lengths {} and {}", x.len(), y.len());
    products(isa, par, x, y)
}

/// [`dot`] with products and sums in `f64`.
///
/// # Panics
/// When the lengths differ.
#[track_caller]
pub fn dot_wide<T: Float>(par: Par, x: &[T], y: &[T]) -> f64 {
    dot_wide_with(Isa::current(), par, x, y)
}

/// [`dot_wide`] on a given instruction set.
#[track_caller]
pub fn dot_wide_with<T: Float>(isa: Isa, par: Par, x: &[T], y: &[T]) -> f64 {
    assert_eq!(x.len(), y.len(), "dot: lengths {} and {}", x.len(), y.len());
    products(isa, par, x, y)
}

/// Σ xᵢ yᵢ in the type of the sum.
fn products<T: Float, S: Float>(isa: Isa, par: Par, x: &[T], y: &[T]) -> S {
    let leaf = |piece| isa.run::<S, _>(Total(Products([part(x, piece), part(y, piece)])));
    tree(par, 0..pieces(x.len()), &leaf, &|a, b| a + b)
}

/// The number of pieces that a sum of this many terms is cut into, and that may be added up at the same time.
pub fn sum_pieces(terms: usize) -> usize {
    pieces(terms)
}

/// The terms of a piece.
fn part<T>(x: &[T], piece: usize) -> &[T] {
    &x[piece * PIECE..x.len().min((piece + 1) * PIECE)]
}

/// The sum of one piece.
struct Total<X>(X);

impl<T: Float, X: Terms<T>> Kernel<T> for Total<X> {
    type Output = T;

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) -> T {
        let mut piece = Piece::EMPTY;
        piece.extend(self.0);
        piece.total()
    }
}
