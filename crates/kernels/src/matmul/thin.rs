//! A row times a matrix whose columns are contiguous, which is a row-major matrix times a column: no element of the matrix is
//! used twice, so none is copied. The chains of several columns run side by side as single elements, with the bits of lanes.

use super::loops::{Product, Right};
use super::tail::Ending;
use super::{Mat, MatMut, Update};
use crate::Float;
use crate::isa::Kernel;
use crate::lanes::Lanes;

/// Chains side by side: enough to hide the latency of a multiply-add.
const CHAINS: usize = 8;
/// Steps of k between two looks at the length.
const STEP: usize = 8;

/// Whether a product is of this kind.
pub(super) fn applies<T: Float>(product: Product<'_, T>, c: &MatMut<'_, T>) -> bool {
    let Right::Strided(Mat { cols, row_stride, col_stride, .. }) = product.b else { return false };
    c.rows == 1 && product.a.col_stride == 1 && row_stride == 1 && (col_stride != 1 || cols == 1)
}

/// Runs it.
pub(super) fn run<T: Float>(product: Product<'_, T>, mut c: MatMut<'_, T>, ending: Option<Ending<'_, '_, T>>) {
    let Right::Strided(b) = product.b else { unreachable!("`applies` says so") };
    product.isa.run(Thin(product, b, c.reborrow()));
    if let Some(ending) = ending {
        ending.run(product.isa, &mut c);
    }
}

/// A product, its B, and C.
struct Thin<'a, 'c, T>(Product<'a, T>, Mat<'a, T>, MatMut<'c, T>);

impl<T: Float> Kernel<T> for Thin<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let Self(product, b, mut c) = self;
        for j in (0..c.cols).step_by(CHAINS) {
            match c.cols - j {
                1 => columns::<L, 1>(product, b, j, &mut c),
                2 => columns::<L, 2>(product, b, j, &mut c),
                3 => columns::<L, 3>(product, b, j, &mut c),
                4 => columns::<L, 4>(product, b, j, &mut c),
                5 => columns::<L, 5>(product, b, j, &mut c),
                6 => columns::<L, 6>(product, b, j, &mut c),
                7 => columns::<L, 7>(product, b, j, &mut c),
                _ => columns::<L, CHAINS>(product, b, j, &mut c),
            }
        }
    }
}

/// The elements of `R` columns from `j` on.
#[inline(always)]
fn columns<L: Lanes, const R: usize>(
    product: Product<'_, L::Elem>,
    b: Mat<'_, L::Elem>,
    j: usize,
    c: &mut MatMut<'_, L::Elem>,
) {
    let sums = chains::<L, R>(product.a, b.window(0, j, b.rows, R));
    for (r, sum) in sums.into_iter().enumerate() {
        let c = &mut c.data[(j + r) * c.col_stride];
        *c = if product.update == Update::Accumulate { *c + product.alpha * sum } else { product.alpha * sum };
    }
}

/// The chains of `R` columns.
#[inline(always)]
fn chains<L: Lanes, const R: usize>(a: Mat<'_, L::Elem>, b: Mat<'_, L::Elem>) -> [L::Elem; R] {
    let a = &a.data[..a.cols];
    let mut columns: [&[L::Elem]; R] = [&[]; R];
    for (r, column) in columns.iter_mut().enumerate() {
        *column = &b.data[r * b.col_stride..][..a.len()];
    }
    let mut sums = [L::Elem::ZERO; R];
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
    sums
}
