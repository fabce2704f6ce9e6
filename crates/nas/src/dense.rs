//! Dense linear algebra: the one place that calls the factorizations of `faer`, always sequentially, since the bits of a
//! parallel product depend on the number of threads.

mod eigen;
mod pseudo_inverse;
mod symmetric;
mod triangle;

pub use eigen::{NoEigenvalues, SymmetricEigen};
pub use pseudo_inverse::{NoSingularValues, PseudoInverse};
pub use symmetric::{apply_symmetric, frobenius_symmetric, lower_square, lower_symmetrised};
pub use triangle::Triangle;

pub(crate) use symmetric::mirror;

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt;
use faer::linalg::matmul::matmul;
use faer::{Accum, Col, ColRef, Conj, Mat, MatRef, Par};

/// Partial sums of an inner product.
const LANES: usize = 16;

/// The matrix has no Cholesky factor: it is not positive definite to working precision (or not finite).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the matrix is not positive definite: pivot {pivot} of {size} is not positive; raise the ridge lambda")]
pub struct NotPositiveDefinite {
    /// The first bad pivot, from 0.
    pub pivot: usize,
    /// Order of the matrix.
    pub size: usize,
}

/// The product A B.
pub fn product(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    let mut c = Mat::zeros(a.nrows(), b.ncols());
    matmul(&mut c, Accum::Replace, a, b, 1.0, Par::Seq);
    c
}

/// The product A x.
pub fn apply(a: MatRef<'_, f64>, x: ColRef<'_, f64>) -> Col<f64> {
    let mut y = Col::zeros(a.nrows());
    matmul(y.as_mat_mut(), Accum::Replace, a, x.as_mat(), 1.0, Par::Seq);
    y
}

/// The inner product of two matrices, Σ_ij A_ij B_ij.
pub fn frobenius(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> f64 {
    let shape = |m: MatRef<'_, f64>| (m.nrows(), m.ncols());
    assert_eq!(shape(a), shape(b), "frobenius: a {:?} matrix against a {:?} one", shape(a), shape(b));
    a.col_iter().zip(b.col_iter()).map(|(a, b)| dot(a, b)).sum()
}

/// The inner product of two columns.
pub fn dot(x: ColRef<'_, f64>, y: ColRef<'_, f64>) -> f64 {
    assert_eq!(x.nrows(), y.nrows(), "dot: {} values against {}", x.nrows(), y.nrows());
    match (x.try_as_col_major(), y.try_as_col_major()) {
        (Some(x), Some(y)) => inner(x.as_slice(), y.as_slice()),
        _ => {
            let [x, y] = [x, y].map(|v| v.iter().copied().collect::<Vec<f64>>());
            inner(&x, &y)
        }
    }
}

/// Σ_i x_i y_i as [`LANES`] sums by the index modulo their number, which are then added in order: one chain of additions would
/// wait for each, and a compiler may not cut it.
fn inner(x: &[f64], y: &[f64]) -> f64 {
    let (mut sums, (x, x_rest), (y, y_rest)) = ([0.0; LANES], x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    let mut add = |x: &[f64], y: &[f64]| sums.iter_mut().zip(x.iter().zip(y)).for_each(|(sum, (x, y))| *sum += x * y);
    x.iter().zip(y).for_each(|(x, y)| add(x, y));
    add(x_rest, y_rest);
    sums.iter().sum()
}

/// Cholesky factor of a symmetric positive definite matrix, A = L Lᵀ.
#[derive(Clone, Debug)]
pub struct Cholesky {
    lower: Mat<f64>,
}

impl Cholesky {
    /// Factors A, reading its lower triangle.
    pub fn factor(mut a: Mat<f64>) -> Result<Self, NotPositiveDefinite> {
        let size = a.nrows();
        assert_eq!(size, a.ncols(), "a Cholesky factor of a {size} x {} matrix", a.ncols());
        let scratch = llt::factor::cholesky_in_place_scratch::<f64>(size, Par::Seq, Default::default());
        let mut memory = MemBuffer::new(scratch);
        let (stack, plain) = (MemStack::new(&mut memory), Default::default());
        match llt::factor::cholesky_in_place(a.as_mut(), plain, Par::Seq, stack, Default::default()) {
            Ok(_) if (0..size).all(|i| a[(i, i)].is_finite()) => Ok(Self { lower: a }),
            Ok(_) => Err(NotPositiveDefinite { pivot: (0..size).find(|&i| !a[(i, i)].is_finite()).unwrap_or(0), size }),
            Err(llt::factor::LltError::NonPositivePivot { index }) => Err(NotPositiveDefinite { pivot: index, size }),
        }
    }

    /// The entry (i, j) of L, for i ≥ j.
    pub fn lower(&self, i: usize, j: usize) -> f64 {
        self.lower[(i, j)]
    }

    /// L z, whose covariance is A when that of z is the identity.
    ///
    /// # Panics
    /// When the lengths differ.
    pub fn apply_lower(&self, z: ColRef<'_, f64>) -> Col<f64> {
        let n = self.lower.nrows();
        assert_eq!(z.nrows(), n, "a factor of order {n} times {} values", z.nrows());
        let mut y = Col::zeros(n);
        for j in 0..n {
            (j..n).for_each(|i| y[i] += self.lower[(i, j)] * z[j]);
        }
        y
    }

    /// The solution of A x = b.
    pub fn solve(&self, b: ColRef<'_, f64>) -> Col<f64> {
        let mut x = b.to_owned();
        let mut memory = MemBuffer::new(llt::solve::solve_in_place_scratch::<f64>(x.nrows(), 1, Par::Seq));
        let stack = MemStack::new(&mut memory);
        llt::solve::solve_in_place_with_conj(self.lower.as_ref(), Conj::No, x.as_mat_mut(), Par::Seq, stack);
        x
    }

    /// A⁻¹, both triangles.
    pub fn inverse(&self) -> Mat<f64> {
        let n = self.lower.nrows();
        let mut inverse = Mat::zeros(n, n);
        let mut memory = MemBuffer::new(llt::inverse::inverse_scratch::<f64>(n, Par::Seq));
        llt::inverse::inverse(inverse.as_mut(), self.lower.as_ref(), Par::Seq, MemStack::new(&mut memory));
        mirror(&mut inverse);
        inverse
    }
}
