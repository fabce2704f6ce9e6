//! Steps that work row by row, run on one block of rows after the other: what they hand on stays in cache.

use std::ops::Range;

use kernels::{Cut, each};

use crate::exec::run::{run, scratch};
use crate::exec::{Action, padded};
use crate::{Element, Par};

/// Pieces of a chain that may run at the same time, at most.
const PIECES: usize = 4;

/// Values that links write at most.
const LOCALS: usize = Action::OPERANDS;

/// Where an operand of a link lies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slot {
    /// All of what the chain reads.
    Whole(usize),
    /// The rows of the block, of this many columns, of what the chain reads.
    Rows { read: usize, cols: usize },
    /// What a link writes: first what the chain writes, then what only links read.
    Local(usize),
}

/// One step of a chain.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// On a whole block, and on the last.
    pub(crate) actions: [Action; 2],
    pub(crate) reads: Vec<Slot>,
    /// Which locals it writes.
    pub(crate) writes: Vec<usize>,
}

/// The steps of a chain, over matrices of `rows` rows.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) rows: usize,
    /// Rows of a block; the last may have fewer.
    pub(crate) block: usize,
    pub(crate) links: Vec<Link>,
    /// The columns of each local; the first `outputs` are written by the chain.
    pub(crate) cols: Vec<usize>,
    pub(crate) outputs: usize,
}

impl Chain {
    fn blocks(&self) -> usize {
        self.rows.div_ceil(self.block)
    }

    fn pieces(&self) -> usize {
        PIECES.min(self.blocks())
    }

    /// The first block of a piece.
    fn first(&self, piece: usize) -> usize {
        self.blocks() * piece / self.pieces()
    }

    /// The rows of blocks.
    fn rows_of(&self, blocks: Range<usize>) -> Range<usize> {
        blocks.start * self.block..(blocks.end * self.block).min(self.rows)
    }

    /// The elements of a block of what only links read.
    fn inner(&self) -> impl Iterator<Item = usize> {
        self.cols[self.outputs..].iter().map(|cols| padded(cols * self.block))
    }

    /// Scratch of one piece.
    fn room<T: Element>(&self) -> usize {
        let needs = self.links.iter().flat_map(|link| &link.actions).map(scratch::<T>);
        padded(self.inner().sum::<usize>() + needs.max().unwrap_or(0))
    }

    /// Scratch of all pieces.
    pub(crate) fn scratch<T: Element>(&self) -> usize {
        self.pieces() * self.room::<T>()
    }

    /// Runs the chain.
    pub(super) fn run<T: Element>(&self, par: Par, reads: &[&[T]], writes: &mut [&mut [T]], room: &mut [T]) {
        let mut slices: [&mut [T]; Action::OPERANDS] = Default::default();
        slices.iter_mut().zip(writes).for_each(|(slice, write)| *slice = write);
        let outputs = Outputs { chain: self, piece: 0, slices };
        let room = &mut room[..self.scratch::<T>()];
        each(par, 0..self.pieces(), outputs, room, &|piece, mut outputs: Outputs<'_, T>, room: &mut [T]| {
            for block in self.first(piece)..self.first(piece + 1) {
                let rows = self.rows_of(block..block + 1);
                outputs = self.run_block(rows, reads, outputs, room);
            }
        });
    }

    /// Runs the links on a block, which is the first of what is left of the outputs; the answer is the rest.
    fn run_block<'a, T: Element>(
        &self,
        rows: Range<usize>,
        reads: &[&[T]],
        outputs: Outputs<'a, T>,
        mut room: &mut [T],
    ) -> Outputs<'a, T> {
        let (mine, others) = outputs.split(rows.len());
        let mut locals: [&mut [T]; LOCALS] = std::array::from_fn(|_| Default::default());
        locals.iter_mut().zip(mine.slices).for_each(|(local, slice)| *local = slice);
        for (n, len) in self.inner().enumerate() {
            let (local, rest) = room.split_at_mut(len);
            locals[self.outputs + n] = &mut local[..self.cols[self.outputs + n] * rows.len()];
            room = rest;
        }
        for link in &self.links {
            link.run(rows.len() < self.block, &rows, reads, &mut locals, room);
        }
        others
    }
}

impl Link {
    fn run<T: Element>(
        &self,
        last: bool,
        rows: &Range<usize>,
        reads: &[&[T]],
        locals: &mut [&mut [T]; LOCALS],
        scratch: &mut [T],
    ) {
        let mut taken: [&mut [T]; Action::OPERANDS] = Default::default();
        for (taken, &write) in taken.iter_mut().zip(&self.writes) {
            *taken = std::mem::take(&mut locals[write]);
        }
        {
            let mut given: [&[T]; Action::OPERANDS] = [&[]; Action::OPERANDS];
            for (given, slot) in given.iter_mut().zip(&self.reads) {
                *given = match *slot {
                    Slot::Whole(read) => reads[read],
                    Slot::Rows { read, cols } => &reads[read][rows.start * cols..rows.end * cols],
                    Slot::Local(local) => &*locals[local],
                };
            }
            let mut writes = taken.each_mut().map(|write| &mut **write);
            let (reads, writes) = (&given[..self.reads.len()], &mut writes[..self.writes.len()]);
            run(Par::Seq, &self.actions[usize::from(last)], reads, writes, scratch);
        }
        for (taken, &write) in taken.into_iter().zip(&self.writes) {
            locals[write] = taken;
        }
    }
}

/// The outputs of a chain from the first row of a piece on.
struct Outputs<'a, T> {
    chain: &'a Chain,
    piece: usize,
    slices: [&'a mut [T]; Action::OPERANDS],
}

impl<'a, T> Outputs<'a, T> {
    /// The first rows, and the others.
    fn split(self, rows: usize) -> (Self, Self) {
        let Self { chain, piece, slices } = self;
        let (mut near, mut far): ([&mut [T]; Action::OPERANDS], [&mut [T]; Action::OPERANDS]) = Default::default();
        for (n, slice) in slices.into_iter().enumerate().take(chain.outputs) {
            (near[n], far[n]) = slice.split_at_mut(rows * chain.cols[n]);
        }
        (Self { chain, piece, slices: near }, Self { chain, piece, slices: far })
    }
}

impl<T: Send> Cut for Outputs<'_, T> {
    fn cut(self, at: usize) -> (Self, Self) {
        let (chain, piece) = (self.chain, self.piece);
        let rows = chain.rows_of(chain.first(piece)..chain.first(piece + at)).len();
        let (near, far) = self.split(rows);
        (near, Self { piece: piece + at, ..far })
    }
}
