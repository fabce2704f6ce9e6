//! Gradient descent.

use super::Step;
use crate::Var;

/// Gradient descent: θ′ = θ − η ∇g.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gd;

impl Step for Gd {
    fn states(&self) -> usize {
        1
    }

    fn scalars(&self) -> usize {
        1
    }

    fn scalars_at(&self, _: usize, eta: f64, s: &mut [f64]) {
        s[0] = eta;
    }

    fn record<'t>(&self, state: &[Var<'t>], gradient: Var<'t>, s: &[Var<'t>]) -> Vec<Var<'t>> {
        let (theta, eta) = (state[0], s[0]);
        vec![theta - eta * gradient]
    }
}
