//! The simplex { d ≥ floor, Σ dᵢ = R }.

use super::covering::{maurey, packing};
use super::{EffectiveDimension, Space};
use crate::seed::Stream;
use rand_distr::{Distribution, Exp1};

/// The simplex { d ≥ floor, Σ dᵢ = R } in R^h: mixture weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simplex {
    /// Number h of coordinates.
    pub coordinates: usize,
    /// The sum R of the coordinates.
    pub radius: f64,
    /// Least value of a coordinate, 0 ≤ h · floor ≤ R. A multiplicative solver needs it positive: it never leaves a zero.
    pub floor: f64,
}

impl Simplex {
    /// The unit simplex in R^h.
    pub fn unit(coordinates: usize) -> Self {
        Self { coordinates, radius: 1.0, floor: 0.0 }
    }

    /// What is left to distribute when every coordinate has its floor.
    fn free(&self) -> f64 {
        self.radius - self.coordinates as f64 * self.floor
    }
}

impl Space for Simplex {
    fn coordinates(&self) -> usize {
        self.coordinates
    }

    /// x = floor + (v − t)₊ with the t that makes the sum R, found by sorting (Held, Wolfe and Crowder 1974; science 6.8).
    /// A coordinate at −∞ gets the floor; coordinates at +∞ share R equally, the limit of equal large numbers.
    fn project(&self, v: &[f64], point: &mut [f64]) {
        let top = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if v.iter().any(|x| x.is_nan()) || top == f64::NEG_INFINITY {
            return;
        }
        // The projection does not change when v is shifted; with the maximum at 0 no digits are lost at any scale of v.
        let shifted: Vec<f64> = v.iter().map(|&x| if x == top { 0.0 } else { x - top }).collect();
        let mut sorted = shifted.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let (mut sum, mut threshold) = (0.0, 0.0);
        for (j, &u) in sorted.iter().enumerate() {
            sum += u;
            let t = (sum - self.free()) / (j + 1) as f64;
            if u <= t {
                break;
            }
            threshold = t;
        }
        for (p, x) in point.iter_mut().zip(&shifted) {
            *p = self.floor + (x - threshold).max(0.0);
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![self.radius / self.coordinates as f64; self.coordinates]
    }

    /// Dirichlet(1, …, 1) above the floor: exponential variables over their sum.
    fn sample(&self, stream: &mut Stream) -> Vec<f64> {
        let draws: Vec<f64> = (0..self.coordinates).map(|_| Exp1.sample(stream)).collect();
        let sum: f64 = draws.iter().sum();
        draws.iter().map(|d| self.floor + self.free() * d / sum).collect()
    }

    /// Its radius about the centroid is at most what is free, and so are its distances to a vertex.
    fn log_covering_number(&self, epsilon: f64) -> f64 {
        let h = self.coordinates;
        packing(h.saturating_sub(1), self.free(), epsilon).min(maurey(h, self.free(), epsilon))
    }

    fn effective_dimension(&self) -> EffectiveDimension {
        EffectiveDimension { exponent: self.coordinates.saturating_sub(1) as f64, constant: 3.0 * self.radius }
    }
}
