//! The ways, each with its error and its bound.

use super::Settings;
use super::bounds::Constants;
use super::problem::{Data, Recorded};
use crate::experiments::Error;
use crate::experiments::slopes::{differences, distance, norm};
use faer::Col;
use serde::{Deserialize, Serialize};
use std::time::Instant;
use tape::{
    Answer, Cg, Damping, Differences, Failure, Gmres, Implicit, LinearSolver, Method, Minres, Mode, Neumann,
    NeumannStep, Point, Problem, Stationarity, Stop, Unroll,
};

/// One way's hypergradient against the reference.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Found {
    /// The way.
    pub name: String,
    /// ‖its answer − reference‖ / ‖reference‖
    pub error: f64,
    /// What theory allows for that, where it says something.
    pub bound: Option<f64>,
    /// Products with the Hessian, or steps that were differentiated.
    pub products: usize,
    /// Seconds.
    pub seconds: f64,
}

/// What one seed measured.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// λ > 0, against the closed form.
    pub ridge: Vec<Found>,
    /// λ = 0, against differences of the problem solved again.
    pub ridgeless: Vec<Found>,
}

/// Rounding that every bound allows beside its formula, relative.
const ROUNDING: f64 = 1e-10;
/// What the Cholesky factor of H gives: F_α − Jᵀ H⁻¹ F_θ, the primal closed form of science 6.4.
pub(super) const PRIMAL: &str = "Cholesky (primal closed form)";
/// The closed form through the feature maps, in the smaller of the primal and the dual system.
pub(super) const FEATURES: &str = "closed form of feature maps";
/// Damping of the implicit formula at λ = 0.
const DAMPING: f64 = 1e-3;

/// Measures the seed with this number.
pub fn measure_seed(settings: &Settings, number: usize) -> Result<Measured, Error> {
    let seed = settings.run_as.numbered("e11", number);
    let data = Data::new(settings, seed);
    let mut recorded = Recorded::new(settings);
    Ok(Measured {
        ridge: ridge(settings, &data, &mut recorded)?,
        ridgeless: ridgeless(settings, &data, &mut recorded.stationary)?,
    })
}

/// A problem at one λ, with the answer that all are held against.
struct At<'a> {
    data: &'a Data,
    inputs: Vec<Vec<f64>>,
    theta: Vec<f64>,
    reference: Vec<f64>,
    size: f64,
}

impl<'a> At<'a> {
    fn new(data: &'a Data, lambda: f64, theta: &Col<f64>, reference: Vec<f64>) -> Self {
        let size = norm(&reference);
        Self { data, inputs: data.inputs(lambda), theta: theta.iter().copied().collect(), reference, size }
    }

    /// The same for the iteration θ ← θ − η g_θ, which needs to know η.
    fn at_step(&self, eta: f64) -> Self {
        let inputs = [vec![vec![eta]], self.inputs.clone()].concat();
        Self { inputs, theta: self.theta.clone(), reference: self.reference.clone(), ..*self }
    }

    fn found(&self, name: impl Into<String>, gradient: &[f64], bound: Option<f64>, start: Instant) -> Found {
        let bound = bound.map(|bound| bound / self.size + ROUNDING);
        let seconds = start.elapsed().as_secs_f64();
        Found { name: name.into(), error: distance(gradient, &self.reference) / self.size, bound, products: 0, seconds }
    }

    /// A way of the tape's; `theta` is where the training starts, or the solution.
    fn by_tape(
        &self,
        problem: &mut Problem<f64>,
        name: impl Into<String>,
        method: &Method<'_, f64>,
        theta: &[f64],
        bound: Option<f64>,
    ) -> Result<Found, Failure<f64>> {
        let data: Vec<&[f64]> = self.inputs.iter().map(Vec::as_slice).collect();
        let point = Point { alpha: &[&self.data.alpha], theta: &[theta], data: &data };
        let start = Instant::now();
        let answer: Answer<f64> = problem.hypergradient(method, &point)?;
        let products = answer.work.products;
        Ok(Found { products, ..self.found(name, &answer.gradient[0], bound, start) })
    }
}

fn implicit(solver: &dyn LinearSolver<f64>, damping: f64) -> Method<'_, f64> {
    Method::Implicit(Implicit {
        solver,
        stationarity: Stationarity::NotRequired,
        damping: Damping::Fixed(damping),
        ..Implicit::default()
    })
}

/// λ > 0: all against the closed form.
fn ridge(settings: &Settings, data: &Data, recorded: &mut Recorded) -> Result<Vec<Found>, Error> {
    let lambda = settings.lambda;
    let constants = data.constants(lambda)?;
    let at = At::new(data, lambda, &constants.theta, data.closed_form(lambda)?);
    let start = Instant::now();
    let mut found = vec![at.found(PRIMAL, &data.by_cholesky(lambda)?, None, start)];
    let start = Instant::now();
    found.push(at.found(FEATURES, &data.by_features(lambda)?, None, start));
    found.extend(by_krylov(&at, &constants, &mut recorded.stationary)?);
    found.extend(by_series(&at, &constants, recorded)?);
    found.extend(by_training(&at, &constants, &mut recorded.stationary)?);
    Ok(found)
}

