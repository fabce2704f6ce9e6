//! Gram matrices of a kernel that is linear in its weights.

use crate::dense;
use faer::{Col, ColRef, Mat, MatRef, Scale};

/// The terms K_t of K_w = Σ_t w_t K_t between two sets of points; all have the same shape (rows × training points).
#[derive(Clone, Debug)]
pub struct Gram {
    terms: Vec<Mat<f64>>,
}

impl Gram {
    /// From one matrix per term.
    ///
    /// # Panics
    /// When there is no term, or when shapes differ.
    pub fn new(terms: Vec<Mat<f64>>) -> Self {
        assert!(!terms.is_empty(), "a Gram matrix needs at least one term");
        let shape = (terms[0].nrows(), terms[0].ncols());
        for (t, term) in terms.iter().enumerate() {
            assert_eq!((term.nrows(), term.ncols()), shape, "term {t} of a Gram matrix has another shape than term 0");
        }
        Self { terms }
    }

    /// From the blocks K_ij = Φ_i Φ_j'ᵀ of a superposition of h feature maps, in the order of [`Mixing::full`]: K_ii, and
    /// K_ij + K_ji for i < j.
    ///
    /// # Panics
    /// When the blocks are not h × h of one shape.
    ///
    /// [`Mixing::full`]: super::Mixing::full
    pub fn from_blocks(blocks: &[Vec<Mat<f64>>]) -> Self {
        let h = blocks.len();
        assert!(blocks.iter().all(|row| row.len() == h), "{h} rows of blocks need {h} blocks each");
        let pair = |(i, j): (usize, usize)| if i == j { blocks[i][i].clone() } else { &blocks[i][j] + &blocks[j][i] };
        Self::new((0..h).flat_map(|i| (i..h).map(move |j| (i, j))).map(pair).collect())
    }

    /// Number of terms.
    pub fn terms(&self) -> usize {
        self.terms.len()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.terms[0].nrows()
    }

    /// Number of columns: training points.
    pub fn columns(&self) -> usize {
        self.terms[0].ncols()
    }

    /// The term t.
    ///
    /// # Panics
    /// When there is no such term.
    pub fn term(&self, t: usize) -> MatRef<'_, f64> {
        self.terms[t].as_ref()
    }

    /// The terms, each row by row in one vector: the layout of a tape's inputs.
    pub fn row_major(&self) -> Vec<Vec<f64>> {
        let rows = |term: &Mat<f64>| term.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<_>>()).collect();
        self.terms.iter().map(rows).collect()
    }

    /// K_w.
    pub fn combine(&self, weights: &[f64]) -> Mat<f64> {
        self.combine_from(|_| 0, weights)
    }

    /// The lower triangle of K_w between training points, zeros above it.
    ///
    /// # Panics
    /// When the terms are not square, or not as many as weights.
    pub fn combine_lower(&self, weights: &[f64]) -> Mat<f64> {
        let (n, columns) = (self.rows(), self.columns());
        assert_eq!(n, columns, "terms of {n} x {columns} between training points");
        self.combine_from(|j| j, weights)
    }

    /// K_w from the row `first(j)` of each column j on, zeros before it.
    fn combine_from(&self, first: impl Fn(usize) -> usize, weights: &[f64]) -> Mat<f64> {
        assert_eq!(weights.len(), self.terms(), "{} weights for {} Gram terms", weights.len(), self.terms());
        let mut sum = Mat::zeros(self.rows(), self.columns());
        // All terms of a column while it is in the cache.
        for j in 0..self.columns() {
            let column = &mut sum.col_as_slice_mut(j)[first(j)..];
            for (term, &w) in self.terms.iter().zip(weights) {
                column.iter_mut().zip(&term.col_as_slice(j)[first(j)..]).for_each(|(sum, k)| *sum += w * k);
            }
        }
        sum
    }

    /// K_t β for every term t.
    pub fn apply_each(&self, beta: ColRef<'_, f64>) -> Vec<Col<f64>> {
        self.terms.iter().map(|term| dense::apply(term.as_ref(), beta)).collect()
    }

    /// K_t X for every term t between training points, for few columns X: each term is read once, its lower triangle
    /// ([`dense::apply_symmetric`]).
    pub fn apply_each_symmetric(&self, x: MatRef<'_, f64>) -> Vec<Mat<f64>> {
        self.terms.iter().map(|term| dense::apply_symmetric(term.as_ref(), x)).collect()
    }

    /// K_w β.
    pub fn apply(&self, weights: &[f64], beta: ColRef<'_, f64>) -> Col<f64> {
        weighted_sum(weights, &self.apply_each(beta))
    }

    /// K_wᵀ r.
    pub fn apply_transposed(&self, weights: &[f64], r: ColRef<'_, f64>) -> Col<f64> {
        let each: Vec<_> = self.terms.iter().map(|term| dense::apply(term.transpose(), r)).collect();
        weighted_sum(weights, &each)
    }
}

/// Σ_t w_t v_t.
pub(super) fn weighted_sum(weights: &[f64], columns: &[Col<f64>]) -> Col<f64> {
    assert_eq!(weights.len(), columns.len(), "{} weights for {} columns", weights.len(), columns.len());
    let mut sum = Col::zeros(columns[0].nrows());
    for (column, &w) in columns.iter().zip(weights) {
        sum += Scale(w) * column;
    }
    sum
}
