//! The vector operations of the solvers. Sums run through [`kernels::reduce`], so their bits do not depend on threads.

use kernels::reduce;

use crate::{Float, Par};

/// ⟨x, y⟩
pub(crate) fn dot<T: Float>(par: Par, x: &[T], y: &[T]) -> f64 {
    reduce::dot(par, x, y).to_f64()
}

/// ⟨x, y⟩ of the same elements, with products and sums in `f64`: 8 interleaved accumulators, joined in order. That of `f64` is
/// [`dot`].
pub(crate) fn dot_wide<T: Float>(par: Par, x: &[T], y: &[T]) -> f64 {
    if size_of::<T>() == size_of::<f64>() {
        return dot(par, x, y);
    }
    let mut sums = [0.0; 8];
    let ((whole_x, rest_x), (whole_y, rest_y)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    for (x, y) in whole_x.iter().zip(whole_y) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x.to_f64() * y.to_f64();
        }
    }
    for ((sum, x), y) in sums.iter_mut().zip(rest_x).zip(rest_y) {
        *sum += x.to_f64() * y.to_f64();
    }
    sums.iter().sum()
}

/// y += a·x
pub(crate) fn add_scaled<T: Float>(y: &mut [T], a: f64, x: &[T]) {
    let a = T::of(a);
    y.iter_mut().zip(x).for_each(|(y, &x)| *y += a * x);
}

/// x + a·y
pub(crate) fn combine<T: Float>(x: &[T], a: f64, y: &[T]) -> Vec<T> {
    let mut sum = x.to_vec();
    add_scaled(&mut sum, a, y);
    sum
}

/// y = x + a·y
pub(crate) fn scale_and_add<T: Float>(y: &mut [T], a: f64, x: &[T]) {
    let a = T::of(a);
    y.iter_mut().zip(x).for_each(|(y, &x)| *y = x + a * *y);
}

/// y = x − y
pub(crate) fn subtract_from<T: Float>(x: &[T], y: &mut [T]) {
    y.iter_mut().zip(x).for_each(|(y, &x)| *y = x - *y);
}

/// a·x, rounded once: `a` may lie outside of the range of `T`.
pub(crate) fn scaled<T: Float>(a: f64, x: &[T]) -> Vec<T> {
    x.iter().map(|x| T::of(a * x.to_f64())).collect()
}

/// 2ᵏ with 2ᵏ ≤ max |xᵢ| < 2ᵏ⁺¹ (1 when all are zero): dividing by it is exact and keeps sums of squares in range.
/// NaN when an element is not finite.
pub(crate) fn magnitude<T: Float>(x: &[T]) -> f64 {
    let largest = x.iter().map(|x| x.to_f64().abs()).fold(0.0, |a, b| if a >= b { a } else { b });
    match largest {
        0.0 => 1.0,
        _ if largest.is_finite() => 2f64.powi((largest.log2().floor() as i32).clamp(-1000, 1000)),
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
