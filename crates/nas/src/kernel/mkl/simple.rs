//! SimpleMKL (Rakotomamonjy, Bach, Canu and Grandvalet 2008) for ridge regression: reduced gradient descent of
//! J(d) = yᵀ(K_d + λI)⁻¹y, which is convex, over the simplex.

use super::{MklError, TrainingObjective};
use crate::dense::NotPositiveDefinite;
use crate::hypergradient::Hypergradient;
use crate::kernel::{Gram, Mixing};
use crate::search::Bilevel;
use faer::ColRef;

/// A line search ends where the slope is below this part of the first one.
const FLAT: f64 = 0.1;

/// When SimpleMKL stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimpleOptions {
    /// The duality gap, relative to J: J(d) is then above its minimum by at most this part.
    pub tolerance: f64,
    /// At most this many directions.
    pub iterations: usize,
}

impl Default for SimpleOptions {
    fn default() -> Self {
        Self { tolerance: 1e-6, iterations: 1000 }
    }
}

/// J at a point of the simplex.
#[derive(Clone, Debug)]
struct At {
    d: Vec<f64>,
    value: f64,
    /// βᵀ K_m β = −∂J/∂d_m.
    descent: Vec<f64>,
}

impl At {
    fn new(objective: &mut TrainingObjective<'_>, d: Vec<f64>) -> Result<Self, NotPositiveDefinite> {
        let Hypergradient { value, alpha, .. } = objective.evaluate(&d)?;
        Ok(Self { d, value, descent: alpha.iter().map(|slope| -slope).collect() })
    }

    /// max_m βᵀK_mβ − Σ_m d_m βᵀK_mβ: J less a lower bound of its minimum, from the dual at the same β.
    fn gap(&self) -> f64 {
        let most = self.descent.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        most - inner(&self.d, &self.descent)
    }

    /// The reduced gradient: along the simplex, every weight against the largest one, and none that would leave the set.
    fn direction(&self) -> Vec<f64> {
        let largest = (0..self.d.len()).max_by(|&i, &j| self.d[i].total_cmp(&self.d[j])).unwrap_or(0);
        let gain = |m: usize| self.descent[m] - self.descent[largest];
        let blocked = |m: usize| self.d[m] == 0.0 && gain(m) < 0.0;
        let mut direction: Vec<f64> = (0..self.d.len()).map(|m| if blocked(m) { 0.0 } else { gain(m) }).collect();
        direction[largest] = -direction.iter().sum::<f64>();
        direction
    }

    /// The point at a step along a direction; what the boundary stops is exactly 0.
    fn moved(&self, direction: &[f64], step: f64) -> Vec<f64> {
        let moved = self.d.iter().zip(direction).map(|(d, v)| (d, v, d + step * v));
        moved.map(|(d, v, to)| if *v < 0.0 && to <= f64::EPSILON * d { 0.0 } else { to.max(0.0) }).collect()
    }
}

/// The d of the simplex with the least J, certified by the duality gap. Terms and labels should be centred.
pub fn simple(terms: &Gram, y: ColRef<'_, f64>, lambda: f64, options: SimpleOptions) -> Result<Vec<f64>, MklError> {
    let h = terms.terms();
    let mixing = Mixing::Weights { count: h };
    let mut objective = TrainingObjective { mixing: &mixing, train: terms, y, lambda };
    let mut here = At::new(&mut objective, vec![1.0 / h as f64; h])?;
    for _ in 0..options.iterations {
        if here.gap() <= options.tolerance * here.value {
            return Ok(here.d);
        }
        let direction = here.direction();
        if direction.iter().all(|v| *v == 0.0) {
            break; // at a vertex, where the gap is rounding
        }
        here = line_search(&mut objective, &here, &direction)?;
    }
    let SimpleOptions { tolerance, iterations } = options;
    let reached = here.gap() / here.value;
    if reached <= tolerance {
        return Ok(here.d);
    }
    Err(MklError::NotConverged { method: "SimpleMKL", iterations, tolerance, reached })
}

/// A point along the direction, up to the boundary, where J has become flat: by false position on its slope, which increases,
/// with the weight of an end that stays halved (Illinois).
fn line_search(objective: &mut TrainingObjective<'_>, here: &At, direction: &[f64]) -> Result<At, NotPositiveDefinite> {
    let slope = |at: &At| -inner(&at.descent, direction);
    let mut at = |step: f64| At::new(objective, here.moved(direction, step));
    let bounds = here.d.iter().zip(direction).filter(|(_, v)| **v < 0.0).map(|(d, v)| -d / v);
    let (mut low, mut high) = (0.0, bounds.fold(f64::INFINITY, f64::min));
    let first = slope(here);
    let mut there = at(high)?;
    let (mut at_low, mut at_high) = (first, slope(&there));
    if at_high <= 0.0 {
        return Ok(there);
    }
    let mut last = 0.0;
    while slope(&there).abs() > FLAT * first.abs() && high - low > f64::EPSILON * high {
        let step = low + (high - low) * at_low / (at_low - at_high);
        there = at(step)?;
        let now = slope(&there);
        if now < 0.0 {
            at_high *= if last < 0.0 { 0.5 } else { 1.0 };
            (low, at_low) = (step, now);
        } else {
            at_low *= if last > 0.0 { 0.5 } else { 1.0 };
            (high, at_high) = (step, now);
        }
        last = now;
    }
    Ok(there)
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
