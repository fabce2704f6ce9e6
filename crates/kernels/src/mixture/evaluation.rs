//! The values and derivatives of a few activations on a tile of x.

use std::ops::Range;

use super::loops::Inner;
use super::places::{COMPUTED, FIRST_PART, ONES, Order, Places, ZEROS};
use crate::Float;
use crate::activation::{Circle, Needs, Parts, TILE, Tile};
use crate::isa::Ready;
use crate::line::{LINE, on_a_line};

/// Activations that are evaluated before they are added to the requests.
pub(super) const BATCH: usize = 8;

/// Tiles that [`Places`] speak of: some in front, the parts among them, then the values of a batch and the derivatives, activation by
/// order, without gaps, so that they spread evenly over the sets of the first-level cache; and room for the tiles that the last one leaves over.
const PLACES: usize = COMPUTED + 4 * BATCH + 3;

/// Elements of what is computed on one tile.
const TILES: usize = (1 + PLACES) * TILE;

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
    padded: &'a mut Tile<T>,
    tiles: &'a mut [Tile<T>; PLACES],
}

impl<'a, T: Float> Room<'a, T> {
    /// In these elements.
    fn new(room: &'a mut [T; TILES]) -> Self {
        let (padded, tiles) = room.split_at_mut(TILE);
        let tiles: &mut [Tile<T>; PLACES] =
            bytemuck::cast_slice_mut(tiles).as_mut_array().expect("the tiles that are left");
        tiles[ONES].fill(T::ONE);
        tiles[ZEROS].fill(T::ZERO);
        Self { padded: padded.as_mut_array().expect("one tile"), tiles }
    }

    /// Begins with at most [`TILE`] elements.
    pub(super) fn begin<'b>(&'b mut self, isa: Ready, needs: Needs, x: &'b [T]) -> Evaluation<'b, T> {
        let Self { padded, tiles } = self;
        let n = x.len().next_multiple_of(32);
        let x = whole(x, padded);
        let [_, _, sin, cos, ..] = &mut **tiles;
        Circle { needs, x, n, sin, cos }.compute(isa);
        parts(needs, &mut tiles[..]).compute(isa, x, n);
        Evaluation { isa, needs, x, n, tiles }
    }
}

/// Those of the tiles in front that are parts.
fn parts<T: Float>(needs: Needs, front: &mut [Tile<T>]) -> Parts<'_, T> {
    Parts::new(needs, front[FIRST_PART..].first_chunk_mut().expect("the parts are in front"))
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
    isa: Ready,
    needs: Needs,
    x: &'a Tile<T>,
    /// Elements that are computed: a multiple of 32.
    n: usize,
    tiles: &'a mut [Tile<T>; PLACES],
}

impl<T: Float> Evaluation<'_, T> {
    /// Evaluates the activations of a batch, which have these places.
    pub(super) fn batch<'a>(&'a mut self, places: &'a Places<'a, T>) -> Batch<'a, T> {
        let &mut Self { isa, needs, x, n, ref mut tiles } = self;
        let (front, computed) = tiles.split_at_mut(COMPUTED);
        let parts = parts(needs, front);
        for (j, activation) in places.computed() {
            let span = places.span_of(activation);
            if let Some(jets) = computed[j * places.span.len()..].first_chunk_mut() {
                activation.tile(isa, span, x, &parts, n, jets);
            }
        }
        Batch { places, x, tiles }
    }
}

/// A batch of activations on a tile. To be passed by reference: the processor stalls when a copy reads two words at a time that
/// were just written one by one.
pub(super) struct Batch<'a, T> {
    places: &'a Places<'a, T>,
    x: &'a Tile<T>,
    tiles: &'a [Tile<T>; PLACES],
}

impl<'a, T: Float> Batch<'a, T> {
    /// Where it begins in the bank.
    pub(super) fn first(&self) -> usize {
        self.places.first
    }

    /// Number of activations.
    pub(super) fn len(&self) -> usize {
        self.places.activations.len()
    }

    /// Where the k-th derivatives lie.
    #[inline(always)]
    pub(super) fn order(&self, k: usize) -> &'a Order<T> {
        self.places.order(k)
    }

    /// A piece of activation `j`, to be multiplied by its sign.
    #[inline(always)]
    pub(super) fn piece(&self, order: &Order<T>, j: usize, at: &Range<usize>) -> &'a [T] {
        // Only x is beyond the tiles.
        &self.tiles.get(order.tile(j)).unwrap_or(self.x)[at.clone()]
    }

    /// Gives `put` the inner product of g with a piece of every activation.
    pub(super) fn inner(
        &self,
        isa: Ready,
        order: &Order<T>,
        at: &Range<usize>,
        g: &[T],
        mut put: impl FnMut(usize, T),
    ) {
        let mut j = 0;
        while j < self.len() {
            j += match self.len() - j {
                8.. => self.some::<8>(isa, order, at, g, j, &mut put),
                4.. => self.some::<4>(isa, order, at, g, j, &mut put),
                2.. => self.some::<2>(isa, order, at, g, j, &mut put),
                _ => self.some::<1>(isa, order, at, g, j, &mut put),
            };
        }
    }

    /// The inner products of M activations from the `j`-th on; answers M.
    fn some<const M: usize>(
        &self,
        isa: Ready,
        order: &Order<T>,
        at: &Range<usize>,
        g: &[T],
        j: usize,
        put: &mut impl FnMut(usize, T),
    ) -> usize {
        let mut values: [&[T]; M] = [&[]; M];
        for (i, values) in values.iter_mut().enumerate() {
            *values = self.piece(order, j + i, at);
        }
        for (i, product) in isa.run_apart(&mut Inner { values: &values, g }).into_iter().enumerate() {
            put(j + i, product * order.sign(j + i));
        }
        M
    }
}
