//! The heavy ball.

use super::{Scalar, Step};
use crate::Var;

/// Momentum: v′ = ρv + ∇g, θ′ = θ − ηv′. Source: Polyak 1964; the scaling of v is that of Sutskever et al. 2013 and of PyTorch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum {
    /// ρ
    pub rho: f64,
}

impl Default for Momentum {
    /// ρ = 0.9
    fn default() -> Self {
        Self { rho: 0.9 }
    }
}

impl Step for Momentum {
    fn states(&self) -> usize {
        2
    }

    fn scalars(&self) -> usize {
        2
    }

    fn scalars_at(&self, _: usize, eta: f64, s: &mut [f64]) {
        s.copy_from_slice(&[eta, self.rho]);
    }

    fn constants(&self) -> Vec<f64> {
        Vec::new()
    }

    fn hyperparameters(&self) -> &'static [&'static str] {
        &["η", "ρ"]
    }

    fn pull_back(&self, _: usize, _: f64, s: &[f64], _: &[f64], by: &mut [f64]) {
        by.copy_from_slice(s);
    }

    fn record<'t>(&self, state: &[Var<'t>], gradient: Var<'t>, s: &[Var<'t>], _: &[Scalar<'t>]) -> Vec<Var<'t>> {
        let (theta, v, eta, rho) = (state[0], state[1], s[0], s[1]);
        let v = rho * v + gradient;
        vec![theta - eta * v, v]
    }
}
