//! One block of a mixture.

use std::ops::Range;

use super::Dot;
use super::evaluation::{BATCH, Batch, Room, with_room};
use super::loops::{Add, Inner};
use crate::activation::{Needs, Span, TILE};
use crate::{Activation, Float, Isa};

/// Sums that one pass serves at most.
pub(super) const SUMS: usize = 8;

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
    pub(crate) fn run(self, isa: Isa, room: &mut [T]) {
        with_room(room, |room| self.run_in(isa, room));
    }

    fn run_in(mut self, isa: Isa, mut room: Room<'_, T>) {
        self.partial.fill(T::ZERO);
        let (bank, span) = (self.bank, self.span);
        for from in (0..self.x.len()).step_by(TILE) {
            let tile = from..(from + TILE).min(self.x.len());
            if bank.is_empty() {
                self.outs[..self.sums.count].iter_mut().for_each(|out| out[tile.clone()].fill(T::ZERO));
            }
            let mut evaluation = room.begin(isa, self.needs, span, &self.x[tile.clone()]);
            for first in (0..bank.len()).step_by(BATCH) {
                let batch = &evaluation.batch(bank, first);
                self.serve(isa, tile.clone(), batch);
            }
        }
    }

    /// Adds a batch of activations to the requests, piece by piece: a piece lies in one group of columns.
    fn serve(&mut self, isa: Isa, tile: Range<usize>, batch: &Batch<'_, T>) {
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

    fn sums(&mut self, isa: Isa, piece: Range<usize>, group: usize, batch: &Batch<'_, T>, at: Range<usize>) {
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

    fn dots(&mut self, isa: Isa, piece: Range<usize>, group: usize, batch: &Batch<'_, T>, at: Range<usize>) {
        let entries = self.bank.len() * self.groups;
        for (i, dot) in self.dots.iter().enumerate() {
            let g = &dot.g[self.start + piece.start..self.start + piece.end];
            let partial = &mut self.partial[i * entries..(i + 1) * entries];
            let mut put = |j: usize, sum: T| {
                partial[(batch.first + j) * self.groups + group] += sum * batch.sign(dot.order, j);
            };
            let mut j = 0;
            while j < batch.len() {
                if batch.len() - j >= 4 {
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
    pub(super) batch: &'a Batch<'a, T>,
    pub(super) order: usize,
    /// The piece of the tile.
    pub(super) at: Range<usize>,
    pub(super) coefficients: &'a [T],
    pub(super) groups: usize,
    pub(super) group: usize,
    pub(super) out: &'a mut [T],
}

impl<T: Float> Addition<'_, T> {
    /// Adds the terms of the batch, as many at a time as there is a loop for.
    pub(super) fn run(mut self) {
        let terms = self.batch.terms(self.order);
        let mut from = 0;
        while from < terms {
            from += match terms - from {
                8.. => self.some::<8>(from),
                6.. => self.some::<6>(from),
                4.. => self.some::<4>(from),
                3.. => self.some::<3>(from),
                _ => self.some::<1>(from),
            };
        }
        if terms == 0 && self.batch.first == 0 {
            self.out.fill(T::ZERO);
        }
    }

    /// Adds M terms; answers M.
    fn some<const M: usize>(&mut self, from: usize) -> usize {
        let (mut values, mut c): ([&[T]; M], _) = ([&[]; M], [T::ZERO; M]);
        for (i, (values, c)) in values.iter_mut().zip(&mut c).enumerate() {
            let j = self.batch.term(self.order, from + i);
            *values = self.batch.piece(self.order, j, &self.at);
            *c = self.coefficients[(self.batch.first + j) * self.groups + self.group] * self.batch.sign(self.order, j);
        }
        let begin = self.batch.first + from == 0;
        self.isa.run_apart(&mut Add { values, c, begin, out: &mut *self.out });
        M
    }
}
