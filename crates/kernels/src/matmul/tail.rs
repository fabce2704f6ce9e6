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
    pub(super) fn run(mut self, isa: Isa, c: &mut MatMut<'_, T>) {
        let whole = c.rows <= 1 || c.cols == c.row_stride;
        let (rows, len) = if whole { (1, c.rows * c.cols) } else { (c.rows, c.cols) };
        with_tiles(self.group, |tiles| {
            for i in 0..rows {
                let skip = i * c.row_stride;
                let others = self.outputs.iter_mut().map(|out| out.get_mut(skip + self.j..).unwrap_or_default());
                let leaf = Leaf {
                    isa,
                    group: self.group,
                    cols: self.cols,
                    start: self.at + skip + self.j,
                    end: self.at + skip + self.j + len,
                    inputs: self.inputs,
                    outputs: std::iter::once(&mut c.data[skip..]).chain(others).collect(),
                    block: 1,
                    tiles: &mut *tiles,
                };
                T::group(isa, leaf);
            }
        });
    }
}
