//! What the machine can do: the measure for benchmarks.

use std::hint::black_box;

use crate::isa::Kernel;
use crate::lanes::Lanes;
use crate::{Float, Isa};

/// Independent chains of multiply-adds, as in a tile of a product: enough to hide their latency, few enough to stay in registers.
const ROWS: usize = 6;
const CHAINS: usize = 2 * ROWS;

/// Runs `rounds` rounds of packed multiply-adds in registers, without any memory access, and returns how many floating-point
/// operations that were. Timed, it is the peak that a benchmark of [`crate::matmul()`] is divided by.
pub fn peak<T: Float>(isa: Isa, rounds: usize) -> usize {
    isa.run(Peak::<T> { rounds, factor: black_box(T::ONE) })
}

struct Peak<T> {
    rounds: usize,
    factor: T,
}

impl<T: Float> Kernel<T> for Peak<T> {
    type Output = usize;

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) -> usize {
        let factor = L::splat(self.factor);
        let mut chains = [[factor; CHAINS / ROWS]; ROWS];
        for _ in 0..self.rounds {
            for row in &mut chains {
                for chain in row {
                    *chain = chain.mul_add(factor, factor);
                }
            }
        }
        let mut out = [T::ZERO; 16];
        for chain in chains.as_flattened() {
            chain.store(&mut out);
            black_box(&out);
        }
        2 * L::N * CHAINS * self.rounds
    }
}
