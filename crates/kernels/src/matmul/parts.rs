//! A product as a whole: its chains, and the pieces of a C with few rows.

use super::blocking::{Cutting, chains, start};
use super::door::transposed;
use super::loops::Product;
use super::right::Right;
use super::tail::Ending;
use super::{Mat, MatMut, Tail, Update};
use crate::par::{Cut, Equal, each};
use crate::{Float, Isa, Par, group};

/// Rows of C that a thread finishes at a time; one thread alone would read half of the partial results from the cache of another.
const BAND: usize = 16;

/// The rows of C in bands.
struct Bands<'a, T>(MatMut<'a, T>);

impl<T: Send> Cut for Bands<'_, T> {
    fn cut(self, bands: usize) -> (Self, Self) {
        let rows = (bands * BAND).min(self.0.rows);
        let (near, far) = self.0.split_rows(rows);
        (Self(near), Self(far))
    }
}

/// A product whose operands fit.
#[derive(Clone, Copy)]
pub struct Whole<'a, T> {
    pub(super) isa: Isa,
    pub(super) par: Par,
    pub(super) alpha: T,
    pub(super) a: Mat<'a, T>,
    pub(super) b: Right<'a, T>,
    pub(super) update: Update,
}

impl<T: Float> Whole<'_, T> {
    pub(crate) fn run(mut self, mut c: MatMut<'_, T>, tail: Option<Tail<'_, '_, T>>, scratch: &mut [T]) {
        let (rows, cols) = (c.rows, c.cols);
        if rows == 0 || cols == 0 {
            return;
        }
        if let (Right::Strided(b), true) = (self.b, transposed(&c)) {
            (self.a, self.b, c) = (b.t(), Right::Strided(self.a.t()), c.t());
        }
        // A stride that is never used may be anything; no loop should have to care.
        c.col_stride = c.col_stride.max(1);
        let k = self.a.cols;
        let cutting = Cutting::new(self.par.is_seq(), c.rows, k, c.cols);
        match cutting {
            Cutting::Rows { threads } if chains(k) == 1 && k > 0 => {
                let ending = tail.map(|tail| Ending::new(tail, cols));
                let Self { isa, alpha, a, b, update, .. } = self;
                let par = self.par.only_if(threads > 1);
                return Product { isa, alpha, a, b, update }.run(par, c, ending, scratch);
            }
            Cutting::Rows { threads } => self.chain_by_chain(self.par.only_if(threads > 1), c.reborrow(), scratch),
            Cutting::Parts { slab, width } => self.parts(c.reborrow(), slab, width, cutting, scratch),
        }
        if let Some(Tail { group, inputs, outputs }) = tail {
            let others = outputs.iter_mut().map(|out| &mut **out);
            let outputs = std::iter::once(&mut c.data[..rows * cols]).chain(others).collect();
            group::run(self.isa, self.par, group, rows, cols, inputs, outputs, &mut []);
        }
    }

    /// One chain of all elements.
    fn chain(&self, p: usize, j: usize, cols: usize) -> Product<'_, T> {
        let k = self.a.cols;
        let (l, end) = (start(k, chains(k), p), start(k, chains(k), p + 1));
        Product {
            isa: self.isa,
            alpha: T::ONE,
            a: self.a.window(0, l, self.a.rows, end - l),
            b: self.b.window(l, j, end - l, cols),
            update: if p == 0 { Update::Overwrite } else { Update::Accumulate },
        }
    }

    /// The chains one after the other; their sum is in C, or beside it when C is needed.
    fn chain_by_chain(&self, par: Par, mut c: MatMut<'_, T>, scratch: &mut [T]) {
        let (m, k, n) = (c.rows, self.a.cols, c.cols);
        if k == 0 {
            return self.finish(c, None);
        }
        let (beside, scratch) = scratch.split_at_mut(m * n);
        let in_place = self.update == Update::Overwrite;
        for p in 0..chains(k) {
            let total = if in_place { c.reborrow() } else { MatMut::new(beside, m, n) };
            self.chain(p, 0, n).run(par, total, None, scratch);
        }
        match (in_place, self.alpha == T::ONE) {
            (true, true) => {}
            (true, false) => for_each(c, |x| *x = self.alpha * *x),
            (false, _) => self.finish(c, Some(Mat::new(beside, m, n))),
        }
    }

    /// Columns and chains at the same time, into scratch.
    fn parts(&self, mut c: MatMut<'_, T>, slab: usize, width: usize, cutting: Cutting, scratch: &mut [T]) {
        let (m, k, n) = (c.rows, self.a.cols, c.cols);
        let part = cutting.scratch::<T>(m, k, n, self.b.lies_in_panels()) / cutting.pieces(k);
        for j in (0..n).step_by(slab) {
            let columns = slab.min(n - j).div_ceil(width);
            let place = |column: usize| (j + column * width, width.min(n - j - column * width));
            let rooms = Equal { data: &mut *scratch, each: part };
            each(self.par, 0..columns * chains(k), rooms, &mut [], &|i, room: Equal<'_, T>, _: &mut [T]| {
                let (j, cols) = place(i / chains(k));
                let (partial, scratch) = room.data.split_at_mut(m * cols);
                let product = Product { update: Update::Overwrite, ..self.chain(i % chains(k), j, cols) };
                product.run(Par::Seq, MatMut::new(partial, m, cols), None, scratch);
            });
            for (column, rooms) in scratch.chunks_mut(part * chains(k)).enumerate().take(columns) {
                let (total, others) = rooms.split_at_mut(part);
                let (_, cols) = place(column);
                for other in others.chunks(part) {
                    total[..m * cols].iter_mut().zip(other).for_each(|(sum, &x)| *sum += x);
                }
            }
            let total = |column: usize, cols| Mat::new(&scratch[column * chains(k) * part..], m, cols);
            let finish = |band: usize, Bands(mut c): Bands<'_, T>, _: &mut [T]| {
                for column in 0..columns {
                    let (j, cols) = place(column);
                    let total = total(column, cols).window(band * BAND, 0, c.rows, cols);
                    self.finish(c.reborrow().columns(j, cols), Some(total));
                }
            };
            each(self.par, 0..m.div_ceil(BAND), Bands(c.reborrow()), &mut [], &finish);
        }
    }

    /// C = α·total, or C += α·total; without a total that is 0.
    fn finish(&self, c: MatMut<'_, T>, total: Option<Mat<'_, T>>) {
        let alpha = self.alpha;
        match (total, self.update) {
            (None, Update::Overwrite) => for_each(c, |x| *x = T::ZERO),
            (None, Update::Accumulate) => {}
            (Some(total), Update::Overwrite) => with_each(c, total, |x, sum| *x = alpha * sum),
            (Some(total), Update::Accumulate) => with_each(c, total, |x, sum| *x += alpha * sum),
        }
    }
}

/// Does something with every element.
fn for_each<T>(c: MatMut<'_, T>, f: impl Fn(&mut T)) {
    for i in 0..c.rows {
        c.data[i * c.row_stride..].iter_mut().step_by(c.col_stride).take(c.cols).for_each(&f);
    }
}

/// Does something with every element and the one of `total`, whose rows are contiguous.
fn with_each<T: Copy>(c: MatMut<'_, T>, total: Mat<'_, T>, f: impl Fn(&mut T, T)) {
    for i in 0..c.rows {
        let (row, sums) = (&mut c.data[i * c.row_stride..], &total.data[i * total.row_stride..][..c.cols]);
        if c.col_stride == 1 {
            // Without a stride the compiler packs the elements.
            row.iter_mut().zip(sums).for_each(|(x, &sum)| f(x, sum));
        } else {
            row.iter_mut().step_by(c.col_stride).zip(sums).for_each(|(x, &sum)| f(x, sum));
        }
    }
}
