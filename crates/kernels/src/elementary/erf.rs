//! The error function and the lower tail of the normal distribution.

use super::{Constants, gauss, polynomial, with_sign};
use crate::lanes::{Lanes, splat};

/// exp(y²)·erfc y for y = scale·a, a ≥ 0, with a small relative error however large y.
#[inline(always)]
fn erfcx<L: Lanes>(a: L, scale: f64) -> L {
    // Where it is cut, the product with exp(−y²) is 0 whatever this is; infinite y would make NaN.
    let a = splat::<L>(64.0).min(a);
    let (y, centre) = (a * splat(scale), L::splat(L::Elem::ERFCX_CENTRE));
    let t = (y - centre) / (y + centre);
    polynomial(t, L::Elem::ERFCX) / a.mul_add(splat(2.0 * scale), splat(1.0))
}

/// erf x and exp(−x²)
#[inline(always)]
pub(crate) fn erf_gauss<L: Lanes>(x: L) -> (L, L) {
    let y = x.abs();
    let near = y.mul_add(polynomial(y * y, L::Elem::ERF), y);
    let gauss = gauss(y, 1.0);
    let far = splat::<L>(1.0) - gauss * erfcx(y, 1.0);
    (with_sign(y.lt(splat(0.9)).select(near, far), x), gauss)
}

/// erf x
#[inline(always)]
pub(crate) fn erf<L: Lanes>(x: L) -> L {
    erf_gauss(x).0
}

/// exp(x²/2)·Φ(−|x|), the probability beyond |x| in the scale of [`gauss`].
#[inline(always)]
pub(crate) fn scaled_tail<L: Lanes>(x: L) -> L {
    splat::<L>(0.5) * erfcx(x.abs(), std::f64::consts::FRAC_1_SQRT_2)
}
