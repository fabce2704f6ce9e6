//! Lanes as the types of `wide`.

use ::wide::{f32x4, f64x2, f64x4, u32x4, u64x2};
use bytemuck::cast;

use super::Lanes;
use crate::isa::Kernel;

/// A macro, because the types of `wide` share no trait that a generic could be bound by.
macro_rules! lanes {
    ($lanes:ident, $elem:ident, $bits:ident, $four:ident, $n:literal) => {
        impl Lanes for $lanes {
            type Elem = $elem;
            const N: usize = $n;
            const SIDE: usize = 4;
            const FUSED: bool = false;

            #[inline(always)]
            fn run_apart<K: Kernel<$elem>>(kernel: K) -> K::Output {
                kernel.baseline()
            }

            #[inline(always)]
            fn splat(x: $elem) -> Self {
                Self::splat(x)
            }

            #[inline(always)]
            fn load(from: &[$elem]) -> Self {
                let mut lanes = [0.0; $n];
                lanes.copy_from_slice(&from[..$n]);
                Self::new(lanes)
            }

            #[inline(always)]
            fn store(self, to: &mut [$elem]) {
                to[..$n].copy_from_slice(&self.to_array());
            }

            #[inline(always)]
            fn load_part(from: &[$elem]) -> Self {
                let mut lanes = [0.0; $n];
                lanes[..from.len()].copy_from_slice(from);
                Self::new(lanes)
            }

            #[inline(always)]
            fn store_part(self, to: &mut [$elem]) {
                to.copy_from_slice(&self.to_array()[..to.len()]);
            }

            #[inline(always)]
            fn prefetch(_: *const $elem) {}

            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                self.mul_add(a, b)
            }

            #[inline(always)]
            fn mul_add_one(x: $elem, a: $elem, b: $elem) -> $elem {
                // The same choice as in `wide`: one lane of its lanes.
                Self::splat(x).mul_add(Self::splat(a), Self::splat(b)).to_array()[0]
            }

            #[inline(always)]
            fn abs(self) -> Self {
                self.abs()
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                self.sqrt()
            }

            #[inline(always)]
            fn min(self, other: Self) -> Self {
                Lanes::lt(self, other).select(self, other)
            }

            #[inline(always)]
            fn max(self, other: Self) -> Self {
                Lanes::lt(other, self).select(self, other)
            }

            #[inline(always)]
            fn lt(self, other: Self) -> Self {
                self.simd_lt(other)
            }

            #[inline(always)]
            fn le(self, other: Self) -> Self {
                self.simd_le(other)
            }

            #[inline(always)]
            fn eq(self, other: Self) -> Self {
                self.simd_eq(other)
            }

            #[inline(always)]
            fn select(self, a: Self, b: Self) -> Self {
                (self & a) | (!self & b)
            }

            #[inline(always)]
            fn any(self) -> bool {
                self.any()
            }

            #[inline(always)]
            fn transpose(from: &[$elem], cols: usize, stride: usize, to: &mut [$elem], width: usize) {
                let mut square = [[0.0; 4]; 4];
                for (j, column) in square.iter_mut().enumerate().take(cols) {
                    column.copy_from_slice(&from[j * stride..][..4]);
                }
                let rows: [[$elem; 4]; 4] = cast($four::transpose(cast(square)));
                for (i, row) in rows.iter().enumerate() {
                    to[i * width..][..4].copy_from_slice(row);
                }
            }

            #[inline(always)]
            fn shl(self, by: usize) -> Self {
                cast(cast::<Self, $bits>(self) << by as u32)
            }

            #[inline(always)]
            fn shr(self, by: usize) -> Self {
                cast(cast::<Self, $bits>(self) >> by as u32)
            }

            #[inline(always)]
            fn add_bits(self, other: Self) -> Self {
                cast(cast::<Self, $bits>(self) + cast::<Self, $bits>(other))
            }
        }
    };
}

lanes!(f32x4, f32, u32x4, f32x4, 4);
lanes!(f64x2, f64, u64x2, f64x4, 2);
