//! The mixture kernel: one pass over x serves a list of requests for weighted sums of activations and for inner products with them.
//!
//! x is worked on in tiles of 256 elements that stay in the first-level cache: the parts that activations share, then the
//! activations one after the other, each with all orders that are wanted, then the requests, to which eight activations are
//! added at a time. Inner products of each row with one vector have a pass of their own kind: [`mixture_by_row()`].
//!
//! **Bits.** What a request is answered does not depend on the others, nor on the number of threads. A sum is
//! c₀σ₀ + c₁σ₁ + … from the left; from order 2 on without those made of straight lines, whatever their coefficients. An inner product is defined
//! on indices: x is cut into blocks (of 8192 elements if there is one group of columns, else of whole rows, as many as fill 8192
//! elements but at least one), a block into tiles, a tile into pieces of one group of columns each (the whole tile if there is one
//! group). A piece is added up in 16 interleaved accumulators (index in the piece mod 16), these are joined by a fixed tree; pieces
//! are added in order, blocks by a fixed tree.
//!
//! **Errors**, u = [`Float::EPSILON`]. A bank of one activation is as exact as that activation; the parts of several leave out what
//! corrects the last one or two places, which their sum does not keep. A sum differs from its exact value by at most (h + c)·u·Σ|cᵢσᵢ⁽ᵏ⁾(x)| + u·Σ|cᵢ|·f, and an
//! inner product by at most (p + c + 24)·u·Σ|g σᵢ⁽ᵏ⁾(x)| + u·Σ|g|·f, with p the number of pieces of a group in a block; c = 8 and f = 8
//! (for `Hermite(n)` f = 8·ĥ(|x|), where ĥ is the k-th derivative of the polynomial with all signs positive: beside a zero, terms
//! of that size cancel).

mod block;
mod by_row;
mod evaluation;
mod loops;
mod places;
mod sums;

use std::sync::Arc;

use crate::activation::{Needs, Span};
use crate::par::{self, Cut, Equal};
use crate::{Activation, Float, Isa, Par};
pub(crate) use block::Block;
pub(crate) use by_row::Rows;
pub use by_row::{RowDot, mixture_by_row, mixture_by_row_with};
use evaluation::ROOM;
use sums::{SUMS, Sums};

/// An ordered list of activations, cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bank(Arc<[Activation]>);

impl Bank {
    /// A bank of these activations.
    pub fn new(activations: impl Into<Arc<[Activation]>>) -> Self {
        Self(activations.into())
    }

    /// The activations in order.
    pub fn activations(&self) -> &[Activation] {
        &self.0
    }

    /// Their number h.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A request for out = Σᵢ cᵢ σᵢ⁽ᵏ⁾(x), elementwise.
#[derive(Debug)]
pub struct Sum<'a, T> {
    /// c: h × G, row-major; column g serves the g-th of G equal contiguous groups of columns of x.
    pub coefficients: &'a [T],
    /// k: 0 to 3.
    pub order: usize,
    /// The result: rows × cols, as x.
    pub out: &'a mut [T],
}

/// A request for outᵢ = ⟨g, σᵢ⁽ᵏ⁾(x)⟩ for every i and every group of columns.
#[derive(Debug)]
pub struct Dot<'a, T> {
    /// g: rows × cols, as x.
    pub g: &'a [T],
    /// k: 0 to 3.
    pub order: usize,
    /// The result: h × G.
    pub out: &'a mut [T],
}

/// How x is cut; a function of the shape only.
#[derive(Clone, Copy)]
struct Cutting {
    /// Elements of a block but the last.
    block: usize,
    /// Number of blocks.
    blocks: usize,
    /// Columns of a group; all elements if there is one group.
    width: usize,
    groups: usize,
}

impl Cutting {
    /// The elements of a block, or nearly so.
    const BLOCK: usize = 8192;

