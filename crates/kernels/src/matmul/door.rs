//! The front doors of products.

use super::blocking::Cutting;
use super::parts::Whole;
use super::right::Right;
use super::view::{fits, nested, span};
use super::{Mat, MatMut, Panels, takes_panels};
use crate::group::check_operands;
use crate::{Float, Group, Isa, Par, Reduction};

/// What happens to the old content of C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Update {
    /// It is not read: C = α·A·B.
    Overwrite,
    /// It is added to: C += α·A·B.
    Accumulate,
}

/// A group that runs on every finished block of C while it is in cache. Its output 0 is C itself, which it reads as
/// `Source::Output(0)`; no output may be reduced. C must be row-major without gaps. A group that does nothing but C = D + s·C, with
/// a full or row input D, costs no pass over C.
#[derive(Debug)]
pub struct Tail<'t, 'a, T> {
    /// The operations.
    pub group: &'t Group,
    /// Its inputs, laid over the shape of C.
    pub inputs: &'t [&'a [T]],
    /// Its outputs after the first.
    pub outputs: &'t mut [&'a mut [T]],
}

/// Elements of scratch that [`matmul()`] needs for an m × k by k × n product.
pub fn matmul_scratch<T: Float>(par: Par, m: usize, k: usize, n: usize) -> usize {
    let scratch = |m, n| needed::<T>(par, m, k, n, false);
    match (m, n) {
        (0, _) | (_, 0) => 0,
        (_, 1) => scratch(1, m),
        (1, _) => scratch(1, n),
        // A column-major C is solved transposed.
        _ => scratch(m, n).max(scratch(n, m)),
    }
}

/// Elements of scratch that [`matmul_panels()`] needs for an m × k by k × n product, unless B is transposed.
pub fn matmul_panels_scratch<T: Float>(par: Par, m: usize, k: usize, n: usize) -> usize {
    needed::<T>(par, m, k, n, true)
}

/// Elements of scratch, when a B in panels or elsewhere is met by an m × n C whose rows are contiguous.
fn needed<T: Float>(par: Par, m: usize, k: usize, n: usize, in_panels: bool) -> usize {
    if m * n == 0 { 0 } else { Cutting::new(par.is_seq(), m, k, n).scratch::<T>(m, k, n, in_panels) }
}

/// The number of pieces that a product into a row-major C is cut into, and that may run at the same time.
pub fn matmul_pieces(par: Par, m: usize, k: usize, n: usize) -> usize {
    let (m, n) = if n == 1 { (1, m) } else { (m, n) };
    if m * n == 0 { 0 } else { Cutting::new(par.is_seq(), m, k, n).pieces(k) }
}

/// C = α·A·B (or C += α·A·B), then the tail.
///
/// # Panics
/// When the shapes do not fit each other, a view leaves its slice, or the scratch is shorter than [`matmul_scratch`].
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "a kernel's operands")]
pub fn matmul<T: Float>(
    par: Par,
    alpha: T,
    a: Mat<'_, T>,
    b: Mat<'_, T>,
    update: Update,
    c: MatMut<'_, T>,
    tail: Option<Tail<'_, '_, T>>,
    scratch: &mut [T],
) {
    matmul_with(Isa::current(), par, alpha, a, b, update, c, tail, scratch);
}

/// [`matmul()`] on a given instruction set.
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "the twin of `matmul` with its instruction set")]
pub fn matmul_with<T: Float>(
    isa: Isa,
    par: Par,
    alpha: T,
    a: Mat<'_, T>,
    b: Mat<'_, T>,
    update: Update,
    c: MatMut<'_, T>,
    tail: Option<Tail<'_, '_, T>>,
    scratch: &mut [T],
) {
    check(a, (b.rows, b.cols), &c);
    check_view("B", b.rows, b.cols, [b.row_stride, b.col_stride], b.data.len());
    run(Whole { isa, par, alpha, a, b: Right::Strided(b), update }, c, tail, scratch);
}

/// [`matmul()`] with B in panels, and a C that is row-major.
///
/// # Panics
/// As [`matmul()`] (with the scratch of [`matmul_panels_scratch`], or of [`matmul_scratch`] when B is [transposed](Panels::t)), and when C is
/// not row-major or [`takes_panels`](super::takes_panels) says no.
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "a kernel's operands")]
pub fn matmul_panels<T: Float>(
    par: Par,
    alpha: T,
    a: Mat<'_, T>,
    b: Panels<'_, T>,
    update: Update,
    c: MatMut<'_, T>,
    tail: Option<Tail<'_, '_, T>>,
    scratch: &mut [T],
) {
    matmul_panels_with(Isa::current(), par, alpha, a, b, update, c, tail, scratch);
}

