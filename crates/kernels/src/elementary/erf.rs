//! The error function and the lower tail of the normal distribution.

use super::{Constants, gauss, mul_add_once, polynomial, product, with_sign};
use crate::lanes::{Lanes, splat};

/// exp(y²)·erfc y for y = s·a, a ≥ 0, with a small relative error however large y: a quotient, and what it lost. y itself, rounded, is not
/// needed: `centre` is that of the polynomial over s, and `two` is 2s, as a sum if s is not exact.
#[inline(always)]
fn erfcx<L: Lanes>(a: L, centre: L, two: (L, Option<L>)) -> (L, L) {
    // Where it is cut, the product with exp(−y²) is 0 whatever this is; infinite y would make NaN.
    let a = splat::<L>(64.0).min(a);
    let ((two, two_rest), one) = (two, splat::<L>(1.0));
    let t = (a - centre) / (a + centre);
    let (first, slope) = (L::splat(L::Elem::ERFCX[0]), polynomial(t, &L::Elem::ERFCX[1..]));
    let above = t.mul_add(slope, first);
    let below = a.mul_add(two, one);
    let inverse = one / below;
    let quotient = above * inverse;
    // What the numerator, the denominator and the quotient lost.
    let above_rest = t.mul_add(slope, first - above);
    let below_rest = mul_add_once(a, two, one - below);
    let below_rest = if let Some(rest) = two_rest { a.mul_add(rest, below_rest) } else { below_rest };
    let lost = mul_add_once(-quotient, below, above) + (-quotient).mul_add(below_rest, above_rest);
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
    let (gauss, gauss_rest) = gauss(y, 1.0, 1.0);
    let (scaled, rest) = erfcx(y, L::splat(L::Elem::ERFCX_CENTRE), (splat(2.0), None));
    let (beyond, lost) = product(gauss, scaled);
    let (one, beyond_rest) = (splat::<L>(1.0), lost + gauss.mul_add(rest, gauss_rest * scaled));
    let sum = one - beyond;
    let far = sum + (((one - sum) - beyond) - beyond_rest);
    let value = with_sign(y.lt(splat(0.8)).select(near, far), x);
    let factor = L::splat(L::Elem::TWO_OVER_ROOT_PI[0]);
    let factor_rest = L::splat(L::Elem::TWO_OVER_ROOT_PI[1]);
    let (first, lost) = product(gauss, factor);
    let lost = lost + gauss.mul_add(factor_rest, gauss_rest * factor);
    let slope = first + lost;
    Erf { value, slope, slope_rest: (first - slope) + lost }
}

/// erf x
#[inline(always)]
pub(crate) fn erf<L: Lanes>(x: L) -> L {
    erf_slope(x).value
}

/// Φ(−|x|), the probability beyond |x|, times a power of two, `lift`, from `gauss` = ½·lift·exp(−x²/2) and what its rounding lost. Near 0 a
/// polynomial: the variable of [`erfcx`] is close to −1 there, and its rounding weighs most.
#[inline(always)]
pub(crate) fn tail<L: Lanes>(x: L, gauss: L, gauss_rest: L, lift: f64) -> L {
    let (a, half) = (x.abs(), splat::<L>(0.5));
    let near = splat::<L>(lift) * (-a).mul_add(polynomial(a * a, L::Elem::PHI), half);
    let root_2 = (L::splat(L::Elem::ROOT_2[0]), Some(L::splat(L::Elem::ROOT_2[1])));
    let (scaled, rest) = erfcx(a, L::splat(L::Elem::ERFCX_CENTRE_ROOT_2), root_2);
    let far = mul_add_once(scaled, gauss, scaled.mul_add(gauss_rest, rest * gauss));
    a.lt(half).select(near, far)
}
