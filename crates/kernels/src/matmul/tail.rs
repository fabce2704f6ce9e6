//! The group that follows a product, on one finished block of C after the other.

use super::{Mat, MatMut, Tail};
use crate::group::{Access, Leaf, Slices, with_tiles};
use crate::{Float, Group, Isa};

/// A tail, or what of it belongs to some rows and columns of C.
pub(super) struct Ending<'c, 'e, T> {
    group: &'e Group,
    /// The columns of the shape that the group knows: of C as the caller sees it.
    cols: usize,
    inputs: &'e [&'e [T]],
    /// The first element of the rows, the first of the columns.
    at: usize,
    j: usize,
    /// The outputs after C: whole rows.
    outputs: Slices<'c, T>,
}

impl<'c, 'e, T: Float> Ending<'c, 'e, T> {
    /// All of a tail of a C that has `cols` columns for the caller.
    pub(super) fn new(tail: Tail<'e, '_, T>, cols: usize) -> Ending<'e, 'e, T> {
        let outputs = tail.outputs.iter_mut().map(|out| &mut **out).collect();
        Ending { group: tail.group, cols, inputs: tail.inputs, at: 0, j: 0, outputs }
    }

    /// D and s, when the group does nothing but C = D + s·C, of so many rows and columns: the microkernel does that, and reads C no more.
    pub(super) fn added(&self, rows: usize, cols: usize) -> Option<(Mat<'e, T>, T)> {
        let (input, access, number) = self.group.added().filter(|_| self.cols == cols)?;
        let row_stride = if access == Access::Full { cols } else { 0 };
        Some((Mat { data: self.inputs[input], rows, cols, row_stride, col_stride: 1 }, T::of(number)))
    }

    /// The same for the columns from `j` on.
    pub(super) fn columns(&mut self, j: usize) -> Ending<'_, 'e, T> {
        Ending { outputs: self.outputs.reborrow(), j, ..*self }
    }

    /// What belongs to the first `elements` elements, and what to the others.
    pub(super) fn split(self, elements: usize) -> (Self, Self) {
        let (near, far) = self.outputs.split(|_| elements);
        (Self { outputs: near, ..self }, Self { outputs: far, at: self.at + elements, ..self })
    }

    /// Runs on finished columns of whole rows.
    pub(super) fn run(self, isa: Isa, c: &mut MatMut<'_, T>) {
        let Self { group, cols, inputs, at, j, mut outputs } = self;
        let others = outputs.iter_mut().map(|out| out.get_mut(j..).unwrap_or_default());
        let (start, len) = (at + j, (c.rows - 1) * c.row_stride + c.cols);
        let outputs = std::iter::once(&mut *c.data).chain(others).collect();
        let skip = if c.rows > 1 { c.row_stride - c.cols } else { 0 };
        with_tiles(group, |tiles| {
            T::group(isa, Leaf { isa, group, cols, start, end: start + len, skip, inputs, outputs, block: 1, tiles });
        });
    }
}
