//! The closed forms of science 6.5, for unit variances.

use super::Order;
use super::hermite_series::{coefficients, polynomial};
use std::f64::consts::{E, PI};
use tape::Activation::{self, Erf, Identity, LeakyRelu, Relu, Sin};

/// E[σ_i(u) σ_j(v)] or E[σ_i'(u) σ_j'(v)] at the angle arccos ρ, where a formula is known.
pub(super) fn closed(order: Order, i: Activation, j: Activation, angle: f64) -> Option<f64> {
    polynomial_side(order, i, j, angle)
        .or_else(|| leaky_side(order, i, j, angle))
        .or_else(|| table(order, i, j, angle))
        .or_else(|| table(order, j, i, angle))
}

/// A polynomial on one side leaves finitely many terms of Σ_l c_{i,l} c_{j,l} ρ^l.
fn polynomial_side(order: Order, i: Activation, j: Activation, angle: f64) -> Option<f64> {
    let (known, other) = match (polynomial(i, order), polynomial(j, order)) {
        (Some(known), _) => (known, j),
        (None, Some(known)) => (known, i),
        (None, None) => return None,
    };
    let c = coefficients(other, order, known.len());
    let rho = angle.cos();
    Some(known.iter().zip(&c).rev().fold(0.0, |sum, (a, b)| sum * rho + a * b))
}

/// LeakyReLU(s) = s · identity + (1 − s) · ReLU.
fn leaky_side(order: Order, i: Activation, j: Activation, angle: f64) -> Option<f64> {
    let (s, other) = match (i, j) {
        (LeakyRelu(s), _) => (s.get(), j),
        (_, LeakyRelu(s)) => (s.get(), i),
        _ => return None,
    };
    Some(s * closed(order, Identity, other, angle)? + (1.0 - s) * closed(order, Relu, other, angle)?)
}

/// Pairs that are neither. ReLU against an odd σ: ReLU is half the identity plus half of |u|, which is even, so
/// E[relu(u) σ(v)] = ½ ρ E[σ'].
fn table(order: Order, i: Activation, j: Activation, angle: f64) -> Option<f64> {
    let rho = angle.cos();
    Some(match (order, i, j) {
        (Order::Slope, Relu, Relu) => (PI - angle) / (2.0 * PI),
        (Order::Slope, Relu, Erf) => (3.0 * PI).sqrt().recip(),
        (Order::Slope, Relu, Sin) => (-0.5f64).exp() / 2.0,
        (Order::Slope, Erf, Erf) => 4.0 / PI / (9.0 - 4.0 * rho * rho).sqrt(),
        (Order::Slope, Erf, Sin) => 2.0 / (3.0 * PI).sqrt() * (-(1.0 - 2.0 * rho * rho / 3.0) / 2.0).exp(),
        (Order::Slope, Sin, Sin) => rho.cosh() / E,
        (Order::Value, Relu, Relu) => (angle.sin() + rho * (PI - angle)) / (2.0 * PI),
        (Order::Value, Relu, Erf) => rho / (3.0 * PI).sqrt(),
        (Order::Value, Relu, Sin) => rho * (-0.5f64).exp() / 2.0,
        (Order::Value, Erf, Erf) => 2.0 / PI * (2.0 * rho / 3.0).asin(),
        (Order::Value, Sin, Sin) => rho.sinh() / E,
        _ => return None,
    })
}
