//! Row log-sum-exp.

use super::sum::Running;
use crate::elementwise::{exps, ln_of};
use crate::isa::Kernel;
use crate::lanes::Lanes;
use crate::par::{Equal, each};
use crate::{Float, Isa, Par};

/// Elements of the rows that make one piece of work.
const PIECE: usize = 1 << 13;
/// Exponentials at one time.
const TILE: usize = 256;

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
    assert!(
        rows.checked_mul(cols) == Some(x.len()) && out.len() == rows,
        "row_log_sum_exp: {} elements, {} results for {rows}×{cols}",
        x.len(),
        out.len()
    );
    if cols == 0 {
        return out.fill(T::of(f64::NEG_INFINITY));
    }
    let height = height(cols);
    each(
        par,
        0..row_log_sum_exp_pieces(rows, cols),
        Equal { data: out, each: height },
        &mut [],
        &|piece, out, _: &mut [T]| {
            T::log_sum_exp(isa, Rows { x: &x[piece * height * cols..], cols, out: out.data });
        },
    );
}

/// The number of pieces that the rows of a matrix of this shape are cut into, and that may run at the same time.
pub fn row_log_sum_exp_pieces(rows: usize, cols: usize) -> usize {
    rows.div_ceil(height(cols))
}

/// Rows of a piece.
fn height(cols: usize) -> usize {
    (PIECE / cols.max(1)).max(1)
}

/// Some rows.
pub struct Rows<'a, T> {
    x: &'a [T],
    cols: usize,
    out: &'a mut [T],
}

impl<T: Float> Kernel<T> for Rows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        for (x, out) in self.x.chunks_exact(self.cols).zip(self.out) {
            *out = log_sum_exp::<L>(x);
        }
    }
}

#[inline(always)]
fn log_sum_exp<L: Lanes>(x: &[L::Elem]) -> L::Elem {
    let shift = shift(x);
    let mut sum = Running::EMPTY;
    let (mut less, mut exp) = ([L::Elem::ZERO; TILE], [L::Elem::ZERO; TILE]);
    for x in x.chunks(TILE) {
        let (less, exp) = (&mut less[..x.len()], &mut exp[..x.len()]);
        less.iter_mut().zip(x).for_each(|(less, &x)| *less = x - shift);
        exps::<L>(less, exp);
        sum.extend(&*exp);
    }
    shift + ln_of::<L>(sum.total())
}

/// The largest element, NaN if there is one; 0 when it is infinite, so that nothing is subtracted from itself.
#[inline(always)]
fn shift<T: Float>(x: &[T]) -> T {
    let largest = |a: T, b: T| if a > b || a.partial_cmp(&a).is_none() { a } else { b };
    let mut lanes = [T::of(f64::NEG_INFINITY); 16];
    let (whole, rest) = x.as_chunks::<16>();
    for x in whole {
        for (lane, &x) in lanes.iter_mut().zip(x) {
            *lane = largest(*lane, x);
        }
    }
    let max = lanes.into_iter().chain(rest.iter().copied()).fold(T::of(f64::NEG_INFINITY), largest);
    if max.to_f64().is_infinite() { T::ZERO } else { max }
}
