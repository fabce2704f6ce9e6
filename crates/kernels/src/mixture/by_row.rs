//! Mixtures whose inner products are those of each row with one vector: Rᵢₖ = Σⱼ vⱼ σₖ⁽ᵒ⁾(xᵢⱼ).
//!
//! An inner product with a matrix of rank one, g = r·vᵀ, is rᵀR: it needs R only, and R needs no r. So one pass over x gives the
//! sums, from which r may follow, and what the inner product needs.

use super::block::{Addition, SUMS, Sums};
use super::evaluation::{BATCH, Batch, ROOM, Room, with_room};
use super::loops::Inner;
use super::{Bank, Cutting, Sum, Written, check_scratch, room, taken};
use crate::activation::{Needs, Span, TILE};
use crate::par::{self, Equal};
use crate::{Activation, Float, Isa, Par};

/// A request for outᵢₖ = Σⱼ vⱼ σₖ⁽ᵒ⁾(xᵢⱼ) for every row i and activation k.
#[derive(Debug)]
pub struct RowDot<'a, T> {
    /// One element for each column of x.
    pub v: &'a [T],
    /// o: 0 to 3.
    pub order: usize,
    /// The result: rows × h.
    pub out: &'a mut [T],
}

/// Serves sums, of one group of columns, and one [`RowDot`] in one pass over x (rows × cols, row-major). The bits of the sums are
/// those of [`mixture()`](super::mixture()); a row of R depends on that row of x alone.
///
/// # Panics
/// When a length does not fit, an order is above 3, there are more than eight sums, or the scratch is shorter than
/// [`mixture_scratch`](super::mixture_scratch) of one group without dots.
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "a kernel's operands")]
pub fn mixture_by_row<T: Float>(
    par: Par,
    bank: &Bank,
    x: &[T],
    rows: usize,
    cols: usize,
    sums: &mut [Sum<'_, T>],
    dot: RowDot<'_, T>,
    scratch: &mut [T],
) {
    mixture_by_row_with(Isa::current(), par, bank, x, rows, cols, sums, dot, scratch);
}

/// [`mixture_by_row`] on a given instruction set.
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "the twin of `mixture_by_row` with its instruction set")]
pub fn mixture_by_row_with<T: Float>(
    isa: Isa,
    par: Par,
    bank: &Bank,
    x: &[T],
    rows: usize,
    cols: usize,
    sums: &mut [Sum<'_, T>],
    dot: RowDot<'_, T>,
    scratch: &mut [T],
) {
    super::check(bank, x, rows * cols, 1, sums, &[]);
    assert!(dot.order <= 3, "mixture_by_row: an inner product of order {}, above 3", dot.order);
    assert_eq!(dot.v.len(), cols, "mixture_by_row: length of v");
    assert_eq!(dot.out.len(), rows * bank.len(), "mixture_by_row: length of the inner products");
    assert!(sums.len() <= SUMS, "mixture_by_row: {} sums, more than {SUMS}", sums.len());
    check_scratch(scratch, ROOM);
    let height = (Cutting::BLOCK / cols.max(1)).max(1);
    let (wanted, outs) = taken(sums);
    let orders = wanted.orders(std::iter::once(dot.order));
    let needs = Needs::of(bank.activations(), orders);
    let partial = Equal { data: dot.out, each: height * bank.len() };
    let written = Written { outs, block: height * cols, partial };
    par::each(
        par,
        0..rows.div_ceil(height),
        written,
        room(par, scratch),
        &|i, written: Written<'_, T>, room: &mut [T]| {
            let x = &x[i * height * cols..rows.min((i + 1) * height) * cols];
            let Written { outs, partial, .. } = written;
            let (bank, sums, dots) = (bank.activations(), &wanted, partial.data);
            let block =
                Rows { bank, needs, span: Span::of(orders), x, cols, sums, outs, v: dot.v, order: dot.order, dots };
            T::mixture_rows(isa, block, room);
        },
    );
}

/// A block of rows with all that is wanted of it.
pub struct Rows<'a, T> {
    bank: &'a [Activation],
    needs: Needs,
    span: Span,
    x: &'a [T],
    cols: usize,
    sums: &'a Sums<'a, T>,
    outs: [&'a mut [T]; SUMS],
    v: &'a [T],
    order: usize,
    /// rows × h
    dots: &'a mut [T],
}

impl<T: Float> Rows<'_, T> {
    /// Does the work, tile by tile; a tile lies in one row.
    pub(crate) fn run(self, isa: Isa, room: &mut [T]) {
        with_room(room, |room| self.run_in(isa, room));
    }

    fn run_in(mut self, isa: Isa, mut room: Room<'_, T>) {
        self.dots.fill(T::ZERO);
        let (bank, h) = (self.bank, self.bank.len());
        for row in 0..self.x.len() / self.cols.max(1) {
            for col in (0..self.cols).step_by(TILE) {
                let len = TILE.min(self.cols - col);
                let at = row * self.cols + col;
                let mut evaluation = room.begin(isa, self.needs, self.span, &self.x[at..at + len]);
                for first in (0..h).step_by(BATCH) {
                    let batch = &evaluation.batch(bank, first);
                    self.sums(isa, at, len, batch);
                    self.dots(isa, row * h, col, len, batch);
                }
            }
        }
        if h == 0 {
            self.outs[..self.sums.count].iter_mut().for_each(|out| out.fill(T::ZERO));
        }
    }

    fn sums(&mut self, isa: Isa, at: usize, len: usize, batch: &Batch<'_, T>) {
        for (i, out) in self.outs[..self.sums.count].iter_mut().enumerate() {
            let (order, coefficients) = (self.sums.orders[i], self.sums.coefficients[i]);
            let out = &mut out[at..at + len];
            Addition { isa, batch, order, at: 0..len, coefficients, groups: 1, group: 0, out }.run();
        }
    }

    fn dots(&mut self, isa: Isa, row: usize, col: usize, len: usize, batch: &Batch<'_, T>) {
        let (g, order) = (&self.v[col..col + len], self.order);
        let dots = &mut self.dots[row + batch.first..][..batch.len()];
        let mut j = 0;
        while j < batch.len() {
            j += match batch.len() - j {
                4.. => add_some::<T, 4>(isa, batch, order, j, g, dots),
                2.. => add_some::<T, 2>(isa, batch, order, j, g, dots),
                _ => add_some::<T, 1>(isa, batch, order, j, g, dots),
            };
        }
    }
}

/// Adds the inner products of M activations from the `j`-th of the batch on; answers M.
fn add_some<T: Float, const M: usize>(
    isa: Isa,
    batch: &Batch<'_, T>,
    order: usize,
    j: usize,
    g: &[T],
    dots: &mut [T],
) -> usize {
    let sums = isa.run_apart(&mut Inner { values: batch.pieces::<M>(order, j, &(0..g.len())), g });
    for (i, (dot, sum)) in dots[j..].iter_mut().zip(sums).enumerate() {
        *dot += sum * batch.sign(order, j + i);
    }
    M
}
