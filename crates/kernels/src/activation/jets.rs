//! The jets over lanes: \[σ, σ′, σ″, σ‴\] from x and the parts that activations share. The second argument is the payload of
//! the activation, 0 where there is none.

use super::parts::At;
use crate::elementary::{clamp, ln_1p_unit, sign};
use crate::lanes::{Lanes, splat};

/// A factor that is 0 beyond ±10⁴ makes a product 0 there, also at ±∞.
#[inline(always)]
fn bounded<L: Lanes>(x: L) -> L {
    clamp(x, splat(-1e4), splat(1e4))
}

/// As [`bounded`], for a factor that is 0 beyond −10⁴ only.
#[inline(always)]
fn bounded_below<L: Lanes>(x: L) -> L {
    splat::<L>(-1e4).max(x)
}

/// Mask of x > 0.
#[inline(always)]
fn positive<L: Lanes>(x: L) -> L {
    splat::<L>(0.0).lt(x)
}

#[inline(always)]
pub(super) fn relu<L: Lanes>(at: At<'_, L>, _: L) -> [L; 4] {
    let zero = splat::<L>(0.0);
    [zero.max(at.x()), positive(at.x()) & splat(1.0), zero, zero]
}

#[inline(always)]
pub(super) fn leaky_relu<L: Lanes>(at: At<'_, L>, s: L) -> [L; 4] {
    let slope = positive(at.x()).select(splat(1.0), s);
    [slope * at.x(), slope, splat(0.0), splat(0.0)]
}

#[inline(always)]
pub(super) fn identity<L: Lanes>(at: At<'_, L>, _: L) -> [L; 4] {
    [at.x(), splat(1.0), splat(0.0), splat(0.0)]
}

#[inline(always)]
pub(super) fn square<L: Lanes>(at: At<'_, L>, _: L) -> [L; 4] {
    [at.x() * at.x(), at.x() + at.x(), splat(2.0), splat(0.0)]
}

#[inline(always)]
pub(super) fn tanh<L: Lanes>(at: At<'_, L>, _: L) -> [L; 4] {
    let t = at.decay().tanh(at.x());
    let (square, sum) = at.decay().square();
    let d = splat::<L>(4.0) * square / (sum * sum);
    let t_2 = splat::<L>(-2.0) * t;
    [t, d, t_2 * d, (splat::<L>(-3.0) * t).mul_add(t_2, splat(-2.0)) * d]
}

#[inline(always)]
pub(super) fn sigmoid<L: Lanes>(at: At<'_, L>, _: L) -> [L; 4] {
    let decay = at.decay();
    let smaller = decay.e * at.larger();
    let s = at.x().lt(splat(0.0)).select(smaller, at.larger());
    let d = smaller * at.larger();
    let one_less_2s = (decay.e_less_1 * at.larger()) ^ sign(at.x());
    [s, d, d * one_less_2s, d * splat::<L>(-6.0).mul_add(d, splat(1.0))]
}

#[inline(always)]
pub(super) fn softplus<L: Lanes>(at: At<'_, L>, a: L) -> [L; 4] {
    let [s, d, dd, _] = sigmoid(at, a);
    [splat::<L>(0.0).max(at.x()) + ln_1p_unit(at.decay().e), s, d, dd]
}

#[inline(always)]
pub(super) fn silu<L: Lanes>(at: At<'_, L>, a: L) -> [L; 4] {
    let [s, d, dd, ddd] = sigmoid(at, a);
    let x = bounded(at.x());
    [bounded_below(at.x()) * s, x.mul_add(d, s), x.mul_add(dd, d + d), x.mul_add(ddd, splat::<L>(3.0) * dd)]
}

#[inline(always)]
pub(super) fn gelu<L: Lanes>(at: At<'_, L>, _: L) -> [L; 4] {
    let tail = at.tail();
    let cdf = at.x().lt(splat(0.0)).select(tail.beyond, splat::<L>(1.0) - tail.beyond);
    let pdf = tail.gauss * splat(0.5 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2);
    let x = bounded(at.x());
    let x_2 = x * x;
    [bounded_below(at.x()) * cdf, x.mul_add(pdf, cdf), pdf * (splat::<L>(2.0) - x_2), pdf * x * (x_2 - splat(4.0))]
}

#[inline(always)]
pub(super) fn elu<L: Lanes>(at: At<'_, L>, a: L) -> [L; 4] {
    let (zero, one) = (splat::<L>(0.0), splat::<L>(1.0));
    let right = positive(at.x());
    let e = a * at.decay().e;
    [right.select(at.x(), a * at.decay().e_less_1), right.select(one, e), right.select(zero, e), right.select(zero, e)]
}

#[inline(always)]
pub(super) fn sin<L: Lanes>(at: At<'_, L>, _: L) -> [L; 4] {
    [at.sin(), at.cos(), -at.sin(), -at.cos()]
}

#[inline(always)]
pub(super) fn erf<L: Lanes>(at: At<'_, L>, _: L) -> [L; 4] {
    let x = bounded(at.x());
    let d = splat::<L>(std::f64::consts::FRAC_2_SQRT_PI) * at.erf_gauss();
    let x_2 = x + x;
    [at.erf(), d, -x_2 * d, d * x_2.mul_add(x_2, splat(-2.0))]
}
