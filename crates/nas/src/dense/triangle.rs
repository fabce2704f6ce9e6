//! Symmetric matrices kept as their lower triangles: half the memory.

use super::symmetric::{PANEL, apply_panels, frobenius_columns, from_diagonal, mirror};
use faer::{ColRef, Mat, MatRef};

/// The lower triangle of a symmetric matrix, panel by panel of 16 columns, with the blocks on its diagonal whole: what
/// [`apply_symmetric`](super::apply_symmetric) and [`frobenius_symmetric`](super::frobenius_symmetric) read of a matrix, so that the
/// products here have the same bits as theirs.
#[derive(Clone, Debug, PartialEq)]
pub struct Triangle {
    order: usize,
    /// The columns from 16 p on, from the row 16 p on.
    panels: Vec<Mat<f64>>,
}

impl Triangle {
    /// Of the zero matrix.
    pub fn zeros(order: usize) -> Self {
        let panel = |start: usize| Mat::zeros(order - start, PANEL.min(order - start));
        Self { order, panels: (0..order).step_by(PANEL).map(panel).collect() }
    }

    /// Of A, reading its lower triangle and the blocks on its diagonal.
    ///
    /// # Panics
    /// When A is not square.
    pub fn of(a: MatRef<'_, f64>) -> Self {
        let order = a.nrows();
        assert_eq!(order, a.ncols(), "the lower triangle of a {order} x {} matrix", a.ncols());
        let panel = |start: usize| a.submatrix(start, start, order - start, PANEL.min(order - start)).to_owned();
        Self { order, panels: (0..order).step_by(PANEL).map(panel).collect() }
    }

    /// Order of the matrix.
    pub fn order(&self) -> usize {
        self.order
    }

    /// The first row that is kept of column j.
    pub fn first_row(j: usize) -> usize {
        j / PANEL * PANEL
    }

    /// Column j from [`Self::first_row`] on.
    ///
    /// # Panics
    /// When there is no such column.
    pub fn column_mut(&mut self, j: usize) -> &mut [f64] {
        self.panels[j / PANEL].col_as_slice_mut(j % PANEL)
    }

    /// Column j from the diagonal on.
    ///
    /// # Panics
    /// When there is no such column.
    pub fn from_diagonal(&self, j: usize) -> &[f64] {
        &self.panels[j / PANEL].col_as_slice(j % PANEL)[j % PANEL..]
    }

    /// A with both triangles.
    pub fn full(&self) -> Mat<f64> {
        let mut full = Mat::zeros(self.order, self.order);
        (0..self.order).for_each(|j| full.col_as_slice_mut(j)[j..].copy_from_slice(self.from_diagonal(j)));
        mirror(&mut full);
        full
    }

    /// A X for few columns X.
    ///
    /// # Panics
    /// When X has not as many rows as A.
    pub fn apply(&self, x: MatRef<'_, f64>) -> Mat<f64> {
        let n = self.order;
        assert_eq!(n, x.nrows(), "a symmetric matrix of {n} x {n} times {} rows", x.nrows());
        apply_panels(n, |start| self.panels[start / PANEL].as_ref(), x)
    }

    /// Σ_ij A_ij B_ij with another.
    ///
    /// # Panics
    /// When they are not of one order.
    pub fn frobenius(&self, other: &Self) -> f64 {
        assert_eq!(self.order, other.order, "triangles of orders {} and {}", self.order, other.order);
        frobenius_columns(self.order, |j| self.lower(j), |j| other.lower(j))
    }

    /// Σ_ij A_ij B_ij with a symmetric B, reading the lower triangle of B.
    ///
    /// # Panics
    /// When B is not of the order of A.
    pub fn frobenius_lower(&self, b: MatRef<'_, f64>) -> f64 {
        let n = self.order;
        assert_eq!((n, n), (b.nrows(), b.ncols()), "a triangle of order {n} and {} x {}", b.nrows(), b.ncols());
        frobenius_columns(n, |j| from_diagonal(b, j), |j| self.lower(j))
    }

    fn lower(&self, j: usize) -> ColRef<'_, f64> {
        ColRef::from_slice(self.from_diagonal(j))
    }
}
