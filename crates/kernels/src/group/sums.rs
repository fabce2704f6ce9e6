//! The reduced outputs of a group, tile by tile.

use super::stretch::Stretch;
use super::{Group, Reduction, Slices};
use crate::Float;
use crate::reduce::sum::Running;

/// The sums that are under way in a leaf.
pub(super) struct Sums<T> {
    first_row: usize,
    /// Rows of a block whose sums over the rows are one partial sum: a power of two.
    block: usize,
    running: [Running<T>; Group::OPERANDS],
}

impl<T: Float> Sums<T> {
    #[inline(always)]
    pub(super) fn new(first_row: usize, block: usize) -> Self {
        debug_assert!(block.is_power_of_two());
        Self { first_row, block, running: [Running::EMPTY; Group::OPERANDS] }
    }

    /// Adds a stretch of what output `j` sums in `out`.
    #[inline(always)]
    pub(super) fn add(&mut self, reduction: Reduction, j: usize, stretch: Stretch, x: &[T], out: &mut [T]) {
        match reduction {
            Reduction::None => {}
            Reduction::Rows => self.add_rows(stretch, x, out),
            Reduction::Columns => self.add_columns(j, stretch, x, out),
            Reduction::All => self.running[j].extend_pieces(x, out),
        }
    }

    #[inline(always)]
    fn add_rows(&self, stretch: Stretch, x: &[T], out: &mut [T]) {
        for Stretch { at, row, col, len, cols } in stretch.segments() {
            let row = row - self.first_row;
            let block = row >> self.block.trailing_zeros();
            let out = &mut out[block * cols + col..][..len];
            if row & (self.block - 1) == 0 {
                out.fill(T::ZERO);
            }
            for (sum, &x) in out.iter_mut().zip(&x[at..]) {
                *sum += x;
            }
        }
    }

    #[inline(always)]
    fn add_columns(&mut self, j: usize, stretch: Stretch, x: &[T], out: &mut [T]) {
        let running = &mut self.running[j];
        for Stretch { at, row, col, len, cols } in stretch.segments() {
            if col == 0 {
                running.reset();
            }
            running.extend(&x[at..][..len]);
            if col + len == cols {
                out[row - self.first_row] = running.total();
            }
        }
    }

    /// Writes what is still under way.
    #[inline(always)]
    pub(super) fn close(&mut self, group: &Group, outputs: &mut Slices<'_, T>) {
        for (j, output) in group.outputs().iter().enumerate() {
            if output.reduction == Reduction::All {
                self.running[j].close_piece(outputs.get(j));
            }
        }
    }
}