/// [`matmul_panels()`] on a given instruction set, that for which B was packed.
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "the twin of `matmul_panels` with its instruction set")]
pub fn matmul_panels_with<T: Float>(
    isa: Isa,
    par: Par,
    alpha: T,
    a: Mat<'_, T>,
    b: Panels<'_, T>,
    update: Update,
    c: MatMut<'_, T>,
    tail: Option<Tail<'_, '_, T>>,
    scratch: &mut [T],
) {
    let (k, n) = (b.rows(), b.cols());
    check(a, (k, n), &c);
    assert!(takes_panels(k, n), "matmul: a {k}×{n} matrix cannot lie in panels");
    assert!(!transposed(&c), "matmul: with B in panels C ({}×{n}) must be row-major", c.rows);
    run(Whole { isa, par, alpha, a, b: Right::of_panels(b), update }, c, tail, scratch);
}

/// Runs a product whose operands fit.
#[track_caller]
fn run<T: Float>(whole: Whole<'_, T>, c: MatMut<'_, T>, tail: Option<Tail<'_, '_, T>>, scratch: &mut [T]) {
    if let Some(tail) = &tail {
        check_tail(tail, &c);
    }
    let (m, n) = if transposed(&c) { (c.cols, c.rows) } else { (c.rows, c.cols) };
    let needed = needed::<T>(whole.par, m, whole.a.cols, n, whole.b.lies_in_panels());
    assert!(scratch.len() >= needed, "matmul: {} elements of scratch, {needed} needed", scratch.len());
    T::matmul(whole, c, tail, scratch);
}

#[track_caller]
fn check<T>(a: Mat<'_, T>, (k, n): (usize, usize), c: &MatMut<'_, T>) {
    let shapes = || format!("{}×{} by {k}×{n} into {}×{}", a.rows, a.cols, c.rows, c.cols);
    assert!(a.cols == k && a.rows == c.rows && n == c.cols, "matmul: {}", shapes());
    check_view("A", a.rows, a.cols, [a.row_stride, a.col_stride], a.data.len());
    check_view("C", c.rows, c.cols, [c.row_stride, c.col_stride], c.data.len());
    let apart = nested(c.rows, c.cols, c.row_stride, c.col_stride);
    assert!(apart, "matmul: elements of C share places: strides {} and {}; {}", c.row_stride, c.col_stride, shapes());
}

#[track_caller]
pub(super) fn check_view(name: &str, rows: usize, cols: usize, [down, right]: [usize; 2], len: usize) {
    let fits = fits(span(rows, cols, down, right), len);
    assert!(fits, "matmul: {name} ({rows}×{cols}, strides {down} and {right}) leaves its {len} elements");
}

#[track_caller]
fn check_tail<T>(tail: &Tail<'_, '_, T>, c: &MatMut<'_, T>) {
    let (rows, cols) = (c.rows, c.cols);
    let dense = (rows <= 1 || c.row_stride == cols) && (cols <= 1 || c.col_stride == 1);
    assert!(dense, "matmul: a tail needs C ({rows}×{cols}) row-major without gaps");
    let reduced = tail.group.outputs().iter().any(|output| output.reduction != Reduction::None);
    assert!(!reduced, "matmul: an output of the tail is reduced");
    let outputs: [usize; Group::OPERANDS] = std::array::from_fn(|n| match n {
        0 => rows * cols,
        _ => tail.outputs.get(n - 1).map_or(0, |out| out.len()),
    });
    let given = 1 + tail.outputs.len();
    assert!(given <= outputs.len(), "matmul: {given} outputs of the tail");
    check_operands("the tail of matmul", tail.group, rows, cols, tail.inputs, outputs[..given].iter().copied());
}

/// Whether the transposed problem is solved: when C is wider from column to column than from row to row, or a column.
pub(super) fn transposed(c: &MatMut<'_, impl Sized>) -> bool {
    c.rows > 1 && (c.cols == 1 || c.row_stride < c.col_stride)
}
