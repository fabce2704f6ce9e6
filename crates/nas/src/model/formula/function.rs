//! The functions of formulas: each once, of a number and of a matrix on a tape.

use super::Operator;
use statrs::function::erf::erf;
use std::f64::consts::SQRT_2;
use tape::{Activation, Var};

/// A function of one argument.
#[derive(Debug)]
pub(super) struct Function {
    /// How it is written.
    pub(super) name: &'static str,
    /// Of a number.
    pub(super) number: fn(f64) -> f64,
    /// Of every element of a matrix.
    pub(super) node: for<'t> fn(Var<'t>) -> Var<'t>,
}

/// There is one function of a name.
impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A minus sign before an operand.
pub(super) const NEGATIVE: &Function = &Function { name: "-", number: |u| -u, node: |u| -u };

/// Those with a name. What has no kink and no cancellation as primitives is recorded as these, and fuses.
const FUNCTIONS: &[Function] = &[
    Function { name: "exp", number: f64::exp, node: |u| u.exp() },
    Function { name: "expm1", number: f64::exp_m1, node: |u| u.exp_m1() },
    Function { name: "ln", number: f64::ln, node: |u| u.ln() },
    Function { name: "ln_1p", number: f64::ln_1p, node: |u| u.ln_1p() },
    Function { name: "sqrt", number: f64::sqrt, node: |u| u.sqrt() },
    Function { name: "sin", number: f64::sin, node: |u| u.sin() },
    Function { name: "cos", number: f64::cos, node: |u| u.cos() },
    Function { name: "tanh", number: f64::tanh, node: |u| u.tanh() },
    Function { name: "asin", number: f64::asin, node: |u| u.asin() },
    Function { name: "atan", number: f64::atan, node: |u| u.atan() },
    Function { name: "erf", number: erf, node: |u| u.erf() },
    Function { name: "abs", number: f64::abs, node: |u| u.abs() },
    Function { name: "sign", number: sign, node: |u| u.sign() },
    Function { name: "sigmoid", number: logistic, node: |u| u.logistic() },
    Function { name: "silu", number: |u| u * logistic(u), node: |u| u * u.logistic() },
    Function { name: "gelu", number: |u| 0.5 * u * (1.0 + erf(u / SQRT_2)), node: |u| u.activation(Activation::Gelu) },
    Function { name: "relu", number: |u| u.max(0.0), node: |u| u.activation(Activation::Relu) },
    Function { name: "softplus", number: softplus, node: |u| u.activation(Activation::Softplus) },
    Function { name: "elu", number: |u| u.max(u.min(0.0).exp_m1()), node: |u| u.activation(ELU) },
];

const ELU: Activation = Activation::Elu(tape::Real::new(1.0));

/// Those of two arguments.
const OF_TWO: [(&str, Operator); 2] = [("max", Operator::Max), ("min", Operator::Min)];

/// What stands before parentheses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    One(&'static Function),
    Two(&'static str, Operator),
}

/// The function of this name.
pub(super) fn named(name: &str) -> Option<Named> {
    let one = FUNCTIONS.iter().find(|function| function.name == name).map(Named::One);
    one.or_else(|| OF_TWO.into_iter().find(|(known, _)| *known == name).map(|(name, join)| Named::Two(name, join)))
}

/// The names of all functions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name).chain(OF_TWO.into_iter().map(|(name, _)| name))
}

fn sign(u: f64) -> f64 {
    if u == 0.0 { 0.0 } else { u.signum() }
}

fn logistic(u: f64) -> f64 {
    (1.0 + (-u).exp()).recip()
}

/// ln(1 + eᵘ), without overflow.
fn softplus(u: f64) -> f64 {
    u.max(0.0) + (-u.abs()).exp().ln_1p()
}
