//! Symmetric matrices by their lower triangles: half the reading, half the work.

use super::dot;
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, ColRef, Mat, MatRef, Par};

/// Columns that are multiplied at a time: they are read twice for every vector, from the cache after the first time.
pub(super) const PANEL: usize = 16;

/// A X for a symmetric A and few columns X, reading the lower triangle of A and the blocks on its diagonal.
///
/// # Panics
/// When A is not square, or X has not as many rows.
pub fn apply_symmetric(a: MatRef<'_, f64>, x: MatRef<'_, f64>) -> Mat<f64> {
    let n = a.nrows();
    assert_eq!((n, n), (a.ncols(), x.nrows()), "a symmetric matrix of {n} x {} times {} rows", a.ncols(), x.nrows());
    apply_panels(n, |start| a.submatrix(start, start, n - start, PANEL.min(n - start)), x)
}

/// The same from the panels of A: [`PANEL`] columns from `start`, each from the row `start` on.
pub(super) fn apply_panels<'a>(n: usize, panel: impl Fn(usize) -> MatRef<'a, f64>, x: MatRef<'_, f64>) -> Mat<f64> {
    let mut y = Mat::zeros(n, x.ncols());
    for start in (0..n).step_by(PANEL) {
        let panel = panel(start);
        let width = panel.ncols();
        let end = start + width;
        let below = panel.subrows(width, n - end);
        for (x, mut y) in x.col_iter().zip(y.col_iter_mut()) {
            let (from, to) = (x.subrows(start, width), y.as_mut().subrows_mut(start, n - start));
            matmul(to.as_mat_mut(), Accum::Add, panel, from.as_mat(), 1.0, Par::Seq);
            let (from, to) = (x.subrows(end, n - end), y.as_mut().subrows_mut(start, width));
            matmul(to.as_mat_mut(), Accum::Add, below.transpose(), from.as_mat(), 1.0, Par::Seq);
        }
    }
    y
}

/// Σ_ij A_ij B_ij of two symmetric matrices, reading their lower triangles.
///
/// # Panics
/// When they are not square of one size.
pub fn frobenius_symmetric(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> f64 {
    let n = a.nrows();
    let shapes = [a.ncols(), b.nrows(), b.ncols()];
    assert_eq!([n; 3], shapes, "frobenius_symmetric: {n} x {}, {} x {}", shapes[0], shapes[1], shapes[2]);
    frobenius_columns(n, |j| from_diagonal(a, j), |j| from_diagonal(b, j))
}

/// The same from the entries of each column from the diagonal on.
pub(super) fn frobenius_columns<'a, 'b>(
    n: usize,
    a: impl Fn(usize) -> ColRef<'a, f64>,
    b: impl Fn(usize) -> ColRef<'b, f64>,
) -> f64 {
    let below = |column: ColRef<'_, f64>, other: ColRef<'_, f64>| {
        let rows = column.nrows() - 1;
        dot(column.subrows(1, rows), other.subrows(1, rows))
    };
    (0..n).map(|j| (a(j), b(j))).map(|(a, b)| a[0] * b[0] + 2.0 * below(a, b)).sum()
}

/// The entries of column j from the diagonal on.
pub(super) fn from_diagonal(a: MatRef<'_, f64>, j: usize) -> ColRef<'_, f64> {
    a.col(j).subrows(j, a.nrows() - j)
}

/// The lower triangle of A Aᵀ, zeros above it.
pub fn lower_square(a: MatRef<'_, f64>) -> Mat<f64> {
    let mut c = Mat::zeros(a.nrows(), a.nrows());
    add_lower(&mut c, a, a, 1.0);
    c
}

/// The lower triangle of (A Bᵀ + B Aᵀ) / 2, zeros above it.
///
/// # Panics
/// When shapes differ.
pub fn lower_symmetrised(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    let mut c = Mat::zeros(a.nrows(), a.nrows());
    add_lower(&mut c, a, b, 0.5);
    add_lower(&mut c, b, a, 0.5);
    c
}

/// Adds the lower triangle of s A Bᵀ.
fn add_lower(c: &mut Mat<f64>, a: MatRef<'_, f64>, b: MatRef<'_, f64>, scale: f64) {
    let full = BlockStructure::Rectangular;
    let (lower, b) = (BlockStructure::TriangularLower, b.transpose());
    triangular::matmul(c, lower, Accum::Add, a, full, b, full, scale, Par::Seq);
}

/// Makes a matrix symmetric by its lower triangle, in blocks, since a column is written where a row is read.
pub(crate) fn mirror(a: &mut Mat<f64>) {
    const BLOCK: usize = 32;
    let n = a.nrows();
    for columns in (0..n).step_by(BLOCK) {
        for rows in (columns..n).step_by(BLOCK) {
            for j in columns..n.min(columns + BLOCK) {
                for i in rows.max(j + 1)..n.min(rows + BLOCK) {
                    a[(j, i)] = a[(i, j)];
                }
            }
        }
    }
}