/// The adjoint system by methods that need products with H: after so many of them, and to a residual.
fn by_krylov(at: &At<'_>, constants: &Constants, problem: &mut Problem<f64>) -> Result<Vec<Found>, Failure<f64>> {
    let mut found = Vec::new();
    for products in [5, 10, 20, 40] {
        let (solver, bound) = (Cg::after(products), constants.cg(products));
        found.push(at.by_tape(problem, format!("CG, {products}"), &implicit(&solver, 0.0), &at.theta, Some(bound))?);
    }
    for tolerance in [1e-2, 1e-5, 1e-8] {
        let bound = Some(constants.residual(tolerance));
        let solvers: [(&str, &dyn LinearSolver<f64>); 2] =
            [("MINRES", &Minres::to(tolerance)), ("GMRES", &Gmres::to(tolerance))];
        for (name, solver) in solvers {
            let name = format!("{name}, to {tolerance:e}");
            found.push(at.by_tape(problem, name, &implicit(solver, 0.0), &at.theta, bound)?);
        }
    }
    Ok(found)
}

/// The adjoint system by the Neumann series, and by the iteration q ← (∂Φ/∂θ)ᵀ q + F_θ (Grazzi et al. 2020), which is the series of
/// ηH with a step of 1.
fn by_series(at: &At<'_>, constants: &Constants, recorded: &mut Recorded) -> Result<Vec<Found>, Failure<f64>> {
    let eta = constants.largest.recip();
    let (iteration, mut found) = (at.at_step(eta), Vec::new());
    for terms in [10, 100, 400] {
        let series = |eta| Neumann { step: NeumannStep::Fixed(eta), stop: Stop::After(terms), ..Neumann::default() };
        let (of_hessian, of_map, bound) = (series(eta), series(1.0), Some(constants.neumann(terms)));
        let (name, how) = (format!("Neumann, {terms}"), implicit(&of_hessian, 0.0));
        found.push(at.by_tape(&mut recorded.stationary, name, &how, &at.theta, bound)?);
        let (name, how) = (format!("fixed point, {terms}"), implicit(&of_map, 0.0));
        found.push(iteration.by_tape(&mut recorded.fixed_point, name, &how, &at.theta, bound)?);
    }
    Ok(found)
}

/// Training from zero, differentiated or repeated, and the steps of DARTS.
fn by_training(at: &At<'_>, constants: &Constants, problem: &mut Problem<f64>) -> Result<Vec<Found>, Failure<f64>> {
    let eta = constants.largest.recip();
    let (steps_of, zeros) = (|_: usize| eta, vec![0.0; at.theta.len()]);
    let mut found = Vec::new();
    for steps in [50, 200, 800] {
        let unroll = Unroll { steps, eta: &steps_of, ..Unroll::default() };
        let bound = Some(constants.unrolled(steps));
        found.push(at.by_tape(problem, format!("unrolled, {steps}"), &Method::Unroll(unroll), &zeros, bound)?);
    }
    let whole = Unroll { steps: 800, eta: &steps_of, ..Unroll::default() };
    let forward = Method::Unroll(Unroll { mode: Mode::Forward, ..whole });
    let bound = constants.unrolled(800);
    found.push(at.by_tape(problem, "unrolled forward, 800", &forward, &zeros, Some(bound))?);
    let last = Method::Unroll(Unroll { last: 100, ..whole });
    let bound = Some(bound + constants.cross * constants.truncated(100));
    found.push(at.by_tape(problem, "last 100 of 800 unrolled", &last, &zeros, bound)?);
    let differences = Method::Differences(Differences { steps: 1500, eta: &steps_of, ..Differences::default() });
    found.push(at.by_tape(problem, "finite differences", &differences, &zeros, None)?);
    let first = Method::Unroll(Unroll::darts_first_order());
    found.push(at.by_tape(problem, "DARTS, first order", &first, &at.theta, None)?);
    let second = Method::Unroll(Unroll::darts_second_order(&steps_of));
    found.push(at.by_tape(problem, "DARTS, second order", &second, &at.theta, None)?);
    Ok(found)
}

/// λ = 0: all against differences of the least-norm fit, which know no formula.
fn ridgeless(settings: &Settings, data: &Data, problem: &mut Problem<f64>) -> Result<Vec<Found>, Error> {
    let weights = data.fit(0.0).solve(&data.alpha)?;
    let start = Instant::now();
    let by_differences = differences(&data.alpha, |alpha| data.value(alpha, 0.0))?;
    let seconds = start.elapsed().as_secs_f64();
    let at = At::new(data, 0.0, &weights.theta, by_differences);
    let mut found = vec![Found { seconds, ..at.found("finite differences", &at.reference, None, start) }];

    let start = Instant::now();
    found.push(at.found("closed form (dual)", &data.closed_form(0.0)?, None, start));
    let start = Instant::now();
    found.push(at.found("pseudo-inverse of H", &data.by_pseudo_inverse()?, None, start));
    let largest = data.constants(settings.lambda)?.largest - settings.lambda;
    let (eta, zeros) = (move |_: usize| largest.recip(), vec![0.0; settings.features]);
    let whole = Unroll { steps: 800, eta: &eta, ..Unroll::default() };
    let unrolled = [
        ("unrolled, 800", whole),
        ("unrolled forward, 800", Unroll { mode: Mode::Forward, ..whole }),
        ("last 100 of 800 unrolled", Unroll { last: 100, ..whole }),
    ];
    for (name, unroll) in unrolled {
        found.push(at.by_tape(problem, name, &Method::Unroll(unroll), &zeros, None)?);
    }
    let solver = Cg::to(1e-10);
    found.push(at.by_tape(problem, "damped, CG", &implicit(&solver, DAMPING), &at.theta, None)?);
    let first = Method::Unroll(Unroll::darts_first_order());
    found.push(at.by_tape(problem, "DARTS, first order", &first, &at.theta, None)?);
    Ok(found)
}
