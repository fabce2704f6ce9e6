//! What the machine can do: multiply-adds of one core, and what it reads per second from each level of memory.

use std::fmt;
use std::hint::black_box;
use std::time::Instant;

use kernels::{Float, Isa, peak};

/// The limits of one core.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// GFLOP/s of `f32` and `f64`.
    pub(crate) peaks: [f64; 2],
    /// The name of a level, and GB/s that are read from it.
    pub(crate) bandwidths: Vec<(&'static str, f64)>,
}

/// Levels of memory, by how many bytes lie in them on most machines.
const LEVELS: [(&str, usize); 3] = [("second level", 256 << 10), ("third level", 8 << 20), ("memory", 256 << 20)];

impl Limits {
    /// Measures this machine.
    pub(crate) fn measure() -> Self {
        let bandwidths = LEVELS.map(|(name, bytes)| (name, bandwidth(bytes))).to_vec();
        Self { peaks: [best_peak::<f32>(), best_peak::<f64>()], bandwidths }
    }
}

/// The best of some repetitions.
fn best_peak<T: Float>() -> f64 {
    let rounds = 20_000_000 / peak::<T>(Isa::current(), 1);
    let rate = |_| {
        let start = Instant::now();
        peak::<T>(Isa::current(), rounds) as f64 / start.elapsed().as_secs_f64() * 1e-9
    };
    (0..50).map(rate).fold(0.0, f64::max)
}

/// GB/s of sums over an array of so many bytes, the best of some passes.
fn bandwidth(bytes: usize) -> f64 {
    let data = vec![1.0_f32; bytes / size_of::<f32>()];
    let passes = ((64 << 20) / bytes).max(1);
    let rate = |_| {
        let start = Instant::now();
        black_box((0..passes).map(|_| sum(black_box(&data))).sum::<f32>());
        (passes * bytes) as f64 / start.elapsed().as_secs_f64() * 1e-9
    };
    (0..12).map(rate).fold(0.0, f64::max)
}

/// The sum in enough chains that reading is what limits it.
fn sum(data: &[f32]) -> f32 {
    let mut chains = [0.0_f32; 32];
    for x in data.as_chunks::<32>().0 {
        chains.iter_mut().zip(x).for_each(|(chain, x)| *chain += x);
    }
    chains.iter().sum()
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [single, double] = self.peaks;
        writeln!(f, "one core, {}: {single:.1} GFLOP/s in f32, {double:.1} in f64", Isa::current())?;
        let levels = self.bandwidths.iter().map(|(name, rate)| format!("{name} {rate:.1}"));
        write!(f, "read, GB/s: {}", levels.collect::<Vec<_>>().join(", "))
    }
}
