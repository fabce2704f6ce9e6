//! The bilevel problem of a network on data: the inner loss on the training rows with a ridge, the outer loss on the
//! validation rows.

use crate::data::Samples;
use crate::hypergradient::{Evidence, Hypergradient, Status};
use crate::inner::{Fit, FitOptions, Fitted, Fitter};
use crate::model::{Loss, Mlp};
use crate::search::Bilevel;
use serde::{Deserialize, Serialize};
use tape::{
    Curvature, Damping, Failure, Implicit, Method, Mode, Point, Problem, Setup, Stationarity, Tape, Unroll, Var,
};

/// The hypergradient's way through the inner fit.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Implicit, with the Gauss-Newton matrix plus the ridge for the Hessian: positive definite.
    GaussNewton,
    /// Implicit, with the exact Hessian.
    Exact,
    /// The exact derivative of gradient descent from θ₀; the fit is that descent.
    Unroll,
    /// DARTS of first order: θ is taken for a constant.
    DartsFirst,
    /// DARTS of second order: one step of gradient descent from the fit is differentiated.
    DartsSecond,
}

impl Way {
    fn status(self, answer: &tape::Answer<f64>) -> Status {
        let products = answer.work.products;
        match self {
            Self::Unroll | Self::DartsFirst | Self::DartsSecond => Status::Unrolled { steps: products },
            _ if answer.damping > 0.0 => Status::Damped { products },
            _ => Status::Converged { products },
        }
    }
}

/// What the inner problem is and how it is solved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inner {
    /// The loss of a row, inner and outer.
    pub loss: Loss,
    /// λ of ½ λ ‖θ‖²; 0 makes the Hessian singular.
    pub ridge: f64,
    /// The fit.
    pub fit: FitOptions,
    /// The way of the hypergradient.
    pub way: Way,
    /// Every fit starts where the last one ended, not at θ₀.
    pub warm: bool,
}

/// Records the inner loss of `rows` rows: its inputs (x, y) and its value.
pub fn inner_loss<'t>(
    tape: &'t Tape,
    model: &Mlp,
    inner: &Inner,
    rows: usize,
    theta: Var<'t>,
    alpha: Var<'t>,
) -> Recorded<'t> {
    let (x, y) = (tape.input(rows, model.inputs), tape.input(rows, model.outputs));
    let prediction = model.output(x, theta, alpha);
    let loss = inner.loss.mean(prediction, y) + theta.powi(2).sum() * (0.5 * inner.ridge);
    Recorded { x, y, prediction, loss }
}

/// A loss on rows, recorded.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'t> {
    /// n × d
    pub x: Var<'t>,
    /// n × outputs
    pub y: Var<'t>,
    /// n × outputs
    pub prediction: Var<'t>,
    /// 1 × 1
    pub loss: Var<'t>,
}

/// The search's problem: α → validation loss at the fitted θ, with its gradient.
#[derive(Debug)]
pub struct OnData<'a> {
    inner: Inner,
    problem: Problem<f64>,
    fitter: Fitter,
    /// (x, y) of training, then of validation.
    data: [&'a [f64]; 4],
    start: Vec<f64>,
    /// Where the next fit starts.
    from: Vec<f64>,
    /// What the search has done so far.
    pub health: Health,
}

/// Hypergradients and what they took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Health {
    /// Steps of all fits.
    pub steps: usize,
    /// Hessian-vector products.
    pub products: usize,
    /// Evaluations that had no verified hypergradient: their outer step was not taken.
    pub skipped: usize,
    /// Evaluations that needed damping.
    pub damped: usize,
    /// Why the last one failed.
    pub reason: String,
    /// The last fit.
    pub fit: Option<Fit>,
}

/// The first hypergradient of a search failed: there is nothing to start from.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "no hypergradient at the start of the search: {reason}; try a larger ridge, more inner steps or another method"
)]
pub struct NoStart {
    /// What the tape says.
    pub reason: String,
}

