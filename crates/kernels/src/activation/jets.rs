//! The jets over lanes: \[σ, σ′, σ″, σ‴\] from x and the parts that activations share.

use super::parts::{LIFT, Place};
use crate::elementary::{Constants, clamp, exp, ln_1p_unit, sign, tanh_of};
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
        [zero.max(at.x()), positive(at.x()) & splat(1.0), zero, zero]
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
        let w = at.fraction_of_square();
        let t = tanh_of(at.x(), w);
        let d = splat::<L>(4.0) * times_one_less(w);
        let t_2 = splat::<L>(-2.0) * t;
        [t, d, t_2 * d, (splat::<L>(-3.0) * t).mul_add(t_2, splat(-2.0)) * d]
    }
}

pub(super) struct Sigmoid;

impl Jet for Sigmoid {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        let s = at.x().lt(splat(0.0)).select(at.smaller(), at.larger());
        let d = times_one_less(at.smaller());
        let one_less_2s = at.smaller().mul_add(splat(2.0), splat(-1.0)) ^ sign(at.x());
        [s, d, d * one_less_2s, d * splat::<L>(-6.0).mul_add(d, splat(1.0))]
    }
}

pub(super) struct Softplus;

impl Jet for Softplus {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        let [s, d, dd, _] = Sigmoid.jet(at);
        [splat::<L>(0.0).max(at.x()) + ln_1p_unit(at.e()), s, d, dd]
    }
}

pub(super) struct Silu;

impl Jet for Silu {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        let [s, d, dd, ddd] = Sigmoid.jet(at);
        let x = bounded(at.x());
        let mut value = bounded_below(at.x()) * s;
        let from = L::splat(L::Elem::FAR_LEFT[0]);
        let shift = L::splat(L::Elem::FAR_LEFT[1]);
        let scale = L::splat(L::Elem::FAR_LEFT[2]);
        let far = at.x().lt(from);
        if far.any() {
            // σ(x) is subnormal there, with fewer digits than x·σ(x) has.
            value = far.select(bounded_below(at.x()) * exp(at.x() + shift) * scale, value);
        }
        [value, x.mul_add(d, s), x.mul_add(dd, d + d), x.mul_add(ddd, splat::<L>(3.0) * dd)]
    }
}

pub(super) struct Gelu;

impl Jet for Gelu {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        // On the left Φ stays times `LIFT` until x has multiplied it: alone it would be subnormal where x·Φ is not.
        let (left, one) = (at.x().lt(splat(0.0)), splat::<L>(1.0));
        let scale = left.select(splat(LIFT.recip()), one);
        let part = left.select(at.lifted_tail(), (-at.lifted_tail()).mul_add(splat(LIFT.recip()), one));
        let cdf = part * scale;
        let pdf = at.gauss() * splat(0.5 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2);
        let x = bounded(at.x());
        let x_2 = x * x;
        let value = bounded_below(at.x()) * part * scale;
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
        [right.select(at.x(), a * at.e_less_1()), right.select(one, e), right.select(zero, e), right.select(zero, e)]
    }
}

pub(super) struct Sin;

impl Jet for Sin {
    #[inline(always)]
    fn jet<L: Lanes>(&self, at: Place<'_, L>) -> [L; 4] {
        [at.sin(), at.cos(), -at.sin(), -at.cos()]
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
