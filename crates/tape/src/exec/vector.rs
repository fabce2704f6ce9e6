//! The vector operations of the solvers. Sums run through [`kernels::reduce`], so their bits do not depend on threads.

use std::ops::Range;

pub(crate) use kernels::reduce::dot_wide;
use kernels::{Cut, each, reduce};

use crate::{Float, Par};

/// Elements of a piece of an update: pieces may run at the same time.
const PIECE: usize = 1 << 13;

/// Elements that are compared at a time.
const LANES: usize = 8;

/// What the pieces of an update write.
struct Written<'a, T, const N: usize>([&'a mut [T]; N]);

impl<T: Send, const N: usize> Cut for Written<'_, T, N> {
    fn cut(self, pieces: usize) -> (Self, Self) {
        let mut far: [&mut [T]; N] = std::array::from_fn(|_| Default::default());
        let mut near = self.0;
        for (near, far) in near.iter_mut().zip(&mut far) {
            (*near, *far) = std::mem::take(near).split_at_mut(pieces * PIECE);
        }
        (Self(near), Self(far))
    }
}

/// Runs an elementwise update of vectors of one length, piece by piece.
fn in_pieces<T: Float, const N: usize>(
    par: Par,
    written: [&mut [T]; N],
    update: &(impl Fn(Range<usize>, [&mut [T]; N]) + Sync),
) {
    let len = written[0].len();
    each(par, 0..len.div_ceil(PIECE), Written(written), &mut [], &|piece, Written(written), _: &mut [T]| {
        update(piece * PIECE..len.min((piece + 1) * PIECE), written);
    });
}

/// ⟨x, y⟩
pub(crate) fn dot<T: Float>(par: Par, x: &[T], y: &[T]) -> f64 {
    reduce::dot(par, x, y).to_f64()
}

/// y += a·x
pub(crate) fn add_scaled<T: Float>(y: &mut [T], a: f64, x: &[T]) {
    kernels::axpy(T::of(a), x, y);
}

/// x + a·y
pub(crate) fn combine<T: Float>(x: &[T], a: f64, y: &[T]) -> Vec<T> {
    let mut sum = x.to_vec();
    add_scaled(&mut sum, a, y);
    sum
}

/// y = x + a·y
pub(crate) fn scale_and_add<T: Float>(par: Par, y: &mut [T], a: f64, x: &[T]) {
    in_pieces(par, [y], &|piece, [y]| kernels::aypx(T::of(a), &x[piece], y));
}

/// x += a·p and r += b·q
pub(crate) fn add_both<T: Float>(par: Par, [x, r]: [&mut [T]; 2], [a, b]: [f64; 2], [p, q]: [&[T]; 2]) {
    in_pieces(par, [x, r], &|piece, [x, r]| {
        add_scaled(x, a, &p[piece.clone()]);
        add_scaled(r, b, &q[piece]);
    });
}

/// y = x − y
pub(crate) fn subtract_from<T: Float>(x: &[T], y: &mut [T]) {
    y.iter_mut().zip(x).for_each(|(y, &x)| *y = x - *y);
}

/// x = a·x, rounded once: `a` may lie outside of the range of `T`.
pub(crate) fn scale<T: Float>(a: f64, x: &mut [T]) {
    x.iter_mut().for_each(|x| *x = T::of(a * x.to_f64()));
}

/// a·x, rounded as by [`scale`].
pub(crate) fn scaled<T: Float>(a: f64, x: &[T]) -> Vec<T> {
    x.iter().map(|x| T::of(a * x.to_f64())).collect()
}

/// 2ᵏ with 2ᵏ ≤ max |xᵢ| < 2ᵏ⁺¹ (1 when all are zero): dividing by it is exact and keeps sums of squares in range.
/// NaN when an element is not finite.
pub(crate) fn magnitude<T: Float>(x: &[T]) -> f64 {
    // Several at a time: one would wait for the other. NaN is kept.
    let larger = |a: f64, b: f64| if b > a || b.is_nan() { b } else { a };
    let mut lanes = [0.0; LANES];
    for some in x.chunks(LANES) {
        lanes.iter_mut().zip(some).for_each(|(lane, x)| *lane = larger(*lane, x.to_f64().abs()));
    }
    match lanes.into_iter().fold(0.0, larger) {
        0.0 => 1.0,
        largest if largest.is_finite() => 2f64.powi((largest.log2().floor() as i32).clamp(-1000, 1000)),
        _ => f64::NAN,
    }
}

/// ‖x‖₂, without overflow or underflow.
pub(crate) fn norm<T: Float>(par: Par, x: &[T]) -> f64 {
    let magnitude = magnitude(x);
    if (2f64.powi(-40)..=2f64.powi(40)).contains(&magnitude) {
        return dot(par, x, x).sqrt();
    }
    let x = scaled(1.0 / magnitude, x);
    magnitude * dot(par, &x, &x).sqrt()
}
