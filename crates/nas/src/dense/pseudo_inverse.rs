//! Pseudo-inverses (Moore 1920; Penrose 1955) by singular values.

use super::apply;
use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::svd::{ComputeSvdVectors::Thin, svd, svd_scratch};
use faer::{Col, ColRef, Mat, MatRef, Par};

/// The iteration for singular values did not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no singular values of a {rows} x {columns} matrix were found: see whether all its entries are finite")]
pub struct NoSingularValues {
    /// Rows of the matrix.
    pub rows: usize,
    /// Its columns.
    pub columns: usize,
}

/// A⁺ = V S⁻¹ Uᵀ over the singular values of A that count.
#[derive(Clone, Debug)]
pub struct PseudoInverse {
    /// All singular values, min(rows, columns) of them, descending.
    pub values: Vec<f64>,
    rank: usize,
    /// U
    left: Mat<f64>,
    /// V
    right: Mat<f64>,
}

impl PseudoInverse {
    /// Decomposes A. Singular values of at most `tolerance` times the largest count as zero.
    ///
    /// # Errors
    /// When A is not finite, or the iteration does not end.
    pub fn of(a: MatRef<'_, f64>, tolerance: f64) -> Result<Self, NoSingularValues> {
        let (rows, columns) = (a.nrows(), a.ncols());
        if !a.is_all_finite() {
            return Err(NoSingularValues { rows, columns });
        }
        let size = rows.min(columns);
        let (mut values, mut left, mut right) = (Diag::zeros(size), Mat::zeros(rows, size), Mat::zeros(columns, size));
        let scratch = svd_scratch::<f64>(rows, columns, Thin, Thin, Par::Seq, Default::default());
        let mut memory = MemBuffer::new(scratch);
        let (stack, plain) = (MemStack::new(&mut memory), Default::default());
        svd(a, values.as_mut(), Some(left.as_mut()), Some(right.as_mut()), Par::Seq, stack, plain)
            .map_err(|_| NoSingularValues { rows, columns })?;
        let values: Vec<f64> = values.column_vector().iter().copied().collect();
        let rank = values.iter().take_while(|&&s| s > tolerance * values[0]).count();
        Ok(Self { values, rank, left, right })
    }

    /// The tolerance below which a singular value of a matrix of this shape is rounding: the longer side times the unit of rounding.
    pub fn rounding(rows: usize, columns: usize) -> f64 {
        rows.max(columns) as f64 * f64::EPSILON
    }

    /// Number of singular values that count.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// A⁺ b: of the x with the least ‖A x − b‖ the one of least norm.
    ///
    /// # Panics
    /// When b has not as many values as A has rows.
    pub fn apply(&self, b: ColRef<'_, f64>) -> Col<f64> {
        self.through(&self.left, &self.right, b)
    }

    /// A⁺ᵀ c.
    ///
    /// # Panics
    /// When c has not as many values as A has columns.
    pub fn apply_transposed(&self, c: ColRef<'_, f64>) -> Col<f64> {
        self.through(&self.right, &self.left, c)
    }

    fn through(&self, from: &Mat<f64>, to: &Mat<f64>, b: ColRef<'_, f64>) -> Col<f64> {
        let along = apply(from.subcols(0, self.rank).transpose(), b);
        let scaled = Col::from_fn(self.rank, |i| along[i] / self.values[i]);
        apply(to.subcols(0, self.rank), scaled.as_ref())
    }
}
