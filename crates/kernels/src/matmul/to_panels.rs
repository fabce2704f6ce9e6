//! Products whose result lies in panels: a second operand that is updated where it is read.

use super::blocking::{Blocks, chains, is_small};
use super::door::check_view;
use super::loops::Product;
use super::panels::takes_panels;
use super::parts::Whole;
use super::right::Right;
use super::{Mat, PanelsMut, Update};
use crate::{Float, Isa, Par};

/// Whether an m × k by k × n product may be made in panels: its result [may lie](takes_panels) in them, k is not 0, and not so large that
/// the elements are sums of several chains.
pub fn makes_panels(m: usize, k: usize, n: usize) -> bool {
    k > 0 && chains(k) == 1 && takes_panels(m, n)
}

/// Elements of scratch that [`matmul_to_panels()`] needs for an m × k by k × n product.
pub fn matmul_to_panels_scratch<T: Float>(par: Par, m: usize, k: usize, n: usize) -> usize {
    let blocks = Blocks::to_panels::<T>(m, k, n);
    let threads = if par.is_seq() || is_small(m, k, n) { 1 } else { blocks.rows };
    blocks.scratch::<T>(m, threads, false)
}

/// C = α·A·B (or C += α·A·B) with C in panels. The elements are those of [`matmul()`](super::matmul()), bit for bit; what fills
/// panels up is not written.
///
/// # Panics
/// When the shapes do not fit each other, a view leaves its slice, [`makes_panels`] says no, or the scratch is shorter than
/// [`matmul_to_panels_scratch`].
#[track_caller]
pub fn matmul_to_panels<T: Float>(
    par: Par,
    alpha: T,
    a: Mat<'_, T>,
    b: Mat<'_, T>,
    update: Update,
    c: PanelsMut<'_, T>,
    scratch: &mut [T],
) {
    matmul_to_panels_with(Isa::current(), par, alpha, a, b, update, c, scratch);
}

/// [`matmul_to_panels()`] on a given instruction set, that for which C is packed.
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "the twin of `matmul_to_panels` with its instruction set")]
pub fn matmul_to_panels_with<T: Float>(
    isa: Isa,
    par: Par,
    alpha: T,
    a: Mat<'_, T>,
    b: Mat<'_, T>,
    update: Update,
    c: PanelsMut<'_, T>,
    scratch: &mut [T],
) {
    let (m, k, n) = (a.rows, a.cols, b.cols);
    let fit = k == b.rows && m == c.rows && n == c.cols;
    assert!(fit, "matmul_to_panels: {m}×{k} by {}×{n} into {}×{}", b.rows, c.rows, c.cols);
    assert!(makes_panels(m, k, n), "matmul_to_panels: {m}×{k} by {k}×{n} cannot be made in panels");
    check_view("A", m, k, [a.row_stride, a.col_stride], a.data.len());
    check_view("B", k, n, [b.row_stride, b.col_stride], b.data.len());
    let (len, needed) = (scratch.len(), matmul_to_panels_scratch::<T>(par, m, k, n));
    assert!(len >= needed, "matmul_to_panels: {len} elements of scratch, {needed} needed");
    T::matmul_to_panels(Whole { isa, par, alpha, a, b: Right::Strided(b), update }, c, scratch);
}

impl<T: Float> Whole<'_, T> {
    pub(crate) fn run_to_panels(self, c: PanelsMut<'_, T>, scratch: &mut [T]) {
        let Self { isa, par, alpha, a, b, update } = self;
        let par = par.only_if(!is_small(c.rows, a.cols, c.cols));
        Product { isa, alpha, a, b, update }.run_to_panels(par, c, scratch);
    }
}
