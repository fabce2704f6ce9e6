//! Logarithms of covering numbers (science 2.1): each an upper bound, so callers take the least that applies.

/// d ln(1 + 2R/ε): a maximal ε-packing of a set of dimension d and radius R is an ε-cover, and its ε/2-balls fit into the ball
/// of radius R + ε/2.
pub(super) fn packing(dimension: usize, radius: f64, epsilon: f64) -> f64 {
    dimension as f64 * (2.0 * radius / epsilon).ln_1p()
}

/// ln C(v + k − 1, k) with k = ⌈(R/ε)²⌉: the averages of k of v vertices, of norm R at most (Maurey's lemma: k vertices drawn
/// with the weights of a point average to within R/√k of it, in mean square).
///
/// As Σ ln(1 + k/i) over i < v: the logarithms of factorials would cancel.
pub(super) fn maurey(vertices: usize, radius: f64, epsilon: f64) -> f64 {
    let k = (radius / epsilon).powi(2).ceil().max(1.0);
    (1..vertices).map(|i| (k / i as f64).ln_1p()).sum()
}
