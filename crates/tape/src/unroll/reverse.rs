//! The reverse loop: df/dα = f_α + Σₖ Bₖᵀ cₖ₊₁ with c_K = f_θ, cₖ = Aₖᵀ cₖ₊₁, Aₖ = ∂Φ/∂θ, Bₖ = ∂Φ/∂α at step k.
//! Source: Franceschi, Donini, Frasconi and Pontil 2017, "Forward and reverse gradient-based hyperparameter optimization".

use super::snapshots::Snapshots;
use super::training::{Training, Walk};
use crate::exec::vector::{add_scaled, norm};
use crate::steps::Step;
use crate::{Element, Par};

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
    /// Σₖ of the derivatives by the hyperparameters of the step in step k, η first.
    pub(crate) by: Vec<f64>,
    /// Σₖ ηₖ ∂f/∂ηₖ
    pub(crate) by_scale: f64,
    /// What the steps before would have added to d, in norm: an estimate.
    pub(crate) truncation: f64,
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
        let constants: Vec<T> = step.constants().into_iter().map(T::of).collect();
        let with_constants: Vec<&[T]> = held.iter().copied().chain(constants.chunks(1)).collect();
        let mut pull = Walk::new(step, layout, window.eta, backward.hold(&with_constants));
        let mut hyper = Hyper::new(step);
        let mut decay = Decay { adjoint: [0.0, norm(Par::Seq, &c)], contribution: 0.0 };
        for k in (first..steps).rev() {
            if k + 1 < steps {
                replay.restore(k, &mut state);
            }
            pull.evaluate(k, &state, &c);
            pull.read(&mut c); // cₖ = Aₖᵀ cₖ₊₁
            for (i, d) in d.iter_mut().enumerate() {
                add_scaled(d, 1.0, pull.rest(i)); // d += Bₖᵀ cₖ₊₁
            }
            hyper.add(step, k, (window.eta)(k), |i| pull.rest(alpha.len() + i)[0].to_f64());
            decay.see(&c[..p], (0..alpha.len()).map(|i| pull.rest(i)));
        }
        c.truncate(p);
        let (recomputed, snapshots) = (replay.runs - steps, replay.snapshots.peak);
        let bytes = snapshots * size * size_of::<T>();
        let truncation = decay.left(first);
        let Hyper { by, by_scale, .. } = hyper;
        Reversed { theta, d, c, by, by_scale, truncation, reversed: steps - first, recomputed, snapshots, bytes }
    }
}

/// Derivatives by the hyperparameters of the step.
struct Hyper {
    s: Vec<f64>,
    c: Vec<f64>,
    now: Vec<f64>,
    by: Vec<f64>,
    by_scale: f64,
}

impl Hyper {
    fn new(step: &dyn Step) -> Self {
        let zeros = vec![0.0; step.hyperparameters().len()];
        let (s, c) = (vec![0.0; step.scalars()], vec![0.0; step.constants().len()]);
        Self { s, c, now: zeros.clone(), by: zeros, by_scale: 0.0 }
    }

    /// Adds those of step k, from derivatives by s and then by the constants.
    fn add(&mut self, step: &dyn Step, k: usize, eta: f64, derivative: impl Fn(usize) -> f64) {
        let all = self.s.iter_mut().chain(&mut self.c);
        all.enumerate().for_each(|(i, place)| *place = derivative(i));
        step.pull_back(k, eta, &self.s, &self.c, &mut self.now);
        self.by.iter_mut().zip(&self.now).for_each(|(sum, now)| *sum += now);
        self.by_scale += eta * self.now[0];
    }
}

/// How the adjoint falls, over the last two steps that were reversed.
struct Decay {
    /// ‖c‖ before and after the last step.
    adjoint: [f64; 2],
    /// ‖Bᵀc‖ of the last step.
    contribution: f64,
}

impl Decay {
    fn see<'a, T: Element>(&mut self, c: &[T], contributions: impl Iterator<Item = &'a [T]>) {
        self.adjoint = [self.adjoint[1], norm(Par::Seq, c)];
        self.contribution = contributions.map(|part| norm(Par::Seq, part).powi(2)).sum::<f64>().sqrt();
    }

    /// b(γ + γ² + … + γⁿ) for n steps that were not reversed, with b the last contribution and γ the last rate.
    fn left(&self, n: usize) -> f64 {
        let [before, after] = self.adjoint;
        let gamma = after / before;
        match n {
            0 => 0.0,
            _ if self.contribution == 0.0 || after == 0.0 => 0.0,
            _ if gamma < 1.0 => self.contribution * gamma * (1.0 - gamma.powf(n as f64)) / (1.0 - gamma),
            _ => f64::INFINITY,
        }
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
