//! Problems with a known best architecture.

use super::Dataset;
use crate::seed::Seed;
use rand_distr::{Distribution, StandardNormal};

/// The planted problem of science 4.5: y = xᵀQx + noise · z with x uniform on the unit sphere of R^d and z standard normal.
///
/// Q is symmetric Gaussian, made traceless (so the label has mean zero and is a degree-2 harmonic: only the quadratic
/// kernel spans it) and scaled to unit label variance, which on the sphere is E (xᵀQx)² = 2 ‖Q‖_F² / (d (d + 2)).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuadraticForm {
    /// Number d of features.
    pub dimension: usize,
    /// Standard deviation of the label noise.
    pub noise: f64,
}

impl QuadraticForm {
    /// Draws Q and then n samples.
    pub fn generate(&self, n: usize, seed: Seed) -> Dataset {
        let d = self.dimension;
        let q = self.form(seed.split("form"));
        let (mut points, mut noise) = (seed.split("points").stream(), seed.split("noise").stream());
        let mut features = Vec::with_capacity(n * d);
        let mut labels = Vec::with_capacity(n);
        for _ in 0..n {
            let g: Vec<f64> = (0..d).map(|_| StandardNormal.sample(&mut points)).collect();
            let norm = g.iter().map(|v| v * v).sum::<f64>().sqrt();
            let x: Vec<f64> = g.iter().map(|v| v / norm).collect();
            let form: f64 = (0..d * d).map(|k| q[k] * x[k / d] * x[k % d]).sum();
            let z: f64 = StandardNormal.sample(&mut noise);
            labels.push(form + self.noise * z);
            features.extend(x);
        }
        Dataset::new(features, labels, d)
    }

    /// The matrix Q, row by row.
    fn form(&self, seed: Seed) -> Vec<f64> {
        let d = self.dimension;
        let mut stream = seed.stream();
        let g: Vec<f64> = (0..d * d).map(|_| StandardNormal.sample(&mut stream)).collect();
        let mut q: Vec<f64> = (0..d * d).map(|k| (g[k] + g[(k % d) * d + k / d]) / 2.0).collect();
        let mean_diagonal = (0..d).map(|i| q[i * d + i]).sum::<f64>() / d as f64;
        (0..d).for_each(|i| q[i * d + i] -= mean_diagonal);
        let squares: f64 = q.iter().map(|v| v * v).sum();
        let scale = ((d * (d + 2)) as f64 / 2.0 / squares).sqrt();
        q.iter().map(|v| v * scale).collect()
    }
}
