//! The coordinates in which a mixture is searched: its own coefficients, or those of candidates of equal size.

use super::gaussian::second_moments;
use super::{Candidates, candidates::CandidateError};
use crate::dense::Cholesky;
use serde::{Deserialize, Serialize};

/// A candidate whose part that is new, after those before it, has less than this share of its second moment adds nothing that
/// arithmetic can tell.
const NEW: f64 = 1e-10;

/// How candidates are normalised for the search, under a standard normal input z.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Normalise {
    /// Not at all: the search moves the coefficients of the candidates as they are.
    None,
    /// Each to E σ(z)² = 1: a coefficient is worth the same for every candidate.
    Moment,
    /// To an orthonormal basis of what they span, made in their order: E σ_α(z)² is the squared length of the coordinates. It is
    /// that of the normalised Hermite polynomials when the candidates are such polynomials, of rising degree.
    Hermite,
}

/// Coordinates β of a mixture, with α = A β for its coefficients.
#[derive(Clone, Debug, PartialEq)]
pub struct Coordinates {
    h: usize,
    /// A, upper triangular, row by row.
    to_alpha: Vec<f64>,
    /// A⁻¹
    to_beta: Vec<f64>,
}

impl Coordinates {
    /// β = α, for h candidates.
    pub fn own(h: usize) -> Self {
        let one: Vec<f64> = (0..h * h).map(|at| f64::from(u8::from(at / h == at % h))).collect();
        Self { h, to_alpha: one.clone(), to_beta: one }
    }

    /// The coordinates for these candidates, of these names.
    ///
    /// # Errors
    /// When a candidate is zero, or too nearly a combination of those before it to be told apart from it.
    pub fn new(candidates: &Candidates, names: &[String], normalise: Normalise) -> Result<Self, CandidateError> {
        let h = candidates.len();
        if normalise == Normalise::None {
            return Ok(Self::own(h));
        }
        let moments = second_moments(candidates);
        let refuse = |i: usize| CandidateError::Dependent { name: names.get(i).cloned().unwrap_or_default() };
        if let Some(i) = (0..h).find(|&i| !(moments[(i, i)] > 0.0 && moments[(i, i)].is_finite())) {
            return Err(refuse(i));
        }
        let to_beta: Vec<f64> = if normalise == Normalise::Moment {
            (0..h * h).map(|at| if at / h == at % h { moments[(at / h, at / h)].sqrt() } else { 0.0 }).collect()
        } else {
            // M = L Lᵀ, and αᵀ M α = ‖Lᵀα‖².
            let factor = Cholesky::factor(moments.clone()).map_err(|error| refuse(error.pivot))?;
            if let Some(i) = (0..h).find(|&i| factor.lower(i, i).powi(2) < NEW * moments[(i, i)]) {
                return Err(refuse(i));
            }
            (0..h * h).map(|at| if at / h > at % h { 0.0 } else { factor.lower(at % h, at / h) }).collect()
        };
        Ok(Self { h, to_alpha: inverse(&to_beta, h), to_beta })
    }

    /// The number h of candidates.
    pub fn candidates(&self) -> usize {
        self.h
    }

    /// α of every mixture, one after the other, from β.
    pub fn alpha(&self, beta: &[f64]) -> Vec<f64> {
        times(&self.to_alpha, self.h, beta)
    }

    /// β of every mixture from α.
    pub fn beta(&self, alpha: &[f64]) -> Vec<f64> {
        times(&self.to_beta, self.h, alpha)
    }

    /// dF/dβ = Aᵀ dF/dα.
    pub fn pull_back(&self, slope: &[f64]) -> Vec<f64> {
        transposed_times(&self.to_alpha, self.h, slope)
    }

    /// dF/dα from dF/dβ.
    pub fn push_back(&self, slope: &[f64]) -> Vec<f64> {
        transposed_times(&self.to_beta, self.h, slope)
    }

    /// The length of the β of candidate i alone, with coefficient 1.
    ///
    /// # Panics
    /// When there is no candidate i.
    pub fn size(&self, i: usize) -> f64 {
        (0..self.h).map(|row| self.to_beta[row * self.h + i].powi(2)).sum::<f64>().sqrt()
    }
}

/// M v for every h entries of v.
fn times(m: &[f64], h: usize, v: &[f64]) -> Vec<f64> {
    let product = |v: &[f64]| {
        let row = |i: usize| m[i * h..(i + 1) * h].iter().zip(v).map(|(m, v)| m * v).sum();
        (0..v.len()).map(row).collect::<Vec<f64>>()
    };
    v.chunks(h.max(1)).flat_map(product).collect()
}

/// Mᵀ v for every h entries of v.
fn transposed_times(m: &[f64], h: usize, v: &[f64]) -> Vec<f64> {
    let transposed: Vec<f64> = (0..h * h).map(|at| m[at % h * h + at / h]).collect();
    times(&transposed, h, v)
}

/// The inverse of an upper triangular matrix, column by column from the diagonal up.
fn inverse(upper: &[f64], h: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; h * h];
    for j in 0..h {
        for i in (0..=j).rev() {
            let known: f64 = (i + 1..=j).map(|k| upper[i * h + k] * inverse[k * h + j]).sum();
            inverse[i * h + j] = (f64::from(u8::from(i == j)) - known) / upper[i * h + i];
        }
    }
    inverse
}
