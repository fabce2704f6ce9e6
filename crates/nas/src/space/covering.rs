//! Logarithms of covering numbers (science 2.1): each an upper bound, so callers take the least that applies.

/// d ln(1 + 2R/ε): a maximal ε-packing of a set of dimension d and radius R is an ε-cover, and its ε/2-balls fit into the ball
/// of radius R + ε/2.
pub(super) fn packing(dimension: usize, radius: f64, epsilon: f64) -> f64 {
    dimension as f64 * (2.0 * radius / epsilon).ln_1p()
}

/// ln(2h) + (h − 1) ln(1 + 2R/ε) for points of norm R in R^h: the ε/2-balls of a packing of them even fit between the radii
/// R ± ε/2, a shell of volume h ε (R + ε/2)^(h−1) at most, in units of the unit ball.
pub(super) fn shell(coordinates: usize, radius: f64, epsilon: f64) -> f64 {
    (2.0 * coordinates as f64).ln() + packing(coordinates.saturating_sub(1), radius, epsilon)
}

/// ln C(v + k − 1, k) with k = ⌈(R/ε)²⌉: the averages of k of v vertices, of norm R at most (Maurey's lemma: k vertices drawn
/// with the weights of a point average to within R/√k of it, in mean square).
///
/// As Σ ln(1 + k/i) over i < v: the logarithms of factorials would cancel.
pub(super) fn maurey(vertices: usize, radius: f64, epsilon: f64) -> f64 {
    let k = (radius / epsilon).powi(2).ceil().max(1.0);
    (1..vertices).map(|i| (k / i as f64).ln_1p()).sum()
}

/// ln C(n, k)
pub(super) fn ln_binomial(n: usize, k: usize) -> f64 {
    (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum()
}
