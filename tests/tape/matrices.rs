//! Small dense matrices as operators, and Gaussian elimination as the judge of solvers.

use tape::{Float, LinearOperator};

use crate::problems::noise;

/// A dense matrix, row-major; products are made in `f64` and rounded once.
#[derive(Clone)]
pub(crate) struct Dense<T> {
    pub(crate) n: usize,
    pub(crate) a: Vec<T>,
    pub(crate) symmetric: bool,
    out: Vec<T>,
}

impl<T: Float> Dense<T> {
    pub(crate) fn new(n: usize, symmetric: bool, f: impl Fn(usize, usize) -> f64) -> Self {
        let a = (0..n * n).map(|at| T::of(f(at / n, at % n))).collect();
        Self { n, a, symmetric, out: vec![T::ZERO; n] }
    }

    /// Q·diag(λ)·Q with the reflection Q = I − 2uuᵀ, u = 1/√n.
    pub(crate) fn with_spectrum(values: &[f64]) -> Self {
        let n = values.len();
        let q = |i: usize, j: usize| f64::from(i == j) - 2.0 / n as f64;
        Self::new(n, true, |i, j| (0..n).map(|k| q(i, k) * values[k] * q(k, j)).sum())
    }

    /// A random matrix: 2·I plus noise of about half its size, so that its condition is moderate.
    pub(crate) fn random(n: usize, seed: u64) -> Self {
        let a = noise(n * n, seed);
        let size = (n as f64).sqrt();
        Self::new(n, false, |i, j| 2.0 * f64::from(i == j) + 1.5 * a[i * n + j] / size)
    }
}

impl<T: Float> LinearOperator<T> for Dense<T> {
    fn size(&self) -> usize {
        self.n
    }

    fn symmetric(&self) -> bool {
        self.symmetric
    }

    fn apply(&mut self, x: &[T]) -> &[T] {
        for (out, row) in self.out.iter_mut().zip(self.a.chunks_exact(self.n.max(1))) {
            *out = T::of(row.iter().zip(x).map(|(a, x)| a.to_f64() * x.to_f64()).sum());
        }
        &self.out
    }
}

/// x with A·x = b, by Gaussian elimination with partial pivoting.
pub(crate) fn eliminate<T: Float>(a: &Dense<T>, b: &[T]) -> Vec<f64> {
    let n = a.n;
    let mut a: Vec<Vec<f64>> = a.a.chunks(n.max(1)).map(|row| row.iter().map(|x| x.to_f64()).collect()).collect();
    let mut x: Vec<f64> = b.iter().map(|b| b.to_f64()).collect();
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs())).expect("a row");
        a.swap(k, pivot);
        x.swap(k, pivot);
        for i in k + 1..n {
            let factor = a[i][k] / a[k][k];
            let pivot = a[k].clone();
            a[i][k..].iter_mut().zip(&pivot[k..]).for_each(|(x, &p)| *x -= factor * p);
            x[i] -= factor * x[k];
        }
    }
    for k in (0..n).rev() {
        x[k] = (x[k] - (k + 1..n).map(|j| a[k][j] * x[j]).sum::<f64>()) / a[k][k];
    }
    x
}

/// n values from `low` to `high` in equal ratios.
pub(crate) fn spread(n: usize, low: f64, high: f64) -> Vec<f64> {
    (0..n).map(|i| low * (high / low).powf(i as f64 / (n.max(2) - 1) as f64)).collect()
}
