//! The sparse vectors { ‖α‖₀ ≤ s, ‖α‖₂ ≤ R }.

use super::covering::{ln_binomial, packing};
use super::infeasible::checked_radius;
use super::{Ball, EffectiveDimension, Infeasible, Space, Sphere, check, has_nan, negated};
use crate::seed::Stream;
use rand::seq::index;
use std::f64::consts::E;

/// The vectors of the ball { ‖α‖₂ ≤ R } in R^h with at most s coordinates that differ from 0: one ball for every support.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sparse {
    coordinates: usize,
    support: usize,
    radius: f64,
}

impl Sparse {
    /// The vectors of norm at most R in R^h with at most s coordinates that differ from 0.
    ///
    /// # Errors
    /// When s exceeds h, or R is below 0 or not finite.
    pub fn new(coordinates: usize, support: usize, radius: f64) -> Result<Self, Infeasible> {
        checked_radius(radius)?;
        if support > coordinates {
            return Err(Infeasible::Support { support, coordinates });
        }
        Ok(Self { coordinates, support, radius })
    }

    /// Those of the unit ball; an s above h is h.
    pub fn unit(coordinates: usize, support: usize) -> Self {
        Self { coordinates, support: support.min(coordinates), radius: 1.0 }
    }

    /// Most coordinates s that may differ from 0.
    pub fn support(&self) -> usize {
        self.support
    }

    fn ball(&self) -> Ball {
        Ball { coordinates: self.coordinates, radius: self.radius }
    }

    /// Where the s largest |vᵢ| are; ties go to the lowest index.
    fn largest(&self, v: &[f64]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..v.len()).collect();
        order.sort_by(|&i, &j| v[j].abs().total_cmp(&v[i].abs()));
        order.truncate(self.support);
        order
    }
}

/// v on the support, 0 elsewhere.
fn restricted(v: &[f64], support: &[usize]) -> Vec<f64> {
    let mut kept = vec![0.0; v.len()];
    support.iter().for_each(|&i| kept[i] = v[i]);
    kept
}

impl Space for Sparse {
    fn coordinates(&self) -> usize {
        self.coordinates
    }

    fn radius(&self) -> f64 {
        if self.support == 0 { 0.0 } else { self.radius }
    }

    /// The s largest |vᵢ|, then the ball (science 6.8).
    fn project(&self, v: &[f64], point: &mut [f64]) {
        check(self.coordinates, [v.len(), point.len()]);
        if !has_nan(v) {
            self.ball().project(&restricted(v, &self.largest(v)), point);
        }
    }

    /// That of the ball on the support of the projection.
    fn project_jvp(&self, v: &[f64], direction: &[f64], out: &mut [f64]) {
        check(self.coordinates, [v.len(), direction.len(), out.len()]);
        let support = self.largest(v);
        self.ball().project_jvp(&restricted(v, &support), &restricted(direction, &support), out);
    }

    /// −R g/‖g‖ on the support of the s largest |gᵢ|.
    fn vertex(&self, gradient: &[f64], point: &mut [f64]) {
        check(self.coordinates, [gradient.len(), point.len()]);
        let sphere = Sphere { coordinates: self.coordinates, radius: self.radius };
        if !has_nan(gradient) {
            sphere.project(&negated(&restricted(gradient, &self.largest(gradient))), point);
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![0.0; self.coordinates]
    }

    /// A support, then a point of its ball.
    fn sample(&self, stream: &mut Stream) -> Vec<f64> {
        let mut point = vec![0.0; self.coordinates];
        let support = index::sample(stream, self.coordinates, self.support);
        let inside = Ball { coordinates: self.support, radius: self.radius }.sample(stream);
        support.iter().zip(inside).for_each(|(i, x)| point[i] = x);
        point
    }

    /// A packing for every support, or one in the ball.
    fn log_covering_number(&self, epsilon: f64) -> f64 {
        let supports = ln_binomial(self.coordinates, self.support);
        let each = packing(self.support, self.radius, epsilon);
        (supports + each).min(packing(self.coordinates, self.radius, epsilon))
    }

    /// (s, 3 e R h/s): C(h, s) ≤ (e h/s)^s, and 1 + 2R/ε ≤ 3R/ε for ε ≤ R.
    fn effective_dimension(&self) -> EffectiveDimension {
        if self.support == 0 {
            return EffectiveDimension::POINT;
        }
        let exponent = self.support as f64;
        EffectiveDimension { exponent, constant: 3.0 * E * self.radius * self.coordinates as f64 / exponent }
    }
}
