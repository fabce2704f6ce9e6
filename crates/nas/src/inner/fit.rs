//! The inner problem: θ fitted for one α, to a tolerance.

use super::batches::Batches;
use super::lbfgs::{At, Lbfgs, Smooth};
use super::{narrow, widen};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use tape::{Adam, Element, Gd, Momentum, Par, Program, Runner, Step, Training, Var, Vars, grad};

/// A fit by L-BFGS has come to rest when so many steps ...
const LOOK_BACK: usize = 10;
/// ... lowered the loss by less than this times its size, in units of the rounding of one evaluation.
const ROUNDINGS: f64 = 10.0;
/// First-order steps between two looks at the gradient.
const BURST: usize = 10;

/// How θ is fitted.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Optimiser {
    /// Limited-memory BFGS with a line search: no step size to choose.
    Lbfgs,
    /// Gradient descent.
    Gd,
    /// Gradient descent with heavy-ball momentum.
    Momentum,
    /// Adam.
    Adam,
}

impl Optimiser {
    /// The recorded step; L-BFGS has none.
    pub fn step(self) -> Option<Box<dyn Step>> {
        match self {
            Self::Lbfgs => None,
            Self::Gd => Some(Box::new(Gd)),
            Self::Momentum => Some(Box::new(Momentum::default())),
            Self::Adam => Some(Box::new(Adam::default())),
        }
    }
}

/// When a fit ends, and how it moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitOptions {
    /// The method.
    pub optimiser: Optimiser,
    /// Step size of the first-order methods.
    pub lr: f64,
    /// At most this many steps.
    pub steps: usize,
    /// Stationary is where ‖∇g‖ is at most this part of its size at the start (of the first fit, if this one goes on).
    pub tolerance: f64,
}

/// Why a fit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fitted {
    /// The gradient fell to its tolerance.
    Stationary,
    /// The step limit came first.
    StepLimit,
    /// No step, or only steps within the rounding of the loss, decrease it.
    NoDecrease,
    /// The loss is no longer a finite number.
    Diverged,
}

/// Where a fit ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The parameters.
    pub theta: Vec<f64>,
    /// The loss at them.
    pub loss: f64,
    /// ∇g there.
    pub gradient: Vec<f64>,
    /// ‖∇g‖ there, over ‖∇g‖ at the start.
    pub residual: f64,
    /// ‖∇g‖ at the start, or where the first fit began.
    pub scale: f64,
    /// Steps made.
    pub steps: usize,
    /// Why it ended.
    pub end: Fitted,
}

/// A loss (1 × 1) of some rows of data, on a tape.
#[derive(Clone, Copy, Debug)]
pub struct OnRows<'t, D> {
    /// The loss.
    pub loss: Var<'t>,
    /// The data it needs, each matrix with the same number of rows.
    pub data: D,
}

/// The fit of a loss (1 × 1) in one flat `theta`, compiled once for any α and any data of the same size.
///
/// Programs run in `T`; θ between them is in `f64`, as are the sums of L-BFGS.
#[derive(Debug)]
pub struct Fitter<T> {
    /// (α, data) held, θ → g, ∇g.
    value: Runner<T>,
    /// The step of a first-order method.
    training: Option<Training<T>>,
    batches: Option<Batches>,
    options: FitOptions,
    /// That of the options; it may change from fit to fit.
    pub tolerance: f64,
}

