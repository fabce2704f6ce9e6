//! The jets over lanes: \[σ, σ′, σ″, σ‴\] from x and the parts that activations share.

use super::parts::{LIFT, Place};
use crate::elementary::{Constants, Decay, clamp, light_plus_ln_1p, mul_add_once, plus_ln_1p, sign};
use crate::lanes::{Lanes, splat};

/// One activation.
pub(super) trait Jet {
    /// \[σ, σ′, σ″, σ‴\] at a place of a tile.
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4];
}

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

/// max(0, x)
#[inline(always)]
fn relu<L: Lanes>(x: L) -> L {
    splat::<L>(0.0).max(x)
}

/// max(0, x) − |x|·tail·scale: x·p for a probability p that is `tail`·scale on the left and 1 less that on the right, and rounded once
/// less there than by way of p. The scale is a power of two.
#[inline(always)]
fn relu_less<L: Lanes>(x: L, tail: L, scale: f64) -> L {
    // A tail of 0 is to make 0 also at ±∞. −0 and not 0 for the left: where the product is 0 there, x·p is −0.
    (splat::<L>(1e4).min(x.abs()) * tail).mul_add(splat(-scale), splat::<L>(-0.0).max(x))
}

/// Mask of x > 0.
#[inline(always)]
fn positive<L: Lanes>(x: L) -> L {
    splat::<L>(0.0).lt(x)
}

/// f·(1 − f): for f up to ½ its relative error is hardly larger than that of f.
#[inline(always)]
fn times_one_less<L: Lanes>(f: L) -> L {
    (-f).mul_add(f, f)
}

pub(super) struct Relu;

impl Jet for Relu {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        let zero = splat::<L>(0.0);
        [relu(at.x()), positive(at.x()) & splat(1.0), zero, zero]
    }
}

pub(super) struct LeakyRelu(pub(super) f64);

impl Jet for LeakyRelu {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        let s = splat::<L>(self.0);
        let slope = positive(at.x()).select(splat(1.0), s);
        [slope * at.x(), slope, splat(0.0), splat(0.0)]
    }
}

pub(super) struct Square;

impl Jet for Square {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        [at.x() * at.x(), at.x() + at.x(), splat(2.0), splat(0.0)]
    }
}

pub(super) struct Tanh;

impl Jet for Tanh {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        let (t, d) = (at.tanh(), at.tanh_slope());
        let t_2 = splat::<L>(-2.0) * t;
        [t, d, t_2 * d, d * splat::<L>(-6.0).mul_add(d, splat(4.0))]
    }
}

pub(super) struct Sigmoid;

impl Jet for Sigmoid {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        let f = at.fraction();
        let s = at.x().lt(splat(0.0)).select(f, splat::<L>(1.0) - f);
        let d = times_one_less(f);
        let one_less_2s = f.mul_add(splat(2.0), splat(-1.0)) ^ sign(at.x());
        [s, d, d * one_less_2s, d * splat::<L>(-6.0).mul_add(d, splat(1.0))]
    }
}

/// With light parts there is no rest of e.
pub(super) struct Softplus<const LIGHT: bool>;

impl<const LIGHT: bool> Jet for Softplus<LIGHT> {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        let [s, d, dd, _] = Sigmoid.jet(at);
        let (x, e) = (relu(at.x()), at.e());
        [if LIGHT { light_plus_ln_1p(x, e) } else { plus_ln_1p(x, e, at.e_rest()) }, s, d, dd]
    }
}

pub(super) struct Silu;

impl Jet for Silu {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        let [s, d, dd, ddd] = Sigmoid.jet(at);
        let x = bounded(at.x());
        let mut value = relu_less(at.x(), at.fraction(), 1.0);
        let from = L::splat(L::Elem::FAR_LEFT[0]);
        let shift = L::splat(L::Elem::FAR_LEFT[1]);
        let scale = L::splat(L::Elem::FAR_LEFT[2]);
        let far = at.x().lt(from);
        if far.any() {
            // σ(x) is subnormal there, with fewer digits than x·σ(x) has.
            let x = bounded_below(at.x());
            let decay = Decay::new(x + shift);
            value = far.select(mul_add_once(x, decay.e, x * decay.e_rest) * scale, value);
        }
        [value, x.mul_add(d, s), x.mul_add(dd, d + d), x.mul_add(ddd, splat::<L>(3.0) * dd)]
    }
}

pub(super) struct Gelu;

impl Jet for Gelu {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        let tail = at.lifted_tail() * splat(LIFT.recip());
        let cdf = at.x().lt(splat(0.0)).select(tail, splat::<L>(1.0) - tail);
        let pdf = at.lifted_gauss() * splat(std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2 / LIFT);
        let x = bounded(at.x());
        let x_2 = x * x;
        // Φ stays times `LIFT` until x has multiplied it: alone it would be subnormal where x·Φ is not.
        let value = relu_less(at.x(), at.lifted_tail(), LIFT.recip());
        [value, x.mul_add(pdf, cdf), pdf * (splat::<L>(2.0) - x_2), pdf * x * (x_2 - splat(4.0))]
    }
}

pub(super) struct Elu(pub(super) f64);

impl Jet for Elu {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        let a = splat::<L>(self.0);
        let (zero, one) = (splat::<L>(0.0), splat::<L>(1.0));
        let right = positive(at.x());
        let e = a * at.e();
        [
            right.select(at.x(), a * ((at.e() - one) + at.e_rest())),
            right.select(one, e),
            right.select(zero, e),
            right.select(zero, e),
        ]
    }
}

pub(super) struct Erf;

impl Jet for Erf {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        let x = bounded(at.x());
        let [d, rest] = at.erf_slope();
        let x_2 = -(x + x);
        let (square, two) = (x_2 * x_2, splat::<L>(2.0));
        let less_2 = square - two;
        let back = less_2 - square;
        let lost = x_2.mul_add(x_2, -square) + ((square - (less_2 - back)) - (two + back));
        [at.erf(), d, x_2.mul_add(d, x_2 * rest), d.mul_add(less_2, d.mul_add(lost, rest * less_2))]
    }
}
