//! lp-norm multiple kernel learning (Kloft, Brefeld, Sonnenburg and Zien 2011) for ridge regression.

use super::{MklError, TrainingObjective};
use crate::kernel::{Gram, Mixing};
use crate::search::Bilevel;
use faer::ColRef;

/// The norm, and when the alternation stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LpOptions {
    /// p > 1 of ‖d‖_p = 1; towards 1 weights become sparse (and the alternation slow), towards ∞ equal.
    pub p: f64,
    /// The largest move of a weight.
    pub tolerance: f64,
    /// At most this many rounds.
    pub rounds: usize,
}

impl Default for LpOptions {
    fn default() -> Self {
        Self { p: 2.0, tolerance: 1e-9, rounds: 10_000 }
    }
}

/// The d ≥ 0, ‖d‖_p = 1, with the least yᵀ(K_d + λI)⁻¹y: ridge regression at d and the d that is best for its ‖w_m‖ in turn,
///
/// ‖w_m‖ = d_m √(βᵀK_mβ),   d_m = ‖w_m‖^{2/(p+1)} / (Σ_l ‖w_l‖^{2p/(p+1)})^{1/p}.
///
/// # Panics
/// When p ≤ 1.
pub fn lp(terms: &Gram, y: ColRef<'_, f64>, lambda: f64, options: LpOptions) -> Result<Vec<f64>, MklError> {
    let LpOptions { p, tolerance, rounds } = options;
    assert!(p > 1.0, "lp-MKL with p = {p}, not above 1: for the simplex there is SimpleMKL");
    let mut d = vec![(terms.terms() as f64).powf(-1.0 / p); terms.terms()];
    let mixing = Mixing::Weights { count: terms.terms() };
    let mut objective = TrainingObjective { mixing: &mixing, train: terms, y, lambda };
    let mut moved = f64::INFINITY;
    for _ in 0..rounds {
        let squares = objective.evaluate(&d)?.alpha.into_iter().map(|slope| (-slope).max(0.0));
        let norms: Vec<f64> = squares.zip(&d).map(|(square, d)| d * square.sqrt()).collect();
        let sum: f64 = norms.iter().map(|w| w.powf(2.0 * p / (p + 1.0))).sum();
        if sum == 0.0 {
            return Err(MklError::NothingAligned);
        }
        let next: Vec<f64> = norms.iter().map(|w| w.powf(2.0 / (p + 1.0)) / sum.powf(1.0 / p)).collect();
        moved = next.iter().zip(&d).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        d = next;
        if moved <= tolerance {
            return Ok(d);
        }
    }
    Err(MklError::NotConverged { method: "lp-MKL", iterations: rounds, tolerance, reached: moved })
}
