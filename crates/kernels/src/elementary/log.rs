//! Logarithms, in the scheme of fdlibm: ln(1 + f) = f − f²/2 + s·(f²/2 + z·L(z)) with s = f/(2 + f), z = s².

use super::{Constants, polynomial, with_sign};
use crate::lanes::{Lanes, splat};

/// x = 2ᵏ·(1 + f) with √½ ≤ 1 + f < √2, for positive finite x: (f, k).
#[inline(always)]
pub(super) fn split<L: Lanes>(x: L) -> (L, L) {
    let subnormal = x.lt(L::splat(L::Elem::NORMAL));
    let up = L::splat(L::Elem::TWO_TO_FRACTION);
    let shifted = subnormal.select(x * up, x).add_bits(L::splat(L::Elem::ONE_LESS_ROOT_HALF));
    let biased = (shifted.shr(L::Elem::FRACTION) | up) - up;
    let lifted = subnormal & splat(L::Elem::FRACTION as f64);
    let m = (shifted & L::splat(L::Elem::FRACTION_MASK)).add_bits(L::splat(L::Elem::ROOT_HALF));
    (m - splat(1.0), biased - L::splat(L::Elem::BIAS) - lifted)
}

/// k·ln 2 + ln(1 + f) + rest
#[inline(always)]
fn join<L: Lanes>(f: L, k: L, rest: L) -> L {
    let ln_2 = L::splat(L::Elem::LN_2[0]);
    let ln_2_rest = L::splat(L::Elem::LN_2[1]);
    let s = f / (splat::<L>(2.0) + f);
    let z = s * s;
    let half_square = splat::<L>(0.5) * f * f;
    let tail = s.mul_add(half_square + z * polynomial(z, L::Elem::LOG), k.mul_add(ln_2_rest, rest));
    k * ln_2 - ((half_square - tail) - f)
}

/// `value` where 0 < `x` < ∞; else −∞ at 0, ∞ at ∞, NaN.
#[inline(always)]
fn on_domain<L: Lanes>(x: L, value: L) -> L {
    let (zero, infinity) = (splat::<L>(0.0), splat::<L>(f64::INFINITY));
    let at_end = x.eq(zero).select(-infinity, zero.lt(x).select(x, splat(f64::NAN)));
    (zero.lt(x) & x.lt(infinity)).select(value, at_end)
}

/// ln x
#[inline(always)]
pub(crate) fn ln<L: Lanes>(x: L) -> L {
    let (f, k) = split(x);
    on_domain(x, join(f, k, splat(0.0)))
}

/// ln(1 + x)
#[inline(always)]
pub(crate) fn ln_1p<L: Lanes>(x: L) -> L {
    let one = splat::<L>(1.0);
    let sum = one + x;
    let lost = x.abs().lt(one).select(x - (sum - one), one - (sum - x));
    let (f, k) = split(sum);
    let unscaled = k.eq(splat(0.0));
    let value = join(unscaled.select(x, f), k, unscaled.select(splat(0.0), lost / sum));
    with_sign(on_domain(sum, value).abs(), x)
}

/// y + ln(1 + e + rest) for 0 ≤ e ≤ 1 and y ≥ 0, where the rest is what the rounding of e lost: without a division, e + e²·P(e − k) and
/// rest/(1 + e), to the digits that matter rest·(1 − e/2).
#[inline(always)]
pub(crate) fn plus_ln_1p<L: Lanes>(y: L, e: L, rest: L) -> L {
    light_plus_ln_1p(y + (splat::<L>(-0.5) * e).mul_add(rest, rest), e)
}

/// y + ln(1 + e), the same without a rest.
#[inline(always)]
pub(crate) fn light_plus_ln_1p<L: Lanes>(y: L, e: L) -> L {
    e + (e * e).mul_add(polynomial(e - L::splat(L::Elem::LOG_1P_CENTRE), L::Elem::LOG_1P), y)
}
