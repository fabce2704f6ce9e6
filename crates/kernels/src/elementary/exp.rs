//! exp and what is made of it: expm1, exp(−x²), the logistic function and tanh.

use super::{Constants, clamp, mul_add_once, polynomial, product, round, with_sign};
use crate::lanes::{Lanes, splat};

/// x = n·ln 2 + r + rest with whole n, |r| ≤ ½ ln 2; the rest is what r lost by rounding.
struct Reduced<L> {
    n: L,
    /// The sum that holds n in its last bits.
    held: L,
    r: L,
    rest: L,
}

impl<L: Lanes> Reduced<L> {
    /// Of x.
    #[inline(always)]
    fn new(x: L) -> Self {
        let (n, held) = round(x, std::f64::consts::LOG2_E);
        let ln_2_rest = L::splat(L::Elem::LN_2[1]);
        Self::minus(n, held, x, n * -ln_2_rest)
    }

    /// Of x = high + low, with |low| well below 1.
    #[inline(always)]
    fn of_sum(high: L, low: L) -> Self {
        let (n, held) = round(high + low, std::f64::consts::LOG2_E);
        let ln_2_rest = L::splat(L::Elem::LN_2[1]);
        Self::minus(n, held, high, n.mul_add(-ln_2_rest, low))
    }

    /// high + small less n times the first term of ln 2.
    #[inline(always)]
    fn minus(n: L, held: L, high: L, small: L) -> Self {
        let ln_2 = L::splat(L::Elem::LN_2[0]);
        let exact = n.mul_add(-ln_2, high);
        let r = exact + small;
        Self { n, held, r, rest: (exact - r) + small }
    }

    /// e^(r + rest) − 1
    #[inline(always)]
    fn expm1(&self) -> L {
        self.r + self.bend()
    }

    /// e^(r + rest) − 1 − r
    #[inline(always)]
    fn bend(&self) -> L {
        (self.r * self.r).mul_add(polynomial(self.r, L::Elem::EXP), self.rest)
    }

    /// n as the sum of two exponents of normal powers of two; the second is 0 unless n is far from 0.
    #[inline(always)]
    fn halves(&self) -> (L, L) {
        let half = L::splat(L::Elem::HALF_EXPONENT);
        let first = clamp(self.n, -half, half);
        (first, self.n - first)
    }

    /// e^x, rounded once more where it is subnormal.
    #[inline(always)]
    fn exp(&self) -> L {
        let (first, second) = self.halves();
        (splat::<L>(1.0) + self.expm1()) * power_of_two(first) * power_of_two(second)
    }

    /// y·2ⁿ·lift for n ≤ 0 and a power of two, rounded once more where it is subnormal: y·2^(n + h)·(2^−h·lift), all but the last factor
    /// normal.
    #[inline(always)]
    fn lower(&self, y: L, lift: f64) -> L {
        let up = L::splat(L::Elem::LIFT[0]);
        let down = L::splat(L::Elem::LIFT[1]) * splat(lift);
        y * self.held.shl(L::Elem::FRACTION).add_bits(up) * down
    }
}

/// 2ⁿ for a whole n that is the exponent of a normal number.
#[inline(always)]
fn power_of_two<L: Lanes>(n: L) -> L {
    (n + L::splat(L::Elem::MAGIC)).shl(L::Elem::FRACTION).add_bits(splat(1.0))
}

/// eˣ
#[inline(always)]
pub(crate) fn exp<L: Lanes>(x: L) -> L {
    let least = L::splat(L::Elem::EXP_RANGE[0]);
    let largest = L::splat(L::Elem::EXP_RANGE[1]);
    Reduced::new(clamp(x, least, largest)).exp()
}

/// e^(high + low), with |low| well below 1.
#[inline(always)]
pub(super) fn exp_of_sum<L: Lanes>(high: L, low: L) -> L {
    let least = L::splat(L::Elem::EXP_RANGE[0]);
    let largest = L::splat(L::Elem::EXP_RANGE[1]);
    Reduced::of_sum(clamp(high, least, largest), low).exp()
}

/// eˣ − 1
#[inline(always)]
pub(crate) fn expm1<L: Lanes>(x: L) -> L {
    let largest = L::splat(L::Elem::EXP_RANGE[1]);
    let reduced = Reduced::new(clamp(x, L::splat(L::Elem::EXPM1_LEAST), largest));
    let (first, second) = reduced.halves();
    // The sum 2ⁿ·(r + bend) + 2ⁿ − 1, the smallest term last: where n = 1 the others nearly cancel.
    let power = power_of_two(first);
    let larger = power.mul_add(reduced.r, power - power_of_two(-second));
    let scaled = power.mul_add(reduced.bend(), larger);
    with_sign((scaled * power_of_two(second)).abs(), x)
}

/// exp(−scale·x²) for a scale of 1 or ½, from the exact square, and what its rounding lost, both times a power of two, `lift`.
#[inline(always)]
pub(crate) fn gauss<L: Lanes>(x: L, scale: f64, lift: f64) -> (L, L) {
    let reach = L::splat(L::Elem::GAUSS_REACH) * splat(scale.sqrt().recip());
    let x = reach.min(x.abs());
    let (square, rest) = product(x * splat(-scale), x);
    let reduced = Reduced::of_sum(square, rest);
    let (one, bend) = (splat::<L>(1.0), reduced.bend());
    let q = reduced.r + bend;
    let sum = one + q;
    (reduced.lower(sum, lift), reduced.lower(((one - sum) + q) + ((reduced.r - q) + bend), lift))
}

