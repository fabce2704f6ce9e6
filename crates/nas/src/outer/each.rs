//! One outer solver on every copy of a product.

use super::Outer;

/// Moves each of the consecutive mixtures of α by the same rule; divergences add up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Each<O> {
    /// The rule.
    pub outer: O,
    /// Coordinates of one mixture.
    pub coordinates: usize,
}

impl<O: Outer> Outer for Each<O> {
    fn propose(&self, alpha: &[f64], gradient: &[f64], eta: f64, next: &mut [f64]) {
        let each = self.coordinates.max(1);
        let mixtures = alpha.chunks(each).zip(gradient.chunks(each)).zip(next.chunks_mut(each));
        mixtures.for_each(|((alpha, gradient), next)| self.outer.propose(alpha, gradient, eta, next));
    }

    fn divergence(&self, next: &[f64], alpha: &[f64]) -> f64 {
        let each = self.coordinates.max(1);
        next.chunks(each).zip(alpha.chunks(each)).map(|(next, alpha)| self.outer.divergence(next, alpha)).sum()
    }
}
