//! The part { α ≥ 0, ‖α‖₂ = R } of a sphere.

use super::covering::{packing, shell};
use super::infeasible::{checked_coordinates, checked_radius};
use super::polar::{polar, turned};
use super::{EffectiveDimension, Infeasible, Space, Sphere, check, has_nan, negated};
use crate::seed::Stream;
use crate::stats::argmin;

/// The part { α ≥ 0, ‖α‖₂ = R } of the sphere in R^h: a superposition without signs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NonnegativeSphere {
    /// Number h of coordinates.
    pub coordinates: usize,
    /// The norm R ≥ 0.
    pub radius: f64,
}

impl NonnegativeSphere {
    /// That of norm R in R^h.
    ///
    /// # Errors
    /// When h is 0, or R is below 0 or not finite.
    pub fn new(coordinates: usize, radius: f64) -> Result<Self, Infeasible> {
        checked_coordinates(coordinates)?;
        checked_radius(radius).map(|()| Self { coordinates, radius })
    }

    /// That of the unit sphere in R^h.
    pub fn unit(coordinates: usize) -> Self {
        Self { coordinates, radius: 1.0 }
    }

    fn sphere(&self) -> Sphere {
        Sphere { coordinates: self.coordinates, radius: self.radius }
    }
}

/// v₊
fn clipped(v: &[f64]) -> Vec<f64> {
    v.iter().map(|x| x.max(0.0)).collect()
}

impl Space for NonnegativeSphere {
    fn coordinates(&self) -> usize {
        self.coordinates
    }

    /// That of the simplex with the same vertices: no point is farther from their centroid than they are.
    fn radius(&self) -> f64 {
        self.radius * (1.0 - 1.0 / self.coordinates.max(1) as f64).sqrt()
    }

    /// Clip, then normalise; where nothing is positive, R e_argmax (science 6.8). Coordinates at +∞ share R.
    fn project(&self, v: &[f64], point: &mut [f64]) {
        check(self.coordinates, [v.len(), point.len()]);
        if has_nan(v) {
            return;
        }
        match polar(&clipped(v)) {
            Some((u, _)) => point.iter_mut().zip(&u).for_each(|(p, u)| *p = self.radius * u),
            None => {
                point.fill(0.0);
                argmin(&negated(v)).into_iter().for_each(|best| point[best] = self.radius);
            }
        }
    }

    /// That of the sphere, of the positive coordinates alone; 0 where nothing is positive.
    fn project_jvp(&self, v: &[f64], direction: &[f64], out: &mut [f64]) {
        check(self.coordinates, [v.len(), direction.len(), out.len()]);
        let free: Vec<f64> = v.iter().zip(direction).map(|(v, d)| if *v > 0.0 { *d } else { 0.0 }).collect();
        match polar(&clipped(v)).filter(|_| !has_nan(v)) {
            Some(polar) => turned(self.radius, &polar, &free, out),
            None => out.fill(0.0),
        }
    }

    /// The nearest point to −g: all points have the same norm.
    fn vertex(&self, gradient: &[f64], point: &mut [f64]) {
        if gradient.iter().any(|g| *g != 0.0) {
            self.project(&negated(gradient), point);
        }
    }

    fn start(&self) -> Vec<f64> {
        self.sphere().start()
    }

    /// A point of the sphere without its signs.
    fn sample(&self, stream: &mut Stream) -> Vec<f64> {
        self.sphere().sample(stream).iter().map(|x| x.abs()).collect()
    }

    /// A packing of it is one of the sphere.
    fn log_covering_number(&self, epsilon: f64) -> f64 {
        packing(self.coordinates, self.radius, epsilon).min(shell(self.coordinates, self.radius, epsilon))
    }

    /// That of the sphere, whose radius is larger.
    fn effective_dimension(&self) -> EffectiveDimension {
        self.sphere().effective_dimension()
    }
}
