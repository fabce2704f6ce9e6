//! Lanes as the registers of AVX2 and AVX-512.
#![expect(unsafe_code, reason = "an instruction may only run where the CPU has it")]

use std::arch::x86_64::*;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

use super::Lanes;
use super::element::Element;
use crate::isa::Kernel;

/// One operator of a type of lanes, by one instruction. A macro, because instructions have names and no trait.
macro_rules! operator {
    ($lanes:ident, $operator:ident, $method:ident, $instruction:ident) => {
        impl $operator for $lanes {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(run!($instruction(self.0, other.0)))
            }
        }
    };
}

/// Runs an instruction, or a function of them.
macro_rules! run {
    ($instruction:expr) => {{
        // SAFETY: `isa.rs` alone chooses these types, for the functions that it compiles for their instruction set and calls where the
        // CPU has it. Whatever is read or written through a pointer is an array of just the length of the register, or as many of the
        // first elements as a slice has; a prefetch reads nothing.
        unsafe { $instruction }
    }};
}

/// What the 32 registers of AVX-512 allow.
macro_rules! registers {
    (avx2 $elem:ident) => {};
    (avx512 $elem:ident) => {
        const MANY_REGISTERS: bool = true;

        #[inline(always)]
        fn run_in_many_registers<K: Kernel<$elem>>(kernel: K) -> K::Output {
            Self::run_apart(kernel)
        }
    };
}

/// Whether a slice so long holds `count` stretches of `SIDE` elements that begin `stride` apart, the first at its beginning.
#[inline(always)]
fn reaches<const SIDE: usize>(len: usize, count: usize, stride: usize) -> bool {
    let last = stride.checked_mul(count.saturating_sub(1));
    last.and_then(|last| last.checked_add(SIDE)).is_some_and(|end| end <= len)
}

