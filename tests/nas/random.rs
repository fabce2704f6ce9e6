//! Random matrices.
use faer::Mat;
use nas::seed::{Seed, Stream};
use proptest::prelude::ProptestConfig;
use rand::RngExt;

/// A standard normal number (Box and Muller 1958).
pub(crate) fn normal_number(stream: &mut Stream) -> f64 {
    let [u, v]: [f64; 2] = std::array::from_fn(|_| stream.random_range(0.0..1.0));
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// A matrix of standard normal entries.
pub(crate) fn normal(rows: usize, columns: usize, seed: Seed) -> Mat<f64> {
    let mut stream = seed.stream();
    Mat::from_fn(rows, columns, |_, _| normal_number(&mut stream))
}

/// Uniform points of the unit sphere, one per row.
pub(crate) fn sphere(n: usize, d: usize, seed: Seed) -> Mat<f64> {
    let g = normal(n, d, seed);
    Mat::from_fn(n, d, |i, k| g[(i, k)] / g.row(i).norm_l2())
}

/// Of costly properties one in so many cases.
pub(crate) fn one_in(cost: u32) -> ProptestConfig {
    ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(cost))
}
