//! The inputs of a group, tile by tile.

use super::plan::{Place, Step};
use super::stretch::Stretch;
use super::tile::{Tile, elements, tile_len};
use super::{Access, Group};
use crate::elementwise::{Fused, Pass};
use crate::{Elementwise, Float, Real};

/// The inputs, with a tile for each that is repeated.
pub(super) struct Views<'a, 't, T> {
    group: &'a Group,
    cols: usize,
    inputs: &'a [&'a [T]],
    tiles: &'t mut [Tile],
    /// Of each repeated input its tile, and for which stretch a column was repeated last.
    homes: [usize; Group::OPERANDS],
    filled: [usize; Group::OPERANDS],
}

impl<'a, 't, T: Float> Views<'a, 't, T> {
    /// Scalars are repeated once for all tiles, and so are short rows.
    #[inline(always)]
    pub(super) fn new(group: &'a Group, cols: usize, inputs: &'a [&'a [T]], tiles: &'t mut [Tile]) -> Self {
        let mut homes = [0; Group::OPERANDS];
        for (home, (n, tile)) in repeated(group).zip(&mut *tiles).enumerate() {
            homes[n] = home;
            let tile = elements::<T>(tile);
            match group.inputs()[n] {
                Access::Scalar => tile.fill(inputs[n][0]),
                Access::Row if cols < tile.len() => repeat(inputs[n], tile),
                _ => {}
            }
        }
        Self { group, cols, inputs, tiles, homes, filled: [usize::MAX; Group::OPERANDS] }
    }

    /// To be called before [`Self::get`]: repeats the elements of a column along their rows.
    #[inline(always)]
    pub(super) fn prepare(&mut self, place: Place, stretch: Stretch) {
        let Place::Input(n) = place else { return };
        if self.group.inputs()[n] == Access::Column && self.filled[n] != stretch.at {
            self.filled[n] = stretch.at;
            let tile = elements::<T>(&mut self.tiles[self.homes[n]]);
            for segment in stretch.segments() {
                tile[segment.at..][..segment.len].fill(self.inputs[n][segment.row]);
            }
        }
    }

    /// What an input is over a stretch.
    #[inline(always)]
    pub(super) fn get(&self, n: usize, stretch: Stretch) -> &[T] {
        let Stretch { at, col, len, .. } = stretch;
        let tile = || bytemuck::cast_slice::<u8, T>(&self.tiles[self.homes[n]].0);
        match self.group.inputs()[n] {
            Access::Full => &self.inputs[n][at..][..len],
            Access::Row if self.cols < tile_len::<T>() => &tile()[col..][..len],
            Access::Row => &self.inputs[n][col..][..len],
            Access::Column | Access::Scalar => &tile()[..len],
        }
    }

    /// The pass of a step with its operands: a product with an element that is repeated is one with a number.
    #[inline(always)]
    pub(super) fn shortened(&self, step: &Step, stretch: Stretch) -> (Pass, [Place; 4]) {
        let [a, b, c, d] = step.args;
        if let Pass::One(Elementwise::Mul) | Pass::Fused(Fused { number: None, .. }) = step.pass {
            for (factor, other) in [(a, b), (b, a)] {
                if let Some(number) = self.number(factor, stretch) {
                    return match step.pass {
                        Pass::One(_) => (Pass::One(Elementwise::Scale(number)), [other; 4]),
                        Pass::Fused(fused) => (Pass::Fused(Fused { number: Some(number), ..fused }), [other, c, d, d]),
                    };
                }
            }
        }
        (step.pass, step.args)
    }

    /// The one element that an input has over a stretch: a scalar, and over a part of one row a column.
    #[inline(always)]
    fn number(&self, place: Place, stretch: Stretch) -> Option<Real> {
        let Place::Input(n) = place else { return None };
        match self.group.inputs()[n] {
            Access::Scalar => Some(self.inputs[n][0].to_f64().into()),
            Access::Column if stretch.col + stretch.len <= stretch.cols => {
                Some(self.inputs[n][stretch.row].to_f64().into())
            }
            _ => None,
        }
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