/// Lanes of one register. Comparisons, and what is made of their masks, differ between the instruction sets, and come as expressions.
macro_rules! lanes {
    (
        $(#[$doc:meta])*
        $lanes:ident: $n:literal $elem:ident in $register:ident of $isa:ident;
        arithmetic $add:ident $sub:ident $mul:ident $div:ident $fused:ident $sqrt:ident $min:ident $max:ident;
        bits $and:ident $or:ident $xor:ident $add_bits:ident $left:ident $right:ident;
        memory $splat:ident $load:ident $store:ident;
        parts |$len:ident| $first:expr, |$from:ident, $which:ident| $load_part:expr, $store_part:ident;
        integers $to_bits:ident $from_bits:ident;
        squares $half:ident $side:literal;
        masks |$x:ident, $y:ident| $lt:expr, $le:expr, $eq:expr; |$mask:ident| $any:expr, select($a:ident, $b:ident) $select:expr;
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        #[repr(transparent)]
        pub struct $lanes($register);

        operator!($lanes, Add, add, $add);
        operator!($lanes, Sub, sub, $sub);
        operator!($lanes, Mul, mul, $mul);
        operator!($lanes, Div, div, $div);
        operator!($lanes, BitAnd, bitand, $and);
        operator!($lanes, BitOr, bitor, $or);
        operator!($lanes, BitXor, bitxor, $xor);

        impl Neg for $lanes {
            type Output = Self;

            #[inline(always)]
            fn neg(self) -> Self {
                self ^ Self::splat(-0.0)
            }
        }

        impl Not for $lanes {
            type Output = Self;

            #[inline(always)]
            fn not(self) -> Self {
                self ^ Self::splat($elem::mask(true))
            }
        }

        impl Lanes for $lanes {
            type Elem = $elem;
            const N: usize = $n;
            const SIDE: usize = $side;
            const FUSED: bool = true;

            #[inline(always)]
            fn run_apart<K: Kernel<$elem>>(kernel: K) -> K::Output {
                run!(kernel.$isa())
            }

            registers!($isa $elem);

            #[inline(always)]
            fn splat(x: $elem) -> Self {
                Self(run!($splat(x)))
            }

            #[inline(always)]
            fn load(from: &[$elem]) -> Self {
                let from: &[$elem; $n] = from[..$n].as_array().expect("just as long");
                Self(run!($load(from.as_ptr())))
            }

            #[inline(always)]
            fn store(self, to: &mut [$elem]) {
                let to: &mut [$elem; $n] = to[..$n].as_mut_array().expect("just as long");
                run!($store(to.as_mut_ptr(), self.0));
            }

            #[inline(always)]
            fn load_part(from: &[$elem]) -> Self {
                let $len = from.len();
                assert!($len <= $n);
                let ($from, $which) = (from.as_ptr(), $first);
                Self(run!($load_part))
            }

            #[inline(always)]
            fn store_part(self, to: &mut [$elem]) {
                let $len = to.len();
                assert!($len <= $n);
                run!($store_part(to.as_mut_ptr(), $first, self.0));
            }

            #[inline(always)]
            fn prefetch(address: *const $elem) {
                run!(_mm_prefetch::<_MM_HINT_T1>(address.cast()));
            }

            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                Self(run!($fused(self.0, a.0, b.0)))
            }

            #[inline(always)]
            fn mul_add_one(x: $elem, a: $elem, b: $elem) -> $elem {
                x.fused(a, b)
            }

            #[inline(always)]
            fn abs(self) -> Self {
                self & !Self::splat(-0.0)
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                Self(run!($sqrt(self.0)))
            }

            #[inline(always)]
            fn min(self, other: Self) -> Self {
                Self(run!($min(self.0, other.0)))
            }

            #[inline(always)]
            fn max(self, other: Self) -> Self {
                Self(run!($max(self.0, other.0)))
            }

            #[inline(always)]
            fn lt(self, other: Self) -> Self {
                let ($x, $y) = (self.0, other.0);
                Self(run!($lt))
            }

            #[inline(always)]
            fn le(self, other: Self) -> Self {
                let ($x, $y) = (self.0, other.0);
                Self(run!($le))
            }

            #[inline(always)]
            fn eq(self, other: Self) -> Self {
                let ($x, $y) = (self.0, other.0);
                Self(run!($eq))
            }

            #[inline(always)]
            fn select(self, a: Self, b: Self) -> Self {
                let ($mask, $a, $b) = (self.0, a.0, b.0);
                Self(run!($select))
            }

            #[inline(always)]
            fn any(self) -> bool {
                let $mask = self.0;
                run!($any)
            }

            #[inline(always)]
            fn transpose(from: &[$elem], cols: usize, stride: usize, to: &mut [$elem], width: usize) {
                // One look at each length, instead of one for every column and row.
                assert!(reaches::<$side>(from.len(), cols, stride) && reaches::<$side>(to.len(), $side, width));
                let mut columns = [&[0.0; $side]; $side];
                for (j, column) in columns.iter_mut().enumerate().take(cols) {
                    // SAFETY: `reaches` has found so many elements from there on.
                    *column = unsafe { &*from.as_ptr().add(j * stride).cast() };
                }
                for (i, row) in $half::transposed(columns).into_iter().enumerate() {
                    // SAFETY: as above; the array is let go before the next is made.
                    let to: &mut [$elem; $side] = unsafe { &mut *to.as_mut_ptr().add(i * width).cast() };
                    row.store(to);
                }
            }

            #[inline(always)]
            fn shl(self, by: usize) -> Self {
                Self(run!($from_bits($left($to_bits(self.0), _mm_cvtsi64_si128(by as i64)))))
            }

            #[inline(always)]
            fn shr(self, by: usize) -> Self {
                Self(run!($from_bits($right($to_bits(self.0), _mm_cvtsi64_si128(by as i64)))))
            }

            #[inline(always)]
            fn add_bits(self, other: Self) -> Self {
                Self(run!($from_bits($add_bits($to_bits(self.0), $to_bits(other.0)))))
            }
        }
    };
}

