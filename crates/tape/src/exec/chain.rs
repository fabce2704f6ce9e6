//! Steps that work row by row, run on one block of rows after the other: what they hand on stays in cache.

use std::ops::Range;

use kernels::{Cut, Mat, each};

use crate::exec::run::{run, scratch};
use crate::exec::{Action, Layout, Origin, padded};
use crate::{Element, Par, Shape};

/// Pieces of a chain that may run at the same time, at most.
pub(crate) const PIECES: usize = 4;

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
pub(crate) enum Link {
    /// An action, for every height that a block has.
    Step {
        actions: Vec<Action>,
        reads: Vec<Slot>,
        /// Which locals it writes.
        writes: Vec<usize>,
        /// On all rows.
        flops: u64,
        origin: Origin,
    },
    /// Copies the rows of one local to their places in another, which is an output in panels.
    Pack { from: usize, to: usize },
}

/// What links write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Local {
    /// Its number, for listings.
    pub(crate) value: u32,
    pub(crate) cols: usize,
    pub(crate) layout: Layout,
}

/// The steps of a chain, over matrices of so many rows.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// Where each span of rows ends: rows in panels lie together by spans, and no block belongs to two.
    pub(crate) spans: Vec<usize>,
    /// Rows of a block; the last of a span may have fewer.
    pub(crate) block: usize,
    /// The same where one thread runs the chain, as one span; not more than `block` where rows lie together by spans.
    pub(crate) alone: usize,
    /// All heights of blocks.
    pub(crate) heights: Vec<usize>,
    pub(crate) links: Vec<Link>,
    /// What the links write; the first `outputs` are written by the chain.
    pub(crate) locals: Vec<Local>,
    pub(crate) outputs: usize,
    /// In which buffer each of the others lies.
    pub(crate) buffers: Vec<usize>,
}

impl Link {
    /// The locals that it writes.
    fn writes(&self) -> &[usize] {
        match self {
            Self::Step { writes, .. } => writes,
            Self::Pack { to, .. } => std::slice::from_ref(to),
        }
    }

    /// Whether it reads or writes a local.
    fn touches(&self, local: usize) -> bool {
        let reads = match self {
            Self::Step { reads, .. } => reads.iter().any(|slot| matches!(slot, Slot::Local(read) if *read == local)),
            Self::Pack { from, .. } => *from == local,
        };
        reads || self.writes().contains(&local)
    }

    /// The spelling in listings.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Step { actions, .. } => actions[0].name(),
            Self::Pack { .. } => "panels".into(),
        }
    }
}

impl Local {
    /// The elements of one row, with those that a layout adds.
    const fn width(self) -> usize {
        self.layout.len(Shape { rows: 1, cols: self.cols })
    }
}

impl Chain {
    /// The spans of `rows` rows: those of panels, or so many equal ones.
    pub(crate) fn spans(rows: usize, panels: bool, count: usize) -> Vec<usize> {
        if panels {
            return kernels::panel_blocks(rows).map(|span| span.end).collect();
        }
        let count = count.min(rows);
        (1..=count).map(|n| rows * n / count).collect()
    }

    /// The heights of the blocks of such spans, and of those of one span for one thread.
    pub(crate) fn heights(spans: &[usize], block: usize, alone: usize) -> Vec<usize> {
        let starts = std::iter::once(0).chain(spans.iter().copied());
        let lasts = starts.zip(spans).map(|(start, end)| (end - start - 1) % block + 1);
        let mut heights: Vec<usize> = lasts.chain([block]).collect();
        if alone > block {
            let rows = spans.last().map_or(0, |end| *end);
            heights.extend([(rows - 1) % alone + 1, alone.min(rows)]);
        }
        heights.sort_unstable();
        heights.dedup();
        heights
    }

    /// All rows.
    pub(crate) fn rows(&self) -> usize {
        self.spans.last().map_or(0, |end| *end)
    }

    fn pieces(&self) -> usize {
        PIECES.min(self.spans.len())
    }

    /// The first span of a piece.
    fn first(&self, piece: usize) -> usize {
        self.spans.len() * piece / self.pieces()
    }

