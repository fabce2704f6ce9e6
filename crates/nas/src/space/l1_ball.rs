//! The cross-polytope { ‖α‖₁ ≤ R }.

use super::covering::{maurey, packing};
use super::infeasible::checked_radius;
use super::{Convex, EffectiveDimension, Infeasible, Simplex, Space, check, has_nan, negated};
use crate::seed::Stream;
use crate::stats::argmin;
use rand_distr::{Distribution, Exp1, StandardUniform};

/// The ball { ‖α‖₁ ≤ R } of the l1 norm in R^h, with vertices ±R eᵢ: few large weights of either sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L1Ball {
    /// Number h of coordinates.
    pub coordinates: usize,
    /// The radius R ≥ 0.
    pub radius: f64,
}

impl L1Ball {
    /// The l1 ball of radius R in R^h.
    ///
    /// # Errors
    /// When R is below 0 or not finite.
    pub fn new(coordinates: usize, radius: f64) -> Result<Self, Infeasible> {
        checked_radius(radius).map(|()| Self { coordinates, radius })
    }

    /// The unit l1 ball in R^h.
    pub fn unit(coordinates: usize) -> Self {
        Self { coordinates, radius: 1.0 }
    }

    /// The face in the orthant of positive numbers.
    fn face(&self) -> Simplex {
        Simplex { coordinates: self.coordinates, radius: self.radius, floor: 0.0 }
    }
}

fn absolute(v: &[f64]) -> Vec<f64> {
    v.iter().map(|x| x.abs()).collect()
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x.abs()).sum()
}

/// Gives `out` the signs of `v`.
fn signed(v: &[f64], out: &mut [f64]) {
    out.iter_mut().zip(v).filter(|(_, v)| **v < 0.0).for_each(|(out, _)| *out = -*out);
}

impl Convex for L1Ball {}

impl Space for L1Ball {
    fn coordinates(&self) -> usize {
        self.coordinates
    }

    fn radius(&self) -> f64 {
        if self.coordinates == 0 { 0.0 } else { self.radius }
    }

    /// v inside, else the signs of v on the projection of |v| on the simplex (science 6.8). Infinite entries share R.
    fn project(&self, v: &[f64], point: &mut [f64]) {
        check(self.coordinates, [v.len(), point.len()]);
        if norm(v) <= self.radius {
            point.copy_from_slice(v);
        } else if !has_nan(v) {
            self.face().project(&absolute(v), point);
            signed(v, point);
        }
    }

    /// d inside; that of the simplex, in the orthant of v, from norm R on.
    fn project_jvp(&self, v: &[f64], direction: &[f64], out: &mut [f64]) {
        check(self.coordinates, [v.len(), direction.len(), out.len()]);
        if norm(v) < self.radius {
            return out.copy_from_slice(direction);
        }
        let mut inward = direction.to_vec();
        signed(v, &mut inward);
        self.face().project_jvp(&absolute(v), &inward, out);
        signed(v, out);
    }

    /// −R sign(gᵢ) eᵢ for the largest |gᵢ|.
    fn vertex(&self, gradient: &[f64], point: &mut [f64]) {
        check(self.coordinates, [gradient.len(), point.len()]);
        let reach = negated(&absolute(gradient));
        if let Some(first) = argmin(&reach).filter(|&first| reach[first] < 0.0 && !has_nan(gradient)) {
            point.fill(0.0);
            point[first] = -self.radius * gradient[first].signum();
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![0.0; self.coordinates]
    }

    /// h + 1 exponential variables over their sum, without the last: a uniform point below the simplex; then random signs.
    fn sample(&self, stream: &mut Stream) -> Vec<f64> {
        let rest: f64 = Exp1.sample(stream);
        let draws: Vec<f64> = (0..self.coordinates).map(|_| Exp1.sample(stream)).collect();
        let scale = self.radius / (rest + draws.iter().sum::<f64>());
        let mut sign = || if StandardUniform.sample(stream) { scale } else { -scale };
        draws.iter().map(|d| sign() * d).collect()
    }

    /// A packing in the l2 ball around it, or averages of its vertices.
    fn log_covering_number(&self, epsilon: f64) -> f64 {
        packing(self.coordinates, self.radius, epsilon).min(maurey(2 * self.coordinates, self.radius, epsilon))
    }

    /// 1 + 2R/ε ≤ 3R/ε for ε ≤ R.
    fn effective_dimension(&self) -> EffectiveDimension {
        EffectiveDimension { exponent: self.coordinates as f64, constant: 3.0 * self.radius }
    }
}
