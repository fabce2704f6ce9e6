//! What the tests of the theory share: random vectors, a cube, and an exact test of a rate.
use nas::seed::Stream;
use nas::space::Cuboid;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

pub(crate) fn normal(stream: &mut Stream) -> f64 {
    StandardNormal.sample(stream)
}

pub(crate) fn normals(count: usize, stream: &mut Stream) -> Vec<f64> {
    (0..count).map(|_| normal(stream)).collect()
}

pub(crate) fn signs(count: usize, stream: &mut Stream) -> Vec<f64> {
    (0..count).map(|_| if stream.random::<bool>() { 1.0 } else { -1.0 }).collect()
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(crate) fn norm(v: &[f64]) -> f64 {
    dot(v, v).sqrt()
}

/// The mean of vectors, coordinate by coordinate.
pub(crate) fn mean_of(vectors: &[Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; vectors[0].len()];
    for v in vectors {
        mean.iter_mut().zip(v).for_each(|(m, x)| *m += x / vectors.len() as f64);
    }
    mean
}

/// The cube [−side/2, side/2]^h.
pub(crate) fn cube(coordinates: usize, side: f64) -> Cuboid {
    Cuboid::new(vec![[-0.5 * side, 0.5 * side]; coordinates]).unwrap()
}

/// P(X ≤ k) for X ~ Binomial(n, p).
pub(crate) fn binomial_cdf(k: usize, n: usize, p: f64) -> f64 {
    let mut log_term = n as f64 * (-p).ln_1p();
    let mut sum = log_term.exp();
    for i in 1..=k {
        log_term += ((n - i + 1) as f64 / i as f64).ln() + p.ln() - (-p).ln_1p();
        sum += log_term.exp();
    }
    sum
}

/// Whether the one-sided 95 % limit of Clopper and Pearson for the rate of failures is at most `rate`: as many failures or
/// fewer would be seen in at most 5 % of trials if it were higher.
pub(crate) fn rate_is_at_most(rate: f64, failures: usize, draws: usize) -> bool {
    binomial_cdf(failures, draws, rate) <= 0.05
}

/// Criterion E3 of the science: of 1,000 draws 38 may fail at δ = 0.05.
#[test]
fn the_limit_of_clopper_and_pearson() {
    assert!(rate_is_at_most(0.05, 38, 1000) && !rate_is_at_most(0.05, 39, 1000));
    assert!((binomial_cdf(1, 3, 0.25) - 0.84375).abs() < 1e-15 && (binomial_cdf(3, 3, 0.3) - 1.0).abs() < 1e-15);
}
