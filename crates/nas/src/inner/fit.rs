//! The inner problem: θ fitted for one α, to a tolerance.

use super::lbfgs::{At, Lbfgs, Smooth};
use serde::{Deserialize, Serialize};
use tape::{Adam, Gd, Momentum, Par, Program, Runner, Step, Training, Var, Vars, grad};

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
    /// The recorded step; that of L-BFGS, which has none, is gradient descent.
    pub fn step(self) -> Box<dyn Step> {
        match self {
            Self::Lbfgs | Self::Gd => Box::new(Gd),
            Self::Momentum => Box::new(Momentum::default()),
            Self::Adam => Box::new(Adam::default()),
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
    /// Stationary is where ‖∇g‖ is at most this part of its size at the start.
    pub tolerance: f64,
}

/// Why a fit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fitted {
    /// The gradient fell to its tolerance.
    Stationary,
    /// The step limit came first.
    StepLimit,
    /// No step decreases the loss to working precision.
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
    /// ‖∇g‖ there, over ‖∇g‖ at the start.
    pub residual: f64,
    /// ‖∇g‖ at the start.
    pub scale: f64,
    /// Steps made.
    pub steps: usize,
    /// Why it ended.
    pub end: Fitted,
}

/// The fit of a loss (1 × 1) in one flat `theta`, compiled once for any α and any data.
#[derive(Debug)]
pub struct Fitter {
    /// (α, data) held, θ → g, ∇g.
    value: Runner<f64>,
    training: Training<f64>,
    options: FitOptions,
}

impl Fitter {
    /// Records and compiles.
    ///
    /// # Panics
    /// When the loss is not 1 × 1 or needs an input that is not listed.
    #[track_caller]
    pub fn new<'t>(
        loss: Var<'t>,
        alpha: Var<'t>,
        theta: Var<'t>,
        data: impl Vars<'t> + Clone,
        options: FitOptions,
    ) -> Self {
        let outputs = (loss, grad(loss, theta));
        let value: Program<f64> = loss.tape().compile_staged((alpha, data.clone()), theta, outputs);
        let training = Training::new(loss, alpha, theta, data, options.optimiser.step(), Par::Seq);
        Self { value: value.runner(Par::Seq), training, options }
    }

    /// Fits θ from `start` at α.
    pub fn fit(&mut self, start: Vec<f64>, alpha: &[f64], data: &[&[f64]]) -> Fit {
        let held: Vec<&[f64]> = [&[alpha], data].concat();
        let mut value = Held { stage: self.value.hold(&held) };
        let mut at = At::new(&mut value, start);
        let scale = at.slope();
        let (mut memory, mut steps) = (Lbfgs::default(), 0);
        let mut state = self.training.start(&[&at.theta]);
        let end = loop {
            if !at.loss.is_finite() || !at.slope().is_finite() {
                break Fitted::Diverged;
            }
            if at.slope() <= self.options.tolerance * scale {
                break Fitted::Stationary;
            }
            if steps >= self.options.steps {
                break Fitted::StepLimit;
            }
            if self.options.optimiser == Optimiser::Lbfgs {
                let Some(next) = memory.step(&mut value, &at) else { break Fitted::NoDecrease };
                (at, steps) = (next, steps + 1);
            } else {
                let burst = BURST.min(self.options.steps - steps);
                self.training.advance(&mut state, burst, &|_| self.options.lr, &[alpha], data);
                at = At::new(&mut value, self.training.theta(&state).concat());
                steps += burst;
            }
        };
        let residual = if scale > 0.0 { at.slope() / scale } else { 0.0 };
        Fit { loss: at.loss, residual, scale, steps, end, theta: at.theta }
    }
}

/// The loss with α and the data held.
struct Held<'s> {
    stage: tape::Held<'s, f64>,
}

impl Smooth for Held<'_> {
    fn value(&mut self, theta: &[f64], gradient: &mut [f64]) -> f64 {
        let [loss, slope] = self.stage.run(&[theta]);
        gradient.copy_from_slice(slope);
        loss[0]
    }
}
