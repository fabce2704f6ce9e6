//! Lanes as a plain array.

use std::array::from_fn;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

use super::Lanes;
use crate::Float;

/// Lanes as a plain array: packed code inside a function compiled for an instruction set with registers of this size.
/// Outside of such a function `mul_add` is a library call per lane, so nothing but `isa.rs` may choose this type.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Array<T, const N: usize>([T; N]);

impl<T: Float, const N: usize> Add for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i] + other.0[i]))
    }
}

impl<T: Float, const N: usize> Sub for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i] - other.0[i]))
    }
}

impl<T: Float, const N: usize> Mul for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i] * other.0[i]))
    }
}

impl<T: Float, const N: usize> Div for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i] / other.0[i]))
    }
}

impl<T: Float, const N: usize> Neg for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(from_fn(|i| -self.0[i]))
    }
}

impl<T: Float, const N: usize> BitAnd for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(from_fn(|i| T::from_bits(self.0[i].bits() & other.0[i].bits())))
    }
}

impl<T: Float, const N: usize> BitOr for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(from_fn(|i| T::from_bits(self.0[i].bits() | other.0[i].bits())))
    }
}

impl<T: Float, const N: usize> BitXor for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        Self(from_fn(|i| T::from_bits(self.0[i].bits() ^ other.0[i].bits())))
    }
}

impl<T: Float, const N: usize> Not for Array<T, N> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(from_fn(|i| T::from_bits(!self.0[i].bits())))
    }
}

impl<T: Float, const N: usize> Lanes for Array<T, N> {
    type Elem = T;
    const N: usize = N;

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
        // An empty statement that the optimiser must take for a use of memory. Without it the loop vectoriser would see a
        // loop of single elements at distance `N` and work across its iterations, transposing lanes on the way in and out.
        std::hint::black_box(());
    }

    #[inline(always)]
    fn mul_add(self, a: Self, b: Self) -> Self {
        Self(from_fn(|i| self.0[i].fused(a.0[i], b.0[i])))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(from_fn(|i| self.0[i].magnitude()))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(from_fn(|i| self.0[i].root()))
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(from_fn(|i| if self.0[i] < other.0[i] { self.0[i] } else { other.0[i] }))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(from_fn(|i| if self.0[i] > other.0[i] { self.0[i] } else { other.0[i] }))
    }

    #[inline(always)]
    fn lt(self, other: Self) -> Self {
        Self(from_fn(|i| T::mask(self.0[i] < other.0[i])))
    }

    #[inline(always)]
    fn le(self, other: Self) -> Self {
        Self(from_fn(|i| T::mask(self.0[i] <= other.0[i])))
    }

    #[inline(always)]
    fn eq(self, other: Self) -> Self {
        Self(from_fn(|i| T::mask(self.0[i] == other.0[i])))
    }

    #[inline(always)]
    fn select(self, a: Self, b: Self) -> Self {
        (self & a) | (!self & b)
    }

    #[inline(always)]
    fn any(self) -> bool {
        self.0.iter().fold(T::ZERO.bits(), |any, x| any | x.bits()) != T::ZERO.bits()
    }

    #[inline(always)]
    fn shl(self, by: usize) -> Self {
        Self(from_fn(|i| T::from_bits(self.0[i].bits() << by)))
    }

    #[inline(always)]
    fn shr(self, by: usize) -> Self {
        Self(from_fn(|i| T::from_bits(self.0[i].bits() >> by)))
    }

    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        Self(from_fn(|i| T::from_bits(self.0[i].bits() + other.0[i].bits())))
    }
}
