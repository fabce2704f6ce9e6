//! The error function and the lower tail of the normal distribution.

use super::{Constants, gauss, polynomial, with_sign};
use crate::lanes::{Lanes, splat};

/// exp(y²)·erfc y for y = scale·a, a ≥ 0, with a small relative error however large y: a quotient, and what it lost.
#[inline(always)]
fn erfcx<L: Lanes>(a: L, scale: f64) -> (L, L) {
    // Where it is cut, the product with exp(−y²) is 0 whatever this is; infinite y would make NaN.
    let a = splat::<L>(64.0).min(a);
    let (y, centre, one) = (a * splat(scale), L::splat(L::Elem::ERFCX_CENTRE), splat::<L>(1.0));
    let t = (y - centre) / (y + centre);
    let (first, slope) = (L::splat(L::Elem::ERFCX[0]), polynomial(t, &L::Elem::ERFCX[1..]));
    let above = t.mul_add(slope, first);
    let below = a.mul_add(splat(2.0 * scale), one);
    let inverse = below.reciprocal();
    let quotient = above * inverse;
    // What the numerator, the denominator and the quotient lost.
    let above_rest = t.mul_add(slope, first - above);
    let below_rest = a.mul_add(splat(2.0 * scale), one - below);
    let lost = (-quotient).mul_add(below, above) + (-quotient).mul_add(below_rest, above_rest);
    (quotient, lost * inverse)
}

/// The error function and its slope.
pub(crate) struct Erf<L> {
    pub(crate) value: L,
    /// 2/√π·exp(−x²), and what its rounding lost.
    pub(crate) slope: L,
    pub(crate) slope_rest: L,
}

/// erf x with its slope
#[inline(always)]
pub(crate) fn erf_slope<L: Lanes>(x: L) -> Erf<L> {
    let y = x.abs();
    let near = y.mul_add(polynomial(y * y, L::Elem::ERF), y);
    let (gauss, gauss_rest) = gauss(y, 1.0);
    let (scaled, rest) = erfcx(y, 1.0);
    let (one, beyond) = (splat::<L>(1.0), gauss * scaled);
    let beyond_rest = gauss.mul_add(scaled, -beyond) + gauss.mul_add(rest, gauss_rest * scaled);
    let sum = one - beyond;
    let far = sum + (((one - sum) - beyond) - beyond_rest);
    let value = with_sign(y.lt(splat(0.8)).select(near, far), x);
    let factor = L::splat(L::Elem::TWO_OVER_ROOT_PI[0]);
    let factor_rest = L::splat(L::Elem::TWO_OVER_ROOT_PI[1]);
    let product = gauss * factor;
    let lost = gauss.mul_add(factor, -product) + gauss.mul_add(factor_rest, gauss_rest * factor);
    let slope = product + lost;
    Erf { value, slope, slope_rest: (product - slope) + lost }
}

/// erf x
#[inline(always)]
pub(crate) fn erf<L: Lanes>(x: L) -> L {
    erf_slope(x).value
}

/// Φ(−|x|), the probability beyond |x|, from `gauss` = exp(−x²/2) and what its rounding lost; times a factor if both have it.
#[inline(always)]
pub(crate) fn tail<L: Lanes>(x: L, gauss: L, gauss_rest: L) -> L {
    let (scaled, rest) = erfcx(x.abs(), std::f64::consts::FRAC_1_SQRT_2);
    let half = splat::<L>(0.5);
    (half * scaled).mul_add(gauss, half * scaled.mul_add(gauss_rest, rest * gauss))
}
