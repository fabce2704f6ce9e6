//! The activations, each declared once as its jet: the value and three derivatives.

mod jets;
mod parts;

use crate::lanes::{Lanes, splat};
use crate::{Float, Real, reference};
use jets::Jet;
use parts::At;
pub(crate) use parts::{Needs, Parts, TILE, Tile, steps};

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

    /// out = σ⁽ᵏ⁾(x) over the first `n` elements of a tile, a multiple of the number of lanes.
    #[inline(always)]
    pub(crate) fn tile<L: Lanes>(self, k: usize, parts: &Parts<L::Elem>, n: usize, out: &mut Tile<L::Elem>) {
        match self {
            Self::Relu => jet::<L>(&jets::Relu, k, parts, n, out),
            Self::LeakyRelu(s) => jet::<L>(&jets::LeakyRelu(s.get()), k, parts, n, out),
            Self::Tanh => jet::<L>(&jets::Tanh, k, parts, n, out),
            Self::Sigmoid => jet::<L>(&jets::Sigmoid, k, parts, n, out),
            Self::Softplus => jet::<L>(&jets::Softplus, k, parts, n, out),
            Self::Silu => jet::<L>(&jets::Silu, k, parts, n, out),
            Self::Gelu => jet::<L>(&jets::Gelu, k, parts, n, out),
            Self::Elu(a) => jet::<L>(&jets::Elu(a.get()), k, parts, n, out),
            Self::Sin => jet::<L>(&jets::Sin, k, parts, n, out),
            Self::Identity => jet::<L>(&jets::Identity, k, parts, n, out),
            Self::Square => jet::<L>(&jets::Square, k, parts, n, out),
            Self::Erf => jet::<L>(&jets::Erf, k, parts, n, out),
            Self::Hermite(degree) => hermite::<L>(degree, k, parts, n, out),
        }
    }
}

/// One order of a jet, chosen outside of the loop; the compiler drops what the other orders would need.
#[inline(always)]
fn jet<L: Lanes>(jet: &impl Jet, k: usize, parts: &Parts<L::Elem>, n: usize, out: &mut Tile<L::Elem>) {
    match k {
        0 => order::<L::Loop, 0>(jet, parts, n, out),
        1 => order::<L::Loop, 1>(jet, parts, n, out),
        2 => order::<L::Loop, 2>(jet, parts, n, out),
        _ => order::<L::Loop, 3>(jet, parts, n, out),
    }
}

#[inline(always)]
fn order<L: Lanes, const K: usize>(jet: &impl Jet, parts: &Parts<L::Elem>, n: usize, out: &mut Tile<L::Elem>) {
    for i in steps::<L>(n) {
        jet.jet::<L>(At::new(parts, i))[K].store(&mut out[i..]);
    }
}

/// The k-th derivative of h_d/√d: h_{d−1}, then a factor √(d − 1), √(d − 2) for each further one. By the recurrence
/// √(m+1)·h_{m+1} = x·h_m − √m·h_{m−1}, one pass over the tile for each degree.
#[inline(always)]
fn hermite<L: Lanes>(degree: u32, k: usize, parts: &Parts<L::Elem>, n: usize, out: &mut Tile<L::Elem>) {
    let d = f64::from(degree);
    let factor = [d.sqrt().recip(), 1.0, (d - 1.0).max(0.0).sqrt(), ((d - 1.0) * (d - 2.0)).max(0.0).sqrt()][k];
    let mut before = [L::Elem::ZERO; TILE];
    let mut m = 0.0_f64;
    out.fill(L::Elem::ONE);
    for _ in k..degree as usize {
        let (rising, falling) = (splat::<L>((m + 1.0).sqrt().recip()), splat::<L>(-(m / (m + 1.0)).sqrt()));
        for i in steps::<L>(n) {
            let h = L::load(&out[i..]);
            let next = (L::load(&parts.x[i..]) * h).mul_add(rising, falling * L::load(&before[i..]));
            h.store(&mut before[i..]);
            next.store(&mut out[i..]);
        }
        m += 1.0;
    }
    for i in steps::<L>(n) {
        (L::load(&out[i..]) * splat(factor)).store(&mut out[i..]);
    }
}