/// e^r − 1 and 2ⁿ·lift, without corrections, where the latter is normal and the lift a power of two. n stands in the last bits of `held`.
#[inline(always)]
fn light_pieces<L: Lanes>(r: L, held: L, lift: f64) -> (L, L) {
    let q = (r * r).mul_add(polynomial(r, L::Elem::EXP), r);
    (q, splat::<L>(lift).add_bits(held.shl(L::Elem::FRACTION)))
}

/// e = e^(−|x|), or the smallest normal number or so, and 1 − e without cancellation; both within a few units in the last place.
#[inline(always)]
pub(crate) fn light_decay<L: Lanes>(x: L) -> (L, L) {
    let y = L::splat(L::Elem::FAR_LEFT[0]).max(-x.abs());
    let (n, held) = round(y, std::f64::consts::LOG2_E);
    let (q, power) = light_pieces(n.mul_add(splat(-std::f64::consts::LN_2), y), held, 1.0);
    (q.mul_add(power, power), (-q).mul_add(power, splat::<L>(1.0) - power))
}

/// What [`gauss`] is for a scale of ½, without corrections: its error is that of x²/2.
#[inline(always)]
pub(crate) fn light_gauss<L: Lanes>(x: L, lift: f64) -> L {
    let a = L::splat(L::Elem::LIGHT_REACH).min(x.abs());
    let square = a * a;
    let (n, held) = round(square, -0.5 * std::f64::consts::LOG2_E);
    let r = square.mul_add(splat(-0.5), n * splat(-std::f64::consts::LN_2));
    let (q, power) = light_pieces(r, held, lift);
    q.mul_add(power, power)
}

/// What all functions of e^(−|x|) share.
#[derive(Clone, Copy)]
pub(crate) struct Decay<L> {
    /// e = e^(−|x|)
    pub(crate) e: L,
    /// What the rounding of e lost.
    pub(crate) e_rest: L,
}

impl<L: Lanes> Decay<L> {
    /// Of x.
    #[inline(always)]
    pub(crate) fn new(x: L) -> Self {
        let one = splat::<L>(1.0);
        let reduced = Reduced::new(L::splat(L::Elem::EXP_RANGE[0]).max(-x.abs()));
        let (power, q) = (reduced.lower(one, 1.0), reduced.expm1());
        let sum = one + q;
        Self { e: reduced.lower(sum, 1.0), e_rest: ((one - sum) + q) * power }
    }

    /// e²/(1 + e²)
    #[inline(always)]
    pub(crate) fn fraction_of_square(&self) -> L {
        let (square, one) = (self.e * self.e, splat::<L>(1.0));
        let rest = (self.e + self.e) * self.e_rest;
        let whole = square + rest;
        square + (-whole).mul_add(whole * (one / (one + whole)), rest)
    }

    /// e/(1 + e) from `inverse` = 1/`sum`, `sum` = 1 + e: the quotient, and what e, the sum and the quotient lost.
    #[inline(always)]
    pub(crate) fn fraction(&self, sum: L, inverse: L) -> L {
        let quotient = self.e * inverse;
        let sum_rest = (splat::<L>(1.0) - sum) + self.e;
        let rest = (-quotient).mul_add(sum_rest + self.e_rest, self.e_rest);
        (mul_add_once(-quotient, sum, self.e) + rest).mul_add(inverse, quotient)
    }
}

/// Mask of where tanh is a polynomial.
#[inline(always)]
fn near_0<L: Lanes>(x: L) -> L {
    x.abs().lt(splat(0.625))
}

/// tanh x from w = e²/(1 + e²) with e = e^(−|x|): an odd polynomial near 0, 1 − 2w elsewhere.
#[inline(always)]
pub(crate) fn tanh_of<L: Lanes>(x: L, w: L) -> L {
    let a = x.abs();
    let u = a * a;
    let near = (a * u).mul_add(polynomial(u, L::Elem::TANH), a);
    let far = w.mul_add(splat(-2.0), splat(1.0));
    with_sign(near_0(x).select(near, far), x)
}

/// The slope of tanh from t = tanh x and w as above: 1 − t² near 0, where t² is small; 4w(1 − w) elsewhere, without cancellation.
#[inline(always)]
pub(crate) fn tanh_slope_of<L: Lanes>(x: L, t: L, w: L) -> L {
    let near = (-t).mul_add(t, splat(1.0));
    near_0(x).select(near, splat::<L>(4.0) * (-w).mul_add(w, w))
}

/// 1 / (1 + e⁻ˣ)
#[inline(always)]
pub(crate) fn logistic<L: Lanes>(x: L) -> L {
    let (decay, one) = (Decay::new(x), splat::<L>(1.0));
    let sum = one + decay.e;
    let fraction = decay.fraction(sum, one / sum);
    x.lt(splat(0.0)).select(fraction, one - fraction)
}

/// tanh x
#[inline(always)]
pub(crate) fn tanh<L: Lanes>(x: L) -> L {
    tanh_of(x, Decay::new(x).fraction_of_square())
}
