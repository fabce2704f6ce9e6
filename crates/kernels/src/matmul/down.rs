//! A row times a matrix with contiguous columns.
//!
//! Several columns are read together, a line of the cache of each at a time: squares of them are transposed in registers, so that their
//! chains run in lanes. The chains of the columns that are left, and the ends of all, run side by side as single elements, with the bits of
//! lanes.

use super::loops::Product;
use super::thin::finish;
use super::{Mat, MatMut};
use crate::Float;
use crate::isa::Kernel;
use crate::lanes::Lanes;
use crate::line::LINE;

/// Columns that are read together: a multiple of every side of a square.
const COLUMNS: usize = 16;
/// Columns that are shorter are not: what begins and ends the chains would take longer than they do.
const SHORT: usize = 32;
/// The fewest elements in lanes that have squares, and the most in a square.
const FEWEST: usize = 2;
const SQUARE: usize = 64;
/// Single elements whose chains run side by side: enough to hide the latency of a multiply-add.
const CHAINS: usize = 8;
/// Steps of k between two looks at the length.
const STEP: usize = 8;

/// A product with contiguous columns of B, its B, and C. For lanes that are no wider than their squares.
pub(super) struct Down<'a, 'c, T>(pub(super) Product<'a, T>, pub(super) Mat<'a, T>, pub(super) MatMut<'c, T>);

impl<T: Float> Kernel<T> for &mut Down<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        assert!(L::N <= L::SIDE);
        let cols = self.2.cols;
        let whole = if self.1.rows < SHORT { 0 } else { cols / COLUMNS * COLUMNS };
        for j in (0..whole).step_by(COLUMNS) {
            self.together::<L>(j);
        }
        for j in (whole..cols).step_by(CHAINS) {
            match cols - j {
                1 => self.alone::<L, 1>(j),
                2 => self.alone::<L, 2>(j),
                3 => self.alone::<L, 3>(j),
                4 => self.alone::<L, 4>(j),
                5 => self.alone::<L, 5>(j),
                6 => self.alone::<L, 6>(j),
                7 => self.alone::<L, 7>(j),
                _ => self.alone::<L, CHAINS>(j),
            }
        }
    }
}

impl<T: Float> Down<'_, '_, T> {
    /// The elements of [`COLUMNS`] columns from `j` on.
    #[inline(always)]
    fn together<L: Lanes<Elem = T>>(&mut self, j: usize) {
        let Self(product, b, _) = self;
        let (a, b) = (&product.a.data[..b.rows], b.window(0, j, b.rows, COLUMNS));
        let mut sums = [T::ZERO; COLUMNS];
        let whole = squares::<L>(a, b, &mut sums);
        for (r, sums) in sums.as_chunks_mut::<CHAINS>().0.iter_mut().enumerate() {
            singles::<L, CHAINS>(&a[whole..], b.window(whole, r * CHAINS, b.rows - whole, CHAINS), sums);
        }
        self.finish(j, &sums);
    }

    /// The elements of `R` columns from `j` on.
    #[inline(always)]
    fn alone<L: Lanes<Elem = T>, const R: usize>(&mut self, j: usize) {
        let Self(product, b, _) = self;
        let mut sums = [T::ZERO; R];
        singles::<L, R>(&product.a.data[..b.rows], b.window(0, j, b.rows, R), &mut sums);
        self.finish(j, &sums);
    }

    /// Writes the elements from `j` on, of which `sums` are the chains.
    #[inline(always)]
    fn finish(&mut self, j: usize, sums: &[T]) {
        let Self(product, _, c) = self;
        for (r, &sum) in sums.iter().enumerate() {
            finish(*product, sum, &mut c.data[(j + r) * c.col_stride]);
        }
    }
}

/// The chains of [`COLUMNS`] columns as far as lines of the cache are whole, which is so many steps.
#[inline(always)]
fn squares<L: Lanes>(a: &[L::Elem], b: Mat<'_, L::Elem>, sums: &mut [L::Elem; COLUMNS]) -> usize {
    let line = LINE / size_of::<L::Elem>();
    let whole = a.len() / line * line;
    let mut chains = [L::splat(L::Elem::ZERO); COLUMNS / FEWEST];
    for first in (0..whole).step_by(line) {
        for (g, chains) in chains[..COLUMNS / L::N].chunks_exact_mut(L::SIDE / L::N).enumerate() {
            for l in (first..first + line).step_by(L::SIDE) {
                let mut square = [L::Elem::ZERO; SQUARE];
                L::transpose(&b.data[g * L::SIDE * b.col_stride + l..], L::SIDE, b.col_stride, &mut square, L::SIDE);
                for (&a, row) in a[l..l + L::SIDE].iter().zip(square.chunks_exact(L::SIDE)) {
                    for (chain, row) in chains.iter_mut().zip(row.chunks_exact(L::N)) {
                        *chain = L::splat(a).mul_add(L::load(row), *chain);
                    }
                }
            }
        }
    }
    for (chain, sums) in chains.iter().zip(sums.chunks_exact_mut(L::N)) {
        chain.store(sums);
    }
    whole
}

/// The chains of `R` columns, carried on as single elements.
#[inline(always)]
fn singles<L: Lanes, const R: usize>(a: &[L::Elem], b: Mat<'_, L::Elem>, sums: &mut [L::Elem; R]) {
    let mut columns: [&[L::Elem]; R] = [&[]; R];
    for (r, column) in columns.iter_mut().enumerate() {
        *column = &b.data[r * b.col_stride..][..a.len()];
    }
    let (steps, rest) = a.as_chunks::<STEP>();
    for (s, a) in steps.iter().enumerate() {
        let mut parts: [&[L::Elem]; R] = [&[]; R];
        for (part, column) in parts.iter_mut().zip(&columns) {
            *part = &column[s * STEP..][..STEP];
        }
        for (l, &a) in a.iter().enumerate() {
            for (sum, part) in sums.iter_mut().zip(&parts) {
                *sum = L::mul_add_one(a, part[l], *sum);
            }
        }
    }
    let done = steps.len() * STEP;
    for (l, &a) in rest.iter().enumerate() {
        for (sum, column) in sums.iter_mut().zip(&columns) {
            *sum = L::mul_add_one(a, column[done + l], *sum);
        }
    }
}
