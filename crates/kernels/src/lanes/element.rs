//! What lanes need of one element beyond the public [`crate::Float`].

use std::num::Wrapping;
use std::ops::{Add, BitAnd, BitOr, BitXor, Not, Shl, Shr};

use super::Lanes;
#[cfg(target_arch = "x86_64")]
use super::x86::{F32x8, F32x16, F64x4, F64x8};
use crate::elementary::Constants;
use crate::elementwise::Apply;
use crate::group::Leaf;
use crate::matmul::Whole;
use crate::mixture::{self, Block};
use crate::reduce::Rows;
use crate::{Isa, MatMut, PanelsMut, Tail};

/// The inner side of [`crate::Float`]; it cannot be named outside of the crate, which seals that trait.
pub trait Element: Copy + Constants {
    /// The bit pattern.
    type Bits: Copy
        + Add<Output = Self::Bits>
        + BitAnd<Output = Self::Bits>
        + BitOr<Output = Self::Bits>
        + BitXor<Output = Self::Bits>
        + Not<Output = Self::Bits>
        + Shl<usize, Output = Self::Bits>
        + Shr<usize, Output = Self::Bits>
        + PartialEq;
    /// Lanes for functions compiled with registers of 32 bytes.
    #[cfg(target_arch = "x86_64")]
    type Avx2: Lanes<Elem = Self>;
    /// Lanes for functions compiled with registers of 64 bytes.
    #[cfg(target_arch = "x86_64")]
    type Avx512: Lanes<Elem = Self>;
    /// Lanes for what the target guarantees.
    type Wide: Lanes<Elem = Self>;

    /// The bit pattern of `self`.
    fn bits(self) -> Self::Bits;
    /// The element of a bit pattern.
    fn from_bits(bits: Self::Bits) -> Self;
    /// All ones if `set`, else all zeros.
    fn mask(set: bool) -> Self;
    /// self · a + b, rounded once.
    fn fused(self, a: Self, b: Self) -> Self;
    /// |self|
    fn magnitude(self) -> Self;
    /// √self
    fn root(self) -> Self;
    /// Runs a block of a mixture. Here, because what is generic is compiled in every crate that uses it, and this is long; never
    /// inlined, because a function of one call counts as short and would be compiled there all the same.
    fn mixture(isa: Isa, block: Block<'_, '_, Self>, room: &mut [Self]);
    /// Runs a block of rows of a mixture; here for the same reason.
    fn mixture_rows(isa: Isa, rows: mixture::Rows<'_, Self>, room: &mut [Self]);
    /// Runs an elementwise operation; here for the same reason.
    fn elementwise(isa: Isa, apply: &mut Apply<'_, Self>);
    /// Runs a product; here for the same reason.
    fn matmul(product: Whole<'_, Self>, c: MatMut<'_, Self>, tail: Option<Tail<'_, '_, Self>>, scratch: &mut [Self]);
    /// Runs a product into panels; here for the same reason.
    fn matmul_to_panels(product: Whole<'_, Self>, c: PanelsMut<'_, Self>, scratch: &mut [Self]);
    /// Runs a stretch of a group; here for the same reason.
    fn group(isa: Isa, leaf: Leaf<'_, '_, Self>);
    /// Runs the log-sum-exp of some rows; here for the same reason.
    fn log_sum_exp(isa: Isa, rows: Rows<'_, Self>);
}

impl Element for f32 {
    type Bits = Wrapping<u32>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = F32x8;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = F32x16;
    type Wide = ::wide::f32x4;

    #[inline(always)]
    fn bits(self) -> Self::Bits {
        Wrapping(self.to_bits())
    }

    #[inline(always)]
    fn from_bits(bits: Self::Bits) -> Self {
        Self::from_bits(bits.0)
    }

    #[inline(always)]
    fn mask(set: bool) -> Self {
        Self::from_bits(u32::from(set).wrapping_neg())
    }

    #[inline(always)]
    fn fused(self, a: Self, b: Self) -> Self {
        self.mul_add(a, b)
    }

    #[inline(always)]
    fn magnitude(self) -> Self {
        self.abs()
    }

    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }

    #[inline(never)]
    fn mixture(isa: Isa, block: Block<'_, '_, Self>, room: &mut [Self]) {
        block.run(isa, room);
    }

    #[inline(never)]
    fn mixture_rows(isa: Isa, rows: mixture::Rows<'_, Self>, room: &mut [Self]) {
        rows.run(isa, room);
    }

    #[inline(never)]
    fn elementwise(isa: Isa, apply: &mut Apply<'_, Self>) {
        apply.run(isa);
    }

    #[inline(never)]
    fn matmul(product: Whole<'_, Self>, c: MatMut<'_, Self>, tail: Option<Tail<'_, '_, Self>>, scratch: &mut [Self]) {
        product.run(c, tail, scratch);
    }

    #[inline(never)]
    fn matmul_to_panels(product: Whole<'_, Self>, c: PanelsMut<'_, Self>, scratch: &mut [Self]) {
        product.run_to_panels(c, scratch);
    }

    #[inline(never)]
    fn group(isa: Isa, leaf: Leaf<'_, '_, Self>) {
        leaf.start(isa);
    }

    #[inline(never)]
    fn log_sum_exp(isa: Isa, rows: Rows<'_, Self>) {
        isa.run(rows);
    }
}

impl Element for f64 {
    type Bits = Wrapping<u64>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = F64x4;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = F64x8;
    type Wide = ::wide::f64x2;

    #[inline(always)]
    fn bits(self) -> Self::Bits {
        Wrapping(self.to_bits())
    }

    #[inline(always)]
    fn from_bits(bits: Self::Bits) -> Self {
        Self::from_bits(bits.0)
    }

    #[inline(always)]
    fn mask(set: bool) -> Self {
        Self::from_bits(u64::from(set).wrapping_neg())
    }

    #[inline(always)]
    fn fused(self, a: Self, b: Self) -> Self {
        self.mul_add(a, b)
    }

    #[inline(always)]
    fn magnitude(self) -> Self {
        self.abs()
    }

    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }

    #[inline(never)]
    fn mixture(isa: Isa, block: Block<'_, '_, Self>, room: &mut [Self]) {
        block.run(isa, room);
    }

    #[inline(never)]
    fn mixture_rows(isa: Isa, rows: mixture::Rows<'_, Self>, room: &mut [Self]) {
        rows.run(isa, room);
    }

    #[inline(never)]
    fn elementwise(isa: Isa, apply: &mut Apply<'_, Self>) {
        apply.run(isa);
    }

    #[inline(never)]
    fn matmul(product: Whole<'_, Self>, c: MatMut<'_, Self>, tail: Option<Tail<'_, '_, Self>>, scratch: &mut [Self]) {
        product.run(c, tail, scratch);
    }

    #[inline(never)]
    fn matmul_to_panels(product: Whole<'_, Self>, c: PanelsMut<'_, Self>, scratch: &mut [Self]) {
        product.run_to_panels(c, scratch);
    }

    #[inline(never)]
    fn group(isa: Isa, leaf: Leaf<'_, '_, Self>) {
        leaf.start(isa);
    }

    #[inline(never)]
    fn log_sum_exp(isa: Isa, rows: Rows<'_, Self>) {
        isa.run(rows);
    }
}
