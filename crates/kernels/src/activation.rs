//! The activations, each declared once as its jet: the value and three derivatives.

use crate::{Real, reference};

/// An activation function σ. Kinks: `relu′(0) = 0`, and likewise for the others at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// max(x, 0)
    Relu,
    /// x for x > 0, else s·x
    LeakyRelu(Real),
    /// tanh x
    Tanh,
    /// 1 / (1 + e⁻ˣ)
    Sigmoid,
    /// ln(1 + eˣ)
    Softplus,
    /// x · sigmoid(x)
    Silu,
    /// x · Φ(x), by erf
    Gelu,
    /// x for x > 0, else a·(eˣ − 1)
    Elu(Real),
    /// sin x
    Sin,
    /// x
    Identity,
    /// x²
    Square,
    /// erf x
    Erf,
    /// hₙ(x)/√n, n ≥ 1, with hₙ the normalised probabilists' Hermite polynomial: its derivative is hₙ₋₁, of unit second moment under N(0, 1).
    Hermite(u32),
}

impl Activation {
    /// The jet in `f64`: \[σ, σ′, σ″, σ‴\](x). The slow twin of the lanes.
    pub fn reference(self, x: f64) -> [f64; 4] {
        reference::activation(self, x)
    }
}