impl<T: Element> Fitter<T> {
    /// Records and compiles.
    ///
    /// # Panics
    /// When the loss is not 1 × 1 or needs an input that is not listed.
    #[track_caller]
    pub fn new<'t>(
        OnRows { loss, data }: OnRows<'t, impl Vars<'t> + Clone>,
        alpha: Var<'t>,
        theta: Var<'t>,
        options: FitOptions,
    ) -> Self {
        let value = value_and_gradient(loss, alpha, theta, data.clone());
        let training = options.optimiser.step().map(|step| Training::new(loss, alpha, theta, data, step, Par::Rayon));
        Self { value, training, batches: None, options, tolerance: options.tolerance }
    }

    /// The same with steps on mini-batches: `batch` is the loss of a batch. The size of the steps falls to zero along half a
    /// cosine, since steps of one size never settle. L-BFGS has no batches and ignores them.
    ///
    /// # Panics
    /// As [`Self::new`].
    #[track_caller]
    pub fn batched<'t>(
        all: OnRows<'t, impl Vars<'t> + Clone>,
        batch: OnRows<'t, impl Vars<'t> + Clone>,
        batches: Batches,
        alpha: Var<'t>,
        theta: Var<'t>,
        options: FitOptions,
    ) -> Self {
        let value = value_and_gradient(all.loss, alpha, theta, all.data);
        let training = |step| Training::new(batch.loss, alpha, theta, batch.data, step, Par::Rayon);
        let training = options.optimiser.step().map(training);
        Self { value, training, batches: Some(batches), options, tolerance: options.tolerance }
    }

    /// Fits θ from `start` at α.
    pub fn fit(&mut self, start: Vec<f64>, alpha: &[f64], data: &[&[T]]) -> Fit {
        self.run(start, None, alpha, data)
    }

    /// The same from where another fit ended. The tolerance is a part of the gradient at `origin`, where the first fit began:
    /// at `start` the gradient is small already, and a part of it would be lost in rounding.
    pub fn refit(&mut self, start: Vec<f64>, origin: &[f64], alpha: &[f64], data: &[&[T]]) -> Fit {
        self.run(start, Some(origin), alpha, data)
    }

    fn run(&mut self, start: Vec<f64>, origin: Option<&[f64]>, alpha: &[f64], data: &[&[T]]) -> Fit {
        let alpha: Vec<T> = narrow(alpha);
        let held: Vec<&[T]> = [&[&*alpha], data].concat();
        let (FitOptions { lr, steps: limit, .. }, tolerance) = (self.options, self.tolerance);
        let mut value = Held { stage: self.value.hold(&held), theta: Vec::new() };
        let mut at = At::new(&mut value, start);
        let scale = origin.map_or_else(|| at.slope(), |origin| At::new(&mut value, origin.to_vec()).slope());
        let (mut memory, mut steps) = (Lbfgs::default(), 0);
        let mut losses = Losses { last: VecDeque::new(), rounding: T::EPSILON.to_f64() };
        let mut state = self.training.as_ref().map(|training| training.start(&[&narrow(&at.theta)]));
        let mut rows = self.batches.as_ref().map(Batches::rows);
        let end = loop {
            if !at.loss.is_finite() || !at.slope().is_finite() {
                break Fitted::Diverged;
            }
            if at.slope() <= tolerance * scale {
                break Fitted::Stationary;
            }
            if steps >= limit {
                break Fitted::StepLimit;
            }
            let (Some(training), Some(state)) = (&mut self.training, &mut state) else {
                let next = memory.step(&mut value, &at).filter(|next| losses.still_fall(next.loss));
                let Some(next) = next else { break Fitted::NoDecrease };
                (at, steps) = (next, steps + 1);
                continue;
            };
            let before = steps;
            if let Some(rows) = &mut rows {
                let cosine = |k: usize| 0.5 * lr * (1.0 + (std::f64::consts::PI * k as f64 / limit as f64).cos());
                for _ in 0..rows.per_epoch().min(limit - steps) {
                    let batch = rows.next(data);
                    let batch: Vec<&[T]> = batch.iter().map(Vec::as_slice).collect();
                    training.advance(state, 1, &cosine, &[&alpha], &batch);
                    steps += 1;
                }
            } else {
                steps += BURST.min(limit - steps);
                training.advance(state, steps - before, &|_| lr, &[&alpha], data);
            }
            at = At::new(&mut value, widen(&training.theta(state).concat()));
        };
        let residual = if scale > 0.0 { at.slope() / scale } else { 0.0 };
        Fit { loss: at.loss, residual, scale, steps, end, theta: at.theta, gradient: at.gradient }
    }
}

/// (α, data) held, θ → g, ∇g.
#[track_caller]
fn value_and_gradient<'t, T: Element>(loss: Var<'t>, alpha: Var<'t>, theta: Var<'t>, data: impl Vars<'t>) -> Runner<T> {
    let program: Program<T> = loss.tape().compile_staged((alpha, data), theta, (loss, grad(loss, theta)));
    program.runner(Par::Rayon)
}

/// The last losses of a fit.
struct Losses {
    last: VecDeque<f64>,
    /// Relative rounding of a loss.
    rounding: f64,
}

impl Losses {
    /// Whether the last steps lowered the loss by more than its rounding.
    fn still_fall(&mut self, loss: f64) -> bool {
        self.last.push_back(loss);
        if self.last.len() <= LOOK_BACK {
            return true;
        }
        let before = self.last.pop_front().unwrap_or(loss);
        before - loss > ROUNDINGS * self.rounding * loss.abs()
    }
}

/// The loss with α and the data held.
struct Held<'s, T> {
    stage: tape::Held<'s, T>,
    /// θ as the program takes it.
    theta: Vec<T>,
}

impl<T: Element> Smooth for Held<'_, T> {
    fn value(&mut self, theta: &[f64], gradient: &mut [f64]) -> f64 {
        self.theta.clear();
        self.theta.extend(theta.iter().map(|&x| T::of(x)));
        let [loss, slope] = self.stage.run(&[&self.theta]);
        gradient.iter_mut().zip(slope).for_each(|(wide, x)| *wide = x.to_f64());
        loss[0].to_f64()
    }
}
