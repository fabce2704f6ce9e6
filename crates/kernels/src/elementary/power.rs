//! Powers.

use super::exp::exp_of_sum;
use super::trig::two_sum;
use super::{Constants, clamp, log, polynomial, sign};
use crate::Float;
use crate::lanes::{Lanes, splat};

/// An unevaluated sum of two numbers, the second within half a unit in the last place of the first, or nearly so.
#[derive(Clone, Copy)]
struct Pair<L>(L, L);

impl<L: Lanes> Pair<L> {
    /// A constant.
    #[inline(always)]
    fn splat(x: f64) -> Self {
        let first = L::Elem::of(x);
        Self(L::splat(first), splat(x - first.to_f64()))
    }

    /// a · b, exact but for products below the normal numbers.
    #[inline(always)]
    fn product(a: L, b: L) -> Self {
        let upper = L::splat(L::Elem::UPPER_HALF);
        let (a1, b1) = (a & upper, b & upper);
        let (a2, b2) = (a - a1, b - b1);
        let product = a * b;
        Self(product, ((a1 * b1 - product) + (a1 * b2 + a2 * b1)) + a2 * b2)
    }

    /// self · other
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        let Self(product, lost) = Self::product(self.0, other.0);
        Self(product, lost + (self.0 * other.1 + self.1 * other.0))
    }
}

/// ln x for positive finite x, to about 11 bits beyond the type: k·ln 2 + 2s + ⅔s³ + s⁵·P(s²), all but the last term as pairs.
#[inline(always)]
fn ln<L: Lanes>(x: L) -> Pair<L> {
    let ln_2 = L::splat(L::Elem::LN_2[0]);
    let ln_2_rest = L::splat(L::Elem::LN_2[1]);
    let (f, k) = log::split(x);
    let (d, d_rest) = two_sum(splat(2.0), f);
    let s = f / d;
    let Pair(back, back_rest) = Pair::product(s, d);
    let s = Pair(s, (((f - back) - back_rest) - s * d_rest) / d);
    let z = s.times(s);
    let cube = z.times(s).times(Pair::splat(2.0 / 3.0));
    let tail = s.0 * z.0 * z.0 * polynomial(z.0, L::Elem::LOG_TAIL);
    let (sum, lost) = two_sum(k * ln_2, s.0 + s.0);
    let (sum, lost_too) = two_sum(sum, cube.0);
    let rest = lost + (lost_too + (k.mul_add(ln_2_rest, s.1 + s.1) + (cube.1 + tail)));
    let first = sum + rest;
    Pair(first, (sum - first) + rest)
}

/// xᵖ by exp(p·ln|x|), the product as a pair. NaN for negative x unless p is whole; 1 for p = 0 and for x = 1.
#[inline(always)]
pub(crate) fn powf<L: Lanes>(x: L, p: f64) -> L {
    let (zero, one, infinity) = (splat::<L>(0.0), splat::<L>(1.0), splat::<L>(f64::INFINITY));
    if p == 0.0 {
        return one;
    }
    let a = x.abs();
    let exponent = Pair::splat(p.clamp(-L::Elem::POWER_REACH, L::Elem::POWER_REACH));
    let Pair(high, low) = ln(a).times(exponent);
    let inner = exp_of_sum(high, clamp(low, -one, one));
    let (at_zero, at_infinity) = if p > 0.0 { (zero, infinity) } else { (infinity, zero) };
    let size = a.eq(zero).select(at_zero, a.eq(infinity).select(at_infinity, inner));
    let whole = p.trunc() == p;
    let odd = (p % 2.0).abs() == 1.0;
    let negative = x.lt(zero) & a.lt(infinity);
    let value = if odd {
        size | sign(x)
    } else if whole {
        size
    } else {
        negative.select(splat(f64::NAN), size)
    };
    // NaN has passed through none of the branches above for sure.
    x.eq(one).select(one, x.eq(x).select(value, x))
}

/// xⁿ: by multiplication for −2 ≤ n ≤ 5, each product rounded, else as a real power.
#[inline(always)]
pub(crate) fn powi<L: Lanes>(x: L, n: i32) -> L {
    let square = x * x;
    match n {
        -2 => {
            let inverse = splat::<L>(1.0) / x;
            inverse * inverse
        }
        -1 => splat::<L>(1.0) / x,
        0 => splat(1.0),
        1 => x,
        2 => square,
        3 => square * x,
        4 => square * square,
        5 => square * square * x,
        _ => powf(x, f64::from(n)),
    }
}
