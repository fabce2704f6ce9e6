//! The error function and the lower tail of the normal distribution.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use super::{Constants, gauss, mul_add_once, polynomial, product, with_sign};
use crate::lanes::{Lanes, splat};

/// t·P(t) for t = 1/(1 + p·a), a ≥ 0, and what its rounding lost: a function that falls from 1 at a = 0, first by `fall` for each unit of a, and
/// like 1/a in the end, as exp(a²)·erfc a does.
#[inline(always)]
fn falling<L: Lanes>(a: L, fall: f64, centre: L::Elem, coefficients: &[L::Elem]) -> (L, L) {
    // Where it is cut, the product with exp(−a²) is 0 whatever this is; infinite a would make NaN.
    let a = splat::<L>(64.0).min(a);
    let (one, scale) = (splat::<L>(1.0), L::splat(L::Elem::TAIL_SCALE));
    let below = a.mul_add(scale, one);
    let t = one / below;
    // What the denominator and the quotient lost, as a part of t.
    let below_rest = mul_add_once(a, scale, one - below);
    let lost = (-t).mul_add(below_rest, mul_add_once(-t, below, one));
    let u = t - L::splat(centre);
    let (slope, slope_rest) = step(polynomial(u, &coefficients[2..]), u, coefficients[1]);
    let (factor, factor_rest) = step(slope, u, coefficients[0]);
    let factor_rest = slope_rest.mul_add(u, factor_rest);
    let (value, rest) = product(t, factor);
    // The function changes by 1 + (fall/p − 1)·t times that part, exactly so at both ends.
    let share = t.mul_add(splat::<L>(fall) / scale - one, one);
    (value, value.mul_add(lost * share, t.mul_add(factor_rest, rest)))
}

/// A step of Horner's rule, sum·u + c with |c| the larger term, and what its rounding lost.
#[inline(always)]
fn step<L: Lanes>(sum: L, u: L, c: L::Elem) -> (L, L) {
    let c = L::splat(c);
    let next = sum.mul_add(u, c);
    (next, mul_add_once(sum, u, c - next))
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
    let (scaled, rest) = falling(y, FRAC_2_SQRT_PI, L::Elem::ERFC_CENTRE, L::Elem::ERFC);
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

/// Φ(−|x|), the probability beyond |x|, times a power of two, from `gauss` = ½·exp(−x²/2) times that power and what its rounding lost.
#[inline(always)]
pub(crate) fn tail<L: Lanes>(x: L, gauss: L, gauss_rest: L) -> L {
    let (scaled, rest) = falling(x.abs(), FRAC_2_SQRT_PI * FRAC_1_SQRT_2, L::Elem::TAIL_CENTRE, L::Elem::TAIL);
    mul_add_once(scaled, gauss, scaled.mul_add(gauss_rest, rest * gauss))
}

/// [`tail`], rounded.
#[inline(always)]
pub(crate) fn light_tail<L: Lanes>(x: L, gauss: L) -> L {
    let one = splat::<L>(1.0);
    let t = one / x.abs().mul_add(L::splat(L::Elem::TAIL_SCALE), one);
    polynomial(t - L::splat(L::Elem::TAIL_CENTRE), L::Elem::TAIL) * (t * gauss)
}
