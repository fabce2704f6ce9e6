//! F(α) = ½ Σ cᵢ (αᵢ − tᵢ)², a bilevel problem without an inner one, and its known minima.
use nas::hypergradient::{Evidence, Hypergradient, Status};
use nas::search::Bilevel;
use std::convert::Infallible;

pub(crate) struct Quadratic {
    pub(crate) curvature: Vec<f64>,
    pub(crate) target: Vec<f64>,
}

pub(crate) const EXACT: Evidence = Evidence { status: Status::Exact, inner_residual: 0.0, adjoint_residual: 0.0 };

impl Quadratic {
    pub(crate) fn value(&self, alpha: &[f64]) -> f64 {
        let terms = alpha.iter().zip(self.target.iter().zip(&self.curvature));
        terms.map(|(a, (t, c))| c * (a - t).powi(2) / 2.0).sum()
    }

    pub(crate) fn gradient(&self, alpha: &[f64]) -> Vec<f64> {
        let terms = alpha.iter().zip(self.target.iter().zip(&self.curvature));
        terms.map(|(a, (t, c))| c * (a - t)).collect()
    }

    /// The minimum over the unit simplex: αᵢ = (tᵢ − μ/cᵢ)₊ with the μ of Σ αᵢ = 1, by bisection.
    pub(crate) fn on_simplex(&self) -> Vec<f64> {
        let at = |mu: f64| -> Vec<f64> {
            self.target.iter().zip(&self.curvature).map(|(t, c)| (t - mu / c).max(0.0)).collect()
        };
        let (mut low, mut high) = (-1e4, 1e4);
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            let sum: f64 = at(middle).iter().sum();
            (low, high) = if sum > 1.0 { (middle, high) } else { (low, middle) };
        }
        at(high)
    }
}

impl Bilevel for Quadratic {
    type Error = Infallible;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, Infallible> {
        let (value, alpha) = (self.value(alpha), self.gradient(alpha));
        Ok(Hypergradient { value, alpha, lambda: 0.0, evidence: EXACT })
    }
}

pub(crate) fn quadratic(curvature: &[f64], target: &[f64]) -> Quadratic {
    Quadratic { curvature: curvature.to_vec(), target: target.to_vec() }
}
