//! Numbers that look random and are the same in every run.

use kernels::Float;

/// A linear congruential generator.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: usize) -> Self {
        let mut random = Self(seed as u64 ^ 0x9e37_79b9_7f4a_7c15);
        random.below(2);
        random
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    /// A number in [−1, 1).
    pub(crate) fn number<T: Float>(&mut self) -> T {
        T::of(self.below(1 << 20) as f64 / f64::from(1 << 19) - 1.0)
    }

    /// `n` of them.
    pub(crate) fn numbers<T: Float>(&mut self, n: usize) -> Vec<T> {
        (0..n).map(|_| self.number()).collect()
    }
}

/// The bits of numbers: equal when every bit is, except that one NaN is as good as another.
pub(crate) fn bits<T: Float>(x: &[T]) -> Vec<u64> {
    x.iter().map(|x| if x.to_f64().is_nan() { u64::MAX } else { x.to_f64().to_bits() }).collect()
}

/// Runs `f` in pools of one and of two threads.
pub(crate) fn in_pools<R: Send>(f: impl Fn() -> R + Sync) -> [R; 2] {
    [1, 2].map(|threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool can be built").install(&f)
    })
}
