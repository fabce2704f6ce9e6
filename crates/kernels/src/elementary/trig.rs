//! Sine and cosine, as far as the reduction of the argument to the first quadrant is exact.

use super::{Constants, polynomial, round};
use crate::Float;
use crate::lanes::{Lanes, load_part, splat, splats};

/// a + b as the rounded sum and what it lost.
#[inline(always)]
pub(super) fn two_sum<L: Lanes>(a: L, b: L) -> (L, L) {
    let sum = a + b;
    let from_b = sum - a;
    (sum, (a - (sum - from_b)) + (b - from_b))
}

/// x = q·π/2 + r + rest with whole q: (r, rest, the sum that holds q in its last bits).
#[inline(always)]
fn reduce<L: Lanes>(x: L) -> (L, L, L) {
    let [first, second, third, last] = splats::<L, _>(L::Elem::HALF_PI_PARTS);
    let (q, held) = round(x * splat(std::f64::consts::FRAC_2_PI));
    let (r, lost) = two_sum(x - q * first, -(q * second));
    let (r, lost_too) = two_sum(r, -(q * third));
    let rest = q.mul_add(-last, lost + lost_too);
    let sum = r + rest;
    (sum, (r - sum) + rest, held)
}

/// sin x and cos x for |x| up to [`reach`].
#[inline(always)]
pub(crate) fn sin_cos<L: Lanes>(x: L) -> (L, L) {
    let (r, rest, held) = reduce(x);
    let u = r * r;
    let half = u * splat(0.5);
    let one = splat::<L>(1.0);
    let sine = r + (r * u).mul_add(polynomial(u, L::Elem::SIN), rest * (one - half));
    let near_one = one - half;
    let small = (u * u).mul_add(polynomial(u, L::Elem::COS), -(r * rest));
    let cosine = near_one + (((one - near_one) - half) + small);

    let top = size_of::<L::Elem>() * 8 - 1;
    let odd = (held.shl(top) | one).lt(splat(0.0));
    let sine_flips = held.shl(top - 1) & splat(-0.0);
    let cosine_flips = sine_flips ^ (held.shl(top) & splat(-0.0));
    let s = odd.select(cosine, sine) ^ sine_flips;
    let c = odd.select(sine, cosine) ^ cosine_flips;
    (x.eq(splat(0.0)).select(x, s), c)
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
    L::splat(L::Elem::QUADRANTS) * splat(1.5)
}

/// Whether any of `x` lies beyond the reach of the lanes.
#[inline(always)]
pub(crate) fn any_far<L: Lanes>(x: &[L::Elem]) -> bool {
    let mut far = splat::<L>(0.0);
    for i in 0..x.len() / L::N {
        far = far | reach::<L>().lt(L::load(&x[i * L::N..]).abs());
    }
    (far | reach::<L>().lt(load_part::<L>(&x[x.len() - x.len() % L::N..]).abs())).any()
}

/// Writes `far`(x) in the place of what lies beyond the reach of the lanes.
#[cold]
#[inline(never)]
pub(crate) fn mend<T: Float>(x: &[T], out: &mut [T], far: fn(T) -> T) {
    let reach = T::QUADRANTS * T::of(1.5);
    for (x, o) in x.iter().zip(out) {
        if *x > reach || *x < -reach {
            *o = far(*x);
        }
    }
}

/// sin x and cos x for any x, by the standard library.
pub(crate) fn far_sin_cos<T: Float>(x: T) -> (T, T) {
    let (s, c) = x.to_f64().sin_cos();
    (T::of(s), T::of(c))
}
