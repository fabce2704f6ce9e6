//! Products of different sets.

use super::{Convex, EffectiveDimension, Space, check};
use crate::seed::Stream;
use std::ops::Range;

/// Δ₁ × Δ₂ × …: the coordinates of the factors one after the other, such as one simplex per edge of a cell. `Product<dyn Space>`
/// takes any factors, `Product<dyn Convex>` convex ones and is convex; for equal factors there is [`super::Copies`].
pub struct Product<S: ?Sized = dyn Space> {
    /// The factors; of none, the product is the one point of R⁰.
    pub factors: Vec<Box<S>>,
}

impl<S: Space + ?Sized> Product<S> {
    /// Every factor with its coordinates.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&S, Range<usize>)> {
        let mut end = 0;
        self.factors.iter().map(move |factor| {
            let start = end;
            end += factor.coordinates();
            (&**factor, start..end)
        })
    }

    /// The factors that are more than a point.
    fn wide(&self) -> impl Iterator<Item = &S> {
        self.factors.iter().map(|factor| &**factor).filter(|factor| factor.radius() > 0.0)
    }
}

impl<S: Convex + ?Sized> Convex for Product<S> {}

impl<S: Space + ?Sized> Space for Product<S> {
    fn coordinates(&self) -> usize {
        self.factors.iter().map(|factor| factor.coordinates()).sum()
    }

    /// √Σ rᵢ²
    fn radius(&self) -> f64 {
        self.wide().map(|factor| factor.radius().powi(2)).sum::<f64>().sqrt()
    }

    /// Factor by factor: distances add up in squares.
    fn project(&self, v: &[f64], point: &mut [f64]) {
        check(self.coordinates(), [v.len(), point.len()]);
        self.parts().for_each(|(factor, part)| factor.project(&v[part.clone()], &mut point[part]));
    }

    fn project_jvp(&self, v: &[f64], direction: &[f64], out: &mut [f64]) {
        check(self.coordinates(), [v.len(), direction.len(), out.len()]);
        for (factor, part) in self.parts() {
            factor.project_jvp(&v[part.clone()], &direction[part.clone()], &mut out[part]);
        }
    }

    fn vertex(&self, gradient: &[f64], point: &mut [f64]) {
        check(self.coordinates(), [gradient.len(), point.len()]);
        self.parts().for_each(|(factor, part)| factor.vertex(&gradient[part.clone()], &mut point[part]));
    }

    fn start(&self) -> Vec<f64> {
        self.factors.iter().flat_map(|factor| factor.start()).collect()
    }

    fn sample(&self, stream: &mut Stream) -> Vec<f64> {
        self.factors.iter().flat_map(|factor| factor.sample(stream)).collect()
    }

    /// εᵢ-covers of the factors with Σ εᵢ² = ε² give an ε-cover: equal εᵢ, or εᵢ in proportion to the radii, whichever is
    /// less. A factor that is a point needs no part of ε.
    fn log_covering_number(&self, epsilon: f64) -> f64 {
        let (count, total) = (self.wide().count() as f64, self.radius());
        let equal: f64 = self.wide().map(|factor| factor.log_covering_number(epsilon / count.sqrt())).sum();
        let share = |factor: &S| epsilon * (factor.radius() / total);
        let proportional = self.wide().map(|factor| factor.log_covering_number(share(factor))).sum();
        equal.min(proportional)
    }

    /// With εᵢ = ε rᵢ/r, the pair of every factor holds for all ε ≤ r: N_ε ≤ Π (Cᵢ r / rᵢ ε)^hᵢ = (C/ε)^Σhᵢ with the weighted
    /// geometric mean C of Cᵢ r/rᵢ.
    fn effective_dimension(&self) -> EffectiveDimension {
        let total = self.radius();
        let (exponent, logarithm) = self.wide().fold((0.0, 0.0), |(sum, logarithm), factor| {
            let EffectiveDimension { exponent, constant } = factor.effective_dimension();
            (sum + exponent, logarithm + exponent * (constant * total / factor.radius()).ln())
        });
        if exponent == 0.0 {
            return EffectiveDimension::POINT;
        }
        EffectiveDimension { exponent, constant: (logarithm / exponent).exp() }
    }
}
