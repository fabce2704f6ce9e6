//! Which states of a training are kept, to replay it backwards.

use crate::Float;

/// Snapshots of states, on a stack in the order of their steps.
///
/// Binomial checkpoints: with s snapshots (the first state is one of them) and every step run at most r times more, C(s + r, s)
/// steps can be reversed, and no schedule does better. Source: Griewank and Walther 2000, "Revolve", ACM TOMS 26(1), 19-45.
#[derive(Debug)]
pub(super) struct Snapshots<T> {
    /// Elements of a state.
    size: usize,
    /// The most that may be held at a time.
    limit: usize,
    steps: Vec<usize>,
    states: Vec<T>,
    /// The most that were held at a time.
    pub(super) peak: usize,
}

impl<T: Float> Snapshots<T> {
    /// As many as fit into `budget` bytes, at least one and at most one per step.
    pub(super) fn new(size: usize, steps: usize, budget: usize) -> Self {
        let limit = (budget / (size * size_of::<T>()).max(1)).clamp(1, steps.max(1));
        let (steps, states) = (Vec::with_capacity(limit), Vec::with_capacity(limit * size));
        Self { size, limit, steps, states, peak: 0 }
    }

    pub(super) fn push(&mut self, step: usize, state: &[T]) {
        debug_assert!(self.steps.len() < self.limit && self.steps.last().is_none_or(|&last| last < step));
        self.steps.push(step);
        self.states.extend_from_slice(state);
        self.peak = self.peak.max(self.steps.len());
    }

    /// Drops the snapshots after step `k`, copies the last one that is left into `state`, and tells its step.
    pub(super) fn restore(&mut self, k: usize, state: &mut [T]) -> usize {
        while self.steps.last().is_some_and(|&step| step > k) {
            self.steps.pop();
        }
        self.states.truncate(self.steps.len() * self.size);
        state.copy_from_slice(&self.states[self.states.len() - self.size..]);
        *self.steps.last().expect("the first state is kept")
    }

    /// The step whose state is to be kept next, on the way from the last snapshot to step `k`; `None` when there is no more to keep.
    pub(super) fn next(&self, k: usize) -> Option<usize> {
        let last = *self.steps.last()?;
        let free = self.limit - self.steps.len();
        (free > 0 && last < k).then(|| last + stride(k + 1 - last, free + 1))
    }
}

/// How far to the next snapshot, when `steps` ≥ 2 steps are to be reversed with `snapshots` ≥ 2, the first of which is taken:
/// the largest stride that keeps both sides within their C(s + r, s).
fn stride(steps: usize, snapshots: usize) -> usize {
    let (l, s) = (steps as u128, snapshots as u128);
    // reach = C(s + r, s), before = C(s + r − 1, s), of the least r with reach ≥ l.
    let (mut r, mut before, mut reach) = (0, 0, 1);
    while reach < l {
        r += 1;
        (before, reach) = (reach, reach * (s + r) / r);
    }
    // C(s − 1 + r − 1, s − 1), what the right side reverses with one snapshot fewer and one repetition fewer.
    let right = before * s / (s + r - 1);
    before.min(l - right) as usize
}