    /// The rows of spans.
    fn rows_of(&self, spans: Range<usize>) -> Range<usize> {
        let before = |span: usize| span.checked_sub(1).map_or(0, |last| self.spans[last]);
        before(spans.start)..before(spans.end)
    }

    /// The buffers for `locals` that only links read, in the order of the links. What is no longer read leaves its buffer to the next of as
    /// many columns: the fewer there are, the more of a block stays in cache.
    pub(crate) fn buffers(links: &[Link], locals: &[Local], outputs: usize) -> Vec<usize> {
        let last = |local: usize| links.iter().rposition(|link| link.touches(local));
        let mut holders: Vec<usize> = Vec::new();
        let mut buffers = vec![0; locals.len() - outputs];
        for (n, link) in links.iter().enumerate() {
            for &local in link.writes().iter().filter(|local| **local >= outputs) {
                let free = |held: &usize| last(*held) < Some(n) && locals[*held].cols == locals[local].cols;
                let buffer = holders.iter().position(free).unwrap_or(holders.len());
                match holders.get_mut(buffer) {
                    Some(holder) => *holder = local,
                    None => holders.push(local),
                }
                buffers[local - outputs] = buffer;
            }
        }
        buffers
    }

    /// The elements of each buffer for a block of so many rows.
    fn inner(&self, block: usize) -> impl Iterator<Item = usize> {
        let count = self.buffers.iter().max().map_or(0, |last| last + 1);
        let first = |buffer| self.buffers.iter().position(move |other| *other == buffer);
        let cols = move |buffer| first(buffer).map_or(0, |local| self.locals[self.outputs + local].cols);
        (0..count).map(move |buffer| padded(cols(buffer) * block))
    }

    /// Where a local lies: in an output of the chain, or in a buffer, which come after them.
    fn place(&self, local: usize) -> usize {
        local.checked_sub(self.outputs).map_or(local, |inner| self.outputs + self.buffers[inner])
    }

    /// Scratch of one piece with such blocks.
    fn room<T: Element>(&self, block: usize) -> usize {
        let actions = self.links.iter().flat_map(|link| match link {
            Link::Step { actions, .. } => &actions[..],
            Link::Pack { .. } => &[],
        });
        padded(self.inner(block).sum::<usize>() + actions.map(scratch::<T>).max().unwrap_or(0))
    }

    /// Scratch of all pieces, however it is run.
    pub(crate) fn scratch<T: Element>(&self) -> usize {
        (self.pieces() * self.room::<T>(self.block)).max(self.room::<T>(self.alone))
    }

