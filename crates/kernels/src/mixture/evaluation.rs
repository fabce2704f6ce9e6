//! The values and derivatives of a few activations on a tile of x.

use std::ops::Range;

use crate::activation::{Fill, Needs, PARTS, Parts, Plain, Span, TILE, Tile};
use crate::{Activation, Float, Isa};

/// Activations that are evaluated before they are added to the requests.
pub(super) const BATCH: usize = 8;

/// Tiles for the values of a batch, and the derivatives: activation by order, without gaps, so that they spread evenly over the
/// sets of the first-level cache; and room for the tiles that the last one leaves over.
const COMPUTED: usize = 4 * BATCH + 3;

/// Elements of room for what is computed on one tile.
pub(super) const ROOM: usize = (PARTS + 1 + COMPUTED) * TILE;

/// Gives work some room: this, or, if it is shorter than [`ROOM`], some on the stack. To fill that with zeros for every block
/// takes a tenth of the time of a mixture.
pub(super) fn with_room<T: Float>(room: &mut [T], work: impl FnOnce(Room<'_, T>)) {
    match room.first_chunk_mut() {
        Some(room) => work(Room::new(room)),
        None => work(Room::new(&mut [T::ZERO; ROOM])),
    }
}

/// Room for what is computed on one tile.
pub(super) struct Room<'a, T> {
    parts: Parts<'a, T>,
    padded: &'a mut Tile<T>,
    computed: &'a mut [Tile<T>; COMPUTED],
}

impl<'a, T: Float> Room<'a, T> {
    /// In these elements.
    fn new(room: &'a mut [T; ROOM]) -> Self {
        let (parts, rest) = room.split_at_mut(PARTS * TILE);
        let (padded, computed) = rest.split_at_mut(TILE);
        Self {
            parts: Parts::new(bytemuck::cast_slice_mut(parts).as_mut_array().expect("twelve tiles")),
            padded: padded.as_mut_array().expect("one tile"),
            computed: bytemuck::cast_slice_mut(computed).as_mut_array().expect("what is left"),
        }
    }

    /// Begins with at most [`TILE`] elements.
    pub(super) fn begin<'b>(&'b mut self, isa: Isa, needs: Needs, span: Span, x: &'b [T]) -> Evaluation<'b, T> {
        let Self { parts, padded, computed } = self;
        let n = x.len().next_multiple_of(32);
        let x = whole(x, padded);
        isa.run_apart(&mut Fill { parts, needs, x, n });
        Evaluation { isa, span, x, n, parts, computed }
    }
}

/// The elements where they lie if they are a tile, else copied and followed by zeros.
fn whole<'a, T: Float>(x: &'a [T], padded: &'a mut Tile<T>) -> &'a Tile<T> {
    if let Some(x) = x.first_chunk() {
        return x;
    }
    padded[..x.len()].copy_from_slice(x);
    padded[x.len()..].fill(T::ZERO);
    padded
}

/// A tile of x and its parts.
pub(super) struct Evaluation<'a, T> {
    isa: Isa,
    span: Span,
    x: &'a Tile<T>,
    /// Elements that are computed: a multiple of 32.
    n: usize,
    parts: &'a Parts<'a, T>,
    computed: &'a mut [Tile<T>; COMPUTED],
}

impl<T: Float> Evaluation<'_, T> {
    /// Evaluates [`BATCH`] activations from the `first` on, or those that are left.
    pub(super) fn batch<'a>(&'a mut self, bank: &'a [Activation], first: usize) -> Batch<'a, T> {
        let &mut Self { isa, span, x, n, parts, ref mut computed } = self;
        let activations = &bank[first..bank.len().min(first + BATCH)];
        for (j, activation) in activations.iter().enumerate() {
            if let Some(jets) = computed[j * span.len()..].first_chunk_mut() {
                activation.tile(isa, span, x, parts, n, jets);
            }
        }
        Batch { activations, first, span, x, computed }
    }
}

/// A batch of activations on a tile. To be passed by reference: the processor stalls when a copy reads two words at a time that
/// were just written one by one.
pub(super) struct Batch<'a, T> {
    activations: &'a [Activation],
    /// Where it begins in the bank.
    pub(super) first: usize,
    span: Span,
    x: &'a Tile<T>,
    computed: &'a [Tile<T>; COMPUTED],
}

impl<'a, T: Float> Batch<'a, T> {
    /// Number of activations.
    pub(super) fn len(&self) -> usize {
        self.activations.len()
    }

    /// A piece of one order of activation `j` of the batch and of those after it.
    #[inline(always)]
    pub(super) fn pieces<const M: usize>(&self, order: usize, j: usize, at: &Range<usize>) -> [&'a [T]; M] {
        let mut some: [&[T]; M] = [&[]; M];
        for (i, some) in some.iter_mut().enumerate() {
            let tile = match self.activations[j + i].plain(order) {
                Some(Plain::X) => self.x,
                Some(Plain::One) => T::ONES,
                Some(Plain::Zero) => T::ZEROS,
                None => &self.computed[(j + i) * self.span.len() + order - self.span.first],
            };
            *some = &tile[at.clone()];
        }
        some
    }
}
