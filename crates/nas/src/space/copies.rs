//! Products of equal sets.

use super::{Convex, EffectiveDimension, Space, check};
use crate::seed::Stream;

/// Δ × Δ × …: one copy for every mixture of a network, one after the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Copies<S> {
    /// Δ
    pub space: S,
    /// How many.
    pub copies: usize,
}

impl<S: Space> Copies<S> {
    /// Coordinates of a copy, as the size of a chunk.
    fn each(&self) -> usize {
        self.space.coordinates().max(1)
    }
}

impl<S: Convex> Convex for Copies<S> {}

impl<S: Space> Space for Copies<S> {
    fn coordinates(&self) -> usize {
        self.copies * self.space.coordinates()
    }

    fn radius(&self) -> f64 {
        (self.copies as f64).sqrt() * self.space.radius()
    }

    /// Copy by copy: distances add up in squares.
    fn project(&self, v: &[f64], point: &mut [f64]) {
        check(self.coordinates(), [v.len(), point.len()]);
        let each = self.each();
        v.chunks(each).zip(point.chunks_mut(each)).for_each(|(v, point)| self.space.project(v, point));
    }

    fn project_jvp(&self, v: &[f64], direction: &[f64], out: &mut [f64]) {
        check(self.coordinates(), [v.len(), direction.len(), out.len()]);
        let each = self.each();
        let copies = v.chunks(each).zip(direction.chunks(each)).zip(out.chunks_mut(each));
        copies.for_each(|((v, direction), out)| self.space.project_jvp(v, direction, out));
    }

    fn vertex(&self, gradient: &[f64], point: &mut [f64]) {
        check(self.coordinates(), [gradient.len(), point.len()]);
        let each = self.each();
        gradient.chunks(each).zip(point.chunks_mut(each)).for_each(|(g, point)| self.space.vertex(g, point));
    }

    fn start(&self) -> Vec<f64> {
        self.space.start().repeat(self.copies)
    }

    fn sample(&self, stream: &mut Stream) -> Vec<f64> {
        (0..self.copies).flat_map(|_| self.space.sample(stream)).collect()
    }

    fn log_covering_number(&self, epsilon: f64) -> f64 {
        self.copies as f64 * self.space.log_covering_number(epsilon / (self.copies.max(1) as f64).sqrt())
    }

    /// An (ε/√c)-cover of each of c copies gives an ε-cover of the product.
    fn effective_dimension(&self) -> EffectiveDimension {
        if self.copies == 0 {
            return EffectiveDimension::POINT;
        }
        let EffectiveDimension { exponent, constant } = self.space.effective_dimension();
        let copies = self.copies as f64;
        EffectiveDimension { exponent: copies * exponent, constant: copies.sqrt() * constant }
    }
}
