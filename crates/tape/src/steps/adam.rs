//! Adam.

use super::{Scalar, Step};
use crate::Var;

/// Adam: m′ = β₁m + (1 − β₁)∇g, v′ = β₂v + (1 − β₂)∇g², θ′ = θ − η m̂ / (√v̂ + ε) with m̂ = m′/(1 − β₁ᵏ⁺¹), v̂ = v′/(1 − β₂ᵏ⁺¹).
/// Source: Kingma and Ba 2015, algorithm 1.
///
/// √v̂ has no derivative at v̂ = 0, where a parameter never met a gradient; it is taken as 0 there, so that differentiating
/// the training gives numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// β₁
    pub beta1: f64,
    /// β₂
    pub beta2: f64,
    /// ε
    pub epsilon: f64,
}

impl Default for Adam {
    /// β₁ = 0.9, β₂ = 0.999, ε = 1e-8
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }
}

impl Step for Adam {
    fn states(&self) -> usize {
        3
    }

    fn scalars(&self) -> usize {
        3
    }

    fn scalars_at(&self, k: usize, eta: f64, s: &mut [f64]) {
        // 1 − βᵏ⁺¹ without cancellation.
        let correction = |beta: f64| -f64::exp_m1((k as f64 + 1.0) * beta.ln());
        s.copy_from_slice(&[eta, 1.0 / correction(self.beta1), 1.0 / correction(self.beta2)]);
    }

    /// 1 − β is a number of its own: in `f32` it loses its digits when it is taken from β.
    fn constants(&self) -> Vec<f64> {
        vec![self.beta1, 1.0 - self.beta1, self.beta2, 1.0 - self.beta2]
    }

    fn hyperparameters(&self) -> &'static [&'static str] {
        &["η", "β₁", "β₂"]
    }

    fn pull_back(&self, k: usize, eta: f64, s: &[f64], c: &[f64], by: &mut [f64]) {
        let mut now = [0.0; 3];
        self.scalars_at(k, eta, &mut now);
        // d/dβ 1/(1 − βᵏ⁺¹) = (k + 1) βᵏ / (1 − βᵏ⁺¹)²
        let slope = |beta: f64, unbias: f64| (k as f64 + 1.0) * beta.powf(k as f64) * unbias * unbias;
        by[0] = s[0];
        by[1] = c[0] - c[1] + s[1] * slope(self.beta1, now[1]);
        by[2] = c[2] - c[3] + s[2] * slope(self.beta2, now[2]);
    }

    fn record<'t>(
        &self,
        state: &[Var<'t>],
        gradient: Var<'t>,
        s: &[Var<'t>],
        constants: &[Scalar<'t>],
    ) -> Vec<Var<'t>> {
        let (theta, m, v) = (state[0], state[1], state[2]);
        let (eta, unbias_m, unbias_v) = (s[0], s[1], s[2]);
        let m = constants[0] * m + constants[1] * gradient;
        let v = constants[2] * v + constants[3] * gradient.powi(2);
        let deviation = sqrt_or_zero(unbias_v * v) + self.epsilon;
        vec![theta - eta * (unbias_m * m / deviation), m, v]
    }
}

/// √x with derivative 0 at 0: the argument of the root is 1 where x = 0, so that no rule divides zero by zero.
fn sqrt_or_zero(x: Var<'_>) -> Var<'_> {
    let one = x.tape().full(x.rows(), x.cols(), 1.0);
    x.select(x.select(x, one).sqrt(), x.zeros_like())
}
