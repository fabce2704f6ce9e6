//! Where the values of a batch of activations lie on a tile, and what they are to be multiplied by: the same for all tiles of a block,
//! and found once. To find it anew for every sum took an eighth of the time of a mixture.

use super::evaluation::BATCH;
use crate::activation::{PARTS, Plain, Span};
use crate::{Activation, Float};

/// The tiles in front of those that are computed for an activation.
pub(super) const ONES: usize = 0;
pub(super) const ZEROS: usize = 1;
pub(super) const SIN: usize = 2;
pub(super) const COS: usize = 3;
pub(super) const FIRST_PART: usize = 4;
pub(super) const COMPUTED: usize = FIRST_PART + PARTS;
/// The place of x, which is none of these tiles.
const X: usize = u8::MAX as usize;

/// Batches whose places are kept: those of longer banks take turns.
pub(super) const KEPT: usize = 4;

/// The places of the batches of a bank.
pub(super) struct Kept<'a, T> {
    bank: &'a [Activation],
    span: Span,
    places: [Option<Places<'a, T>>; KEPT],
}

impl<'a, T: Float> Kept<'a, T> {
    /// None is found yet.
    pub(super) fn new(bank: &'a [Activation], span: Span) -> Self {
        Self { bank, span, places: [const { None }; KEPT] }
    }

    /// Those of the batch that begins there.
    pub(super) fn batch(&mut self, first: usize) -> &Places<'a, T> {
        let kept = &mut self.places[first / BATCH % KEPT];
        kept.take_if(|places| places.first != first);
        kept.get_or_insert_with(|| Places::at(self.bank, self.span, first))
    }
}

/// The places of a batch: of [`BATCH`] activations, or those that are left.
pub(super) struct Places<'a, T> {
    /// Where the batch begins in the bank.
    pub(super) first: usize,
    /// The batch.
    pub(super) activations: &'a [Activation],
    /// The orders that are computed.
    pub(super) span: Span,
    orders: [Order<T>; 4],
    /// The activations that have tiles of their own, and how many they are.
    computed: [u8; BATCH],
    computes: u8,
    /// Where the batch has a sigmoid. Its jet is that of the slope of softplus, which then has a tile for its value only.
    sigmoid: Option<usize>,
}

/// The places of one order of a batch.
#[derive(Clone, Copy)]
pub(super) struct Order<T> {
    /// The tile of each activation, or [`X`]. In few bytes: the places of a bank are copied for every block.
    tiles: [u8; BATCH],
    /// −1 where the tile holds the opposite of what is meant, else 1.
    signs: [T; BATCH],
    /// The activations that a sum has terms of.
    terms: [u8; BATCH],
    count: u8,
}

impl<'a, T: Float> Places<'a, T> {
    fn at(bank: &'a [Activation], span: Span, first: usize) -> Self {
        let activations = &bank[first..bank.len().min(first + BATCH)];
        let sigmoid = activations.iter().position(|activation| matches!(activation, Activation::Sigmoid));
        let none = Order { tiles: [X as u8; BATCH], signs: [T::ONE; BATCH], terms: [0; BATCH], count: 0 };
        let (computed, computes) = ([0; BATCH], 0);
        let mut places = Self { first, activations, span, orders: [none; 4], computed, computes, sigmoid };
        for (j, activation) in activations.iter().enumerate() {
            let Span { first, last } = places.span_of(*activation);
            if (first..=last).any(|k| activation.plain(k).is_none()) {
                places.computed[usize::from(places.computes)] = j as u8;
                places.computes += 1;
            }
        }
        for k in span.first..=span.last {
            for (j, activation) in activations.iter().enumerate() {
                let tile = places.tile(*activation, j, k);
                places.orders[k].put(j, tile, activation.is_opposite(k));
                // What is made of straight lines has no term in sums of higher orders.
                if k < 2 || !activation.is_straight() {
                    places.orders[k].add_term(j);
                }
            }
        }
        places
    }

    /// The tile with the k-th derivative of the `j`-th activation, or [`X`].
    fn tile(&self, activation: Activation, j: usize, k: usize) -> usize {
        let (order, orders) = (k - self.span.first, self.span.len());
        match (activation.plain(k), activation, self.sigmoid) {
            (Some(Plain::X), ..) => X,
            (Some(Plain::One), ..) => ONES,
            (Some(Plain::Zero), ..) => ZEROS,
            (Some(Plain::Sin), ..) => SIN,
            (Some(Plain::Cos), ..) => COS,
            (Some(Plain::Part(part)), ..) => FIRST_PART + part,
            (None, Activation::Softplus, Some(sigmoid)) if order > 0 => COMPUTED + sigmoid * orders + order - 1,
            (None, ..) => COMPUTED + j * orders + order,
        }
    }

    /// The activations that have tiles of their own, with their numbers in the batch.
    #[inline(always)]
    pub(super) fn computed(&self) -> impl Iterator<Item = (usize, Activation)> {
        let computed = &self.computed[..self.computes.into()];
        computed.iter().map(|&j| (j.into(), self.activations[usize::from(j)]))
    }

    /// The orders that such an activation has tiles for.
    pub(super) fn span_of(&self, activation: Activation) -> Span {
        match activation {
            Activation::Softplus if self.sigmoid.is_some() => self.span.only_first(),
            _ => self.span,
        }
    }

    /// The places of the k-th derivatives.
    #[inline(always)]
    pub(super) fn order(&self, k: usize) -> &Order<T> {
        &self.orders[k]
    }
}

impl<T: Float> Order<T> {
    fn put(&mut self, j: usize, tile: usize, is_opposite: bool) {
        self.tiles[j] = tile as u8;
        self.signs[j] = if is_opposite { -T::ONE } else { T::ONE };
    }

    fn add_term(&mut self, j: usize) {
        self.terms[usize::from(self.count)] = j as u8;
        self.count += 1;
    }

    /// The tile of an activation; x has a number beyond all tiles.
    #[inline(always)]
    pub(super) fn tile(&self, j: usize) -> usize {
        self.tiles[j].into()
    }

    /// What the tile of an activation is to be multiplied by: 1 or −1.
    #[inline(always)]
    pub(super) fn sign(&self, j: usize) -> T {
        self.signs[j]
    }

    /// The activations that a sum has terms of.
    #[inline(always)]
    pub(super) fn terms(&self) -> &[u8] {
        &self.terms[..self.count.into()]
    }
}
