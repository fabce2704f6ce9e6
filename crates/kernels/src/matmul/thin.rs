//! A row, or a few, times a matrix: no element of the matrix is used often, so none is copied.
//!
//! Where the columns of the matrix are contiguous, which is a row-major matrix times a column, it is read by [`Down`]. Where its rows
//! are, the chains of many columns wait in the first-level cache and are carried on by a few rows at a time, which are read from end to
//! end. So are several rows times a matrix that comes from memory, of which the panels of the microkernel would be a line here and a line
//! on the next page.

use super::blocking::FEW_ROWS;
use super::down::Down;
use super::loops::Product;
use super::right::Right;
use super::tail::Ending;
use super::{Mat, MatMut, Update};
use crate::Float;
use crate::isa::Kernel;
use crate::lanes::Lanes;

/// Rows that carry on chains at the same time.
const ROWS: usize = 8;
/// Chains of one row that wait at one time.
const WAITING: usize = 1024;
/// Of several rows: bytes of the rows that carry them on, which stay in the first-level cache for all of them.
const CARRYING: usize = 1 << 14;
/// Bytes between the beginnings of rows that lie on a page each.
const APART: usize = 1 << 12;
/// Bytes of a matrix, for each row that is multiplied by it, from where on panels of it would come too late: the more rows, the more there is
/// to do with a panel. So many rows at most count.
const FAR: usize = 1 << 21;
const COUNTED: usize = 8;

/// Whether a product is of this kind.
pub(super) fn applies<T: Float>(product: Product<'_, T>, c: &MatMut<'_, T>) -> bool {
    let Right::Strided(b) = product.b else { return false };
    match c.rows {
        1 => down(product, b) || across(b, c),
        rows @ 2..=FEW_ROWS => across(b, c) && is_far(b, rows),
        _ => false,
    }
}

/// Whether the columns of B are contiguous, and the row.
fn down<T>(product: Product<'_, T>, b: Mat<'_, T>) -> bool {
    product.a.col_stride == 1 && b.row_stride == 1 && (b.col_stride != 1 || b.cols == 1)
}

/// Whether the rows of B and C are contiguous.
fn across<T>(b: Mat<'_, T>, c: &MatMut<'_, T>) -> bool {
    b.col_stride == 1 && c.col_stride == 1
}

/// Whether so many rows of A wait for B: its rows are far from each other, and all that lies between them (it may be a stretch of a wider
/// one) is much.
fn is_far<T>(b: Mat<'_, T>, rows: usize) -> bool {
    let apart = b.row_stride.saturating_mul(size_of::<T>());
    apart >= APART && b.rows.saturating_mul(apart) >= FAR * rows.min(COUNTED)
}

/// Runs it.
pub(super) fn run<T: Float>(product: Product<'_, T>, mut c: MatMut<'_, T>, ending: Option<Ending<'_, '_, T>>) {
    let Right::Strided(b) = product.b else { unreachable!("`applies` says so") };
    if down(product, b) {
        // Its squares are of half the lanes.
        product.isa.halved().unwrap_or(product.isa).run(&mut Down(product, b, c.reborrow()));
    } else {
        product.isa.run(Across(product, b, c.reborrow()));
    }
    if let Some(ending) = ending {
        ending.run(product.isa, &mut c);
    }
}

/// A product with contiguous rows of B, its B, and C.
struct Across<'a, 'c, T>(Product<'a, T>, Mat<'a, T>, MatMut<'c, T>);

impl<T: Float> Kernel<T> for Across<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        match self.2.rows {
            1 => self.stretches::<L, WAITING>(WAITING),
            _ => {
                self.stretches::<L, { FEW_ROWS * CARRYING / ROWS / size_of::<f32>() }>(CARRYING / ROWS / size_of::<T>())
            }
        }
    }
}

