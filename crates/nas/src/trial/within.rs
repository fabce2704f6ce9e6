//! A search in other coordinates.

use crate::hypergradient::Hypergradient;
use crate::model::Coordinates;
use crate::search::Bilevel;

/// A problem in α as one in β, with α = A β.
pub(super) struct Within<'a, P> {
    pub(super) problem: &'a mut P,
    pub(super) coordinates: &'a Coordinates,
}

impl<P: Bilevel> Bilevel for Within<'_, P> {
    type Error = P::Error;

    fn evaluate(&mut self, beta: &[f64]) -> Result<Hypergradient, P::Error> {
        let found = self.problem.evaluate(&self.coordinates.alpha(beta))?;
        Ok(Hypergradient { alpha: self.coordinates.pull_back(&found.alpha), ..found })
    }
}

/// What was found in β, in α.
pub(super) fn in_alpha(coordinates: &Coordinates, found: &Hypergradient) -> Hypergradient {
    Hypergradient { alpha: coordinates.push_back(&found.alpha), ..found.clone() }
}
