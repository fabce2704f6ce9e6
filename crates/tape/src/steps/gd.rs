//! Gradient descent.

use super::{Scalar, Step};
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

    fn constants(&self) -> Vec<f64> {
        Vec::new()
    }

    fn hyperparameters(&self) -> &'static [&'static str] {
        &["η"]
    }

    fn pull_back(&self, _: usize, _: f64, s: &[f64], _: &[f64], by: &mut [f64]) {
        by[0] = s[0];
    }

    fn record<'t>(&self, state: &[Var<'t>], gradient: Var<'t>, s: &[Var<'t>], _: &[Scalar<'t>]) -> Vec<Var<'t>> {
        let (theta, eta) = (state[0], s[0]);
        vec![theta - eta * gradient]
    }
}
