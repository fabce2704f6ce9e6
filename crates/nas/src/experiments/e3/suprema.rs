//! Suprema in closed form.

use crate::dense::{SymmetricEigen, apply};
use crate::experiments::slopes::norm;
use faer::{ColRef, Mat};

/// Σ |vᵢ|
pub(super) fn one_norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x.abs()).sum()
}

/// max |vᵢ|
pub(super) fn top(v: &[f64]) -> f64 {
    v.iter().fold(0.0, |top, x| top.max(x.abs()))
}

/// max ‖b + B a‖ over ‖a‖ ≤ 1, for a symmetric B (row by row): NaN where B has no eigenvalues.
///
/// The maximum of a convex function lies on the sphere, where (μI − B²) a = B b with μ ≥ λ_max(B²). In the eigenvectors of B,
/// aᵢ = λᵢ bᵢ / (μ − λᵢ²), and μ is the root of ‖a‖ = 1 beyond λ_max², which falls in μ (Moré and Sorensen 1983).
pub fn largest_over_ball(b: &[f64], matrix: &[f64]) -> f64 {
    let h = b.len();
    let square = Mat::from_fn(h, h, |i, j| matrix[i * h + j]);
    let Ok(SymmetricEigen { values, vectors }) = SymmetricEigen::of(square.as_ref()) else { return f64::NAN };
    let along: Vec<f64> = apply(vectors.transpose(), ColRef::from_slice(b)).iter().copied().collect();
    let largest = values.iter().fold(0.0, |top: f64, value| top.max(value * value));
    // Where B b has no part along an eigenvector, a has none, whatever μ is.
    let at = |mu: f64| -> Vec<f64> {
        let entry = |(value, b): (&f64, &f64)| if value * b == 0.0 { 0.0 } else { value * b / (mu - value * value) };
        values.iter().zip(&along).map(entry).collect()
    };
    let squared = |a: &[f64]| a.iter().map(|a| a * a).sum::<f64>();
    let scale = largest + one_norm(b) * largest.sqrt();
    let (mut low, mut high) = (largest, largest + scale.max(f64::MIN_POSITIVE));
    for _ in 0..200 {
        let middle = low.midpoint(high);
        if squared(&at(middle)) > 1.0 { low = middle } else { high = middle }
    }
    let a = at(high);
    // What b does not reach lies along the largest eigenvalue (the hard case).
    let rest = (1.0 - squared(&a)).max(0.0);
    let reached: f64 = values.iter().zip(&along).zip(&a).map(|((value, b), a)| (b + value * a).powi(2)).sum();
    (reached + largest * rest).sqrt()
}

/// max ‖b + B a‖ over the simplex, for a symmetric B (row by row): that of a convex function lies on a vertex eᵢ, which gives
/// ‖b + B_i‖. Over the vertices alone it is the same.
pub fn largest_over_simplex(b: &[f64], matrix: &[f64]) -> f64 {
    let at = |row: &[f64]| norm(&b.iter().zip(row).map(|(b, m)| b + m).collect::<Vec<f64>>());
    matrix.chunks(b.len()).map(at).fold(0.0, f64::max)
}

/// max ‖b + B a‖ over |aᵢ| ≤ `side`, for a symmetric B (row by row): it lies on one of the 2^h vertices too. They are visited in
/// the order of Gray's code, in which the next one differs by a single sign: b + B a moves by a column of B.
///
/// # Panics
/// When h is above [`MOST_SIDES`].
pub fn largest_over_box(b: &[f64], matrix: &[f64], side: f64) -> f64 {
    let h = b.len();
    assert!(h <= MOST_SIDES, "a box of {h} sides has 2^{h} vertices; at most 2^{MOST_SIDES} are visited");
    let column = |i: usize| &matrix[i * h..(i + 1) * h];
    let mut a = vec![-side; h];
    let mut off: Vec<f64> = (0..h).map(|j| b[j] - side * column(j).iter().sum::<f64>()).collect();
    let mut largest = norm(&off);
    for vertex in 1..1_usize << h {
        let flipped = vertex.trailing_zeros() as usize;
        let step = -2.0 * a[flipped];
        a[flipped] += step;
        off.iter_mut().zip(column(flipped)).for_each(|(off, m)| *off += step * m);
        largest = largest.max(norm(&off));
    }
    largest
}

/// The most sides of a box whose vertices are visited.
pub const MOST_SIDES: usize = 10;
