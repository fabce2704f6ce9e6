//! The sphere { ‖α‖₂ = R }.

use super::covering::packing;
use super::{EffectiveDimension, Space};
use crate::seed::Stream;
use rand_distr::{Distribution, StandardNormal};

/// The sphere { ‖α‖₂ = R } in R^h: the space of a superposition whose scale carries no information.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sphere {
    /// Number h of coordinates.
    pub coordinates: usize,
    /// The norm R.
    pub radius: f64,
}

impl Sphere {
    /// The unit sphere in R^h.
    pub fn unit(coordinates: usize) -> Self {
        Self { coordinates, radius: 1.0 }
    }
}

impl Space for Sphere {
    fn coordinates(&self) -> usize {
        self.coordinates
    }

    /// R v / ‖v‖; undefined at 0 and where v is not finite.
    fn project(&self, v: &[f64], point: &mut [f64]) {
        let top = v.iter().fold(0.0, |top: f64, x| top.max(x.abs()));
        if top == 0.0 || v.iter().any(|x| !x.is_finite()) {
            return;
        }
        // Divided by the largest entry first, the squares neither overflow nor vanish.
        let norm = v.iter().map(|x| (x / top).powi(2)).sum::<f64>().sqrt();
        for (p, x) in point.iter_mut().zip(v) {
            *p = self.radius * (x / top / norm);
        }
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

    /// A packing in the ball, or one in each of the 2h faces of a cube around it, projected.
    fn log_covering_number(&self, epsilon: f64) -> f64 {
        let h = self.coordinates;
        let faces = (2.0 * h as f64).ln() + packing(h.saturating_sub(1), self.radius, epsilon);
        packing(h, self.radius, epsilon).min(faces)
    }

    /// A maximal ε-packing is an ε-cover; its ε/2-balls fit into the ball of radius R + ε/2, so N_ε ≤ (1 + 2R/ε)^h ≤ (3R/ε)^h.
    fn effective_dimension(&self) -> EffectiveDimension {
        EffectiveDimension { exponent: self.coordinates as f64, constant: 3.0 * self.radius }
    }
}
