//! Mixtures whose inner products are those of each row with one vector: Rᵢₖ = Σⱼ vⱼ σₖ⁽ᵒ⁾(xᵢⱼ).
//!
//! An inner product with a matrix of rank one, g = r·vᵀ, is rᵀR: it needs R only, and R needs no r. So one pass over x gives the
//! sums, from which r may follow, and what the inner product needs.

use super::evaluation::{BATCH, Batch, ROOM, Room, with_room};
use super::places::Kept;
use super::sums::{Adder, Columns, SUMS, Sums};
use super::{Bank, Cutting, Sum, Written, check_scratch, room, taken};
use crate::activation::{Needs, Span, TILE};
use crate::isa::Ready;
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
        with_room(room, |room| self.run_in(isa.ready(), room));
    }

    fn run_in(mut self, isa: Ready, mut room: Room<'_, T>) {
        self.dots.fill(T::ZERO);
        let h = self.bank.len();
        let mut places = Kept::new(self.bank, self.span);
        let mut adder = Adder::new(isa, self.sums);
        for row in 0..self.x.len() / self.cols.max(1) {
            for col in (0..self.cols).step_by(TILE) {
                let len = TILE.min(self.cols - col);
                let at = row * self.cols + col;
                let mut evaluation = room.begin(isa, self.needs, &self.x[at..at + len]);
                for first in (0..h).step_by(BATCH) {
                    let batch = &evaluation.batch(places.batch(first));
                    adder.add(batch, &(0..len), Columns { index: 0, groups: 1 }, &mut self.outs, &(at..at + len));
                    self.dots(isa, row * h, col, len, batch);
                }
            }
        }
        if h == 0 {
            self.outs[..self.sums.count].iter_mut().for_each(|out| out.fill(T::ZERO));
        }
    }

    fn dots(&mut self, isa: Ready, row: usize, col: usize, len: usize, batch: &Batch<'_, T>) {
        let (g, order) = (&self.v[col..col + len], batch.order(self.order));
        let dots = &mut self.dots[row + batch.first()..];
        batch.inner(isa, order, &(0..len), g, |j, product| dots[j] += product);
    }
}
