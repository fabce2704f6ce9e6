//! Expectations of all pairs tabulated over the angle.

use super::Order;
use crate::dense;
use faer::{Mat, MatRef};
use std::f64::consts::{FRAC_PI_2, PI};
use tape::Activation;

/// Chebyshev nodes. In the angle φ = arccos ρ kinked activations have kernels as smooth as the others (that of relu is linear),
/// while in ρ they have root singularities at ±1. The error is below 1e-12 for every pair (tested), Hermite polynomials up to
/// degree 16 included.
const NODES: usize = 48;

/// Chebyshev series in the angle, one for every pair i ≤ j in the order (0,0), (0,1), …, (1,1), ….
#[derive(Clone, Debug)]
pub struct Table {
    /// [`NODES`] × pairs
    series: Mat<f64>,
}

impl Table {
    /// Tabulates E[σ_i(u) σ_j(v)], or that of the derivatives.
    pub fn new(activations: &[Activation], order: Order) -> Self {
        let h = activations.len();
        let node = |k: usize| PI * (k as f64 + 0.5) / NODES as f64;
        let at_node = |k: usize| {
            let all = order.matrix(activations, FRAC_PI_2 * (1.0 + node(k).cos()));
            (0..h).flat_map(|i| (i..h).map(move |j| (i, j))).map(|(i, j)| all[(i, j)]).collect::<Vec<f64>>()
        };
        let values: Vec<Vec<f64>> = (0..NODES).map(at_node).collect();
        // The discrete cosine transform that interpolates at the zeros of T_48.
        let coefficient = |l: usize, pair: usize| {
            let sum: f64 = (0..NODES).map(|k| values[k][pair] * (l as f64 * node(k)).cos()).sum();
            sum * if l == 0 { 1.0 } else { 2.0 } / NODES as f64
        };
        Self { series: Mat::from_fn(NODES, h * (h + 1) / 2, coefficient) }
    }

    /// The values at some angles in [0, π]: angles × pairs.
    pub fn at(&self, angles: &[f64]) -> Mat<f64> {
        dense::product(polynomials(angles).as_ref(), self.series.as_ref())
    }

    /// The Chebyshev coefficients, degree × pairs: how fast they fall says how exact the table is.
    pub fn series(&self) -> MatRef<'_, f64> {
        self.series.as_ref()
    }
}

/// T_l(2φ/π − 1), angles × degree.
fn polynomials(angles: &[f64]) -> Mat<f64> {
    let t: Vec<f64> = angles.iter().map(|angle| angle / FRAC_PI_2 - 1.0).collect();
    let (mut before, mut now) = (t.clone(), vec![1.0; t.len()]);
    let mut all = Mat::zeros(t.len(), NODES);
    for l in 0..NODES {
        all.col_as_slice_mut(l).copy_from_slice(&now);
        before.iter_mut().zip(&now).zip(&t).for_each(|((before, now), t)| *before = 2.0 * t * now - *before);
        std::mem::swap(&mut before, &mut now);
    }
    all
}