    /// Runs the chain.
    pub(super) fn run<T: Element>(&self, par: Par, reads: &[&[T]], writes: &mut [&mut [T]], room: &mut [T]) {
        let mut slices: [&mut [T]; Action::OPERANDS] = Default::default();
        slices.iter_mut().zip(writes).for_each(|(slice, write)| *slice = write);
        if par == Par::Seq && self.alone > self.block {
            return self.run_span(0..self.rows(), self.alone, reads, slices, room);
        }
        let outputs = Outputs { chain: self, piece: 0, slices };
        let room = &mut room[..self.pieces() * self.room::<T>(self.block)];
        each(par, 0..self.pieces(), outputs, room, &|piece, mut outputs: Outputs<'_, T>, room: &mut [T]| {
            for span in self.first(piece)..self.first(piece + 1) {
                let rows = self.rows_of(span..span + 1);
                let (mine, others) = outputs.split(rows.len());
                self.run_span(rows, self.block, reads, mine.slices, room);
                outputs = others;
            }
        });
    }

    /// Runs the links on the blocks of a span, of so many rows each.
    fn run_span<T: Element>(
        &self,
        span: Range<usize>,
        block: usize,
        reads: &[&[T]],
        mut outputs: [&mut [T]; Action::OPERANDS],
        room: &mut [T],
    ) {
        for start in span.clone().step_by(block) {
            let rows = start..span.end.min(start + block);
            let within = rows.start - span.start..rows.end - span.start;
            let mut places: [&mut [T]; LOCALS] = std::array::from_fn(|_| Default::default());
            for ((local, output), to) in self.locals[..self.outputs].iter().zip(&mut outputs).zip(&mut places) {
                *to = match local.layout {
                    Layout::Rows => &mut output[within.start * local.cols..within.end * local.cols],
                    Layout::Panels => output,
                };
            }
            let mut rest = &mut *room;
            for (len, to) in self.inner(block).zip(&mut places[self.outputs..]) {
                *to = rest.split_off_mut(..len).expect("the scratch is long enough");
            }
            for link in &self.links {
                self.run_link(link, &rows, within.start, reads, &mut places, rest);
            }
        }
    }

    /// Runs one link on a block, which begins at row `first` of its span.
    fn run_link<T: Element>(
        &self,
        link: &Link,
        rows: &Range<usize>,
        first: usize,
        reads: &[&[T]],
        places: &mut [&mut [T]; LOCALS],
        scratch: &mut [T],
    ) {
        match link {
            Link::Pack { from, to } => {
                let panels = std::mem::take(&mut places[*to]);
                let cols = self.locals[*from].cols;
                let packed = Mat::new(&places[self.place(*from)][..rows.len() * cols], rows.len(), cols);
                kernels::pack_panel_rows(packed, first, panels);
                places[*to] = panels;
            }
            Link::Step { actions, reads: slots, writes, .. } => {
                let height = self.heights.iter().position(|height| *height == rows.len());
                let action = &actions[height.expect("every block has one of the heights")];
                self.run_step(action, slots, writes, rows, first, reads, places, scratch);
            }
        }
    }

    /// Runs the action of a link. If it writes panels, then from row `first` of the span on.
    #[expect(clippy::too_many_arguments, reason = "a link with all that it works on")]
    fn run_step<T: Element>(
        &self,
        action: &Action,
        slots: &[Slot],
        written: &[usize],
        rows: &Range<usize>,
        first: usize,
        reads: &[&[T]],
        places: &mut [&mut [T]; LOCALS],
        scratch: &mut [T],
    ) {
        let len = |local: usize| rows.len() * self.locals[local].cols;
        let mut taken: [&mut [T]; Action::OPERANDS] = Default::default();
        for (taken, &write) in taken.iter_mut().zip(written) {
            *taken = std::mem::take(&mut places[self.place(write)]);
        }
        let mut given: [&[T]; Action::OPERANDS] = [&[]; Action::OPERANDS];
        for (given, slot) in given.iter_mut().zip(slots) {
            *given = match *slot {
                Slot::Whole(read) => reads[read],
                Slot::Rows { read, cols } => &reads[read][rows.start * cols..rows.end * cols],
                Slot::Local(local) => &places[self.place(local)][..len(local)],
            };
        }
        let given = &given[..slots.len()];
        match action {
            Action::Group { group, shape } if self.locals[written[0]].layout == Layout::Panels => {
                kernels::group_panel_rows(group, shape.rows, shape.cols, given, first, taken[0]);
            }
            _ => {
                let mut writes: [&mut [T]; Action::OPERANDS] = Default::default();
                for ((to, taken), &write) in writes.iter_mut().zip(&mut taken).zip(written) {
                    *to = &mut taken[..len(write)];
                }
                run(Par::Seq, action, given, &mut writes[..written.len()], scratch);
            }
        }
        for (taken, &write) in taken.into_iter().zip(written) {
            places[self.place(write)] = taken;
        }
    }
}

/// The outputs of a chain from the first row of a piece on.
struct Outputs<'a, T> {
    chain: &'a Chain,
    piece: usize,
    slices: [&'a mut [T]; Action::OPERANDS],
}

impl<T> Outputs<'_, T> {
    /// The first rows, whole spans, and the others.
    fn split(self, rows: usize) -> (Self, Self) {
        let Self { chain, piece, slices } = self;
        let (mut near, mut far): ([&mut [T]; Action::OPERANDS], [&mut [T]; Action::OPERANDS]) = Default::default();
        for (n, slice) in slices.into_iter().enumerate().take(chain.outputs) {
            (near[n], far[n]) = slice.split_at_mut(rows * chain.locals[n].width());
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
