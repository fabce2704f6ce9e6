//! Lanes: a few neighbouring elements that are computed together.
//!
//! Every SIMD algorithm is a function generic over [`Lanes`], marked `#[inline(always)]` so that it becomes part of the
//! function that [`crate::isa`] compiles for an instruction set. There are three implementations:
//!
//! - the registers of AVX2 and AVX-512, instruction by instruction (`x86.rs`). Not plain arrays that the compiler packs: it does so in
//!   short loops, but spills tiles of more than 12 registers and loses its way in long formulas;
//! - the types of `wide`, for what the compile target guarantees. Their instructions are chosen when `wide` is compiled,
//!   which makes packed code certain there and wrong everywhere else;
//! - [`Two`] of either, for long formulas.
//!
//! Comparisons answer lanes of all ones or all zeros, to be used by [`Lanes::select`] and the operators of bits.

mod element;
mod two;
mod wide;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

pub(crate) use element::Element;
pub(crate) use two::Two;

use crate::Float;
use crate::isa::Kernel;

/// `N` elements that are computed together.
pub trait Lanes:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
{
    /// The type of one element.
    type Elem: Float;
    /// The number of elements: a power of two, at most 16, or 32 in [`Two`].
    const N: usize;
    /// The side of the squares that [`Self::transpose`] works on.
    const SIDE: usize;
    /// Whether [`Self::mul_add`] is known to round once. What is exact for this reason alone has another way where it is not.
    const FUSED: bool;
    /// Whether there are 32 registers for them; else 16.
    const MANY_REGISTERS: bool = false;

    /// Runs a kernel as a function of its own, compiled for these lanes.
    fn run_apart<K: Kernel<Self::Elem>>(kernel: K) -> K::Output;
    /// [`Self::run_apart`] for a kernel that needs 32 registers; where there are 16 it is not even compiled.
    ///
    /// # Panics
    /// Without [`Self::MANY_REGISTERS`].
    #[inline(always)]
    fn run_in_many_registers<K: Kernel<Self::Elem>>(_kernel: K) -> K::Output {
        unreachable!("there are 16 registers")
    }

    /// `x` in every lane.
    fn splat(x: Self::Elem) -> Self;
    /// The first `N` elements of `from`; panics when there are fewer.
    fn load(from: &[Self::Elem]) -> Self;
    /// Writes the first `N` elements of `to`; panics when there are fewer.
    fn store(self, to: &mut [Self::Elem]);

    /// The elements of a slice that may be shorter than `N`, and is not longer; the missing ones are 0.
    fn load_part(from: &[Self::Elem]) -> Self;
    /// Writes as many elements as `to` has room for; at most `N`.
    fn store_part(self, to: &mut [Self::Elem]);
    /// Asks for the line of memory that an address lies in, to be brought into the second cache. It may be any address.
    fn prefetch(address: *const Self::Elem);

    /// self · a + b, rounded once where the instruction set can do so, else twice; never a library call.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// [`Self::mul_add`] of single elements: the bits of one lane.
    fn mul_add_one(x: Self::Elem, a: Self::Elem, b: Self::Elem) -> Self::Elem;
    /// |self|
    fn abs(self) -> Self;
    /// √self
    fn sqrt(self) -> Self;
    /// `self < other ? self : other`: `other` when either is NaN.
    fn min(self, other: Self) -> Self;
    /// `self > other ? self : other`: `other` when either is NaN.
    fn max(self, other: Self) -> Self;

    /// Mask of self < other; NaN is not less.
    fn lt(self, other: Self) -> Self;
    /// Mask of self ≤ other.
    fn le(self, other: Self) -> Self;
    /// Mask of self = other; NaN equals nothing.
    fn eq(self, other: Self) -> Self;
    /// `a` where this mask is set, else `b`.
    fn select(self, a: Self, b: Self) -> Self;
    /// Whether this mask is set in any lane.
    fn any(self) -> bool;

    /// Transposes in registers: `cols` columns of `SIDE` contiguous elements, `stride` apart in `from`, become rows, `width` apart in `to`.
    /// All rows are `SIDE` long, so that with fewer columns each but the last is to be written over by what follows it.
    fn transpose(from: &[Self::Elem], cols: usize, stride: usize, to: &mut [Self::Elem], width: usize);

    /// The bit patterns shifted towards the sign.
    fn shl(self, by: usize) -> Self;
    /// The bit patterns shifted towards the last place; zeros enter.
    fn shr(self, by: usize) -> Self;
    /// The bit patterns added as integers, wrapping.
    fn add_bits(self, other: Self) -> Self;
}

/// The constant nearest to `x` in every lane. Constants come one by one: an array of them may be written to memory in
/// every round of a loop, and the processor stalls when it reads it back.
#[inline(always)]
pub(crate) fn splat<L: Lanes>(x: f64) -> L {
    L::splat(L::Elem::of(x))
}

/// The first `n` elements of each of a few slices. As all helpers a loop, because `array::map` is not always inlined.
#[inline(always)]
pub(crate) fn heads<T, const M: usize>(mut slices: [&[T]; M], n: usize) -> [&[T]; M] {
    for slice in &mut slices {
        *slice = &slice[..n];
    }
    slices
}

/// The lanes from index `i` on of each of a few slices.
#[inline(always)]
pub(crate) fn loads<L: Lanes, const M: usize>(from: [&[L::Elem]; M], i: usize) -> [L; M] {
    let mut lanes = [L::splat(L::Elem::ZERO); M];
    for (lanes, from) in lanes.iter_mut().zip(from) {
        *lanes = L::load(&from[i..]);
    }
    lanes
}

/// As [`loads`], up to the ends of the slices, which are less than `N` elements away.
#[inline(always)]
pub(crate) fn load_parts<L: Lanes, const M: usize>(from: [&[L::Elem]; M], i: usize) -> [L; M] {
    let mut lanes = [L::splat(L::Elem::ZERO); M];
    for (lanes, from) in lanes.iter_mut().zip(from) {
        *lanes = L::load_part(&from[i..]);
    }
    lanes
}
