//! One block of a mixture.

use std::ops::Range;

use super::Dot;
use super::loops::{Add, Inner};
use crate::activation::{Fill, Needs, Parts, Span, TILE, Tile};
use crate::{Activation, Float, Isa};

/// Sums that one pass serves at most.
pub(super) const SUMS: usize = 8;

/// Activations that are evaluated before they are added to the requests.
pub(super) const BATCH: usize = 8;

/// The values of a batch on a tile, and the derivatives: activation by order, without gaps, so that they spread evenly over the
/// sets of the first-level cache; and room for the tiles that the last one leaves over.
pub(super) type Values<T> = [Tile<T>; 4 * BATCH + 3];

/// The sums that are wanted.
pub(super) struct Sums<'a, T> {
    pub(super) count: usize,
    /// h × G each.
    pub(super) coefficients: [&'a [T]; SUMS],
    pub(super) orders: [usize; SUMS],
}

impl<T> Sums<'_, T> {
    /// Which orders they or `others` ask for.
    pub(super) fn orders(&self, others: impl Iterator<Item = usize>) -> [bool; 4] {
        let mut orders = [false; 4];
        self.orders[..self.count].iter().copied().chain(others).for_each(|order| orders[order] = true);
        orders
    }
}

/// One block of a mixture with all that is wanted of it.
pub struct Block<'a, 'd, T> {
    pub(super) bank: &'a [Activation],
    pub(super) needs: Needs,
    pub(super) span: Span,
    /// The elements of the block.
    pub(super) x: &'a [T],
    /// Where they begin in the whole.
    pub(super) start: usize,
    /// Columns of a group.
    pub(super) width: usize,
    pub(super) groups: usize,
    pub(super) sums: &'a Sums<'a, T>,
    /// The elements of each sum in this block and what follows.
    pub(super) outs: [&'a mut [T]; SUMS],
    pub(super) dots: &'a [Dot<'d, T>],
    /// The dots of this block: dots × h × G.
    pub(super) partial: &'a mut [T],
}

impl<T: Float> Block<'_, '_, T> {
    /// Does the work. The loops are functions of their own.
    pub(crate) fn run(mut self, isa: Isa) {
        self.partial.fill(T::ZERO);
        let (mut parts, mut padded) = (Parts::new(), [T::ZERO; TILE]);
        let mut values = [[T::ZERO; TILE]; 4 * BATCH + 3];
        let (span, needs) = (self.span, self.needs);
        for from in (0..self.x.len()).step_by(TILE) {
            let tile = from..(from + TILE).min(self.x.len());
            let n = tile.len().next_multiple_of(16);
            let x = tile_of(self.x, tile.clone(), &mut padded);
            isa.run_apart(&mut Fill { parts: &mut parts, needs, x, n });
            self.tile(isa, span, tile, x, &parts, &mut values);
        }
    }

    /// Serves all requests on a tile.
    fn tile(
        &mut self,
        isa: Isa,
        span: Span,
        tile: Range<usize>,
        x: &Tile<T>,
        parts: &Parts<T>,
        values: &mut Values<T>,
    ) {
        if self.bank.is_empty() {
            for out in &mut self.outs[..self.sums.count] {
                out[tile.clone()].fill(T::ZERO);
            }
        }
        let n = tile.len().next_multiple_of(16);
        for first in (0..self.bank.len()).step_by(BATCH) {
            let batch = &self.bank[first..(first + BATCH).min(self.bank.len())];
            for (j, activation) in batch.iter().enumerate() {
                if let Some(jets) = values[j * span.len()..].first_chunk_mut() {
                    activation.tile(isa, span, x, parts, n, jets);
                }
            }
            self.serve(isa, tile.clone(), Batch { values, span, first, count: batch.len() });
        }
    }

    /// Adds a batch of activations to the requests, piece by piece: a piece lies in one group of columns.
    fn serve(&mut self, isa: Isa, tile: Range<usize>, batch: Batch<'_, T>) {
        let mut from = tile.start;
        while from < tile.end {
            let run = (self.start + from) / self.width;
            let to = ((run + 1) * self.width - self.start).min(tile.end);
            let at = from - tile.start..to - tile.start;
            self.sums(isa, from..to, run % self.groups, batch, at.clone());
            self.dots(isa, from..to, run % self.groups, batch, at);
            from = to;
        }
    }

