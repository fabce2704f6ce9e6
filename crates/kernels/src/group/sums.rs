//! The reduced outputs of a group, tile by tile.

use super::views::segments;
use super::{Group, Reduction, Slices};
use crate::Float;
use crate::reduce::sum::Running;

/// The sums that are under way in a leaf.
pub(super) struct Sums<T> {
    cols: usize,
    first_row: usize,
    /// Rows of a block whose sums over the rows are one partial sum.
    block: usize,
    running: [Running<T>; Group::OPERANDS],
}

impl<T: Float> Sums<T> {
    #[inline(always)]
    pub(super) fn new(cols: usize, first_row: usize, block: usize) -> Self {
        Self { cols, first_row, block, running: [Running::EMPTY; Group::OPERANDS] }
    }

    /// Adds a tile that begins at element `at` to what output `j` sums in `out`.
    #[inline(always)]
    pub(super) fn add(&mut self, reduction: Reduction, j: usize, at: usize, x: &[T], out: &mut [T]) {
        match reduction {
            Reduction::None => {}
            Reduction::Rows => self.add_rows(at, x, out),
            Reduction::Columns => self.add_columns(j, at, x, out),
            Reduction::All => self.running[j].extend_pieces(x, out),
        }
    }

    #[inline(always)]
    fn add_rows(&self, at: usize, x: &[T], out: &mut [T]) {
        for segment in segments(at, x.len(), self.cols) {
            let row = segment.row - self.first_row;
            let out = &mut out[row / self.block * self.cols + segment.col..][..segment.len];
            if row.is_multiple_of(self.block) {
                out.fill(T::ZERO);
            }
            for (sum, &x) in out.iter_mut().zip(&x[segment.at..]) {
                *sum += x;
            }
        }
    }

    #[inline(always)]
    fn add_columns(&mut self, j: usize, at: usize, x: &[T], out: &mut [T]) {
        let running = &mut self.running[j];
        for segment in segments(at, x.len(), self.cols) {
            if segment.col == 0 {
                running.reset();
            }
            running.extend(&x[segment.at..][..segment.len]);
            if segment.col + segment.len == self.cols {
                out[segment.row - self.first_row] = running.total();
            }
        }
    }

    /// Writes what is still under way.
    #[inline(always)]
    pub(super) fn close(mut self, group: &Group, outputs: &mut Slices<'_, T>) {
        for (j, output) in group.outputs().iter().enumerate() {
            if output.reduction == Reduction::All {
                self.running[j].close_piece(outputs.get(j));
            }
        }
    }
}
