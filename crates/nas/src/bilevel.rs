//! The bilevel problem of a network on data: the inner loss on the training rows with a ridge, the outer loss on the
//! validation rows.

use crate::data::Samples;
use crate::exactness::{Exactness, Tolerance};
use crate::hypergradient::{Evidence, Hypergradient, Status};
use crate::inner::{Batches, Fit, FitOptions, Fitted, Fitter, OnRows, narrow};
use crate::model::{Loss, Mlp};
use crate::search::Bilevel;
use crate::seed::Seed;
use serde::{Deserialize, Serialize};
use tape::{
    Accuracy, Answer, Cg, Curvature, Damping, Element, Failure, Implicit, Method, Mode, Par, Point, Problem, Setup,
    Stationarity, Tape, Unroll, Var,
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
    /// Whether H q = f_θ is solved.
    pub(crate) fn is_implicit(self) -> bool {
        matches!(self, Self::GaussNewton | Self::Exact)
    }

    fn status(self, answer: &Answer<f64>) -> Status {
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
    /// Rows of a mini-batch of the first-order methods; 0 for all rows.
    pub batch: usize,
    /// Every fit starts where the last one ended, not at θ₀.
    pub warm: bool,
    /// How exact the first hypergradients of a search are. Only of those that are implicit, and of fits to all rows.
    pub tolerance: Tolerance,
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

/// Both losses of a problem, recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Posed<'t> {
    /// What the outer problem chooses, flat.
    pub(crate) hyper: Var<'t>,
    /// θ, flat.
    pub(crate) theta: Var<'t>,
    /// The inner loss, on training rows.
    pub(crate) fitted: Recorded<'t>,
    /// The outer loss, on validation rows.
    pub(crate) judged: Recorded<'t>,
}

impl<'t> Recorded<'t> {
    pub(crate) fn on_rows(self) -> OnRows<'t, [Var<'t>; 2]> {
        OnRows { loss: self.loss, data: [self.x, self.y] }
    }
}

/// The fit of a network to `rows` rows: θ from (x, y) at α. `seed` deals mini-batches.
pub fn fitter<T: Element>(model: &Mlp, inner: &Inner, rows: usize, seed: Seed) -> Fitter<T> {
    let tape = Tape::new();
    let (theta, alpha) = (tape.input(model.parameters(), 1), tape.input(model.coefficients(), 1));
    let all = inner_loss(&tape, model, inner, rows, theta, alpha).on_rows();
    if inner.batch == 0 || inner.batch >= rows {
        return Fitter::new(all, alpha, theta, inner.fit);
    }
    let batch = inner_loss(&tape, model, inner, inner.batch, theta, alpha).on_rows();
    Fitter::batched(all, batch, Batches { all: rows, size: inner.batch, seed }, alpha, theta, inner.fit)
}

/// ‖∇g‖ over that of the start from which on a fit is none, and the formula means nothing. Fits aim much lower, but kinks and
/// step limits end them early: such hypergradients are less exact, and counted.
const STATIONARY: f64 = 0.1;

/// The relative residual to which H q = f_θ is solved.
const ADJOINT: f64 = 1e-4;

/// The search's problem: α → validation loss at the fitted θ, with its gradient.
///
/// θ is fitted in `T`. Hypergradients are in `f64` always: the linear system has the condition number of H, which `f32` cannot
/// resolve beyond some thousands.
#[derive(Debug)]
pub struct OnData<'a, T> {
    inner: Inner,
    /// Both losses are one.
    joint: bool,
    problem: Problem<f64>,
    fitter: Fitter<T>,
    /// (x, y) of training, then of validation.
    data: [&'a [f64]; 4],
    /// (x, y) of training, as the fit takes them.
    train: [Vec<T>; 2],
    start: Vec<f64>,
    /// Where the next fit starts.
    from: Vec<f64>,
    /// The last adjoint, where the next solve starts.
    adjoint: Vec<f64>,
    exactness: Exactness,
    /// What the search has done so far.
    pub health: Health,
}

/// Hypergradients and what they took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Health {
    /// Values of α that were asked for.
    pub evaluations: usize,
    /// Steps of all fits.
    pub steps: usize,
    /// Hessian-vector products.
    pub products: usize,
    /// Evaluations that had no verified hypergradient: their outer step was not taken.
    pub skipped: usize,
    /// Evaluations that needed damping.
    pub damped: usize,
    /// The largest damping ρ: H + ρI was solved for H.
    pub damping: f64,
    /// Fits that ended above their tolerance.
    pub loose: usize,
    /// Those of them that no step led on from: rounding, or a kink.
    pub stuck: usize,
    /// Why the last one failed.
    pub reason: String,
    /// The last fit.
    pub fit: Option<Fit>,
    /// Estimate of the relative error of the last one: the larger of those of θ and of the adjoint q.
    pub error: Option<f64>,
    /// The relative error that θ and q were allowed, as estimated; 0 where the tolerances alone decided.
    pub epsilon: f64,
}

