//! Instruction sets, and the one place where a kernel is compiled for each of them.
#![expect(unsafe_code, reason = "a function compiled for an instruction set may only be called where the CPU has it")]

use std::fmt;
use std::sync::OnceLock;

use crate::Float;
use crate::lanes::Lanes;

/// An instruction set that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Isa {
    /// What the compile target guarantees: SSE2, NEON or wasm simd128.
    Baseline,
    /// AVX2 and FMA on x86-64.
    Avx2,
    /// AVX-512 (F, VL and DQ) on x86-64.
    Avx512,
}

impl Isa {
    /// The instruction sets that this CPU runs, the best last.
    pub fn available() -> &'static [Self] {
        match (has_avx2(), has_avx512()) {
            (true, true) => &[Self::Baseline, Self::Avx2, Self::Avx512],
            (true, false) => &[Self::Baseline, Self::Avx2],
            _ => &[Self::Baseline],
        }
    }

    /// The instruction set that kernels use: the best one, or the one that the environment variable `KERNELS_ISA` names.
    ///
    /// # Panics
    /// When `KERNELS_ISA` names an instruction set that is unknown or that this CPU lacks.
    pub fn current() -> Self {
        static CURRENT: OnceLock<Isa> = OnceLock::new();
        *CURRENT.get_or_init(|| {
            let available = Self::available();
            let Some(name) = std::env::var_os("KERNELS_ISA") else { return available[available.len() - 1] };
            let found = available.iter().find(|isa| name == isa.name());
            *found.unwrap_or_else(|| {
                let names: Vec<&str> = available.iter().map(|isa| isa.name()).collect();
                panic!("KERNELS_ISA is {name:?}; this CPU runs: {}", names.join(", "))
            })
        })
    }

    /// Its name, as `KERNELS_ISA` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The instruction set whose lanes are half as many, and have the same bits.
    pub(crate) const fn halved(self) -> Option<Self> {
        match self {
            Self::Avx512 => Some(Self::Avx2),
            Self::Baseline | Self::Avx2 => None,
        }
    }

    /// Runs a kernel compiled for this instruction set.
    ///
    /// # Panics
    /// When this CPU lacks it.
    #[inline]
    pub(crate) fn run<T: Float, K: Kernel<T>>(self, kernel: K) -> K::Output {
        self.ready().run(kernel)
    }

    /// This instruction set, ready to run any number of kernels.
    ///
    /// # Panics
    /// When this CPU lacks it.
    #[inline]
    pub(crate) fn ready(self) -> Ready {
        let found = match self {
            Self::Baseline => true,
            Self::Avx2 => has_avx2(),
            Self::Avx512 => has_avx512(),
        };
        assert!(found, "this CPU does not run {self}");
        Ready(self)
    }
}

/// An instruction set that this CPU was found to have; only [`Isa::ready`] makes one.
#[derive(Clone, Copy)]
pub(crate) struct Ready(Isa);

impl Ready {
    /// Runs a kernel compiled for this instruction set.
    #[inline]
    fn run<T: Float, K: Kernel<T>>(self, kernel: K) -> K::Output {
        match self.0 {
            Isa::Baseline => kernel.run::<T::Wide>(),
            // SAFETY: `Isa::ready` has found the features that `Kernel::avx2` is compiled with.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { kernel.avx2() },
            // SAFETY: `Isa::ready` has found the features that `Kernel::avx512` is compiled with.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { kernel.avx512() },
            #[cfg(not(target_arch = "x86_64"))]
            Isa::Avx2 | Isa::Avx512 => unreachable!("`Isa::ready` finds them on x86-64 only"),
        }
    }

    /// [`Self::run`] as a function of its own on every instruction set: for the parts of a kernel whose loops are many. In one
    /// function the compiler would need minutes, and would prepare all the loops whenever it runs a few of them. To be given
    /// a reference: a value would be copied, and the processor stalls when words just written are read two at a time.
    #[inline]
    pub(crate) fn run_apart<T: Float, K: Kernel<T>>(self, kernel: K) -> K::Output {
        match self.0 {
            Isa::Baseline => kernel.baseline(),
            Isa::Avx2 | Isa::Avx512 => self.run(kernel),
        }
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A piece of work on elements of type `T` that is compiled once for each instruction set.
///
/// The functions that it comes with belong to the kernel's own module, because the compiler works on modules side by side: as
/// functions of this module they would be one unit, on one core for minutes.
pub trait Kernel<T: Float>: Sized {
    /// What it answers.
    type Output;

    /// Does the work. To be marked `#[inline(always)]`, as everything it calls in its loops: a function of its own would be
    /// compiled without the instruction set. For the same reason it takes no closure from elsewhere.
    fn run<L: Lanes<Elem = T>>(self) -> Self::Output;

    /// The work on the baseline.
    #[inline(never)]
    fn baseline(self) -> Self::Output {
        self.run::<T::Wide>()
    }

    /// The work with AVX2.
    ///
    /// # Safety
    /// The CPU must have AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    #[inline(never)]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn avx2(self) -> Self::Output {
        self.run::<T::Avx2>()
    }

    /// The work with AVX-512.
    ///
    /// # Safety
    /// The CPU must have AVX2, FMA and the parts F, VL and DQ of AVX-512.
    #[cfg(target_arch = "x86_64")]
    #[inline(never)]
    #[target_feature(enable = "avx2,fma,avx512f,avx512vl,avx512dq")]
    unsafe fn avx512(self) -> Self::Output {
        self.run::<T::Avx512>()
    }
}

/// Whether this CPU has AVX2 and FMA; the answer of `std` is cached.
#[inline]
fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// Whether this CPU has AVX2, FMA and the parts of AVX-512 that kernels are compiled with.
#[inline]
fn has_avx512() -> bool {
    #[cfg(target_arch = "x86_64")]
    return has_avx2()
        && std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512vl")
        && std::arch::is_x86_feature_detected!("avx512dq");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}
