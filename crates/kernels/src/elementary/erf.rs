//! The error function and the lower tail of the normal distribution.

use super::{Constants, gauss, polynomial, with_sign};
use crate::lanes::{Lanes, splat};

/// exp(y²)·erfc y for y ≥ 0, with a small relative error however large y.
#[inline(always)]
fn erfcx<L: Lanes>(y: L) -> L {
    // Beyond the reach the product with exp(−y²) is 0 whatever this is; infinite y would make NaN.
    let y = splat::<L>(64.0).min(y);
    let centre = L::splat(L::Elem::ERFCX_CENTRE);
    let t = (y - centre) / (y + centre);
    polynomial(t, L::Elem::ERFCX) / splat::<L>(2.0).mul_add(y, splat(1.0))
}

/// erf x and exp(−x²)
#[inline(always)]
pub(crate) fn erf_gauss<L: Lanes>(x: L) -> (L, L) {
    let y = x.abs();
    let near = y.mul_add(polynomial(y * y, L::Elem::ERF), y);
    let gauss = gauss(y, 1.0);
    let far = splat::<L>(1.0) - gauss * erfcx(y);
    (with_sign(y.lt(splat(0.9)).select(near, far), x), gauss)
}

/// erf x
#[inline(always)]
pub(crate) fn erf<L: Lanes>(x: L) -> L {
    erf_gauss(x).0
}

/// The tail of the standard normal distribution.
#[derive(Clone, Copy)]
pub(crate) struct Tail<L> {
    /// exp(−x²/2)
    pub(crate) gauss: L,
    /// The probability beyond |x|, Φ(−|x|), with a small relative error.
    pub(crate) beyond: L,
}

impl<L: Lanes> Tail<L> {
    /// Of x.
    #[inline(always)]
    pub(crate) fn new(x: L) -> Self {
        let gauss = gauss(x, 0.5);
        let erfcx = erfcx(x.abs() * splat(std::f64::consts::FRAC_1_SQRT_2));
        Self { gauss, beyond: splat::<L>(0.5) * gauss * erfcx }
    }
}
