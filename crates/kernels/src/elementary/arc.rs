//! Arc functions.

use super::{Constants, polynomial, with_sign};
use crate::lanes::{Lanes, splat};

/// arcsin x; beyond ½ by the half angle: π/2 − 2 arcsin √((1 − |x|)/2).
#[inline(always)]
pub(crate) fn asin<L: Lanes>(x: L) -> L {
    let half_pi = L::splat(L::Elem::HALF_PI[0]);
    let half_pi_rest = L::splat(L::Elem::HALF_PI[1]);
    let a = x.abs();
    let outer = splat::<L>(0.5).lt(a);
    let u = outer.select((splat::<L>(1.0) - a) * splat(0.5), a * a);
    let s = outer.select(u.sqrt(), a);
    let angle = (s * u).mul_add(polynomial(u, L::Elem::ASIN), s);
    let complement = half_pi - (splat::<L>(2.0) * angle - half_pi_rest);
    with_sign(outer.select(complement, angle), x)
}

/// arctan x; beyond 1 as π/2 − arctan(1/|x|).
#[inline(always)]
pub(crate) fn atan<L: Lanes>(x: L) -> L {
    let half_pi = L::splat(L::Elem::HALF_PI[0]);
    let half_pi_rest = L::splat(L::Elem::HALF_PI[1]);
    let a = x.abs();
    let outer = splat::<L>(1.0).lt(a);
    let t = outer.select(splat::<L>(1.0) / a, a);
    let u = t * t;
    let angle = (t * u).mul_add(polynomial(u, L::Elem::ATAN), t);
    with_sign(outer.select(half_pi - (angle - half_pi_rest), angle), x)
}
