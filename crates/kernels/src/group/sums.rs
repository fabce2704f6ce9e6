//! The reduced outputs of a group, tile by tile.

use super::stretch::Stretch;
use super::{Group, Reduction, Slices};
use crate::Float;
use crate::reduce::sum::{PIECE, Piece, Running, Terms};

/// The sums that are under way in a leaf.
pub(super) struct Sums<T> {
    first_row: usize,
    /// Rows of a block whose sums over the rows are one partial sum: a power of two.
    block: usize,
    /// None when nothing is summed.
    running: Option<[Running<T>; Group::OPERANDS]>,
}

impl<T: Float> Sums<T> {
    #[inline(always)]
    pub(super) fn new(group: &Group, first_row: usize, block: usize) -> Self {
        debug_assert!(block.is_power_of_two());
        let running = (!group.plan().sums.is_empty()).then_some([Running::EMPTY; Group::OPERANDS]);
        Self { first_row, block, running }
    }

    /// Adds a stretch of what output `j` sums in `out`.
    #[inline(always)]
    pub(super) fn add(&mut self, reduction: Reduction, j: usize, stretch: &Stretch, x: impl Terms<T>, out: &mut [T]) {
        match (reduction, &mut self.running) {
            (Reduction::None, _) | (_, None) => {}
            (Reduction::Rows, _) => self.add_rows(stretch, x, out),
            (Reduction::Columns, Some(running)) => add_columns(&mut running[j], self.first_row, stretch, x, out),
            (Reduction::All, Some(running)) => running[j].extend_pieces(x, out),
        }
    }

    #[inline(always)]
    fn add_rows(&self, stretch: &Stretch, x: impl Terms<T>, out: &mut [T]) {
        for Stretch { at, row, col, len, cols } in stretch.segments() {
            let row = row - self.first_row;
            let block = row >> self.block.trailing_zeros();
            let out = &mut out[block * cols + col..][..len];
            if row & (self.block - 1) == 0 {
                out.fill(T::ZERO);
            }
            x.part(at, len).add_each(out);
        }
    }

    /// Writes what is still under way.
    #[inline(always)]
    pub(super) fn close(&mut self, group: &Group, outputs: &mut Slices<'_, T>) {
        let running = self.running.iter_mut().flatten();
        for ((j, output), running) in group.outputs().iter().enumerate().zip(running) {
            if output.reduction == Reduction::All {
                running.close_piece(outputs.get(j));
            }
        }
    }
}

#[inline(always)]
fn add_columns<T: Float>(
    running: &mut Running<T>,
    first_row: usize,
    stretch: &Stretch,
    x: impl Terms<T>,
    out: &mut [T],
) {
    for Stretch { at, row, col, len, cols } in stretch.segments() {
        if len == cols && cols <= PIECE {
            out[row - first_row] = Piece::of(x.part(at, len));
            continue;
        }
        if col == 0 {
            running.reset();
        }
        running.extend(x.part(at, len));
        if col + len == cols {
            out[row - first_row] = running.total();
        }
    }
}
