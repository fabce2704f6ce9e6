//! The elementary functions, each written once over lanes, for `f32` and `f64`.
//!
//! Largest errors in units in the last place, measured over the whole domain on every instruction set, stand in
//! `tests/kernels/accuracy.rs`, which fails when one grows. All functions take zeros with their sign, subnormal numbers,
//! infinities and NaN.

mod arc;
mod constants;
mod erf;
mod exp;
mod log;
mod power;
mod trig;

pub(crate) use arc::{asin, atan};
pub(crate) use constants::Constants;
pub(crate) use erf::{erf, erf_slope, light_tail, tail};
pub(crate) use exp::{Decay, exp, expm1, gauss, light_decay, light_gauss, logistic, tanh, tanh_of, tanh_slope_of};
pub(crate) use log::{light_plus_ln_1p, ln, ln_1p, plus_ln_1p};
pub(crate) use power::{powf, powi};
pub(crate) use trig::{any_far, cos, far_sin_cos, light_cos, light_sin, mend, sin, sin_cos};

use crate::lanes::{Lanes, splat};

/// Σ cᵢ xⁱ by Horner's rule; a long one in two halves, even and odd powers, which do not wait for each other.
#[inline(always)]
fn polynomial<L: Lanes>(x: L, coefficients: &[L::Elem]) -> L {
    if coefficients.len() <= 4 {
        return horner(x, coefficients, 0, 1);
    }
    let square = x * x;
    x.mul_add(horner(square, coefficients, 1, 2), horner(square, coefficients, 0, 2))
}

/// c₀ + c₁x + … of every `step`-th coefficient from `first` on.
#[inline(always)]
fn horner<L: Lanes>(x: L, coefficients: &[L::Elem], first: usize, step: usize) -> L {
    let mut i = coefficients.len() - 1 - (coefficients.len() - 1 - first) % step;
    let mut sum = L::splat(coefficients[i]);
    while i > first {
        i -= step;
        sum = sum.mul_add(x, L::splat(coefficients[i]));
    }
    sum
}

/// a·b as a sum: the product, and what its rounding lost.
#[inline(always)]
fn product<L: Lanes>(a: L, b: L) -> (L, L) {
    let product = a * b;
    if L::FUSED {
        return (product, a.mul_add(b, -product));
    }
    // Halves of numbers have exact products (Dekker 1971, Numer. Math. 18, 224).
    let mask = L::splat(L::Elem::UPPER_HALF);
    let (a_upper, b_upper) = (a & mask, b & mask);
    let (a_lower, b_lower) = (a - a_upper, b - b_upper);
    let across = a_upper * b_lower + a_lower * b_upper;
    (product, (a_upper * b_upper - product) + across + a_lower * b_lower)
}

/// a·b + c rounded once, also where `mul_add` rounds twice; there, but for what lies far below the last place of the larger term.
#[inline(always)]
pub(crate) fn mul_add_once<L: Lanes>(a: L, b: L, c: L) -> L {
    if L::FUSED {
        return a.mul_add(b, c);
    }
    let (product, lost) = product(a, b);
    let sum = product + c;
    let of_c = sum - product;
    sum + ((product - (sum - of_c)) + (c - of_c) + lost)
}

/// The whole number nearest to x·scale, and the sum that holds it in its last bits; it is less than 2ᵐ⁻¹.
#[inline(always)]
fn round<L: Lanes>(x: L, scale: f64) -> (L, L) {
    let held = x.mul_add(splat(scale), L::splat(L::Elem::MAGIC));
    (held - L::splat(L::Elem::MAGIC), held)
}

/// The sign bit of `x`.
#[inline(always)]
pub(crate) fn sign<L: Lanes>(x: L) -> L {
    x & splat(-0.0)
}

/// `magnitude`, which is not negative, with the sign of `x`.
#[inline(always)]
fn with_sign<L: Lanes>(magnitude: L, x: L) -> L {
    magnitude | sign(x)
}

/// `x` cut to \[low, high\]; NaN stays.
#[inline(always)]
pub(crate) fn clamp<L: Lanes>(x: L, low: L, high: L) -> L {
    high.min(low.max(x))
}

/// −1, 0 or 1 by the sign of `x`; zeros and NaN stay.
#[inline(always)]
pub(crate) fn signum<L: Lanes>(x: L) -> L {
    let signed = x.lt(splat(0.0)) | splat::<L>(0.0).lt(x);
    signed.select(with_sign(splat(1.0), x), x)
}
