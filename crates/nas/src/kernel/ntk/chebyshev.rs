//! Functions of the angle as Chebyshev series.

use crate::dense;
use faer::{Mat, MatRef};
use rayon::prelude::*;
use std::f64::consts::{FRAC_PI_2, PI};

/// Some functions of φ in [0, π], each Σ_l c_l T_l(2φ/π − 1).
#[derive(Clone, Debug)]
pub(super) struct Chebyshev {
    /// degree × functions
    series: Mat<f64>,
}

impl Chebyshev {
    /// Interpolates the functions, whose values at an angle `at` gives, at the zeros of T_nodes.
    pub(super) fn new(nodes: usize, functions: usize, at: impl Fn(f64) -> Vec<f64> + Sync) -> Self {
        let node = |k: usize| PI * (k as f64 + 0.5) / nodes as f64;
        let value = |k: usize| at(FRAC_PI_2 * (1.0 + node(k).cos()));
        let values: Vec<Vec<f64>> = (0..nodes).into_par_iter().map(value).collect();
        // The discrete cosine transform.
        let coefficient = |l: usize, function: usize| {
            let sum: f64 = (0..nodes).map(|k| values[k][function] * (l as f64 * node(k)).cos()).sum();
            sum * if l == 0 { 1.0 } else { 2.0 } / nodes as f64
        };
        Self { series: Mat::from_fn(nodes, functions, coefficient) }
    }

    /// The values at some angles: angles × functions.
    pub(super) fn at(&self, angles: &[f64]) -> Mat<f64> {
        dense::product(polynomials(angles, self.series.nrows()).as_ref(), self.series.as_ref())
    }

    /// The coefficients, degree × functions.
    pub(super) fn series(&self) -> MatRef<'_, f64> {
        self.series.as_ref()
    }

    /// The largest coefficient of the last quarter over the largest of all: how far the series is from its end.
    pub(super) fn tail(&self) -> f64 {
        let (nodes, functions) = (self.series.nrows(), self.series.ncols());
        let (last, largest) = (nodes / 4, self.series.norm_max());
        let tail = self.series.as_ref().submatrix(nodes - last, 0, last, functions).norm_max();
        if largest == 0.0 { 0.0 } else { tail / largest }
    }
}

/// T_l(2φ/π − 1), angles × degree.
fn polynomials(angles: &[f64], nodes: usize) -> Mat<f64> {
    let t: Vec<f64> = angles.iter().map(|angle| angle / FRAC_PI_2 - 1.0).collect();
    let (mut before, mut now) = (t.clone(), vec![1.0; t.len()]);
    let mut all = Mat::zeros(t.len(), nodes);
    for l in 0..nodes {
        all.col_as_slice_mut(l).copy_from_slice(&now);
        before.iter_mut().zip(&now).zip(&t).for_each(|((before, now), t)| *before = 2.0 * t * now - *before);
        std::mem::swap(&mut before, &mut now);
    }
    all
}
