//! The operands of a step as slices: what it writes is peeled from the arena by `split_at_mut` in the order of offsets, and what
//! it reads lies in the gaps, in the inputs or among the constants.

use crate::exec::Action;

/// Written operands of a step at most: those of its action and scratch.
const WRITES: usize = Action::OPERANDS + 1;

/// Where a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In an input of the program, from an element on.
    Input { index: usize, start: usize },
    /// Among the constants of the program, from an element on.
    Constant(usize),
    /// In the arena of the runner, from an element on.
    Arena(usize),
    /// There too, computed by the first stage and read by the second.
    Held(usize),
}

/// A value where it lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operand {
    pub(crate) place: Place,
    pub(crate) len: usize,
}

/// Elements of the arena.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) len: usize,
}

/// Everything that a step reads from besides the arena.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a, T> {
    pub(crate) constants: &'a [T],
    /// The inputs of the first stage.
    pub(crate) held: &'a [&'a [T]],
    /// The inputs of the second stage, each some consecutive matrices.
    pub(crate) free: &'a [&'a [T]],
    /// Which of these matrices is meant.
    pub(crate) fold: usize,
    /// The lengths of one matrix of each free input.
    pub(crate) lens: &'a [usize],
    /// Where the results of the first stage lie, when that is another arena.
    pub(crate) base: Option<&'a [T]>,
}

impl<'a, T> Given<'a, T> {
    /// One matrix of an input.
    pub(crate) fn input(&self, index: usize) -> &'a [T] {
        match index.checked_sub(self.held.len()) {
            None => self.held[index],
            Some(free) => &self.free[free][self.fold * self.lens[free]..][..self.lens[free]],
        }
    }
}

/// The slices of one step, in the order of its action.
pub(crate) struct Operands<'a, T> {
    pub(crate) reads: [&'a [T]; Action::OPERANDS],
    pub(crate) writes: [&'a mut [T]; WRITES],
}

/// Peels the operands of a step. `by_offset` lists the writes from left to right; a read overlaps none of them.
pub(crate) fn peel<'a, T>(
    arena: &'a mut [T],
    given: &Given<'a, T>,
    reads: &[Operand],
    writes: &[Span],
    by_offset: &[u8],
) -> Operands<'a, T> {
    let mut operands = Operands { reads: [&[]; Action::OPERANDS], writes: Default::default() };
    let mut gaps: [(usize, &[T]); WRITES + 1] = [(0, &[]); WRITES + 1];
    let (mut rest, mut at) = (arena, 0);
    for (gap, &which) in gaps.iter_mut().zip(by_offset) {
        let Span { start, len } = writes[usize::from(which)];
        let (before, from) = rest.split_at_mut(start - at);
        let (write, after) = from.split_at_mut(len);
        *gap = (at, before);
        operands.writes[usize::from(which)] = write;
        (rest, at) = (after, start + len);
    }
    gaps[by_offset.len()] = (at, rest);
    let gaps = &gaps[..=by_offset.len()];
    for (slice, read) in operands.reads.iter_mut().zip(reads) {
        *slice = match read.place {
            Place::Input { index, start } => &given.input(index)[start..][..read.len],
            Place::Constant(start) => &given.constants[start..][..read.len],
            Place::Arena(start) | Place::Held(start) => {
                let apart = given.base.filter(|_| read.place == Place::Held(start));
                let (from, gap) =
                    apart.map_or_else(|| gaps[gaps.partition_point(|(from, _)| *from <= start) - 1], |base| (0, base));
                &gap[start - from..][..read.len]
            }
        };
    }
    operands
}
