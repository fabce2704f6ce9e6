//! Sine and cosine, as far as the reduction of the argument to the first quadrant is exact, or to the first two.

use super::{Constants, polynomial, round};
use crate::Float;
use crate::lanes::{Lanes, splat};

/// a + b as the rounded sum and what it lost.
#[inline(always)]
pub(super) fn two_sum<L: Lanes>(a: L, b: L) -> (L, L) {
    let sum = a + b;
    let from_b = sum - a;
    (sum, (a - (sum - from_b)) + (b - from_b))
}

/// x = q·π/2·step + near with |near| up to half of that step, or a little more.
struct Reduced<L> {
    q: L,
    /// The sum that holds q in its last bits, or the whole number below it.
    held: L,
    near: L,
    /// What the near is made of: what is known to be exact, and the rest where it is kept.
    r: L,
    rest: L,
}

impl<L: Lanes> Reduced<L> {
    /// By whole quarters of a turn.
    #[inline(always)]
    fn new(x: L) -> Self {
        let (q, held) = round(x, std::f64::consts::FRAC_2_PI);
        Self::less_steps(x, q, held, 1.0)
    }

    /// By halves of a turn, whole ones.
    #[inline(always)]
    fn by_halves(x: L) -> Self {
        let (q, held) = round(x, std::f64::consts::FRAC_1_PI);
        Self::less_steps(x, q, held, 2.0)
    }

    /// By halves of a turn, a whole number of them and one half.
    #[inline(always)]
    fn by_odd_quarters(x: L) -> Self {
        let below = x.mul_add(splat(std::f64::consts::FRAC_1_PI), splat(-0.5));
        let (n, held) = round(below, 1.0);
        Self::less_steps(x, n + splat(0.5), held, 2.0)
    }

    /// Where `mul_add` rounds once, r = x − q·first is exact, because its two terms are close to each other or q is 0 (or ½: then
    /// it may lose its last bit, near ±π/2, where the sine is flat); the other terms are taken off twice, here and from the sine.
    /// Elsewhere r loses a rest, which is kept: the products with the short parts of π/2 are exact.
    #[inline(always)]
    fn less_steps(x: L, q: L, held: L, step: f64) -> Self {
        let step = splat::<L>(step);
        if L::FUSED {
            let first = L::splat(L::Elem::HALF_PI_TERMS[0]) * step;
            let second = L::splat(L::Elem::HALF_PI_TERMS[1]) * step;
            let r = q.mul_add(-first, x);
            return Self { q, held, near: q.mul_add(-second, r), r, rest: splat(0.0) };
        }
        let first = L::splat(L::Elem::HALF_PI_PARTS[0]) * step;
        let second = L::splat(L::Elem::HALF_PI_PARTS[1]) * step;
        let third = L::splat(L::Elem::HALF_PI_PARTS[2]) * step;
        let last = L::splat(L::Elem::HALF_PI_PARTS[3]) * step;
        let (r, lost) = two_sum(x - q * first, -(q * second));
        let (r, lost_too) = two_sum(r, -(q * third));
        let rest = q.mul_add(-last, lost + lost_too);
        Self { q, held, near: r + rest, r, rest }
    }

    /// near − fall, rounded at the end, for a fall that is +0 where x is 0: then the sign of x stays.
    #[inline(always)]
    fn less(&self, fall: L) -> L {
        if L::FUSED {
            let second = L::splat(L::Elem::HALF_PI_TERMS[1]);
            let third = L::splat(L::Elem::HALF_PI_TERMS[2]);
            return self.q.mul_add(-third, self.q.mul_add(-second, self.r - fall));
        }
        self.r - (fall - self.rest)
    }
}

impl<L: Lanes> Reduced<L> {
    /// sin x and cos x from the sine of the reduced argument.
    #[inline(always)]
    fn turned(&self, sine: L) -> (L, L) {
        let (u, held) = (self.near * self.near, self.held);
        let cosine = u.mul_add(u.mul_add(polynomial(u, L::Elem::COS), splat(-0.5)), splat(1.0));
        let top = size_of::<L::Elem>() * 8 - 1;
        let odd = (held.shl(top) | splat(1.0)).lt(splat(0.0));
        let sine_flips = held.shl(top - 1) & splat(-0.0);
        let cosine_flips = sine_flips ^ held.shl(top);
        (odd.select(cosine, sine) ^ sine_flips, odd.select(sine, cosine) ^ cosine_flips)
    }

    /// The sine of the reduced argument, without what that lost by its rounding; the opposite where `held` is odd.
    #[inline(always)]
    fn light_sine(&self) -> L {
        let (r, u) = (self.near, self.near * self.near);
        let sine = (r * u).mul_add(polynomial(u, L::Elem::LIGHT_SIN), r);
        sine ^ self.held.shl(size_of::<L::Elem>() * 8 - 1)
    }
}

/// sin x and cos x for |x| up to [`reach`].
#[inline(always)]
pub(crate) fn sin_cos<L: Lanes>(x: L) -> (L, L) {
    let reduced = Reduced::new(x);
    let (r, u) = (reduced.near, reduced.near * reduced.near);
    reduced.turned(reduced.less((-(r * u)).mul_add(polynomial(u, L::Elem::SIN), splat(0.0))))
}

/// sin x for |x| up to [`reach`], within a few units in the last place of 1.
#[inline(always)]
pub(crate) fn light_sin<L: Lanes>(x: L) -> L {
    Reduced::by_halves(x).light_sine()
}

/// cos x for |x| up to [`reach`], within a few units in the last place of 1: at x = (n + ½)·π + r it is the opposite of (−1)ⁿ·sin r.
#[inline(always)]
pub(crate) fn light_cos<L: Lanes>(x: L) -> L {
    -Reduced::by_odd_quarters(x).light_sine()
}

/// sin x for |x| up to [`reach`].
#[inline(always)]
pub(crate) fn sin<L: Lanes>(x: L) -> L {
    sin_cos(x).0
}

/// cos x for |x| up to [`reach`].
#[inline(always)]
pub(crate) fn cos<L: Lanes>(x: L) -> L {
    sin_cos(x).1
}

/// How far the lanes reach; beyond it [`far_sin_cos`] serves element by element.
#[inline(always)]
fn reach<L: Lanes>() -> L {
    L::splat(L::Elem::TRIG_REACH)
}

/// Whether any of `x` lies beyond the reach of the lanes.
#[inline(always)]
pub(crate) fn any_far<L: Lanes>(x: &[L::Elem]) -> bool {
    // NaN is not far: `max` answers its second operand then.
    let mut largest = L::load_part(&x[x.len() - x.len() % L::N..]).abs().max(splat(0.0));
    for i in 0..x.len() / L::N {
        largest = L::load(&x[i * L::N..]).abs().max(largest);
    }
    reach::<L>().lt(largest).any()
}

/// Writes `far`(x) in the place of what lies beyond the reach of the lanes.
#[cold]
#[inline(never)]
pub(crate) fn mend<T: Float>(x: &[T], out: &mut [T], far: fn(T) -> T) {
    for (x, o) in x.iter().zip(out) {
        if *x > T::TRIG_REACH || *x < -T::TRIG_REACH {
            *o = far(*x);
        }
    }
}

/// sin x and cos x for any x, by the standard library.
pub(crate) fn far_sin_cos<T: Float>(x: T) -> (T, T) {
    let (s, c) = x.to_f64().sin_cos();
    (T::of(s), T::of(c))
}
