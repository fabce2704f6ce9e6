//! Lanes as a plain array.

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

use super::Lanes;
use crate::Float;

/// Lanes as a plain array: packed code inside a function compiled for an instruction set with registers of this size.
/// Outside of such a function `mul_add` is a library call per lane, so nothing but `isa.rs` may choose this type.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Array<T, const N: usize>([T; N]);

impl<T: Float, const N: usize> Array<T, N> {
    /// f of every lane. Loops over indices, because an adaptor of iterators or arrays may stay a call.
    #[inline(always)]
    fn map(mut self, f: impl Fn(T) -> T) -> Self {
        for i in 0..N {
            self.0[i] = f(self.0[i]);
        }
        self
    }

    /// f of every pair of lanes.
    #[inline(always)]
    fn zip(mut self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        for i in 0..N {
            self.0[i] = f(self.0[i], other.0[i]);
        }
        self
    }
}

impl<T: Float, const N: usize> Add for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |x, y| x + y)
    }
}

impl<T: Float, const N: usize> Sub for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |x, y| x - y)
    }
}

impl<T: Float, const N: usize> Mul for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |x, y| x * y)
    }
}

impl<T: Float, const N: usize> Div for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.zip(other, |x, y| x / y)
    }
}

impl<T: Float, const N: usize> Neg for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|x| -x)
    }
}

impl<T: Float, const N: usize> BitAnd for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        self.zip(other, |x, y| T::from_bits(x.bits() & y.bits()))
    }
}

impl<T: Float, const N: usize> BitOr for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        self.zip(other, |x, y| T::from_bits(x.bits() | y.bits()))
    }
}

impl<T: Float, const N: usize> BitXor for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        self.zip(other, |x, y| T::from_bits(x.bits() ^ y.bits()))
    }
}

impl<T: Float, const N: usize> Not for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        self.map(|x| T::from_bits(!x.bits()))
    }
}

impl<T: Float, const N: usize> Lanes for Array<T, N> {
    type Elem = T;
    type Loop = Array<T, 1>;
    const N: usize = N;
    const FUSED: bool = true;

    #[inline(always)]
    fn splat(x: T) -> Self {
        Self([x; N])
    }

    #[inline(always)]
    fn load(from: &[T]) -> Self {
        let mut lanes = [T::ZERO; N];
        lanes.copy_from_slice(&from[..N]);
        Self(lanes)
    }

    #[inline(always)]
    fn store(self, to: &mut [T]) {
        to[..N].copy_from_slice(&self.0);
        if N > 1 {
            // An empty statement that the optimiser must take for a use of memory. Without it the loop vectoriser would see
            // single elements at distance `N` and work across the iterations, transposing lanes on the way in and out.
            std::hint::black_box(());
        }
    }

    #[inline(always)]
    fn mul_add(mut self, a: Self, b: Self) -> Self {
        for i in 0..N {
            self.0[i] = self.0[i].fused(a.0[i], b.0[i]);
        }
        self
    }

    #[inline(always)]
    fn mul_add_one(x: T, a: T, b: T) -> T {
        x.fused(a, b)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.map(|x| x.magnitude())
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(|x| x.root())
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.zip(other, |x, y| if x < y { x } else { y })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.zip(other, |x, y| if x > y { x } else { y })
    }

    #[inline(always)]
    fn lt(self, other: Self) -> Self {
        self.zip(other, |x, y| T::mask(x < y))
    }

    #[inline(always)]
    fn le(self, other: Self) -> Self {
        self.zip(other, |x, y| T::mask(x <= y))
    }

    #[inline(always)]
    fn eq(self, other: Self) -> Self {
        self.zip(other, |x, y| T::mask(x == y))
    }

    #[inline(always)]
    fn select(self, a: Self, b: Self) -> Self {
        (self & a) | (!self & b)
    }

    #[inline(always)]
    fn any(self) -> bool {
        let mut any = T::ZERO.bits();
        for x in self.0 {
            any = any | x.bits();
        }
        any != T::ZERO.bits()
    }

    #[inline(always)]
    fn shl(self, by: usize) -> Self {
        self.map(|x| T::from_bits(x.bits() << by))
    }

    #[inline(always)]
    fn shr(self, by: usize) -> Self {
        self.map(|x| T::from_bits(x.bits() >> by))
    }

    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        self.zip(other, |x, y| T::from_bits(x.bits() + y.bits()))
    }
}
