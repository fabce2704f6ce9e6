//! The inputs of a group, tile by tile.

use super::stretch::Stretch;
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
                Access::Row if cols < tile.len() => repeat(inputs[n], tile),
                _ => {}
            }
        }
        Self { group, cols, inputs, tiles }
    }

    /// What the inputs are over a stretch.
    #[inline(always)]
    pub(super) fn tile(&mut self, stretch: Stretch) -> [&[T]; Group::OPERANDS] {
        for (n, tile) in repeated(self.group).zip(&mut *self.tiles) {
            if self.group.inputs()[n] == Access::Column {
                for segment in stretch.segments() {
                    elements::<T>(tile)[segment.at..][..segment.len].fill(self.inputs[n][segment.row]);
                }
            }
        }
        let mut views: [&[T]; Group::OPERANDS] = [&[]; Group::OPERANDS];
        let mut tiles = self.tiles.iter();
        let Stretch { at, col: column, len, .. } = stretch;
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

/// As many copies of a row as there is room for, by copies of copies.
#[inline(always)]
fn repeat<T: Float>(row: &[T], tile: &mut [T]) {
    let end = tile.len() / row.len() * row.len();
    tile[..row.len()].copy_from_slice(row);
    let mut done = row.len();
    while done < end {
        let more = done.min(end - done);
        tile.copy_within(..more, done);
        done += more;
    }
}
