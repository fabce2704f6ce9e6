//! Matrices as views of slices.

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

    /// The rows × cols matrix that begins at (i, j).
    #[inline(always)]
    pub(super) fn window(self, i: usize, j: usize, rows: usize, cols: usize) -> Self {
        debug_assert!(i + rows <= self.rows && j + cols <= self.cols);
        let start = (i * self.row_stride + j * self.col_stride).min(self.data.len());
        Self { data: &self.data[start..], rows, cols, ..self }
    }
}

/// A matrix to write; as [`Mat`]. Distinct elements must lie at distinct places, one dimension nested in the other: one stride
/// is at least the whole extent of the other dimension.
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

    /// The transpose: the same elements, strides exchanged.
    #[must_use]
    pub(super) fn t(self) -> Self {
        Self {
            data: self.data,
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
        }
    }

    /// The same matrix to read.
    #[inline(always)]
    pub(super) fn view(&self) -> Mat<'_, T> {
        Mat {
            data: self.data,
            rows: self.rows,
            cols: self.cols,
            row_stride: self.row_stride,
            col_stride: self.col_stride,
        }
    }

    /// The same view for a shorter time.
    pub(super) fn reborrow(&mut self) -> MatMut<'_, T> {
        MatMut { data: &mut *self.data, ..*self }
    }

    /// The columns from `j` on, `cols` of them.
    pub(super) fn columns(self, j: usize, cols: usize) -> Self {
        debug_assert!(j + cols <= self.cols);
        let start = (j * self.col_stride).min(self.data.len());
        Self { data: &mut self.data[start..], cols, ..self }
    }

    /// The first `at` rows and the others. The rows must be disjoint spans of memory, as they are in a view that is wider
    /// from row to row than from column to column.
    pub(super) fn split_rows(self, at: usize) -> (Self, Self) {
        debug_assert!(self.rows <= 1 || self.row_stride >= self.col_stride);
        let middle = if at < self.rows { at * self.row_stride } else { self.data.len() };
        let (near, far) = self.data.split_at_mut(middle);
        (Self { data: near, rows: at, ..self }, Self { data: far, rows: self.rows - at, ..self })
    }
}

/// The number of elements that a view spans, from its first to its last; `None` when that overflows.
pub(super) fn span(rows: usize, cols: usize, row_stride: usize, col_stride: usize) -> Option<usize> {
    if rows == 0 || cols == 0 {
        return Some(0);
    }
    let down = (rows - 1).checked_mul(row_stride)?;
    let right = (cols - 1).checked_mul(col_stride)?;
    down.checked_add(right)?.checked_add(1)
}

/// Whether a span of this length fits a slice.
pub(super) fn fits(span: Option<usize>, len: usize) -> bool {
    span.is_some_and(|span| span <= len)
}

/// Whether one dimension is nested in the other, so that no two elements share a place.
pub(super) fn nested(rows: usize, cols: usize, row_stride: usize, col_stride: usize) -> bool {
    if rows == 0 || cols == 0 {
        return true;
    }
    let row = span(1, cols, row_stride, col_stride);
    let column = span(rows, 1, row_stride, col_stride);
    match (rows, cols) {
        (1, 1) => true,
        (1, _) => col_stride > 0,
        (_, 1) => row_stride > 0,
        _ => (col_stride > 0 && fits(row, row_stride)) || (row_stride > 0 && fits(column, col_stride)),
    }
}
