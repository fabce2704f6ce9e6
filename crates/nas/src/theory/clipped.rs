//! Squared loss, clipped: the loss with a range, as the bounds need it.

use statrs::function::erf::erfc;
use statrs::function::gamma::gamma_lr;

/// ℓ = min(r², b) for the residual r.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClippedSquare {
    /// b, positive and finite: the range of the loss.
    pub bound: f64,
}

impl ClippedSquare {
    /// The loss of a residual.
    pub fn loss(self, residual: f64) -> f64 {
        (residual * residual).min(self.bound)
    }

    /// Γ = 2 √b: the slope just below the clip.
    pub fn lipschitz(self) -> f64 {
        2.0 * self.bound.sqrt()
    }

    /// E min(r², b) for a residual r ~ N(0, v): v P(χ²₃ ≤ b/v) + b P(χ²₁ > b/v) (science 2.8).
    ///
    /// # Panics
    /// When the variance v is negative or not a number, or b not positive and finite.
    pub fn expectation(self, variance: f64) -> f64 {
        match self.half(variance) {
            f64::INFINITY => variance,
            0.0 => self.bound,
            half => variance * gamma_lr(1.5, half) + self.bound * erfc(half.sqrt()),
        }
    }

    /// How that expectation moves with v: P(χ²₃ ≤ b/v), since the rest of its derivative cancels.
    ///
    /// # Panics
    /// As [`Self::expectation`].
    pub fn expectation_slope(self, variance: f64) -> f64 {
        match self.half(variance) {
            f64::INFINITY => 1.0,
            0.0 => 0.0,
            half => gamma_lr(1.5, half),
        }
    }

    /// b / 2v. Where that leaves the range of a number, so does the other side of the clip.
    fn half(self, variance: f64) -> f64 {
        let b = self.bound;
        assert!(b > 0.0 && b.is_finite(), "a loss clipped at {b}: the bound must be positive and finite");
        assert!(variance >= 0.0, "a residual of variance {variance}");
        0.5 * b / variance
    }
}