lanes! {
    /// 8 elements in a register of AVX2.
    F32x8: 8 f32 in __m256 of avx2;
    arithmetic _mm256_add_ps _mm256_sub_ps _mm256_mul_ps _mm256_div_ps _mm256_fmadd_ps _mm256_sqrt_ps _mm256_min_ps _mm256_max_ps;
    bits _mm256_and_ps _mm256_or_ps _mm256_xor_ps _mm256_add_epi32 _mm256_sll_epi32 _mm256_srl_epi32;
    memory _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps;
    parts |len| first_of_8(len), |from, which| _mm256_maskload_ps(from, which), _mm256_maskstore_ps;
    integers _mm256_castps_si256 _mm256_castsi256_ps;
    squares F32x8 8;
    masks |x, y| _mm256_cmp_ps::<_CMP_LT_OQ>(x, y), _mm256_cmp_ps::<_CMP_LE_OQ>(x, y), _mm256_cmp_ps::<_CMP_EQ_OQ>(x, y);
        |mask| _mm256_movemask_ps(mask) != 0, select(a, b) _mm256_blendv_ps(b, a, mask);
}

lanes! {
    /// 4 elements in a register of AVX2.
    F64x4: 4 f64 in __m256d of avx2;
    arithmetic _mm256_add_pd _mm256_sub_pd _mm256_mul_pd _mm256_div_pd _mm256_fmadd_pd _mm256_sqrt_pd _mm256_min_pd _mm256_max_pd;
    bits _mm256_and_pd _mm256_or_pd _mm256_xor_pd _mm256_add_epi64 _mm256_sll_epi64 _mm256_srl_epi64;
    memory _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd;
    parts |len| first_of_4(len), |from, which| _mm256_maskload_pd(from, which), _mm256_maskstore_pd;
    integers _mm256_castpd_si256 _mm256_castsi256_pd;
    squares F64x4 4;
    masks |x, y| _mm256_cmp_pd::<_CMP_LT_OQ>(x, y), _mm256_cmp_pd::<_CMP_LE_OQ>(x, y), _mm256_cmp_pd::<_CMP_EQ_OQ>(x, y);
        |mask| _mm256_movemask_pd(mask) != 0, select(a, b) _mm256_blendv_pd(b, a, mask);
}

lanes! {
    /// 16 elements in a register of AVX-512.
    F32x16: 16 f32 in __m512 of avx512;
    arithmetic _mm512_add_ps _mm512_sub_ps _mm512_mul_ps _mm512_div_ps _mm512_fmadd_ps _mm512_sqrt_ps _mm512_min_ps _mm512_max_ps;
    bits _mm512_and_ps _mm512_or_ps _mm512_xor_ps _mm512_add_epi32 _mm512_sll_epi32 _mm512_srl_epi32;
    memory _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps;
    parts |len| ((1u32 << len) - 1) as __mmask16, |from, which| _mm512_maskz_loadu_ps(which, from), _mm512_mask_storeu_ps;
    integers _mm512_castps_si512 _mm512_castsi512_ps;
    squares F32x8 8;
    masks |x, y| _mm512_castsi512_ps(_mm512_movm_epi32(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(x, y))),
        _mm512_castsi512_ps(_mm512_movm_epi32(_mm512_cmp_ps_mask::<_CMP_LE_OQ>(x, y))),
        _mm512_castsi512_ps(_mm512_movm_epi32(_mm512_cmp_ps_mask::<_CMP_EQ_OQ>(x, y)));
        |mask| _mm512_movepi32_mask(_mm512_castps_si512(mask)) != 0,
        select(a, b) _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(mask)), b, a);
}

lanes! {
    /// 8 elements in a register of AVX-512.
    F64x8: 8 f64 in __m512d of avx512;
    arithmetic _mm512_add_pd _mm512_sub_pd _mm512_mul_pd _mm512_div_pd _mm512_fmadd_pd _mm512_sqrt_pd _mm512_min_pd _mm512_max_pd;
    bits _mm512_and_pd _mm512_or_pd _mm512_xor_pd _mm512_add_epi64 _mm512_sll_epi64 _mm512_srl_epi64;
    memory _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd;
    parts |len| ((1u32 << len) - 1) as __mmask8, |from, which| _mm512_maskz_loadu_pd(which, from), _mm512_mask_storeu_pd;
    integers _mm512_castpd_si512 _mm512_castsi512_pd;
    squares F64x4 4;
    masks |x, y| _mm512_castsi512_pd(_mm512_movm_epi64(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(x, y))),
        _mm512_castsi512_pd(_mm512_movm_epi64(_mm512_cmp_pd_mask::<_CMP_LE_OQ>(x, y))),
        _mm512_castsi512_pd(_mm512_movm_epi64(_mm512_cmp_pd_mask::<_CMP_EQ_OQ>(x, y)));
        |mask| _mm512_movepi64_mask(_mm512_castpd_si512(mask)) != 0,
        select(a, b) _mm512_mask_blend_pd(_mm512_movepi64_mask(_mm512_castpd_si512(mask)), b, a);
}

