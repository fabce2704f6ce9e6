//! The updates of vectors that iterative solvers are made of, on one thread: each element is a product, rounded, and a sum.

use crate::isa::Kernel;
use crate::lanes::Lanes;
use crate::{Float, Isa};

/// y = a·x + y
///
/// # Panics
/// When the lengths differ.
#[track_caller]
pub fn axpy<T: Float>(a: T, x: &[T], y: &mut [T]) {
    axpy_with(Isa::current(), a, x, y);
}

/// [`axpy`] on a given instruction set.
#[track_caller]
pub fn axpy_with<T: Float>(isa: Isa, a: T, x: &[T], y: &mut [T]) {
    check("axpy", x.len(), y.len());
    isa.run(Axpy { a, x, y });
}

/// y = a·y + x
///
/// # Panics
/// When the lengths differ.
#[track_caller]
pub fn aypx<T: Float>(a: T, x: &[T], y: &mut [T]) {
    aypx_with(Isa::current(), a, x, y);
}

/// [`aypx`] on a given instruction set.
#[track_caller]
pub fn aypx_with<T: Float>(isa: Isa, a: T, x: &[T], y: &mut [T]) {
    check("aypx", x.len(), y.len());
    isa.run(Aypx { a, x, y });
}

/// w = a·x + y
///
/// # Panics
/// When the lengths differ.
#[track_caller]
pub fn waxpy<T: Float>(a: T, x: &[T], y: &[T], w: &mut [T]) {
    waxpy_with(Isa::current(), a, x, y, w);
}

/// [`waxpy`] on a given instruction set.
#[track_caller]
pub fn waxpy_with<T: Float>(isa: Isa, a: T, x: &[T], y: &[T], w: &mut [T]) {
    check("waxpy", x.len(), y.len());
    check("waxpy", x.len(), w.len());
    isa.run(Waxpy { a, x, y, w });
}

#[track_caller]
fn check(name: &str, x: usize, y: usize) {
    assert!(x == y, "{name}: vectors of {x} and {y} elements");
}

struct Axpy<'a, T> {
    a: T,
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Float> Kernel<T> for Axpy<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        for (y, &x) in self.y.iter_mut().zip(self.x) {
            *y += self.a * x;
        }
    }
}

struct Aypx<'a, T> {
    a: T,
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Float> Kernel<T> for Aypx<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        for (y, &x) in self.y.iter_mut().zip(self.x) {
            *y = self.a * *y + x;
        }
    }
}

struct Waxpy<'a, T> {
    a: T,
    x: &'a [T],
    y: &'a [T],
    w: &'a mut [T],
}

impl<T: Float> Kernel<T> for Waxpy<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        for ((w, &x), &y) in self.w.iter_mut().zip(self.x).zip(self.y) {
            *w = self.a * x + y;
        }
    }
}
