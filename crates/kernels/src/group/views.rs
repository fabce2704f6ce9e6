//! The inputs of a group, tile by tile.

use super::tile::{Tile, elements, tile_len};
use super::{Access, Group};
use crate::Float;

/// The inputs, with a tile for each that is repeated.
pub(super) struct Views<'a, 't, T> {
    group: &'a Group,
    cols: usize,
    inputs: &'a [&'a [T]],
    tiles: &'t mut [Tile],
}

impl<'a, 't, T: Float> Views<'a, 't, T> {
    /// Scalars are repeated once for all tiles, and so are short rows.
    #[inline(always)]
    pub(super) fn new(group: &'a Group, cols: usize, inputs: &'a [&'a [T]], tiles: &'t mut [Tile]) -> Self {
        for (n, tile) in repeated(group).zip(&mut *tiles) {
            let tile = elements::<T>(tile);
            match group.inputs()[n] {
                Access::Scalar => tile.fill(inputs[n][0]),
                Access::Row if cols < tile.len() => {
                    tile.chunks_exact_mut(cols).for_each(|row| row.copy_from_slice(inputs[n]));
                }
                _ => {}
            }
        }
        Self { group, cols, inputs, tiles }
    }

    /// What the inputs are over `len` elements from `at` on.
    #[inline(always)]
    pub(super) fn tile(&mut self, at: usize, len: usize) -> [&[T]; Group::OPERANDS] {
        for (n, tile) in repeated(self.group).zip(&mut *self.tiles) {
            if self.group.inputs()[n] == Access::Column {
                for segment in segments(at, len, self.cols) {
                    elements::<T>(tile)[segment.at..][..segment.len].fill(self.inputs[n][segment.row]);
                }
            }
        }
        let mut views: [&[T]; Group::OPERANDS] = [&[]; Group::OPERANDS];
        let mut tiles = self.tiles.iter();
        let column = at % self.cols;
        for ((view, &access), &input) in views.iter_mut().zip(self.group.inputs()).zip(self.inputs) {
            let mut repeated = || tiles.next().map_or(&[][..], |tile| bytemuck::cast_slice(&tile.0));
            *view = match access {
                Access::Full => &input[at..][..len],
                Access::Row if self.cols < tile_len::<T>() => &repeated()[column..][..len],
                Access::Row => {
                    repeated();
                    &input[column..][..len]
                }
                Access::Column | Access::Scalar => &repeated()[..len],
            };
        }
        views
    }
}

/// The inputs that have a tile, in order.
#[inline(always)]
fn repeated(group: &Group) -> impl Iterator<Item = usize> {
    group.inputs().iter().enumerate().filter(|&(_, &access)| access != Access::Full).map(|(n, _)| n)
}

/// A part of a tile that lies in one row.
pub(super) struct Segment {
    pub(super) row: usize,
    pub(super) col: usize,
    /// Where it begins in the tile.
    pub(super) at: usize,
    pub(super) len: usize,
}

/// The rows of `len` elements from `start` on.
#[inline(always)]
pub(super) fn segments(start: usize, len: usize, cols: usize) -> Segments {
    Segments { row: start / cols, col: start % cols, at: 0, len, cols }
}

/// Iterator of [`segments`].
pub(super) struct Segments {
    row: usize,
    col: usize,
    at: usize,
    len: usize,
    cols: usize,
}

impl Iterator for Segments {
    type Item = Segment;

    #[inline(always)]
    fn next(&mut self) -> Option<Segment> {
        if self.at == self.len {
            return None;
        }
        let len = (self.cols - self.col).min(self.len - self.at);
        let segment = Segment { row: self.row, col: self.col, at: self.at, len };
        (self.row, self.col, self.at) = (self.row + 1, 0, self.at + len);
        Some(segment)
    }
}