    #[track_caller]
    fn new(rows: usize, cols: usize, groups: usize) -> Self {
        assert!(groups > 0 && cols.is_multiple_of(groups), "mixture: {cols} columns in {groups} groups");
        let elements = rows * cols;
        let (block, width) = match groups {
            1 => (Self::BLOCK, elements.max(1)),
            _ => ((Self::BLOCK / cols.max(1)).max(1) * cols.max(1), (cols / groups).max(1)),
        };
        Self { block, blocks: elements.div_ceil(block), width, groups }
    }
}

/// Elements of scratch that [`mixture()`] needs for this shape with `dots` dot requests: partial results, and room for the tiles of
/// one block. [`mixture_by_row()`] needs those of one group without dots.
///
/// # Panics
/// When `groups` does not divide `cols`.
#[track_caller]
pub fn mixture_scratch<T: Float>(bank: &Bank, rows: usize, cols: usize, groups: usize, dots: usize) -> usize {
    Cutting::new(rows, cols, groups).blocks * dots * bank.len() * groups + ROOM
}

/// The number of blocks that x of this shape is cut into, and that may run at the same time.
///
/// # Panics
/// When `groups` does not divide `cols`.
#[track_caller]
pub fn mixture_pieces(rows: usize, cols: usize, groups: usize) -> usize {
    Cutting::new(rows, cols, groups).blocks
}

/// Serves all requests in one pass over x (rows × cols, row-major), whose columns form `groups` equal contiguous groups.
///
/// # Panics
/// When a length does not fit, an order is above 3, `groups` does not divide `cols`, or the scratch is shorter than
/// [`mixture_scratch`].
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "a kernel's operands")]
pub fn mixture<T: Float>(
    par: Par,
    bank: &Bank,
    x: &[T],
    rows: usize,
    cols: usize,
    groups: usize,
    sums: &mut [Sum<'_, T>],
    dots: &mut [Dot<'_, T>],
    scratch: &mut [T],
) {
    mixture_with(Isa::current(), par, bank, x, rows, cols, groups, sums, dots, scratch);
}

/// [`mixture()`] on a given instruction set.
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "the twin of `mixture` with its instruction set")]
pub fn mixture_with<T: Float>(
    isa: Isa,
    par: Par,
    bank: &Bank,
    x: &[T],
    rows: usize,
    cols: usize,
    groups: usize,
    sums: &mut [Sum<'_, T>],
    dots: &mut [Dot<'_, T>],
    scratch: &mut [T],
) {
    let cutting = Cutting::new(rows, cols, groups);
    check(bank, x, rows * cols, groups, sums, dots);
    let needed = mixture_scratch::<T>(bank, rows, cols, groups, dots.len());
    check_scratch(scratch, needed);
    let (partial, rest) = scratch.split_at_mut(needed - ROOM);
    let pass = Pass { isa, par, bank: bank.activations(), x, cutting };
    let (first, others) = sums.split_at_mut(sums.len().min(SUMS));
    if !(first.is_empty() && dots.is_empty()) {
        pass.run(first, dots, partial, rest);
    }
    for more in others.chunks_mut(SUMS) {
        pass.run(more, &[], &mut [], rest);
    }
    join(dots, partial, cutting.blocks);
}

#[track_caller]
fn check_scratch<T>(scratch: &[T], needed: usize) {
    assert!(scratch.len() >= needed, "mixture: {} elements of scratch, {needed} needed", scratch.len());
}

/// The room that blocks take turns in; if they run at the same time, each has its own on its stack.
fn room<T>(par: Par, scratch: &mut [T]) -> &mut [T] {
    if par.is_seq() { scratch } else { &mut [] }
}

#[track_caller]
fn check<T: Float>(bank: &Bank, x: &[T], elements: usize, groups: usize, sums: &[Sum<'_, T>], dots: &[Dot<'_, T>]) {
    let coefficients = bank.len() * groups;
    assert_eq!(x.len(), elements, "mixture: length of x");
    for sum in sums {
        assert!(sum.order <= 3, "mixture: a sum of order {}, above 3", sum.order);
        assert_eq!(sum.coefficients.len(), coefficients, "mixture: coefficients of a sum");
        assert_eq!(sum.out.len(), elements, "mixture: length of a sum");
    }
    for dot in dots {
        assert!(dot.order <= 3, "mixture: a dot of order {}, above 3", dot.order);
        assert_eq!(dot.g.len(), elements, "mixture: length of the operand of a dot");
        assert_eq!(dot.out.len(), coefficients, "mixture: length of a dot");
    }
}

/// One pass over x for a few sums and any number of dots.
#[derive(Clone, Copy)]
struct Pass<'a, T> {
    isa: Isa,
    par: Par,
    bank: &'a [Activation],
    x: &'a [T],
    cutting: Cutting,
}

impl<T: Float> Pass<'_, T> {
    /// Writes the sums, and for every block the dots of the block: blocks × dots × h × G.
    fn run(self, sums: &mut [Sum<'_, T>], dots: &[Dot<'_, T>], partial: &mut [T], rest: &mut [T]) {
        let Cutting { block, blocks, width, groups } = self.cutting;
        let (wanted, outs) = taken(sums);
        let each = dots.len() * self.bank.len() * groups;
        let written = Written { outs, block, partial: Equal { data: partial, each } };
        let orders = wanted.orders(dots.iter().map(|dot| dot.order));
        let (needs, span) = (Needs::of(self.bank, orders), Span::of(orders));
        par::each(self.par, 0..blocks, written, room(self.par, rest), &|i, written: Written<'_, T>, room: &mut [T]| {
            let start = i * block;
            let x = &self.x[start..(start + block).min(self.x.len())];
            let Written { outs, partial, .. } = written;
            let (sums, partial) = (&wanted, partial.data);
            let bank = self.bank;
            let block = Block { bank, needs, span, x, start, width, groups, sums, outs, dots, partial };
            T::mixture(self.isa, block, room);
        });
    }
}

