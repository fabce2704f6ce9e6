//! Centred alignment (Cortes, Mohri and Rostamizadeh 2012).

use super::MklError;
use crate::dense::dot;
use crate::kernel::Gram;
use faer::{ColRef, Mat, MatRef};

/// When coordinate descent for `alignf` stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlignmentOptions {
    /// The violation of optimality, relative to the largest alignment.
    pub tolerance: f64,
    /// At most this many sweeps over all coordinates.
    pub sweeps: usize,
}

impl Default for AlignmentOptions {
    fn default() -> Self {
        Self { tolerance: 1e-12, sweeps: 100_000 }
    }
}

/// Each kernel alone: d_m ∝ max(0, ⟨K_m, yyᵀ⟩ / ‖K_m‖) / ‖K_m‖, of sum 1. Terms and labels must be centred.
pub fn align(terms: &Gram, y: ColRef<'_, f64>) -> Result<Vec<f64>, MklError> {
    let with_labels = alignments(terms, y).into_iter().enumerate();
    distribution(with_labels.map(|(m, a)| a.max(0.0) / terms.frobenius(m, m)).collect())
}

/// The mixture of greatest alignment ⟨K_d, yyᵀ⟩ / ‖K_d‖: d ∝ argmin_{v ≥ 0} vᵀMv − 2vᵀa with M_ml = ⟨K_m, K_l⟩ and
/// a_m = ⟨K_m, yyᵀ⟩, of sum 1. Terms and labels must be centred.
pub fn alignf(terms: &Gram, y: ColRef<'_, f64>, options: AlignmentOptions) -> Result<Vec<f64>, MklError> {
    let h = terms.terms();
    let mut m = Mat::zeros(h, h);
    for (i, j) in (0..h).flat_map(|i| (0..=i).map(move |j| (i, j))) {
        m[(i, j)] = terms.frobenius(i, j);
        m[(j, i)] = m[(i, j)];
    }
    distribution(non_negative_quadratic(m.as_ref(), &alignments(terms, y), options)?)
}

/// yᵀ K_m y.
fn alignments(terms: &Gram, y: ColRef<'_, f64>) -> Vec<f64> {
    terms.apply_each(y).iter().map(|k_y| dot(y, k_y.as_ref())).collect()
}

/// v over its sum.
pub(super) fn distribution(v: Vec<f64>) -> Result<Vec<f64>, MklError> {
    let sum: f64 = v.iter().sum();
    if sum > 0.0 { Ok(v.iter().map(|v| v / sum).collect()) } else { Err(MklError::NothingAligned) }
}

/// argmin_{v ≥ 0} vᵀMv − 2vᵀa, each coordinate in turn minimised exactly.
fn non_negative_quadratic(m: MatRef<'_, f64>, a: &[f64], options: AlignmentOptions) -> Result<Vec<f64>, MklError> {
    let mut v = vec![0.0; a.len()];
    let slope = |v: &[f64], i: usize| v.iter().enumerate().map(|(j, v)| m[(i, j)] * v).sum::<f64>() - a[i];
    let scale = a.iter().fold(0.0, |top: f64, a| top.max(a.abs()));
    let mut violation = f64::INFINITY;
    for _ in 0..options.sweeps {
        for i in 0..v.len() {
            v[i] = (v[i] - slope(&v, i) / m[(i, i)]).max(0.0);
        }
        let at = |i: usize| if v[i] > 0.0 { slope(&v, i).abs() } else { (-slope(&v, i)).max(0.0) };
        violation = (0..v.len()).map(at).fold(0.0, f64::max);
        if violation <= options.tolerance * scale {
            return Ok(v);
        }
    }
    let AlignmentOptions { tolerance, sweeps } = options;
    Err(MklError::NotConverged { method: "alignf", iterations: sweeps, tolerance, reached: violation / scale })
}