impl<'a> OnData<'a> {
    /// Records and compiles the problem for these rows, with θ₀.
    pub fn new(model: &Mlp, inner: Inner, train: &'a Samples, validation: &'a Samples, start: Vec<f64>) -> Self {
        let tape = Tape::new();
        let (theta, alpha) = (tape.input(model.parameters(), 1), tape.input(model.coefficients(), 1));
        let fitted = inner_loss(&tape, model, &inner, train.n, theta, alpha);
        let judged = inner_loss(&tape, model, &Inner { ridge: 0.0, ..inner }, validation.n, theta, alpha);
        let curvature = match inner.way {
            Way::GaussNewton => Curvature::GaussNewton(fitted.prediction),
            _ => Curvature::Exact,
        };
        let data = [fitted.x, fitted.y, judged.x, judged.y];
        let setup = Setup { curvature, ..Setup::default() };
        let problem = Problem::stationary(fitted.loss, judged.loss, alpha, theta, data, setup);
        let fitter = Fitter::new(fitted.loss, alpha, theta, [fitted.x, fitted.y], inner.fit);
        let data = [&*train.x, &*train.y, &*validation.x, &*validation.y];
        Self { inner, problem, fitter, data, from: start.clone(), start, health: Health::default() }
    }

    /// θ fitted at α.
    pub fn fit(&mut self, alpha: &[f64]) -> Fit {
        let from = if self.inner.warm { &self.from } else { &self.start };
        let fit = self.fitter.fit(from.clone(), alpha, &self.data[..2]);
        self.health.steps += fit.steps;
        if self.inner.warm && fit.end != Fitted::Diverged {
            self.from.clone_from(&fit.theta);
        }
        fit
    }

    fn hypergradient(&mut self, alpha: &[f64]) -> Result<tape::Answer<f64>, Failure<f64>> {
        let lr = self.inner.fit.lr;
        let eta = move |_: usize| lr;
        if self.inner.way == Way::Unroll {
            let steps = self.inner.fit.steps;
            let unroll = Unroll { steps, eta: &eta, last: usize::MAX, mode: Mode::default() };
            let at = Point { alpha: &[alpha], theta: &[&self.start], data: &self.data };
            self.health.steps += steps;
            return self.problem.hypergradient(&Method::Unroll(unroll), &at);
        }
        let fit = self.fit(alpha);
        let tolerance = 10.0 * self.inner.fit.tolerance;
        let stationarity = Stationarity::Within { tolerance, scale: fit.scale };
        let at = Point { alpha: &[alpha], theta: &[&fit.theta], data: &self.data };
        let solver: &dyn tape::LinearSolver<f64> = &tape::Cg::to(1e-6);
        let method = match self.inner.way {
            Way::DartsFirst => Method::Unroll(Unroll { steps: 0, ..Unroll::default() }),
            Way::DartsSecond => Method::Unroll(Unroll { steps: 1, eta: &eta, ..Unroll::default() }),
            _ => {
                Method::Implicit(Implicit { solver, stationarity, damping: Damping::OnFailure, ..Implicit::default() })
            }
        };
        let answer = self.problem.hypergradient(&method, &at);
        self.health.fit = Some(fit);
        answer
    }
}

impl Bilevel for OnData<'_> {
    type Error = NoStart;

    /// A point without a verified hypergradient has an infinite value: the search does not go there, and its step is counted as
    /// skipped.
    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, NoStart> {
        let first = self.health.products == 0 && self.health.steps == 0;
        match self.hypergradient(alpha) {
            Ok(answer) => {
                self.health.products += answer.work.products;
                self.health.damped += usize::from(answer.damping > 0.0);
                let evidence = Evidence {
                    status: self.inner.way.status(&answer),
                    inner_residual: answer.inner_residual,
                    adjoint_residual: answer.adjoint_residual,
                };
                Ok(Hypergradient { value: answer.outer, alpha: answer.gradient.concat(), lambda: 0.0, evidence })
            }
            Err(failure) => {
                self.health.skipped += 1;
                self.health.reason = failure.to_string();
                if first {
                    return Err(NoStart { reason: failure.to_string() });
                }
                let evidence =
                    Evidence { status: Status::Failed, inner_residual: f64::NAN, adjoint_residual: f64::NAN };
                Ok(Hypergradient { value: f64::INFINITY, alpha: vec![0.0; alpha.len()], lambda: 0.0, evidence })
            }
        }
    }
}
