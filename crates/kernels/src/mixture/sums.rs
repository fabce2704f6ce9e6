//! The sums that are wanted of a mixture, and how the activations of a batch are added to them.

use std::ops::Range;

use super::evaluation::{BATCH, Batch};
use super::loops::Add;
use super::places::{KEPT, Order};
use crate::Float;
use crate::isa::Ready;

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

/// One group of columns of several.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) index: usize,
    pub(super) groups: usize,
}

/// Sums in progress, with the coefficients of the last batches, each times the sign of its tile: from one tile to the next they are
/// mostly the same.
pub(super) struct Adder<'a, T> {
    isa: Ready,
    sums: &'a Sums<'a, T>,
    signed: [Signed<T>; KEPT],
}

/// The coefficients of a batch in a group for each sum.
#[derive(Clone, Copy)]
struct Signed<T> {
    /// Where the batch begins, and the group.
    of: Option<(usize, Columns)>,
    c: [[T; BATCH]; SUMS],
}

impl<'a, T: Float> Adder<'a, T> {
    /// Nothing is added yet.
    pub(super) fn new(isa: Ready, sums: &'a Sums<'a, T>) -> Self {
        Self { isa, sums, signed: [Signed { of: None, c: [[T::ZERO; BATCH]; SUMS] }; KEPT] }
    }

    /// Adds a piece of a batch, which lies in one group, to that piece of the results.
    pub(super) fn add(
        &mut self,
        batch: &Batch<'_, T>,
        at: &Range<usize>,
        group: Columns,
        outs: &mut [&mut [T]; SUMS],
        piece: &Range<usize>,
    ) {
        let signed = &mut self.signed[batch.first() / BATCH % KEPT];
        signed.turn_to(self.sums, batch, group);
        for (i, out) in outs.iter_mut().enumerate().take(self.sums.count) {
            let order = batch.order(self.sums.orders[i]);
            add_terms(self.isa, batch, order, at, &signed.c[i], &mut out[piece.clone()]);
        }
    }
}

impl<T: Float> Signed<T> {
    /// Makes them those of a batch in a group.
    fn turn_to(&mut self, sums: &Sums<'_, T>, batch: &Batch<'_, T>, group: Columns) {
        let of = Some((batch.first(), group));
        if self.of == of {
            return;
        }
        self.of = of;
        for (i, c) in self.c.iter_mut().enumerate().take(sums.count) {
            let (order, coefficients) = (batch.order(sums.orders[i]), sums.coefficients[i]);
            for (c, j) in c.iter_mut().zip(order.terms()) {
                let j = usize::from(*j);
                *c = coefficients[(batch.first() + j) * group.groups + group.index] * order.sign(j);
            }
        }
    }
}

/// Adds the terms of a batch to a sum, as many at a time as there is a loop for.
fn add_terms<T: Float>(
    isa: Ready,
    batch: &Batch<'_, T>,
    order: &Order<T>,
    at: &Range<usize>,
    c: &[T; BATCH],
    out: &mut [T],
) {
    let terms = order.terms().len();
    let mut from = 0;
    while from < terms {
        from += match terms - from {
            8.. => some::<T, 8>(isa, batch, order, at, c, from, out),
            6.. => some::<T, 6>(isa, batch, order, at, c, from, out),
            4.. => some::<T, 4>(isa, batch, order, at, c, from, out),
            3.. => some::<T, 3>(isa, batch, order, at, c, from, out),
            _ => some::<T, 1>(isa, batch, order, at, c, from, out),
        };
    }
    if terms == 0 && batch.first() == 0 {
        out.fill(T::ZERO);
    }
}

/// Adds M terms; answers M.
fn some<T: Float, const M: usize>(
    isa: Ready,
    batch: &Batch<'_, T>,
    order: &Order<T>,
    at: &Range<usize>,
    c: &[T; BATCH],
    from: usize,
    out: &mut [T],
) -> usize {
    let mut values: [&[T]; M] = [&[]; M];
    for (values, j) in values.iter_mut().zip(&order.terms()[from..]) {
        *values = batch.piece(order, (*j).into(), at);
    }
    let c = c[from..].first_chunk().expect("as many coefficients as terms");
    isa.run_apart(&mut Add { values: &values, c, begin: batch.first() + from == 0, out });
    M
}
