//! The reverse loop: df/dα = f_α + Σₖ Bₖᵀ cₖ₊₁ with c_K = f_θ, cₖ = Aₖᵀ cₖ₊₁, Aₖ = ∂Φ/∂θ, Bₖ = ∂Φ/∂α at step k.
//! Source: Franceschi, Donini, Frasconi and Pontil 2017, "Forward and reverse gradient-based hyperparameter optimization".

use super::snapshots::Snapshots;
use super::training::{Training, Walk};
use crate::Element;
use crate::exec::vector::add_scaled;

/// Which steps are made, and which of them are differentiated.
#[derive(Clone, Copy)]
pub(crate) struct Window<'a> {
    pub(crate) steps: usize,
    /// How many of the last steps are differentiated.
    pub(crate) last: usize,
    pub(crate) eta: &'a dyn Fn(usize) -> f64,
}

/// What the reverse loop found.
#[derive(Debug)]
pub(crate) struct Reversed<T> {
    /// θ_K, flat.
    pub(crate) theta: Vec<T>,
    /// Σₖ Bₖᵀ cₖ₊₁ for each variable of α.
    pub(crate) d: Vec<Vec<T>>,
    /// c at the first step that was reversed, θ's part: what the sum has not yet accounted for.
    pub(crate) c: Vec<T>,
    /// The steps that were reversed.
    pub(crate) reversed: usize,
    /// The steps that were run more than once.
    pub(crate) recomputed: usize,
    /// The most snapshots that were held at a time.
    pub(crate) snapshots: usize,
    /// Their bytes.
    pub(crate) bytes: usize,
}

impl<T: Element> Training<T> {
    /// Trains from `theta`, asks `outer` for f_θ at θ_K (flat, both), and pulls it back through the last steps, with snapshots
    /// in `budget` bytes.
    #[track_caller]
    pub(crate) fn reverse(
        &mut self,
        window: &Window<'_>,
        budget: usize,
        [alpha, theta, data]: [&[&[T]]; 3],
        outer: &mut dyn FnMut(&[T]) -> Vec<T>,
    ) -> Reversed<T> {
        let mut state = self.start(theta).values;
        let held = [alpha, data].concat();
        let Self { step, layout, forward, backward, .. } = self;
        let step = &**step;
        let (size, p, steps) = (layout.size(), layout.theta_size(), window.steps);
        let first = steps - window.last.min(steps);
        let mut replay = Replay {
            walk: Walk::new(step, layout, window.eta, forward.hold(&held)),
            snapshots: Snapshots::new(size, steps - first, budget),
            runs: 0,
        };
        let mut d: Vec<Vec<T>> = alpha.iter().map(|alpha| vec![T::ZERO; alpha.len()]).collect();
        // θ_first, then all the way to θ_K; the state before the last step stays at hand.
        replay.walk_to(0, first, &mut state);
        let mut last = state.clone();
        if first < steps {
            replay.snapshots.push(first, &state);
            replay.restore(steps - 1, &mut state);
            last.copy_from_slice(&state);
            replay.walk_to(steps - 1, steps, &mut last);
        }
        let theta = last[..p].to_vec();
        let mut c = outer(&theta); // c_K = f_θ
        c.resize(size, T::ZERO);
        let mut pull = Walk::new(step, layout, window.eta, backward.hold(&held));
        for k in (first..steps).rev() {
            if k + 1 < steps {
                replay.restore(k, &mut state);
            }
            pull.evaluate(k, &state, &c);
            pull.read(&mut c); // cₖ = Aₖᵀ cₖ₊₁
            for (i, d) in d.iter_mut().enumerate() {
                add_scaled(d, 1.0, pull.rest(i)); // d += Bₖᵀ cₖ₊₁
            }
        }
        c.truncate(p);
        let (recomputed, snapshots) = (replay.runs - steps, replay.snapshots.peak);
        let bytes = snapshots * size * size_of::<T>();
        Reversed { theta, d, c, reversed: steps - first, recomputed, snapshots, bytes }
    }
}

/// The steps forward, again and again.
struct Replay<'s, T> {
    walk: Walk<'s, T>,
    snapshots: Snapshots<T>,
    runs: usize,
}

impl<T: Element> Replay<'_, T> {
    fn walk_to(&mut self, from: usize, to: usize, state: &mut [T]) {
        for k in from..to {
            self.walk.advance(k, state);
        }
        self.runs += to - from;
    }

    /// The state before step `k`, from the last snapshot that is not after it, keeping snapshots on the way.
    fn restore(&mut self, k: usize, state: &mut [T]) {
        let mut at = self.snapshots.restore(k, state);
        while let Some(next) = self.snapshots.next(k) {
            self.walk_to(at, next, state);
            self.snapshots.push(next, state);
            at = next;
        }
        self.walk_to(at, k, state);
    }
}
