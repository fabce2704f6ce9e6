//! One size of the superposition model.

use crate::data::Bilinear;
use crate::theory::low_rank::{RankOne, Sizes};

/// Sizes of a problem; as many validation as training samples. ‖θ*‖ = 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// n_V = n_T
    pub samples: usize,
    /// h
    pub maps: usize,
    /// p
    pub features: usize,
    /// σ
    pub noise: f64,
}

impl Cell {
    /// Its problem.
    pub fn model(&self) -> Bilinear {
        Bilinear { maps: self.maps, features: self.features, noise: self.noise }
    }

    fn strengths(&self) -> RankOne {
        RankOne { signal: 1.0, noise: self.noise * self.noise }
    }

    fn sizes(&self) -> Sizes {
        Sizes { samples: self.samples, maps: self.maps, features: self.features }
    }

    /// T / (a √(hp)): the signal over the level below which nothing is seen.
    pub fn signal(&self) -> f64 {
        self.strengths().signal / self.sizes().threshold(self.strengths().label_variance())
    }

    /// Whether the formulas are judged here: the signal is 4 at least, and n_T at least 10 away from p.
    pub fn judged(&self) -> bool {
        self.signal() >= 4.0 && self.samples.abs_diff(self.features) >= 10
    }

    /// E[sin²(α̂, α*)], the spiked-matrix limit; NaN where it has none.
    pub fn sin_squared(&self) -> f64 {
        self.sizes().misalignment(&self.strengths()).unwrap_or(f64::NAN)
    }

    /// The risk of the fit of least norm, or of least squares, for E c²; NaN where it has no finite value.
    pub fn risk(&self, c_squared: f64) -> f64 {
        self.strengths().risk(c_squared, self.samples, self.features).unwrap_or(f64::NAN)
    }
}
