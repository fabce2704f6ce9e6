//! What a hypergradient takes.

use std::ops::AddAssign;

use crate::{Cost, Element, Runner};

/// What a hypergradient took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Products with F_θ or its transpose (those of failed attempts and probes included), or derivatives of a step in one direction.
    pub products: usize,
    /// Training steps that were run more than once.
    pub recomputed: usize,
    /// The most snapshots that were held at a time.
    pub snapshots: usize,
    /// The memory of the programs that were run, and of snapshots or directions.
    pub bytes: usize,
    /// The arithmetic of the programs that were run.
    pub flops: u64,
}

/// Counts runs of programs.
#[derive(Default)]
pub(super) struct Meter(Work);

impl Meter {
    /// One run of both stages.
    pub(super) fn whole<T: Element>(&mut self, runner: &Runner<T>) -> &mut Self {
        self.staged(runner, 1, 1)
    }

    /// So many runs of each stage.
    pub(super) fn staged<T: Element>(&mut self, runner: &Runner<T>, held: usize, free: usize) -> &mut Self {
        let program = runner.program();
        let flops = |costs: &mut dyn Iterator<Item = Cost>| costs.map(|cost| cost.flops).sum::<u64>();
        let first = flops(&mut program.step_costs().take(program.held_steps()));
        let second = flops(&mut program.step_costs().skip(program.held_steps()));
        self.0.flops += first * held as u64 + second * free as u64;
        self.0.bytes += program.arena() * size_of::<T>();
        self
    }

    pub(super) const fn work(&self) -> Work {
        self.0
    }
}

/// One after the other: the programs are the same, and the larger memory serves both.
impl AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        self.products += other.products;
        self.recomputed += other.recomputed;
        self.snapshots = self.snapshots.max(other.snapshots);
        self.bytes = self.bytes.max(other.bytes);
        self.flops += other.flops;
    }
}
