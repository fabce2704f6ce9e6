//! Two registers side by side, whose operations take turns.

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

use super::Lanes;
use crate::isa::Kernel;

/// Two of a type of lanes as one of twice the length. A long formula is a chain in which each operation waits for the one before it,
/// and the processor looks ahead no further than a few dozen of them: two chains, interleaved, keep it busy.
#[derive(Clone, Copy)]
pub(crate) struct Two<L>(L, L);

/// One operator, on both. A macro, because each operator is a trait of its own.
macro_rules! operator {
    ($operator:ident, $method:ident) => {
        impl<L: Lanes> $operator for Two<L> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0), self.1.$method(other.1))
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);
operator!(BitAnd, bitand);
operator!(BitOr, bitor);
operator!(BitXor, bitxor);

impl<L: Lanes> Neg for Two<L> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

impl<L: Lanes> Not for Two<L> {
    type Output = Self;

    #[inline(always)]
    fn not(self) -> Self {
        Self(!self.0, !self.1)
    }
}

impl<L: Lanes> Lanes for Two<L> {
    type Elem = L::Elem;
    const N: usize = 2 * L::N;
    const SIDE: usize = L::SIDE;
    const FUSED: bool = L::FUSED;

    #[inline(always)]
    fn run_apart<K: Kernel<L::Elem>>(kernel: K) -> K::Output {
        L::run_apart(kernel)
    }

    #[inline(always)]
    fn splat(x: L::Elem) -> Self {
        Self(L::splat(x), L::splat(x))
    }

    #[inline(always)]
    fn load(from: &[L::Elem]) -> Self {
        let from = &from[..Self::N];
        Self(L::load(from), L::load(&from[L::N..]))
    }

    #[inline(always)]
    fn store(self, to: &mut [L::Elem]) {
        let to = &mut to[..Self::N];
        self.0.store(to);
        self.1.store(&mut to[L::N..]);
    }

    #[inline(always)]
    fn load_part(from: &[L::Elem]) -> Self {
        let (first, second) = from.split_at(from.len().min(L::N));
        Self(L::load_part(first), L::load_part(second))
    }

    #[inline(always)]
    fn store_part(self, to: &mut [L::Elem]) {
        let (first, second) = to.split_at_mut(to.len().min(L::N));
        self.0.store_part(first);
        self.1.store_part(second);
    }

    #[inline(always)]
    fn prefetch(address: *const L::Elem) {
        L::prefetch(address);
    }

    #[inline(always)]
    fn mul_add(self, a: Self, b: Self) -> Self {
        Self(self.0.mul_add(a.0, b.0), self.1.mul_add(a.1, b.1))
    }

    #[inline(always)]
    fn mul_add_one(x: L::Elem, a: L::Elem, b: L::Elem) -> L::Elem {
        L::mul_add_one(x, a, b)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(self.0.abs(), self.1.abs())
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt(), self.1.sqrt())
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0), self.1.min(other.1))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0), self.1.max(other.1))
    }

    #[inline(always)]
    fn lt(self, other: Self) -> Self {
        Self(self.0.lt(other.0), self.1.lt(other.1))
    }

    #[inline(always)]
    fn le(self, other: Self) -> Self {
        Self(self.0.le(other.0), self.1.le(other.1))
    }

    #[inline(always)]
    fn eq(self, other: Self) -> Self {
        Self(self.0.eq(other.0), self.1.eq(other.1))
    }

    #[inline(always)]
    fn select(self, a: Self, b: Self) -> Self {
        Self(self.0.select(a.0, b.0), self.1.select(a.1, b.1))
    }

    #[inline(always)]
    fn any(self) -> bool {
        (self.0 | self.1).any()
    }

    #[inline(always)]
    fn transpose(from: &[L::Elem], cols: usize, stride: usize, to: &mut [L::Elem], width: usize) {
        L::transpose(from, cols, stride, to, width);
    }

    #[inline(always)]
    fn shl(self, by: usize) -> Self {
        Self(self.0.shl(by), self.1.shl(by))
    }

    #[inline(always)]
    fn shr(self, by: usize) -> Self {
        Self(self.0.shr(by), self.1.shr(by))
    }

    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        Self(self.0.add_bits(other.0), self.1.add_bits(other.1))
    }
}
