//! One size of the superposition model.

use crate::data::Bilinear;

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

    /// a = s²/n with s² = ‖θ‖² + σ².
    fn a(&self) -> f64 {
        (1.0 + self.noise * self.noise) / self.samples as f64
    }

    /// T / (a √(hp)): the signal over the level below which nothing is seen.
    pub fn signal(&self) -> f64 {
        1.0 / (self.a() * ((self.maps * self.features) as f64).sqrt())
    }

    /// Whether the formulas are judged here: the signal is 4 at least, and n_T at least 10 away from p.
    pub fn judged(&self) -> bool {
        self.signal() >= 4.0 && self.samples.abs_diff(self.features) >= 10
    }

    /// E[sin²(α̂, α*)], the spiked-matrix limit.
    pub fn sin_squared(&self) -> f64 {
        let (a, h, p) = (self.a(), self.maps as f64, self.features as f64);
        a * (h - 1.0) * (1.0 + a * p) / (1.0 + a * (h - 1.0))
    }

    /// The risk of the fit of least norm, or of least squares, for E[c²].
    pub fn risk(&self, c_squared: f64) -> f64 {
        let (n, p) = (self.samples as f64, self.features as f64);
        let left = (1.0 - c_squared) + self.noise * self.noise;
        if n < p {
            c_squared * (1.0 - n / p) + left * (p - 1.0) / (p - n - 1.0)
        } else {
            left * (1.0 + p / (n - p - 1.0))
        }
    }
}
