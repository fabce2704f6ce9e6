//! Sine and cosine, as far as the reduction of the argument to the first quadrant is exact.

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

/// x = q·π/2 + near with whole q and |near| up to π/4, or a little more.
struct Reduced<L> {
    q: L,
    /// The sum that holds q in its last bits.
    held: L,
    near: L,
    /// What the near is made of: what is known to be exact, and the rest where it is kept.
    r: L,
    rest: L,
}

impl<L: Lanes> Reduced<L> {
    /// Where `mul_add` rounds once, r = x − q·first is exact, because its two terms are close to each other or q is 0; the
    /// other terms are taken off twice, here and from the sine. Elsewhere r loses a rest, which is kept: the products with
    /// the short parts of π/2 are exact.
    #[inline(always)]
    fn new(x: L) -> Self {
        let (q, held) = round(x, std::f64::consts::FRAC_2_PI);
        if L::FUSED {
            let first = L::splat(L::Elem::HALF_PI_TERMS[0]);
            let second = L::splat(L::Elem::HALF_PI_TERMS[1]);
            let r = q.mul_add(-first, x);
            return Self { q, held, near: q.mul_add(-second, r), r, rest: splat(0.0) };
        }
        let first = L::splat(L::Elem::HALF_PI_PARTS[0]);
        let second = L::splat(L::Elem::HALF_PI_PARTS[1]);
        let third = L::splat(L::Elem::HALF_PI_PARTS[2]);
        let last = L::splat(L::Elem::HALF_PI_PARTS[3]);
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
}

/// sin x and cos x for |x| up to [`reach`].
#[inline(always)]
pub(crate) fn sin_cos<L: Lanes>(x: L) -> (L, L) {
    let reduced = Reduced::new(x);
    let (r, u) = (reduced.near, reduced.near * reduced.near);
    reduced.turned(reduced.less((-(r * u)).mul_add(polynomial(u, L::Elem::SIN), splat(0.0))))
}

/// [`sin_cos`] without what the reduced argument lost by its rounding.
#[inline(always)]
pub(crate) fn light_sin_cos<L: Lanes>(x: L) -> (L, L) {
    let reduced = Reduced::new(x);
    let (r, u) = (reduced.near, reduced.near * reduced.near);
    reduced.turned((r * u).mul_add(polynomial(u, L::Elem::SIN), r))
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
    let mut far = splat::<L>(0.0);
    for i in 0..x.len() / L::N {
        far = far | reach::<L>().lt(L::load(&x[i * L::N..]).abs());
    }
    (far | reach::<L>().lt(L::load_part(&x[x.len() - x.len() % L::N..]).abs())).any()
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
