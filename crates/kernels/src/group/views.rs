//! The inputs of a group, tile by tile.

use super::plan::{Place, Step};
use super::stretch::Stretch;
use super::tile::{Tile, elements};
use super::{Access, Group};
use crate::Float;
use crate::elementwise::Pass;

/// The inputs, with a tile for each that is repeated.
pub(super) struct Views<'a, 't, T> {
    inputs: &'a [&'a [T]],
    laid: [Laid; Group::OPERANDS],
    tiles: &'t mut [Tile],
    /// For which stretch a column was repeated last.
    filled: [usize; Group::OPERANDS],
}

/// Where the elements of an input are read.
#[derive(Clone, Copy)]
enum Laid {
    /// In the input, from its element at the stretch on.
    Full,
    /// In the input, from the first column of the stretch on.
    Row,
    /// In a tile, from the first column of the stretch on.
    ShortRow(usize),
    /// In a tile.
    Column(usize),
    Scalar(usize),
}

impl<'a, 't, T: Float> Views<'a, 't, T> {
    /// Scalars are repeated once for all tiles, and so are short rows.
    #[inline(always)]
    pub(super) fn new(group: &Group, cols: usize, inputs: &'a [&'a [T]], tiles: &'t mut [Tile]) -> Self {
        let mut laid = [Laid::Full; Group::OPERANDS];
        for (home, (n, tile)) in repeated(group).zip(&mut *tiles).enumerate() {
            let tile = elements::<T>(tile);
            laid[n] = match group.inputs()[n] {
                Access::Full => Laid::Full,
                Access::Row if cols >= tile.len() => Laid::Row,
                Access::Row => {
                    repeat(inputs[n], tile);
                    Laid::ShortRow(home)
                }
                Access::Column => Laid::Column(home),
                Access::Scalar => {
                    tile.fill(inputs[n][0]);
                    Laid::Scalar(home)
                }
            };
        }
        Self { inputs, laid, tiles, filled: [usize::MAX; Group::OPERANDS] }
    }

    /// To be called before [`Self::get`] of a column: repeats its elements along their rows.
    #[inline(always)]
    pub(super) fn prepare(&mut self, place: Place, stretch: &Stretch) {
        let Place::Input(n) = place else { return };
        if let Laid::Column(home) = self.laid[n]
            && self.filled[n] != stretch.at
        {
            self.filled[n] = stretch.at;
            let tile = elements::<T>(&mut self.tiles[home]);
            for segment in stretch.segments() {
                tile[segment.at..][..segment.len].fill(self.inputs[n][segment.row]);
            }
        }
    }

    /// What an input is over a stretch.
    #[inline(always)]
    pub(super) fn get(&self, n: usize, stretch: &Stretch) -> &[T] {
        let &Stretch { at, col, len, .. } = stretch;
        let tile = |home: usize| bytemuck::cast_slice::<u8, T>(&self.tiles[home].0);
        match self.laid[n] {
            Laid::Full => &self.inputs[n][at..at + len],
            Laid::Row => &self.inputs[n][col..col + len],
            Laid::ShortRow(home) => &tile(home)[col..col + len],
            Laid::Column(home) | Laid::Scalar(home) => &tile(home)[..len],
        }
    }

    /// The pass of a step with its operands and their number: a product with an element that is repeated is one with a number.
    #[inline(always)]
    pub(super) fn shortened(&self, step: &Step, stretch: &Stretch) -> (Pass, [Place; 4], usize) {
        let in_a_row = stretch.col + stretch.len <= stretch.cols;
        if let Some((n, other)) = step.factor {
            let element = match self.laid[n] {
                Laid::Scalar(_) => Some(0),
                Laid::Column(_) if in_a_row => Some(stretch.row),
                _ => None,
            };
            if let Some(element) = element {
                let pass = step.pass.with_number(self.inputs[n][element]);
                let [_, _, c, d] = step.args;
                return (pass, [other, c, d, d], step.arity - 1);
            }
        }
        (step.pass, step.args, step.arity)
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
