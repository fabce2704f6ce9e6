//! C = α·A·B, overwriting C or added to it.

use crate::{Float, Group, Isa, Par, reference};

/// A matrix to read: element (i, j) lies at `data[i * row_stride + j * col_stride]`.
#[derive(Clone, Copy, Debug)]
pub struct Mat<'a, T> {
    /// The elements.
    pub data: &'a [T],
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Distance of neighbours in a column.
    pub row_stride: usize,
    /// Distance of neighbours in a row.
    pub col_stride: usize,
}

impl<'a, T> Mat<'a, T> {
    /// A row-major matrix without gaps.
    pub fn new(data: &'a [T], rows: usize, cols: usize) -> Self {
        Self { data, rows, cols, row_stride: cols, col_stride: 1 }
    }

    /// The transpose: the same elements, strides exchanged.
    #[must_use]
    pub fn t(self) -> Self {
        Self {
            data: self.data,
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
        }
    }
}

/// A matrix to write; as [`Mat`]. Distinct elements must lie at distinct places.
#[derive(Debug)]
pub struct MatMut<'a, T> {
    /// The elements.
    pub data: &'a mut [T],
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Distance of neighbours in a column.
    pub row_stride: usize,
    /// Distance of neighbours in a row.
    pub col_stride: usize,
}

impl<'a, T> MatMut<'a, T> {
    /// A row-major matrix without gaps.
    pub fn new(data: &'a mut [T], rows: usize, cols: usize) -> Self {
        Self { data, rows, cols, row_stride: cols, col_stride: 1 }
    }
}

/// What happens to the old content of C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Update {
    /// It is not read: C = α·A·B.
    Overwrite,
    /// It is added to: C += α·A·B.
    Accumulate,
}

/// A group that runs on every finished block of C while it is in cache. Its output 0 is C itself, which it reads as
/// `Source::Output(0)`; no output may be reduced. C must be row-major without gaps.
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
    let _ = (par, m, k, n);
    0
}

/// C = α·A·B (or C += α·A·B), then the tail.
///
/// # Panics
/// When the shapes do not fit each other, a view leaves its slice, or the scratch is shorter than [`matmul_scratch`].
#[track_caller]
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
    let _ = (isa, par, scratch);
    let MatMut { data, rows, cols, row_stride, col_stride } = c;
    reference::matmul(alpha, a, b, update, MatMut { data: &mut *data, rows, cols, row_stride, col_stride });
    if let Some(tail) = tail {
        let mut outputs = vec![data];
        outputs.extend(tail.outputs.iter_mut().map(|o| &mut **o));
        reference::group(tail.group, rows, cols, tail.inputs, &mut outputs);
    }
}