/// The first hypergradient of a search failed: there is nothing to start from.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "no hypergradient at the start of the search: {reason}; try a larger --ridge, more --inner-steps, another --method, or a \
     larger --tol (a candidate with a kink, such as relu, keeps fits from small ones)"
)]
pub struct NoStart {
    /// What the tape says.
    pub reason: String,
}

impl<'a, T: Element> OnData<'a, T> {
    /// Records and compiles the problem for these rows, with θ₀; `seed` deals mini-batches.
    pub fn new(model: &Mlp, inner: Inner, [train, validation]: [&'a Samples; 2], start: Vec<f64>, seed: Seed) -> Self {
        let tape = Tape::new();
        let (theta, alpha) = (tape.input(model.parameters(), 1), tape.input(model.coefficients(), 1));
        let fitted = inner_loss(&tape, model, &inner, train.n, theta, alpha);
        let judged = inner_loss(&tape, model, &Inner { ridge: 0.0, ..inner }, validation.n, theta, alpha);
        let fitter = fitter(model, &inner, train.n, seed);
        Self::posed(Posed { hyper: alpha, theta, fitted, judged }, fitter, inner, [train, validation], start)
    }

    /// The joint problem of α and θ, the foil of the split: inner and outer loss are one, the inner loss of `rows`. At its minimum
    /// over θ its total derivative in α is the partial one (the envelope theorem), so no system is solved.
    pub fn joint(model: &Mlp, inner: Inner, rows: &'a Samples, start: Vec<f64>, seed: Seed) -> Self {
        let tape = Tape::new();
        let (theta, alpha) = (tape.input(model.parameters(), 1), tape.input(model.coefficients(), 1));
        let [fitted, judged] = [(); 2].map(|()| inner_loss(&tape, model, &inner, rows.n, theta, alpha));
        let (fitter, inner) =
            (fitter(model, &inner, rows.n, seed), Inner { way: Way::DartsFirst, tolerance: Tolerance::Fixed, ..inner });
        let posed = Self::posed(Posed { hyper: alpha, theta, fitted, judged }, fitter, inner, [rows, rows], start);
        Self { joint: true, ..posed }
    }

    /// Compiles a recorded problem, with the fitter of its inner loss.
    pub(crate) fn posed(
        Posed { hyper, theta, fitted, judged }: Posed<'_>,
        fitter: Fitter<T>,
        inner: Inner,
        [train, validation]: [&'a Samples; 2],
        start: Vec<f64>,
    ) -> Self {
        let curvature = match inner.way {
            Way::GaussNewton => Curvature::GaussNewton(fitted.prediction),
            _ => Curvature::Exact,
        };
        let data = [fitted.x, fitted.y, judged.x, judged.y];
        let setup = Setup { curvature, par: Par::Rayon, ..Setup::default() };
        let problem = Problem::stationary(fitted.loss, judged.loss, hyper, theta, data, setup);
        let data = [&*train.x, &*train.y, &*validation.x, &*validation.y];
        let train = [narrow(&train.x), narrow(&train.y)];
        let (from, adjoint, health) = (start.clone(), Vec::new(), Health::default());
        let exactness = Exactness::new(inner.tolerance);
        Self { inner, joint: false, problem, fitter, data, train, from, start, adjoint, exactness, health }
    }

    /// The next fit starts at θ, where fits start warm.
    ///
    /// # Panics
    /// When θ has another length than the network's.
    pub fn resume(&mut self, theta: &[f64]) {
        assert_eq!(theta.len(), self.start.len(), "{} parameters for {}", theta.len(), self.start.len());
        self.from.copy_from_slice(theta);
    }

    /// θ fitted at α.
    pub fn fit(&mut self, alpha: &[f64]) -> Fit {
        let from = if self.inner.warm { self.from.clone() } else { self.start.clone() };
        let fit = self.fit_from(from, alpha);
        self.health.loose += usize::from(fit.end != Fitted::Stationary);
        self.health.stuck += usize::from(fit.end == Fitted::NoDecrease);
        fit
    }

    /// θ fitted at α from here, as exactly as is asked for now.
    fn fit_from(&mut self, from: Vec<f64>, alpha: &[f64]) -> Fit {
        let data: [&[T]; 2] = [&self.train[0], &self.train[1]];
        self.fitter.tolerance = self.exactness.of(self.inner.fit.tolerance);
        let fit = if from == self.start {
            self.fitter.fit(from, alpha, &data)
        } else {
            self.fitter.refit(from, &self.start, alpha, &data)
        };
        self.health.steps += fit.steps;
        if self.inner.warm && fit.end != Fitted::Diverged {
            self.from.clone_from(&fit.theta);
        }
        fit
    }

    fn unrolled(&mut self, alpha: &[f64]) -> Result<Answer<f64>, Failure<f64>> {
        let FitOptions { lr, steps, .. } = self.inner.fit;
        let unroll = Unroll { steps, eta: &|_| lr, last: usize::MAX, mode: Mode::default() };
        self.health.steps += steps;
        let at = Point { alpha: &[alpha], theta: &[&self.start], data: &self.data };
        self.problem.hypergradient(&Method::Unroll(unroll), &at)
    }

    fn hypergradient(&mut self, alpha: &[f64]) -> Result<Answer<f64>, Failure<f64>> {
        if self.inner.way == Way::Unroll {
            return self.unrolled(alpha);
        }
        self.health.epsilon = self.exactness.epsilon();
        let mut fit = self.fit(alpha);
        loop {
            let answer = self.at_fit(alpha, &fit);
            let error = answer.as_ref().ok().and_then(relative_error).unwrap_or(f64::INFINITY);
            if self.exactness.accepts(error) {
                self.health.fit = Some(fit);
                return answer;
            }
            if let Ok(answer) = answer {
                self.health.products += answer.work.products;
                self.adjoint = answer.adjoint;
            }
            fit = self.fit_from(fit.theta, alpha);
        }
    }

    /// The hypergradient through this fit.
    fn at_fit(&mut self, alpha: &[f64], fit: &Fit) -> Result<Answer<f64>, Failure<f64>> {
        let at = Point { alpha: &[alpha], theta: &[&fit.theta], data: &self.data };
        let lr = self.inner.fit.lr;
        let stationarity = Stationarity::Within { tolerance: STATIONARY, scale: fit.scale };
        let (solver, start) = (Cg { par: Par::Rayon, ..Cg::to(self.exactness.of(ADJOINT)) }, &*self.adjoint);
        let method = match self.inner.way {
            Way::DartsFirst => Method::Unroll(Unroll { steps: 0, ..Unroll::default() }),
            Way::DartsSecond => Method::Unroll(Unroll { steps: 1, eta: &|_| lr, ..Unroll::default() }),
            _ => {
                let damping = Damping::OnFailure;
                Method::Implicit(Implicit { solver: &solver, stationarity, damping, start, ..Implicit::default() })
            }
        };
        self.problem.hypergradient(&method, &at)
    }

    /// F at the inner minimum, to first order in what the fit left of ∇g: f(θ) − ⟨q, ∇g⟩ (the dual-weighted residual; q is
    /// there already). The fit's error then enters F by its square, and an outer step is not lost in it.
    fn value(&self, answer: &Answer<f64>) -> f64 {
        let Some(fit) = self.health.fit.as_ref().filter(|_| self.inner.way.is_implicit()) else { return answer.outer };
        answer.outer - answer.adjoint.iter().zip(&fit.gradient).map(|(q, g)| q * g).sum::<f64>()
    }
}

/// The larger of the estimated relative errors of θ and of the adjoint.
fn relative_error(answer: &Answer<f64>) -> Option<f64> {
    let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let error = match answer.error {
        Accuracy::Estimate { inner, adjoint, bias } => {
            (inner / norm(&answer.theta)).max((adjoint + bias) / norm(&answer.adjoint))
        }
        Accuracy::Remainder { adjoint, .. } => adjoint,
        _ => f64::NAN,
    };
    Some(error).filter(|error| error.is_finite())
}

impl<T: Element> Bilevel for OnData<'_, T> {
    type Error = NoStart;

    /// A point without a verified hypergradient has an infinite value: the search does not go there, and its step is counted as
    /// skipped.
    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, NoStart> {
        self.health.evaluations += 1;
        match self.hypergradient(alpha) {
            Ok(answer) => {
                self.health.products += answer.work.products;
                self.health.damped += usize::from(answer.damping > 0.0);
                self.health.damping = self.health.damping.max(answer.damping);
                self.health.error = relative_error(&answer);
                let evidence = Evidence {
                    status: if self.joint { Status::Exact } else { self.inner.way.status(&answer) },
                    inner_residual: answer.inner_residual,
                    adjoint_residual: answer.adjoint_residual,
                };
                let (value, gradient) = (self.value(&answer), answer.gradient.concat());
                self.exactness.evaluated(alpha, value, &gradient);
                if self.inner.way.is_implicit() {
                    self.adjoint = answer.adjoint;
                }
                Ok(Hypergradient { value, alpha: gradient, lambda: 0.0, evidence })
            }
            Err(failure) => {
                self.health.skipped += 1;
                self.health.reason = failure.to_string();
                if self.health.evaluations == 1 {
                    return Err(NoStart { reason: failure.to_string() });
                }
                let evidence =
                    Evidence { status: Status::Failed, inner_residual: f64::NAN, adjoint_residual: f64::NAN };
                Ok(Hypergradient { value: f64::INFINITY, alpha: vec![0.0; alpha.len()], lambda: 0.0, evidence })
            }
        }
    }
}
