//! The simplex { d ≥ floor, Σ dᵢ = R }.

use super::covering::{maurey, packing};
use super::infeasible::{checked_coordinates, checked_radius};
use super::{Convex, EffectiveDimension, Infeasible, Space, check, has_nan};
use crate::seed::Stream;
use crate::stats::argmin;
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
    /// The simplex of sum R in R^h whose coordinates are at least `floor`.
    ///
    /// # Errors
    /// When h is 0, R is below 0 or not finite, or `floor` is not between 0 and R/h.
    pub fn new(coordinates: usize, radius: f64, floor: f64) -> Result<Self, Infeasible> {
        checked_coordinates(coordinates)?;
        checked_radius(radius)?;
        if !(0.0..=radius / coordinates as f64).contains(&floor) {
            return Err(Infeasible::Floor { coordinates, floor, radius });
        }
        Ok(Self { coordinates, radius, floor })
    }

    /// The unit simplex in R^h.
    pub fn unit(coordinates: usize) -> Self {
        Self { coordinates, radius: 1.0, floor: 0.0 }
    }

    /// What is left to distribute when every coordinate has its floor; nothing where rounding would make it less.
    pub(crate) fn free(&self) -> f64 {
        (self.radius - self.coordinates as f64 * self.floor).max(0.0)
    }

    /// The numbers above the floor of v's nearest point, x = (v − t)₊ with the t that makes their sum what is free, found by
    /// sorting (Held, Wolfe and Crowder 1974; science 6.8). `None` where there is no nearest point.
    fn above_floor(&self, v: &[f64]) -> Option<Vec<f64>> {
        let top = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if has_nan(v) || top == f64::NEG_INFINITY {
            return None;
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
        Some(shifted.iter().map(|x| (x - threshold).max(0.0)).collect())
    }
}

impl Convex for Simplex {}

impl Space for Simplex {
    fn coordinates(&self) -> usize {
        self.coordinates
    }

    /// The distance of a vertex from the centroid.
    fn radius(&self) -> f64 {
        self.free() * (1.0 - 1.0 / self.coordinates.max(1) as f64).sqrt()
    }

    /// A coordinate at −∞ gets the floor; coordinates at +∞ share R equally, the limit of equal large numbers.
    fn project(&self, v: &[f64], point: &mut [f64]) {
        check(self.coordinates, [v.len(), point.len()]);
        for (p, x) in point.iter_mut().zip(self.above_floor(v).iter().flatten()) {
            *p = self.floor + x;
        }
    }

    /// diag(s) − s sᵀ/|s| for the support s of what is above the floor: d less its mean over the support.
    fn project_jvp(&self, v: &[f64], direction: &[f64], out: &mut [f64]) {
        check(self.coordinates, [v.len(), direction.len(), out.len()]);
        let above = self.above_floor(v).unwrap_or(vec![0.0; v.len()]);
        let on_support = || above.iter().zip(direction).filter(|(x, _)| **x > 0.0).map(|(_, d)| d);
        let mean = on_support().sum::<f64>() / on_support().count() as f64;
        for (out, (x, d)) in out.iter_mut().zip(above.iter().zip(direction)) {
            *out = if *x > 0.0 { d - mean } else { 0.0 };
        }
    }

    /// All that is free at the first of the least gᵢ.
    fn vertex(&self, gradient: &[f64], point: &mut [f64]) {
        check(self.coordinates, [gradient.len(), point.len()]);
        let level = gradient.windows(2).all(|pair| pair[0] == pair[1]);
        if let Some(first) = argmin(gradient).filter(|_| !level && !has_nan(gradient)) {
            point.fill(self.floor);
            point[first] += self.free();
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

    /// (h − 1, 3R): 1 + 2R/ε ≤ 3R/ε for ε ≤ R.
    fn effective_dimension(&self) -> EffectiveDimension {
        EffectiveDimension { exponent: self.coordinates.saturating_sub(1) as f64, constant: 3.0 * self.radius }
    }
}
