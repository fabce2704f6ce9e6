//! One term of a kernel matrix, whole or as a triangle.

use crate::dense::{self, Triangle};
use faer::{ColRef, Mat, MatRef};
use std::borrow::Cow;

/// K_t between two sets of points.
#[derive(Clone, Debug)]
pub(in crate::kernel) enum Term {
    Full(Mat<f64>),
    /// Between the training points and themselves.
    Packed(Triangle),
}

impl Term {
    /// (rows, columns)
    pub(in crate::kernel) fn shape(&self) -> (usize, usize) {
        match self {
            Self::Full(term) => (term.nrows(), term.ncols()),
            Self::Packed(triangle) => (triangle.order(), triangle.order()),
        }
    }

    pub(in crate::kernel) fn packed(self) -> Self {
        match self {
            Self::Full(term) => Self::Packed(Triangle::of(term.as_ref())),
            packed @ Self::Packed(_) => packed,
        }
    }

    /// All entries.
    pub(in crate::kernel) fn entries(&self) -> Cow<'_, Mat<f64>> {
        match self {
            Self::Full(term) => Cow::Borrowed(term),
            Self::Packed(triangle) => Cow::Owned(triangle.full()),
        }
    }

    /// Column j from the row `first` on; of a triangle from the diagonal on.
    pub(in crate::kernel) fn column(&self, j: usize, first: usize) -> &[f64] {
        match self {
            Self::Full(term) => &term.col_as_slice(j)[first..],
            Self::Packed(triangle) => triangle.from_diagonal(j),
        }
    }

    /// K_t X.
    pub(in crate::kernel) fn apply(&self, x: ColRef<'_, f64>) -> faer::Col<f64> {
        match self {
            Self::Full(term) => dense::apply(term.as_ref(), x),
            Self::Packed(triangle) => triangle.apply(x.as_mat()).col(0).to_owned(),
        }
    }

    /// K_tᵀ X.
    pub(in crate::kernel) fn apply_transposed(&self, x: ColRef<'_, f64>) -> faer::Col<f64> {
        match self {
            Self::Full(term) => dense::apply(term.transpose(), x),
            Self::Packed(_) => self.apply(x),
        }
    }

    /// K_t X of a symmetric K_t and few columns X.
    pub(in crate::kernel) fn apply_symmetric(&self, x: MatRef<'_, f64>) -> Mat<f64> {
        match self {
            Self::Full(term) => dense::apply_symmetric(term.as_ref(), x),
            Self::Packed(triangle) => triangle.apply(x),
        }
    }

    /// Σ_ij K_ij M_ij of a symmetric K_t and the lower triangle of a symmetric M.
    pub(in crate::kernel) fn frobenius_lower(&self, lower: MatRef<'_, f64>) -> f64 {
        match self {
            Self::Full(term) => dense::frobenius_symmetric(lower, term.as_ref()),
            Self::Packed(triangle) => triangle.frobenius_lower(lower),
        }
    }

    /// The inner product with another term of the same form.
    pub(in crate::kernel) fn frobenius(&self, other: &Self) -> f64 {
        match (self, other) {
            (Self::Packed(one), Self::Packed(other)) => one.frobenius(other),
            _ => dense::frobenius(self.entries().as_ref().as_ref(), other.entries().as_ref().as_ref()),
        }
    }
}
