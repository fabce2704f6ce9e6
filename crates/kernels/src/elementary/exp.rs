//! exp and what is made of it: expm1, exp(−x²), the logistic function and tanh.

use super::{Constants, clamp, polynomial, round, with_sign};
use crate::lanes::{Lanes, splat, splats};

/// x = n·ln 2 + r + rest with whole n, |r| ≤ ½ ln 2; the rest is what r lost by rounding.
struct Reduced<L> {
    n: L,
    r: L,
    rest: L,
}

impl<L: Lanes> Reduced<L> {
    /// Of x = high + low, with |low| well below 1.
    #[inline(always)]
    fn new(high: L, low: L) -> Self {
        let [ln_2, ln_2_rest] = splats::<L, _>(L::Elem::LN_2);
        let (n, _) = round((high + low) * splat(std::f64::consts::LOG2_E));
        let exact = n.mul_add(-ln_2, high);
        let small = n.mul_add(-ln_2_rest, low);
        let r = exact + small;
        Self { n, r, rest: (exact - r) + small }
    }

    /// e^(r + rest) − 1
    #[inline(always)]
    fn expm1(&self) -> L {
        self.r + (self.r * self.r).mul_add(polynomial(self.r, L::Elem::EXP), self.rest)
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
}

/// 2ⁿ for a whole n that is the exponent of a normal number.
#[inline(always)]
fn power_of_two<L: Lanes>(n: L) -> L {
    (n + L::splat(L::Elem::MAGIC)).shl(L::Elem::FRACTION).add_bits(splat(1.0))
}

/// eˣ
#[inline(always)]
pub(crate) fn exp<L: Lanes>(x: L) -> L {
    exp_of_sum(x, splat(0.0))
}

/// e^(high + low), with |low| well below 1.
#[inline(always)]
pub(super) fn exp_of_sum<L: Lanes>(high: L, low: L) -> L {
    let [least, largest] = splats::<L, _>(L::Elem::EXP_RANGE);
    Reduced::new(clamp(high, least, largest), low).exp()
}

/// eˣ − 1
#[inline(always)]
pub(crate) fn expm1<L: Lanes>(x: L) -> L {
    let largest = L::splat(L::Elem::EXP_RANGE[1]);
    let reduced = Reduced::new(clamp(x, L::splat(L::Elem::EXPM1_LEAST), largest), splat(0.0));
    let (first, second) = reduced.halves();
    let power = power_of_two(first);
    let scaled = power.mul_add(reduced.expm1(), power - power_of_two(-second));
    with_sign((scaled * power_of_two(second)).abs(), x)
}

/// exp(−scale·x²) for a scale of 1 or ½: the square is exact, as the sum of that of the upper half of x and the rest.
#[inline(always)]
pub(crate) fn gauss<L: Lanes>(x: L, scale: f64) -> L {
    let reach = L::splat(L::Elem::GAUSS_REACH) * splat(scale.sqrt().recip());
    let x = reach.min(x.abs());
    let upper = x & L::splat(L::Elem::UPPER_HALF);
    let scale = splat::<L>(-scale);
    Reduced::new(upper * upper * scale, (x - upper) * (x + upper) * scale).exp()
}

/// What all functions of e^(−|x|) share.
#[derive(Clone, Copy)]
pub(crate) struct Decay<L> {
    /// e = e^(−|x|)
    pub(crate) e: L,
    /// e − 1, without cancellation.
    pub(crate) e_less_1: L,
    /// e², with what the rounding of e loses.
    pub(crate) square: L,
}

impl<L: Lanes> Decay<L> {
    /// Of x.
    #[inline(always)]
    pub(crate) fn new(x: L) -> Self {
        let one = splat::<L>(1.0);
        let reduced = Reduced::new(L::splat(L::Elem::EXP_RANGE[0]).max(-x.abs()), splat(0.0));
        let (first, second) = reduced.halves();
        let (power, rest, q) = (power_of_two(first), power_of_two(second), reduced.expm1());
        let sum = one + q;
        let e = sum * power * rest;
        let lost = ((one - sum) + q) * power * rest;
        Self { e, e_less_1: power.mul_add(q, power - one), square: (e + e).mul_add(lost, e * e) }
    }
}

/// tanh x from e^(−2|x|): an odd polynomial near 0, 1 − 2e²/(1 + e²) elsewhere.
#[inline(always)]
pub(crate) fn tanh_of<L: Lanes>(x: L, square: L) -> L {
    let (a, one) = (x.abs(), splat::<L>(1.0));
    let u = a * a;
    let near = (a * u).mul_add(polynomial(u, L::Elem::TANH), a);
    let far = one - (square + square) / (one + square);
    with_sign(a.lt(splat(0.625)).select(near, far), x)
}

/// 1 / (1 + e⁻ˣ)
#[inline(always)]
pub(crate) fn logistic<L: Lanes>(x: L) -> L {
    let decay = Decay::new(x);
    let larger = splat::<L>(1.0) / (splat::<L>(1.0) + decay.e);
    x.lt(splat(0.0)).select(decay.e * larger, larger)
}

/// tanh x
#[inline(always)]
pub(crate) fn tanh<L: Lanes>(x: L) -> L {
    tanh_of(x, Decay::new(x).square)
}
