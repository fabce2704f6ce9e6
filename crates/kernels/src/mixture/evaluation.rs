//! The values and derivatives of a few activations on a tile of x.

use std::ops::Range;

use crate::activation::{Needs, PARTS, Parts, Plain, Span, TILE, Tile};
use crate::line::{LINE, on_a_line};
use crate::{Activation, Float, Isa};

/// Activations that are evaluated before they are added to the requests.
pub(super) const BATCH: usize = 8;

/// Tiles for the values of a batch, and the derivatives: activation by order, without gaps, so that they spread evenly over the
/// sets of the first-level cache; and room for the tiles that the last one leaves over.
const COMPUTED: usize = 4 * BATCH + 3;

/// Elements of what is computed on one tile.
const TILES: usize = (PARTS + 1 + COMPUTED) * TILE;

/// Elements of room for them, wherever it begins.
pub(super) const ROOM: usize = TILES + LINE / size_of::<f32>();

/// Tiles that begin with a line of the cache.
#[repr(align(64))]
struct Aligned<T>([T; TILES]);

/// Gives work some room: this, or, if it is shorter than [`ROOM`], some on the stack. To fill that with zeros for every block
/// takes a tenth of the time of a mixture.
pub(super) fn with_room<T: Float>(room: &mut [T], work: impl FnOnce(Room<'_, T>)) {
    match on_a_line(room).first_chunk_mut() {
        Some(room) => work(Room::new(room)),
        None => work(Room::new(&mut Aligned([T::ZERO; TILES]).0)),
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
    fn new(room: &'a mut [T; TILES]) -> Self {
        let (parts, rest) = room.split_at_mut(PARTS * TILE);
        let (padded, computed) = rest.split_at_mut(TILE);
        Self {
            parts: Parts::new(bytemuck::cast_slice_mut(parts).as_mut_array().expect("the tiles of the parts")),
            padded: padded.as_mut_array().expect("one tile"),
            computed: bytemuck::cast_slice_mut(computed).as_mut_array().expect("what is left"),
        }
    }

    /// Begins with at most [`TILE`] elements.
    pub(super) fn begin<'b>(&'b mut self, isa: Isa, needs: Needs, span: Span, x: &'b [T]) -> Evaluation<'b, T> {
        let Self { parts, padded, computed } = self;
        let n = x.len().next_multiple_of(32);
        let x = whole(x, padded);
        parts.compute(isa, needs, x, n);
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
        let sigmoid = activations.iter().position(|activation| matches!(activation, Activation::Sigmoid));
        for (j, activation) in activations.iter().enumerate() {
            let span = match activation {
                Activation::Softplus if sigmoid.is_some() => span.only_first(),
                _ => span,
            };
            if let Some(jets) = computed[j * self.span.len()..].first_chunk_mut() {
                activation.tile(isa, span, x, parts, n, jets);
            }
        }
        Batch { activations, first, sigmoid, bent: Bent::of(activations, span), span, x, parts, computed }
    }
}

/// A batch of activations on a tile. To be passed by reference: the processor stalls when a copy reads two words at a time that
/// were just written one by one.
pub(super) struct Batch<'a, T> {
    activations: &'a [Activation],
    /// Where it begins in the bank.
    pub(super) first: usize,
    /// Where the batch has a sigmoid: its jet is that of the slope of softplus.
    sigmoid: Option<usize>,
    bent: Bent,
    span: Span,
    x: &'a Tile<T>,
    parts: &'a Parts<'a, T>,
    computed: &'a [Tile<T>; COMPUTED],
}

impl<'a, T: Float> Batch<'a, T> {
    /// Number of activations.
    pub(super) fn len(&self) -> usize {
        self.activations.len()
    }

    /// −1 where the pieces of an order of activation `j` are the opposite of what is meant, else 1.
    #[inline(always)]
    pub(super) fn sign(&self, order: usize, j: usize) -> T {
        if self.activations[j].is_opposite(order) { -T::ONE } else { T::ONE }
    }

    /// A piece of one order of activation `j` of the batch and of those after it, each to be multiplied by its [`Self::sign`].
    #[inline(always)]
    pub(super) fn pieces<const M: usize>(&self, order: usize, j: usize, at: &Range<usize>) -> [&'a [T]; M] {
        let mut some: [&[T]; M] = [&[]; M];
        for (i, some) in some.iter_mut().enumerate() {
            *some = self.piece(order, j + i, at);
        }
        some
    }

    /// A piece of one order of activation `j` of the batch, to be multiplied by its [`Self::sign`].
    #[inline(always)]
    pub(super) fn piece(&self, order: usize, j: usize, at: &Range<usize>) -> &'a [T] {
        let tile = match self.activations[j].plain(order) {
            Some(Plain::X) => self.x,
            Some(Plain::One) => T::ONES,
            Some(Plain::Zero) => T::ZEROS,
            Some(Plain::Sin) => self.parts.sin(),
            Some(Plain::Cos) => self.parts.cos(),
            None => &self.computed[self.place(order, j)],
        };
        &tile[at.clone()]
    }

    /// The number of terms of a sum of one order.
    #[inline(always)]
    pub(super) fn terms(&self, order: usize) -> usize {
        if order < 2 { self.len() } else { self.bent.len }
    }

    /// The activation of a term of a sum of one order.
    #[inline(always)]
    pub(super) fn term(&self, order: usize, i: usize) -> usize {
        if order < 2 { i } else { self.bent.places[i] }
    }

    /// Where the values of an order of activation `j` of the batch were computed.
    #[inline(always)]
    fn place(&self, order: usize, j: usize) -> usize {
        let order = order - self.span.first;
        match (self.activations[j], self.sigmoid) {
            (Activation::Softplus, Some(sigmoid)) if order > 0 => sigmoid * self.span.len() + order - 1,
            _ => j * self.span.len() + order,
        }
    }
}

/// Where a batch has activations that are not made of straight lines: the others have no terms in sums of higher orders.
struct Bent {
    places: [usize; BATCH],
    len: usize,
}

impl Bent {
    /// Looked for only if a span reaches so far.
    fn of(activations: &[Activation], span: Span) -> Self {
        let mut bent = Self { places: [0; BATCH], len: 0 };
        if span.last >= 2 {
            for (j, activation) in activations.iter().enumerate() {
                if !activation.is_straight() {
                    bent.places[bent.len] = j;
                    bent.len += 1;
                }
            }
        }
        bent
    }
}
