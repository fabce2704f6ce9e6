//! The box Π [lᵢ, uᵢ].

use super::infeasible::Infeasible;
use super::{Convex, EffectiveDimension, Space, check, has_nan};
use crate::seed::Stream;
use rand_distr::{Distribution, StandardUniform};

/// The box Π [lᵢ, uᵢ] in R^h; a side with lᵢ = uᵢ is fixed.
#[derive(Clone, Debug, PartialEq)]
pub struct Cuboid {
    limits: Vec<[f64; 2]>,
}

impl Cuboid {
    /// The box between these limits: a lower and an upper one per coordinate.
    ///
    /// # Errors
    /// When a lower limit is above its upper one, or a limit is not finite.
    pub fn new(limits: Vec<[f64; 2]>) -> Result<Self, Infeasible> {
        let bad = limits.iter().position(|[l, u]| !(l.is_finite() && u.is_finite() && l <= u));
        match bad {
            Some(coordinate) => {
                let [lower, upper] = limits[coordinate];
                Err(Infeasible::Limits { coordinate, lower, upper })
            }
            None => Ok(Self { limits }),
        }
    }

    /// The box [−1, 1]^h.
    pub fn unit(coordinates: usize) -> Self {
        Self { limits: vec![[-1.0, 1.0]; coordinates] }
    }

    /// The limits [lᵢ, uᵢ], h of them.
    pub fn limits(&self) -> &[[f64; 2]] {
        &self.limits
    }

    /// The lengths uᵢ − lᵢ of the h′ sides that are not fixed.
    fn sides(&self) -> Vec<f64> {
        self.limits.iter().map(|[l, u]| u - l).filter(|side| *side > 0.0).collect()
    }

    /// The length ‖u − l‖ of the diagonal.
    fn diagonal(&self) -> f64 {
        self.sides().iter().map(|side| side.powi(2)).sum::<f64>().sqrt()
    }
}

/// The point at this share of the way from limit to limit, without overflow on long ways.
pub(super) fn between([l, u]: [f64; 2], share: f64) -> f64 {
    ((1.0 - share) * l + share * u).clamp(l, u)
}

impl Convex for Cuboid {}

impl Space for Cuboid {
    fn coordinates(&self) -> usize {
        self.limits.len()
    }

    fn radius(&self) -> f64 {
        self.diagonal() / 2.0
    }

    /// Every coordinate at the nearer limit.
    fn project(&self, v: &[f64], point: &mut [f64]) {
        check(self.coordinates(), [v.len(), point.len()]);
        if has_nan(v) {
            return;
        }
        for (p, (x, [l, u])) in point.iter_mut().zip(v.iter().zip(&self.limits)) {
            *p = x.clamp(*l, *u);
        }
    }

    /// dᵢ between the limits, 0 from a limit on.
    fn project_jvp(&self, v: &[f64], direction: &[f64], out: &mut [f64]) {
        check(self.coordinates(), [v.len(), direction.len(), out.len()]);
        let nowhere = has_nan(v);
        for (i, out) in out.iter_mut().enumerate() {
            let [l, u] = self.limits[i];
            *out = if !nowhere && l < v[i] && v[i] < u { direction[i] } else { 0.0 };
        }
    }

    /// lᵢ where gᵢ > 0, uᵢ where gᵢ < 0.
    fn vertex(&self, gradient: &[f64], point: &mut [f64]) {
        check(self.coordinates(), [gradient.len(), point.len()]);
        if has_nan(gradient) {
            return;
        }
        for (p, (g, [l, u])) in point.iter_mut().zip(gradient.iter().zip(&self.limits)) {
            *p = if *g > 0.0 {
                *l
            } else if *g < 0.0 {
                *u
            } else {
                *p
            };
        }
    }

    fn start(&self) -> Vec<f64> {
        self.limits.iter().map(|[l, u]| l.midpoint(*u)).collect()
    }

    fn sample(&self, stream: &mut Stream) -> Vec<f64> {
        let mut uniform = || -> f64 { StandardUniform.sample(stream) };
        self.limits.iter().map(|limits| between(*limits, uniform())).collect()
    }

    /// Cell centres: ⌈side √h′ / 2ε⌉ cells per side that is not fixed.
    fn log_covering_number(&self, epsilon: f64) -> f64 {
        let sides = self.sides();
        let reach = 2.0 * epsilon / (sides.len() as f64).sqrt();
        sides.iter().map(|side| (side / reach).ceil().max(1.0).ln()).sum()
    }

    /// (h′, ‖u − l‖). With x = side √h′ / 2ε a side has at most 1 + x cells. By the inequality of the means, Π (1 + xᵢ) is at
    /// most (1 + x̄)^h′, and x̄ ≤ ‖u − l‖ / 2ε = r/ε; for ε ≤ r that is N_ε ≤ (2r/ε)^h′.
    fn effective_dimension(&self) -> EffectiveDimension {
        match self.sides().len() {
            0 => EffectiveDimension::POINT,
            free => EffectiveDimension { exponent: free as f64, constant: self.diagonal() },
        }
    }
}