/// Up to [`SUMS`] requests, and where they are answered.
fn taken<'a, 'r: 'a, T: Float>(sums: &'a mut [Sum<'r, T>]) -> (Sums<'a, T>, [&'a mut [T]; SUMS]) {
    let mut outs: [&mut [T]; SUMS] = Default::default();
    let mut wanted = Sums { count: sums.len(), coefficients: [&[]; SUMS], orders: [0; SUMS] };
    for (i, sum) in sums.iter_mut().enumerate() {
        wanted.coefficients[i] = sum.coefficients;
        wanted.orders[i] = sum.order;
        outs[i] = &mut *sum.out;
    }
    (wanted, outs)
}

/// What the blocks write.
struct Written<'a, T> {
    outs: [&'a mut [T]; SUMS],
    /// Elements of a block.
    block: usize,
    /// The inner products of a block: parts of those of all, or those of its rows.
    partial: Equal<'a, T>,
}

impl<T: Float> Cut for Written<'_, T> {
    fn cut(mut self, at: usize) -> (Self, Self) {
        let mut others: [&mut [T]; SUMS] = Default::default();
        for (out, other) in self.outs.iter_mut().zip(&mut others) {
            let whole = std::mem::take(out);
            (*out, *other) = whole.split_at_mut((at * self.block).min(whole.len()));
        }
        let (partial, others_partial) = self.partial.cut(at);
        (
            Self { outs: self.outs, block: self.block, partial },
            Self { outs: others, block: self.block, partial: others_partial },
        )
    }
}

/// Adds the dots of the blocks, entry by entry, in the fixed tree.
fn join<T: Float>(dots: &mut [Dot<'_, T>], partial: &[T], blocks: usize) {
    let entries = partial.len() / blocks.max(1);
    let all = dots.iter_mut().flat_map(|dot| dot.out.iter_mut());
    for (entry, out) in all.enumerate() {
        *out = match blocks {
            0 => T::ZERO,
            _ => par::tree(Par::Seq, 0..blocks, &|block| partial[block * entries + entry], &|a, b| a + b),
        };
    }
}
