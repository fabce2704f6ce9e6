//! Instruction sets, and the one place where a kernel is compiled for each of them.

use std::fmt;

/// An instruction set that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Isa {
    /// What the compile target guarantees: SSE2, NEON or wasm simd128.
    Baseline,
    /// AVX2 and FMA on x86-64.
    Avx2,
}

impl Isa {
    /// The instruction sets that this CPU runs, the best last.
    pub fn available() -> &'static [Self] {
        &[Self::Baseline]
    }

    /// The instruction set that kernels use: the best one, or the one that the environment variable `KERNELS_ISA` names.
    ///
    /// # Panics
    /// When `KERNELS_ISA` names an instruction set that is unknown or that this CPU lacks.
    pub fn current() -> Self {
        Self::Baseline
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Baseline => "baseline",
            Self::Avx2 => "avx2",
        })
    }
}
