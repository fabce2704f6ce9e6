//! Exponentiated gradient descent on a simplex.

use super::Outer;
use crate::space::Simplex;

/// α ← max(floor, c α exp(−η g)) with the c that makes the sum R: the proximal step of the Kullback-Leibler divergence on
/// the simplex (Kivinen and Warmuth 1997; for architecture search GAEA, Li et al. 2021, which floors before it normalises
/// and so moves even where η = 0).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentiatedGradient {
    /// The set Δ; its floor should be positive.
    pub simplex: Simplex,
}

impl Outer for ExponentiatedGradient {
    fn propose(&self, alpha: &[f64], gradient: &[f64], eta: f64, next: &mut [f64]) {
        // A constant added to g cancels in the normalisation; with the least entry at 0 no exponential overflows.
        let least = gradient.iter().copied().fold(f64::INFINITY, f64::min);
        let grown: Vec<f64> = alpha.iter().zip(gradient).map(|(a, g)| a * (-eta * (g - least)).exp()).collect();
        let scale = self.scale(&grown);
        for (n, w) in next.iter_mut().zip(&grown) {
            *n = self.simplex.floor.max(scale * w);
        }
    }

    fn divergence(&self, next: &[f64], alpha: &[f64]) -> f64 {
        next.iter().zip(alpha).map(|(n, a)| if *n == 0.0 { 0.0 } else { n * (n / a).ln() }).sum()
    }
}

impl ExponentiatedGradient {
    /// The c of Σ max(floor, c wᵢ) = R: entries that fall below the floor leave the sum until none does.
    fn scale(&self, grown: &[f64]) -> f64 {
        let Simplex { radius, floor, .. } = self.simplex;
        let mut scale = f64::INFINITY;
        loop {
            let above = |w: &&f64| scale * **w > floor;
            let (count, sum) = grown.iter().filter(above).fold((0, 0.0), |(n, sum), w| (n + 1, sum + w));
            let smaller = (radius - floor * (grown.len() - count) as f64) / sum;
            if count == 0 || smaller >= scale {
                return scale.min(smaller);
            }
            scale = smaller;
        }
    }
}
