//! Entropy for mixtures.

use crate::hypergradient::Hypergradient;
use crate::search::Bilevel;

/// F(α) + w Σ αᵢ ln(m αᵢ), a sum over mixtures of m weights: the regulariser of GAEA (Li et al. 2021; science 6.8). It is 0 where
/// all weights are 1/m and w ln m at a vertex: w > 0 spreads the weights, w < 0 gathers them, and w = 0 is F itself, on any Δ.
///
/// Its slope at a weight of 0 is infinite, so Δ should have a positive floor.
#[derive(Debug)]
pub struct Entropic<'a, P> {
    /// The problem of F.
    pub problem: &'a mut P,
    /// The factor w.
    pub weight: f64,
    /// Weights m of one mixture.
    pub coordinates: usize,
}

impl<P: Bilevel> Bilevel for Entropic<'_, P> {
    type Error = P::Error;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, P::Error> {
        let mut here = self.problem.evaluate(alpha)?;
        if self.weight == 0.0 {
            return Ok(here);
        }
        let logarithm = |a: f64| (a * self.coordinates as f64).ln();
        let entropy = |a: &f64| if *a == 0.0 { 0.0 } else { a * logarithm(*a) };
        here.value += self.weight * alpha.iter().map(entropy).sum::<f64>();
        for (g, a) in here.alpha.iter_mut().zip(alpha) {
            *g += self.weight * (logarithm(*a) + 1.0);
        }
        Ok(here)
    }
}
