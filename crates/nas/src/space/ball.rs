//! The ball { ‖α‖₂ ≤ R }.

use super::covering::packing;
use super::infeasible::checked_radius;
use super::polar::{polar, turned};
use super::{Convex, EffectiveDimension, Infeasible, Space, Sphere, check, has_nan};
use crate::seed::Stream;
use rand_distr::{Distribution, StandardUniform};

/// The ball { ‖α‖₂ ≤ R } in R^h.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ball {
    /// Number h of coordinates.
    pub coordinates: usize,
    /// The radius R ≥ 0.
    pub radius: f64,
}

impl Ball {
    /// The ball of radius R in R^h.
    ///
    /// # Errors
    /// When R is below 0 or not finite.
    pub fn new(coordinates: usize, radius: f64) -> Result<Self, Infeasible> {
        checked_radius(radius).map(|()| Self { coordinates, radius })
    }

    /// The unit ball in R^h.
    pub fn unit(coordinates: usize) -> Self {
        Self { coordinates, radius: 1.0 }
    }

    /// Its boundary.
    fn sphere(&self) -> Sphere {
        Sphere { coordinates: self.coordinates, radius: self.radius }
    }
}

impl Convex for Ball {}

impl Space for Ball {
    fn coordinates(&self) -> usize {
        self.coordinates
    }

    fn radius(&self) -> f64 {
        if self.coordinates == 0 { 0.0 } else { self.radius }
    }

    /// v min(1, R/‖v‖) (science 6.8); infinite entries share R, the limit of equal large numbers.
    fn project(&self, v: &[f64], point: &mut [f64]) {
        check(self.coordinates, [v.len(), point.len()]);
        if has_nan(v) {
            return;
        }
        match polar(v) {
            Some((u, norm)) if norm > self.radius => {
                point.iter_mut().zip(&u).for_each(|(p, u)| *p = self.radius * u);
            }
            _ => point.copy_from_slice(v),
        }
    }

    /// d inside, R (I − u uᵀ) d / ‖v‖ from norm R on.
    fn project_jvp(&self, v: &[f64], direction: &[f64], out: &mut [f64]) {
        check(self.coordinates, [v.len(), direction.len(), out.len()]);
        match polar(v) {
            Some(polar) if polar.1 >= self.radius => turned(self.radius, &polar, direction, out),
            None if has_nan(v) || self.radius == 0.0 => out.fill(0.0),
            _ => out.copy_from_slice(direction),
        }
    }

    /// −R g/‖g‖
    fn vertex(&self, gradient: &[f64], point: &mut [f64]) {
        self.sphere().vertex(gradient, point);
    }

    fn start(&self) -> Vec<f64> {
        vec![0.0; self.coordinates]
    }

    /// A direction, and the share U^(1/h) of R: the part of the volume within radius r is (r/R)^h.
    fn sample(&self, stream: &mut Stream) -> Vec<f64> {
        let uniform: f64 = StandardUniform.sample(stream);
        let share = uniform.powf(1.0 / self.coordinates as f64);
        self.sphere().sample(stream).iter().map(|x| share * x).collect()
    }

    fn log_covering_number(&self, epsilon: f64) -> f64 {
        packing(self.coordinates, self.radius, epsilon)
    }

    /// 1 + 2R/ε ≤ 3R/ε for ε ≤ R.
    fn effective_dimension(&self) -> EffectiveDimension {
        EffectiveDimension { exponent: self.coordinates as f64, constant: 3.0 * self.radius }
    }
}
