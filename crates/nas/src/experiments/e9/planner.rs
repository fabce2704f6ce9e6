//! Where to split, before any test sample is seen.

use super::Settings;
use crate::stats::{argmin, mean, standard_error};
use serde::{Deserialize, Serialize};

/// Errors of fits to more and more samples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    n: Vec<f64>,
    error: Vec<f64>,
    /// The standard deviation of the loss of a sample, at the most samples.
    spread: f64,
}

impl Curve {
    /// Adds the losses of validation samples for a fit to n others; n grows.
    pub fn add(&mut self, n: usize, losses: &[f64]) {
        self.n.push(n as f64);
        self.error.push(mean(losses));
        self.spread = standard_error(losses).unwrap_or(0.0) * (losses.len() as f64).sqrt();
    }
}

/// A proposal and what it rests on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Plan {
    /// The position of the proposed ratio.
    pub position: usize,
    /// a of the fitted a + c n^(−g).
    pub floor: f64,
    /// c
    pub scale: f64,
    /// g
    pub exponent: f64,
}

/// The exponents that are tried.
const EXPONENTS: std::ops::RangeInclusive<u32> = 1..=40;

/// The ratio of least a + c n_T^(−g) + sd √(2 h_eff / n_V): what is lost by fewer training samples, and by choosing on few
/// validation samples. Not the certified bound, whose constants would ask for too many of these.
pub fn plan(curve: &Curve, settings: &Settings, effective_dimension: usize) -> Plan {
    let tenths = |g: u32| f64::from(g) / 10.0;
    let fitted = EXPONENTS.map(tenths).map(|g| (g, fit(curve, g)));
    let best = fitted.min_by(|a, b| a.1.2.total_cmp(&b.1.2));
    let (exponent, (floor, scale, _)) = best.unwrap_or((1.0, fit(curve, 1.0)));
    let cost = |&percent: &usize| {
        let n_v = settings.validation(percent) as f64;
        let n_t = settings.samples as f64 - n_v;
        floor + scale * n_t.powf(-exponent) + curve.spread * (2.0 * effective_dimension as f64 / n_v).sqrt()
    };
    let costs: Vec<f64> = settings.percents.iter().map(cost).collect();
    Plan { position: argmin(&costs).unwrap_or(0), floor, scale, exponent }
}

/// a ≥ 0 and c ≥ 0 of least squares on relative errors for one g, and what is left.
fn fit(curve: &Curve, g: f64) -> (f64, f64, f64) {
    // Relative: the errors of few samples are many times those of all, and would decide alone.
    let left = |a: f64, c: f64| {
        let off = |(n, error): (&f64, &f64)| ((a + c * n.powf(-g)) / error - 1.0).powi(2);
        curve.n.iter().zip(&curve.error).map(off).sum::<f64>()
    };
    // 1 = a/e + c n^(−g)/e is linear in (a, c): y = a x₁ + c x₂ with y = 1.
    let rows = || curve.n.iter().zip(&curve.error).map(|(n, e)| (1.0 / e, n.powf(-g) / e));
    let sum = |of: &dyn Fn(f64, f64) -> f64| rows().map(|(x, z)| of(x, z)).sum::<f64>();
    let (xx, xz, zz, x, z) =
        (sum(&|x, _| x * x), sum(&|x, z| x * z), sum(&|_, z| z * z), sum(&|x, _| x), sum(&|_, z| z));
    let det = xx * zz - xz * xz;
    let both = ((x * zz - z * xz) / det, (z * xx - x * xz) / det);
    let candidates = [both, (x / xx, 0.0), (0.0, z / zz)];
    let allowed = candidates.into_iter().filter(|(a, c)| *a >= 0.0 && *c >= 0.0);
    let (a, c) = allowed.min_by(|p, q| left(p.0, p.1).total_cmp(&left(q.0, q.1))).unwrap_or((x / xx, 0.0));
    (a, c, left(a, c))
}