/// A mask of the first `len` of 8 elements.
#[inline(always)]
fn first_of_8(len: usize) -> __m256i {
    let lanes = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    let mask = F32x8::load(&lanes).lt(F32x8::splat(len as f32));
    run!(_mm256_castps_si256(mask.0))
}

/// A mask of the first `len` of 4 elements.
#[inline(always)]
fn first_of_4(len: usize) -> __m256i {
    let mask = F64x4::load(&[0.0, 1.0, 2.0, 3.0]).lt(F64x4::splat(len as f64));
    run!(_mm256_castpd_si256(mask.0))
}

impl F32x8 {
    /// The columns of a square as rows. Columns come in pairs, of which one fills half a register: to put them there takes no shuffle.
    #[inline(always)]
    fn transposed(columns: [&[f32; 8]; 8]) -> [Self; 8] {
        let mut rows = [Self::splat(0.0); 8];
        for (h, rows) in rows.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let mut pairs = [Self::splat(0.0); 4];
            for (j, pair) in pairs.iter_mut().enumerate() {
                let [low, high] = [columns[j], columns[j + 4]].map(|x| &x.as_chunks::<4>().0[h]);
                *pair = Self(run!(_mm256_insertf128_ps::<1>(
                    _mm256_castps128_ps256(_mm_loadu_ps(low.as_ptr())),
                    _mm_loadu_ps(high.as_ptr())
                )));
            }
            *rows = Self::interleaved(pairs);
        }
        rows
    }

    /// In each half the columns of a square of 4 as rows: pairs of columns are interleaved, then pairs of pairs.
    #[inline(always)]
    fn interleaved([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        let low = |x: Self, y: Self| run!(_mm256_castps_pd(_mm256_unpacklo_ps(x.0, y.0)));
        let high = |x: Self, y: Self| run!(_mm256_castps_pd(_mm256_unpackhi_ps(x.0, y.0)));
        let first = |x, y| Self(run!(_mm256_castpd_ps(_mm256_unpacklo_pd(x, y))));
        let second = |x, y| Self(run!(_mm256_castpd_ps(_mm256_unpackhi_pd(x, y))));
        let (ab, cd, ab_high, cd_high) = (low(a, b), low(c, d), high(a, b), high(c, d));
        [first(ab, cd), second(ab, cd), first(ab_high, cd_high), second(ab_high, cd_high)]
    }
}

impl F64x4 {
    /// The columns of a square as rows, as in [`F32x8`].
    #[inline(always)]
    fn transposed(columns: [&[f64; 4]; 4]) -> [Self; 4] {
        let mut rows = [Self::splat(0.0); 4];
        for (h, rows) in rows.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let mut pairs = [Self::splat(0.0); 2];
            for (j, pair) in pairs.iter_mut().enumerate() {
                let [low, high] = [columns[j], columns[j + 2]].map(|x| &x.as_chunks::<2>().0[h]);
                *pair = Self(run!(_mm256_insertf128_pd::<1>(
                    _mm256_castpd128_pd256(_mm_loadu_pd(low.as_ptr())),
                    _mm_loadu_pd(high.as_ptr())
                )));
            }
            let [x, y] = pairs;
            *rows = [Self(run!(_mm256_unpacklo_pd(x.0, y.0))), Self(run!(_mm256_unpackhi_pd(x.0, y.0)))];
        }
        rows
    }
}