    fn sums(&mut self, isa: Isa, piece: Range<usize>, group: usize, batch: Batch<'_, T>, at: Range<usize>) {
        for i in 0..self.sums.count {
            let addition = Addition {
                isa,
                batch,
                order: self.sums.orders[i],
                at: at.clone(),
                coefficients: self.sums.coefficients[i],
                groups: self.groups,
                group,
                out: &mut self.outs[i][piece.clone()],
            };
            addition.run();
        }
    }

    fn dots(&mut self, isa: Isa, piece: Range<usize>, group: usize, batch: Batch<'_, T>, at: Range<usize>) {
        let entries = self.bank.len() * self.groups;
        for (i, dot) in self.dots.iter().enumerate() {
            let g = &dot.g[self.start + piece.start..self.start + piece.end];
            let partial = &mut self.partial[i * entries..(i + 1) * entries];
            let mut put = |j: usize, sum: T| partial[(batch.first + j) * self.groups + group] += sum;
            let mut j = 0;
            while j < batch.count {
                if batch.count - j >= 4 {
                    for sum in isa.run_apart(&mut Inner { values: batch.pieces::<4>(dot.order, j, &at), g }) {
                        put(j, sum);
                        j += 1;
                    }
                } else {
                    let [sum] = isa.run_apart(&mut Inner { values: batch.pieces::<1>(dot.order, j, &at), g });
                    put(j, sum);
                    j += 1;
                }
            }
        }
    }
}

/// A piece of a sum and what is to be added to it.
pub(super) struct Addition<'a, T> {
    pub(super) isa: Isa,
    pub(super) batch: Batch<'a, T>,
    pub(super) order: usize,
    /// The piece of the tile.
    pub(super) at: Range<usize>,
    pub(super) coefficients: &'a [T],
    pub(super) groups: usize,
    pub(super) group: usize,
    pub(super) out: &'a mut [T],
}

impl<T: Float> Addition<'_, T> {
    /// Adds the activations of the batch, as many at a time as there is a loop for.
    pub(super) fn run(mut self) {
        let mut j = 0;
        while j < self.batch.count {
            j += match self.batch.count - j {
                8.. => self.some::<8>(j),
                6.. => self.some::<6>(j),
                3.. => self.some::<3>(j),
                _ => self.some::<1>(j),
            };
        }
    }

    /// Adds M activations from the `j`-th of the batch on; answers M.
    fn some<const M: usize>(&mut self, j: usize) -> usize {
        let mut c = [T::ZERO; M];
        for (i, c) in c.iter_mut().enumerate() {
            *c = self.coefficients[(self.batch.first + j + i) * self.groups + self.group];
        }
        let (values, begin) = (self.batch.pieces(self.order, j, &self.at), self.batch.first + j == 0);
        self.isa.run_apart(&mut Add { values, c, begin, out: &mut *self.out });
        M
    }
}

/// A batch of activations on a tile.
#[derive(Clone, Copy)]
pub(super) struct Batch<'a, T> {
    pub(super) values: &'a Values<T>,
    pub(super) span: Span,
    /// Where it begins in the bank.
    pub(super) first: usize,
    /// Number of activations.
    pub(super) count: usize,
}

impl<'a, T> Batch<'a, T> {
    /// A piece of one order of activation `j` of the batch and of those after it.
    pub(super) fn pieces<const M: usize>(self, order: usize, j: usize, at: &Range<usize>) -> [&'a [T]; M] {
        let mut some: [&[T]; M] = [&[]; M];
        for (i, some) in some.iter_mut().enumerate() {
            *some = &self.values[(j + i) * self.span.len() + order - self.span.first][at.clone()];
        }
        some
    }
}

/// A tile of x: where it lies if it is whole, else copied and followed by zeros.
pub(super) fn tile_of<'a, T: Float>(x: &'a [T], tile: Range<usize>, padded: &'a mut Tile<T>) -> &'a Tile<T> {
    let n = tile.len();
    let x = &x[tile];
    if let Some(x) = x.first_chunk() {
        return x;
    }
    padded[..n].copy_from_slice(x);
    padded[n..].fill(T::ZERO);
    padded
}
