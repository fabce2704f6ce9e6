//! The sphere { ‖α‖₂ = R }.

use super::covering::{packing, shell};
use super::infeasible::{checked_coordinates, checked_radius};
use super::polar::{polar, turned};
use super::{EffectiveDimension, Infeasible, Space, check, negated};
use crate::seed::Stream;
use rand_distr::{Distribution, StandardNormal};

/// The sphere { ‖α‖₂ = R } in R^h: the space of a superposition whose scale carries no information.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sphere {
    /// Number h of coordinates.
    pub coordinates: usize,
    /// The norm R ≥ 0.
    pub radius: f64,
}

impl Sphere {
    /// The sphere of norm R in R^h.
    ///
    /// # Errors
    /// When h is 0, or R is below 0 or not finite.
    pub fn new(coordinates: usize, radius: f64) -> Result<Self, Infeasible> {
        checked_coordinates(coordinates)?;
        checked_radius(radius).map(|()| Self { coordinates, radius })
    }

    /// The unit sphere in R^h.
    pub fn unit(coordinates: usize) -> Self {
        Self { coordinates, radius: 1.0 }
    }
}

impl Space for Sphere {
    fn coordinates(&self) -> usize {
        self.coordinates
    }

    fn radius(&self) -> f64 {
        self.radius
    }

    /// R v / ‖v‖; undefined at 0 and where v is not finite.
    fn project(&self, v: &[f64], point: &mut [f64]) {
        check(self.coordinates, [v.len(), point.len()]);
        if let Some((u, _)) = polar(v).filter(|_| v.iter().all(|x| x.is_finite())) {
            point.iter_mut().zip(&u).for_each(|(p, u)| *p = self.radius * u);
        }
    }

    /// R (I − u uᵀ) d / ‖v‖
    fn project_jvp(&self, v: &[f64], direction: &[f64], out: &mut [f64]) {
        check(self.coordinates, [v.len(), direction.len(), out.len()]);
        match polar(v).filter(|_| v.iter().all(|x| x.is_finite())) {
            Some(polar) => turned(self.radius, &polar, direction, out),
            None => out.fill(0.0),
        }
    }

    /// −R g/‖g‖
    fn vertex(&self, gradient: &[f64], point: &mut [f64]) {
        self.project(&negated(gradient), point);
    }

    fn start(&self) -> Vec<f64> {
        vec![self.radius / (self.coordinates as f64).sqrt(); self.coordinates]
    }

    /// Normal variables over their norm.
    fn sample(&self, stream: &mut Stream) -> Vec<f64> {
        let mut point = self.start();
        let draws: Vec<f64> = (0..self.coordinates).map(|_| StandardNormal.sample(stream)).collect();
        self.project(&draws, &mut point);
        point
    }

    fn log_covering_number(&self, epsilon: f64) -> f64 {
        packing(self.coordinates, self.radius, epsilon).min(shell(self.coordinates, self.radius, epsilon))
    }

    /// 1 + 2R/ε ≤ 3R/ε for ε ≤ R.
    fn effective_dimension(&self) -> EffectiveDimension {
        EffectiveDimension { exponent: self.coordinates as f64, constant: 3.0 * self.radius }
    }
}
