//! Exponentiated gradient descent on the unit simplex.

use super::Outer;

/// α ← α exp(−η g) / Σ, the proximal step of the Kullback-Leibler divergence on the unit simplex (Kivinen and Warmuth 1997;
/// for architecture search GAEA, Li et al. 2021).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentiatedGradient {
    /// Every entry is kept at least this large before normalising: an entry at zero would stay there for ever.
    pub floor: f64,
}

impl Default for ExponentiatedGradient {
    fn default() -> Self {
        Self { floor: 1e-5 }
    }
}

impl Outer for ExponentiatedGradient {
    fn propose(&self, alpha: &[f64], gradient: &[f64], eta: f64, next: &mut [f64]) {
        // A constant added to g cancels in the normalisation; with the least entry at 0 no exponential overflows.
        let least = gradient.iter().copied().fold(f64::INFINITY, f64::min);
        let mut sum = 0.0;
        for ((n, a), g) in next.iter_mut().zip(alpha).zip(gradient) {
            *n = (a * (-eta * (g - least)).exp()).max(self.floor);
            sum += *n;
        }
        next.iter_mut().for_each(|n| *n /= sum);
    }

    fn divergence(&self, next: &[f64], alpha: &[f64]) -> f64 {
        next.iter().zip(alpha).map(|(n, a)| if *n == 0.0 { 0.0 } else { n * (n / a).ln() }).sum()
    }
}
