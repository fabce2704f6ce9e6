//! One block of a mixture.

use std::ops::Range;

use super::Dot;
use super::evaluation::{BATCH, Batch, Room, with_room};
use super::places::Kept;
use super::sums::{Adder, Columns, SUMS, Sums};
use crate::activation::{Needs, Span, TILE};
use crate::isa::Ready;
use crate::{Activation, Float, Isa};

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
        with_room(room, |room| self.run_in(isa.ready(), room));
    }

    fn run_in(mut self, isa: Ready, mut room: Room<'_, T>) {
        self.partial.fill(T::ZERO);
        let bank = self.bank;
        if bank.is_empty() {
            self.outs[..self.sums.count].iter_mut().for_each(|out| out[..self.x.len()].fill(T::ZERO));
        }
        let mut places = Kept::new(bank, self.span);
        let mut adder = Adder::new(isa, self.sums);
        for from in (0..self.x.len()).step_by(TILE) {
            let tile = from..(from + TILE).min(self.x.len());
            let mut evaluation = room.begin(isa, self.needs, &self.x[tile.clone()]);
            for first in (0..bank.len()).step_by(BATCH) {
                let batch = &evaluation.batch(places.batch(first));
                self.serve(isa, tile.clone(), batch, &mut adder);
            }
        }
    }

    /// Adds a batch of activations to the requests, piece by piece: a piece lies in one group of columns.
    fn serve(&mut self, isa: Ready, tile: Range<usize>, batch: &Batch<'_, T>, adder: &mut Adder<'_, T>) {
        if self.groups == 1 {
            return self.piece(isa, tile.clone(), 0, batch, &(0..tile.len()), adder);
        }
        let mut from = tile.start;
        while from < tile.end {
            let run = (self.start + from) / self.width;
            let to = ((run + 1) * self.width - self.start).min(tile.end);
            let at = from - tile.start..to - tile.start;
            self.piece(isa, from..to, run % self.groups, batch, &at, adder);
            from = to;
        }
    }

    /// A piece in one group: where it lies in the block and in the tile.
    fn piece(
        &mut self,
        isa: Ready,
        piece: Range<usize>,
        group: usize,
        batch: &Batch<'_, T>,
        at: &Range<usize>,
        adder: &mut Adder<'_, T>,
    ) {
        adder.add(batch, at, Columns { index: group, groups: self.groups }, &mut self.outs, &piece);
        self.dots(isa, piece, group, batch, at);
    }

    fn dots(&mut self, isa: Ready, piece: Range<usize>, group: usize, batch: &Batch<'_, T>, at: &Range<usize>) {
        let entries = self.bank.len() * self.groups;
        for (i, dot) in self.dots.iter().enumerate() {
            let g = &dot.g[self.start + piece.start..self.start + piece.end];
            let partial = &mut self.partial[i * entries..(i + 1) * entries];
            batch.inner(isa, batch.order(dot.order), at, g, |j, product| {
                partial[(batch.first() + j) * self.groups + group] += product;
            });
        }
    }
}
