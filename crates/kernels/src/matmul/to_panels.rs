//! Products whose result lies in panels: a second operand that is updated where it is read.

use super::blocking::chains;
use super::door::check_view;
use super::panels::{pack_panels_with, takes_panels, unpack_panels_with};
use super::{Mat, MatMut, Panels, PanelsMut, Update, matmul_scratch, matmul_with};
use crate::{Float, Isa, Par};

/// Whether an m × k by k × n product may be made in panels: its result [may lie](takes_panels) in them, k is not 0, and not so large that
/// the elements are sums of several chains.
pub fn makes_panels(m: usize, k: usize, n: usize) -> bool {
    k > 0 && chains(k) == 1 && takes_panels(m, n)
}

/// Elements of scratch that [`matmul_to_panels()`] needs for an m × k by k × n product.
pub fn matmul_to_panels_scratch<T: Float>(par: Par, m: usize, k: usize, n: usize) -> usize {
    m * n + matmul_scratch::<T>(par, m, k, n)
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
    let (rows, scratch) = scratch.split_at_mut(m * n);
    unpack_panels_with(isa, par, Panels::new(c.data, m, n), rows);
    matmul_with(isa, par, alpha, a, b, update, MatMut::new(rows, m, n), None, scratch);
    pack_panels_with(isa, par, Mat::new(rows, m, n), c.data);
}