impl<T: Float> Across<'_, '_, T> {
    /// So many columns at a time; there is room for `ROOM` chains.
    #[inline(always)]
    fn stretches<L: Lanes<Elem = T>, const ROOM: usize>(self, width: usize) {
        let Self(product, b, c) = self;
        let mut waiting = [T::ZERO; ROOM];
        for j in (0..c.cols).step_by(width) {
            let part = b.window(0, j, b.rows, width.min(c.cols - j));
            let chains = &mut waiting[..c.rows * part.cols];
            chains.fill(T::ZERO);
            let whole = b.rows / ROWS * ROWS;
            for l in (0..whole).step_by(ROWS) {
                each_row::<L, ROWS>(product.a, part, l, chains);
            }
            for l in whole..b.rows {
                each_row::<L, 1>(product.a, part, l, chains);
            }
            for (i, chains) in chains.chunks(part.cols).enumerate() {
                let row = &mut c.data[i * c.row_stride + j..];
                row.iter_mut().zip(chains).for_each(|(c, &sum)| finish(product, sum, c));
            }
        }
    }
}

/// Carries the chains of every row of A on by `S` rows of B from `l` on.
#[inline(always)]
fn each_row<L: Lanes, const S: usize>(a: Mat<'_, L::Elem>, b: Mat<'_, L::Elem>, l: usize, chains: &mut [L::Elem]) {
    let mut pairs = chains.chunks_exact_mut(2 * b.cols);
    for (i, chains) in pairs.by_ref().enumerate() {
        carry_on::<L, S, 2>(a.window(2 * i, 0, 2, a.cols), b, l, chains);
    }
    let rest = pairs.into_remainder();
    if !rest.is_empty() {
        carry_on::<L, S, 1>(a.window(a.rows - 1, 0, 1, a.cols), b, l, rest);
    }
}

/// Carries the chains of `R` rows of A on by `S` rows of B from `l` on.
#[inline(always)]
fn carry_on<L: Lanes, const S: usize, const R: usize>(
    a: Mat<'_, L::Elem>,
    b: Mat<'_, L::Elem>,
    l: usize,
    chains: &mut [L::Elem],
) {
    let (mut factors, mut rows) = ([[L::splat(L::Elem::ZERO); R]; S], [&b.data[..0]; S]);
    for (s, (factors, row)) in factors.iter_mut().zip(&mut rows).enumerate() {
        *factors = std::array::from_fn(|r| L::splat(a.data[r * a.row_stride + (l + s) * a.col_stride]));
        *row = &b.data[(l + s) * b.row_stride..][..b.cols];
    }
    let mut of_row = chains.chunks_exact_mut(b.cols);
    let mut chains: [&mut [L::Elem]; R] = std::array::from_fn(|_| of_row.next().expect("a stretch for each row"));
    let whole = b.cols / L::N * L::N;
    for j in (0..whole).step_by(L::N) {
        let mut sums: [L; R] = std::array::from_fn(|r| L::load(&chains[r][j..]));
        for (factors, row) in factors.iter().zip(&rows) {
            let b = L::load(&row[j..]);
            sums.iter_mut().zip(factors).for_each(|(sum, factor)| *sum = factor.mul_add(b, *sum));
        }
        chains.iter_mut().zip(sums).for_each(|(chains, sum)| sum.store(&mut chains[j..]));
    }
    if whole < b.cols {
        let mut sums: [L; R] = std::array::from_fn(|r| L::load_part(&chains[r][whole..]));
        for (factors, row) in factors.iter().zip(&rows) {
            let b = L::load_part(&row[whole..]);
            sums.iter_mut().zip(factors).for_each(|(sum, factor)| *sum = factor.mul_add(b, *sum));
        }
        chains.iter_mut().zip(sums).for_each(|(chains, sum)| sum.store_part(&mut chains[whole..]));
    }
}

/// Writes an element of which `sum` is the chain.
#[inline(always)]
pub(super) fn finish<T: Float>(product: Product<'_, T>, sum: T, c: &mut T) {
    *c = if product.update == Update::Accumulate { *c + product.alpha * sum } else { product.alpha * sum };
}
