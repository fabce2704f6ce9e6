//! Gradient descent until the loss is small.

use tape::{Par, Program, Var, Vars, grad};

/// θ ← θ − η ∇_θ g, one compiled step for any number of starts, data sets and architectures.
#[derive(Clone, Debug)]
pub struct GradientDescent {
    /// held, then (θ, η) → g(θ), θ − η ∇g.
    step: Program<f64>,
}

/// Why a descent stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The loss reached its goal.
    Reached,
    /// The step limit came first.
    StepLimit,
    /// The loss is no longer a finite number.
    Diverged,
}

/// Where a descent ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Descent {
    /// The parameters.
    pub theta: Vec<f64>,
    /// The loss at them.
    pub loss: f64,
    /// Steps made.
    pub steps: usize,
    /// Why it stopped.
    pub stop: Stop,
}

impl GradientDescent {
    /// Records and compiles the step for a loss (1 × 1) in `theta`, with everything else that the loss needs in `held`.
    pub fn new<'t>(loss: Var<'t>, theta: Var<'t>, held: impl Vars<'t>) -> Self {
        let tape = loss.tape();
        let eta = tape.input(1, 1);
        let next = theta - eta * grad(loss, theta);
        Self { step: tape.compile_staged::<f64>(held, (theta, eta), (loss, next)) }
    }

    /// Descends from `theta` with step length η until the loss is at most `goal`, for at most `limit` steps.
    pub fn run(&self, mut theta: Vec<f64>, held: &[&[f64]], eta: f64, goal: f64, limit: usize) -> Descent {
        let mut runner = self.step.runner(Par::Seq);
        let mut step = runner.hold(held);
        let mut steps = 0;
        loop {
            let [loss, next] = step.run(&[&theta, &[eta]]);
            let loss = loss[0];
            let stop = match loss {
                _ if !loss.is_finite() => Some(Stop::Diverged),
                _ if loss <= goal => Some(Stop::Reached),
                _ if steps == limit => Some(Stop::StepLimit),
                _ => None,
            };
            if let Some(stop) = stop {
                return Descent { theta, loss, steps, stop };
            }
            theta.copy_from_slice(next);
            steps += 1;
        }
    }
}
