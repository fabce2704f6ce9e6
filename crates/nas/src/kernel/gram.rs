//! Gram matrices of a kernel that is linear in its weights.

use super::term::Term;
use crate::dense::{Triangle, mirror};
use faer::{Col, ColRef, Mat, MatRef, Scale};
use std::borrow::Cow;

/// The terms K_t of K_w = Σ_t w_t K_t between two sets of points; all have the same shape (rows × training points).
///
/// Between the training points and themselves they are symmetric, and may be [packed](Self::packed): half the memory, and the
/// same bits of every ridge fit, of its hypergradient and of what its criteria need.
#[derive(Clone, Debug)]
pub struct Gram {
    terms: Vec<Term>,
}

impl Gram {
    /// From one matrix per term.
    ///
    /// # Panics
    /// When there is no term, or when shapes differ.
    pub fn new(terms: Vec<Mat<f64>>) -> Self {
        Self::of(terms.into_iter().map(Term::Full).collect())
    }

    /// From one triangle per term, between the training points and themselves.
    ///
    /// # Panics
    /// When there is no term, or when orders differ.
    pub fn from_triangles(terms: Vec<Triangle>) -> Self {
        Self::of(terms.into_iter().map(Term::Packed).collect())
    }

    /// From terms of one form.
    pub(super) fn of(terms: Vec<Term>) -> Self {
        assert!(!terms.is_empty(), "a Gram matrix needs at least one term");
        let shape = terms[0].shape();
        for (t, term) in terms.iter().enumerate() {
            assert_eq!(term.shape(), shape, "term {t} of a Gram matrix has another shape than term 0");
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

    /// The same with the lower triangle of each term only.
    ///
    /// # Panics
    /// When the terms are not square.
    #[must_use]
    pub fn packed(self) -> Self {
        Self { terms: self.terms.into_iter().map(Term::packed).collect() }
    }

    /// Whether it holds the lower triangles only.
    pub fn is_packed(&self) -> bool {
        matches!(self.terms[0], Term::Packed(_))
    }

    /// These terms, in this order.
    ///
    /// # Panics
    /// When there is none, or no such one.
    #[must_use]
    pub fn select(&self, terms: &[usize]) -> Self {
        Self::of(terms.iter().map(|&t| self.terms[t].clone()).collect())
    }

    /// Number of terms.
    pub fn terms(&self) -> usize {
        self.terms.len()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.terms[0].shape().0
    }

    /// Number of columns: training points.
    pub fn columns(&self) -> usize {
        self.terms[0].shape().1
    }

    /// The term t.
    ///
    /// # Panics
    /// When there is no such term, or only its triangle: [`Self::entries`] are there in any case.
    pub fn term(&self, t: usize) -> MatRef<'_, f64> {
        match &self.terms[t] {
            Term::Full(term) => term.as_ref(),
            Term::Packed(_) => unreachable!("term {t} is packed: it has no matrix to refer to"),
        }
    }

    /// A copy of all entries of the term t.
    ///
    /// # Panics
    /// When there is no such term.
    pub fn entries(&self, t: usize) -> Mat<f64> {
        self.terms[t].entries().into_owned()
    }

    /// The same without a copy where there is a matrix.
    pub(super) fn shared(&self, t: usize) -> Cow<'_, Mat<f64>> {
        self.terms[t].entries()
    }

    /// The terms, each row by row in one vector: the layout of a tape's inputs.
    pub fn row_major(&self) -> Vec<Vec<f64>> {
        let rows = |term: &Mat<f64>| term.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<_>>()).collect();
        self.terms.iter().map(|term| rows(&term.entries())).collect()
    }

    /// K_w.
    pub fn combine(&self, weights: &[f64]) -> Mat<f64> {
        if self.is_packed() {
            let mut sum = self.combine_lower(weights);
            mirror(&mut sum);
            return sum;
        }
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
                column.iter_mut().zip(term.column(j, first(j))).for_each(|(sum, k)| *sum += w * k);
            }
        }
        sum
    }

    /// K_t β for every term t.
    pub fn apply_each(&self, beta: ColRef<'_, f64>) -> Vec<Col<f64>> {
        self.terms.iter().map(|term| term.apply(beta)).collect()
    }

    /// K_t X for every term t between training points, for few columns X: each term is read once, its lower triangle
    /// ([`dense::apply_symmetric`](crate::dense::apply_symmetric)).
    pub fn apply_each_symmetric(&self, x: MatRef<'_, f64>) -> Vec<Mat<f64>> {
        self.terms.iter().map(|term| term.apply_symmetric(x)).collect()
    }

    /// Σ_ij M_ij K_ij of every term between training points with a symmetric M, of which the lower triangle is read.
    ///
    /// # Panics
    /// When M is not of the order of the terms.
    pub fn frobenius_each(&self, lower: MatRef<'_, f64>) -> Vec<f64> {
        self.terms.iter().map(|term| term.frobenius_lower(lower)).collect()
    }

    /// Σ_ij of the products of the entries of two terms.
    ///
    /// # Panics
    /// When there is no such term.
    pub fn frobenius(&self, one: usize, other: usize) -> f64 {
        self.terms[one].frobenius(&self.terms[other])
    }

    /// K_w β.
    pub fn apply(&self, weights: &[f64], beta: ColRef<'_, f64>) -> Col<f64> {
        weighted_sum(weights, &self.apply_each(beta))
    }

    /// K_wᵀ r.
    pub fn apply_transposed(&self, weights: &[f64], r: ColRef<'_, f64>) -> Col<f64> {
        let each: Vec<_> = self.terms.iter().map(|term| term.apply_transposed(r)).collect();
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
