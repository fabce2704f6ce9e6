//! EasyMKL (Aiolli and Donini 2015): kernels are weighed by how far apart they hold two classes.

use super::MklError;
use super::alignment::distribution;
use crate::dense::dot;
use crate::kernel::Gram;
use faer::{Col, ColRef, Mat, MatRef};

/// The problem of EasyMKL, and when its solution stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EasyOptions {
    /// Λ above 0 and at most 1: towards 0 the closest points of both classes count, at 1 all points alike.
    pub spread: f64,
    /// The duality gap, relative to the objective, which is then above its minimum by at most this part.
    pub tolerance: f64,
    /// At most this many steps, each of two coordinates.
    pub steps: usize,
}

impl Default for EasyOptions {
    fn default() -> Self {
        Self { spread: 0.1, tolerance: 1e-12, steps: 10_000_000 }
    }
}

/// d_m ∝ γᵀY K_m Yγ of sum 1, with the [`margin_distribution`] γ of Σ_m K_m: the squared distance that kernel m holds
/// between the two points of the classes that γ names. Classes are the signs of the labels, which should be centred.
///
/// # Errors
/// When a class is empty, or the limit of steps was reached.
///
/// # Panics
/// When Λ is not above 0 and at most 1.
pub fn easy(terms: &Gram, y: ColRef<'_, f64>, options: EasyOptions) -> Result<Vec<f64>, MklError> {
    let sum = terms.combine(&vec![1.0; terms.terms()]);
    let gamma = margin_distribution(sum.as_ref(), y, options)?;
    let signed = Col::from_fn(y.nrows(), |i| sign(y[i]) * gamma[i]);
    distribution(terms.apply_each(signed.as_ref()).iter().map(|k| dot(signed.as_ref(), k.as_ref())).collect())
}

/// argmin (1 − Λ) γᵀY K Yγ + Λ ‖γ‖² over γ ≥ 0 of sum 1 within each class (science 6.7): for Λ → 0 the points of the two
/// convex hulls that are closest to each other.
///
/// Weight goes from the point with the largest slope to that with the least, in the class where they differ most, by the
/// exact step (sequential minimal optimisation; Platt 1998, Keerthi et al. 2001).
///
/// # Errors
/// When a class is empty, or the limit of steps was reached.
///
/// # Panics
/// When Λ is not above 0 and at most 1, or K is not square of the order of the labels.
pub fn margin_distribution(
    kernel: MatRef<'_, f64>,
    y: ColRef<'_, f64>,
    options: EasyOptions,
) -> Result<Vec<f64>, MklError> {
    let EasyOptions { spread, tolerance, steps } = options;
    let n = y.nrows();
    assert!(spread > 0.0 && spread <= 1.0, "EasyMKL with spread = {spread}, not above 0 and at most 1");
    assert_eq!((kernel.nrows(), kernel.ncols()), (n, n), "EasyMKL: a kernel of another order than {n} labels");
    let classes = [1.0, -1.0].map(|class| (0..n).filter(|&i| sign(y[i]) == class).collect::<Vec<usize>>());
    if classes.iter().any(Vec::is_empty) {
        return Err(MklError::NothingAligned);
    }
    let entry = |i: usize, j: usize| (1.0 - spread) * sign(y[i]) * sign(y[j]) * kernel[(i, j)];
    let q = Mat::from_fn(n, n, |i, j| if i == j { entry(i, i) + spread } else { entry(i, j) });
    let mut gamma = vec![0.0; n];
    classes.iter().for_each(|class| class.iter().for_each(|&i| gamma[i] = 1.0 / class.len() as f64));
    let mut slope: Vec<f64> = (0..n).map(|i| (0..n).map(|j| q[(i, j)] * gamma[j]).sum()).collect();
    let mut reached = f64::INFINITY;
    for _ in 0..=steps {
        // f = γᵀQγ has slopes 2Qγ: what they promise at the best vertices bounds what is lost to the minimum.
        let value: f64 = gamma.iter().zip(&slope).map(|(g, s)| g * s).sum();
        let [one, other] = classes.each_ref().map(|class| Pair::worst(class, &gamma, &slope));
        reached = 2.0 * (value - slope[one.to] - slope[other.to]) / value;
        if reached <= tolerance {
            return Ok(gamma);
        }
        let Pair { from, to, rise } = if one.rise >= other.rise { one } else { other };
        let step = (rise / (q[(from, from)] + q[(to, to)] - 2.0 * q[(from, to)])).min(gamma[from]);
        gamma[from] -= step;
        gamma[to] += step;
        slope.iter_mut().enumerate().for_each(|(k, slope)| *slope += step * (q[(k, to)] - q[(k, from)]));
    }
    Err(MklError::NotConverged { method: "EasyMKL", iterations: steps, tolerance, reached })
}

/// From which point of a class weight should go to which.
struct Pair {
    from: usize,
    to: usize,
    /// By how much the slope differs.
    rise: f64,
}

impl Pair {
    /// The pair of the largest rise, of points that have weight to points that may have.
    fn worst(class: &[usize], gamma: &[f64], slope: &[f64]) -> Self {
        let by_slope = |i: &&usize, j: &&usize| slope[**i].total_cmp(&slope[**j]);
        let to = class.iter().min_by(by_slope).copied().unwrap_or(0);
        let from = class.iter().filter(|&&i| gamma[i] > 0.0).max_by(by_slope).copied().unwrap_or(to);
        Self { from, to, rise: slope[from] - slope[to] }
    }
}

fn sign(label: f64) -> f64 {
    if label > 0.0 { 1.0 } else { -1.0 }
}
