//! The ways, each with its error and its bound.

use super::Settings;
use super::problem::{Constants, Data, recorded};
use crate::experiments::Error;
use crate::experiments::slopes::{differences, distance, norm};
use faer::Col;
use serde::{Deserialize, Serialize};
use std::time::Instant;
use tape::{
    Answer, Cg, Damping, Differences, Failure, Implicit, LinearSolver, Method, Mode, Neumann, NeumannStep, Point,
    Problem, Stationarity, Stop, Unroll,
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
/// Damping of the implicit formula at λ = 0.
const DAMPING: f64 = 1e-3;

/// Measures the seed with this number.
pub fn measure_seed(settings: &Settings, number: usize) -> Result<Measured, Error> {
    let seed = settings.run_as.numbered("e11", number);
    let data = Data::new(settings, seed);
    let mut problem = recorded(settings);
    Ok(Measured { ridge: ridge(settings, &data, &mut problem)?, ridgeless: ridgeless(settings, &data, &mut problem)? })
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
fn ridge(settings: &Settings, data: &Data, problem: &mut Problem<f64>) -> Result<Vec<Found>, Error> {
    let lambda = settings.lambda;
    let constants = data.constants(lambda)?;
    let at = At::new(data, lambda, &constants.theta, data.closed_form(lambda)?);
    let (zeros, mut found) = (vec![0.0; settings.features], Vec::new());

    let start = Instant::now();
    found.push(at.found("Cholesky", &data.by_cholesky(lambda)?, None, start));
    for products in [5, 10, 20, 40] {
        let (solver, bound) = (Cg::after(products), constants.cg(products));
        found.push(at.by_tape(problem, format!("CG, {products}"), &implicit(&solver, 0.0), &at.theta, Some(bound))?);
    }
    let eta = constants.largest.recip();
    for terms in [10, 100, 400] {
        let solver = Neumann { step: NeumannStep::Fixed(eta), stop: Stop::After(terms), ..Neumann::default() };
        let name = format!("Neumann, {terms}");
        found.push(at.by_tape(problem, name, &implicit(&solver, 0.0), &at.theta, Some(constants.neumann(terms)))?);
    }
    let steps_of = |_: usize| eta;
    for steps in [50, 200, 800] {
        let unroll = Unroll { steps, eta: &steps_of, ..Unroll::default() };
        let bound = Some(constants.unrolled(steps));
        found.push(at.by_tape(problem, format!("unrolled, {steps}"), &Method::Unroll(unroll), &zeros, bound)?);
    }
    let forward = Unroll { steps: 800, eta: &steps_of, mode: Mode::Forward, ..Unroll::default() };
    let bound = Some(constants.unrolled(800));
    found.push(at.by_tape(problem, "unrolled forward, 800", &Method::Unroll(forward), &zeros, bound)?);
    let last = Unroll { steps: 800, eta: &steps_of, last: 100, ..Unroll::default() };
    let bound = Some(constants.unrolled(800) + constants.cross * constants.truncated(100));
    found.push(at.by_tape(problem, "last 100 of 800 unrolled", &Method::Unroll(last), &zeros, bound)?);
    let differences = Differences { steps: 1500, eta: &steps_of, ..Differences::default() };
    found.push(at.by_tape(problem, "finite differences", &Method::Differences(differences), &zeros, None)?);
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
    let unroll = Method::Unroll(Unroll { steps: 800, eta: &eta, ..Unroll::default() });
    found.push(at.by_tape(problem, "unrolled, 800", &unroll, &zeros, None)?);
    let solver = Cg::to(1e-10);
    found.push(at.by_tape(problem, "damped, CG", &implicit(&solver, DAMPING), &at.theta, None)?);
    let first = Method::Unroll(Unroll::darts_first_order());
    found.push(at.by_tape(problem, "DARTS, first order", &first, &at.theta, None)?);
    Ok(found)
}

impl Constants {
    /// ‖J‖ ‖q_k − q‖ ≤ ‖J‖ 2√κ ((√κ − 1)/(√κ + 1))^k ‖q‖ (science 6.1, in the 2-norm).
    fn cg(&self, k: usize) -> f64 {
        let root = (self.largest / self.mu).sqrt();
        self.cross * 2.0 * root * ((root - 1.0) / (root + 1.0)).powi(k as i32) * self.q.norm_l2()
    }

    /// (1 − μ/L)^k ‖F_θ‖ / μ: what a series of k terms leaves of q.
    fn truncated(&self, k: usize) -> f64 {
        self.contraction().powi(k as i32) * self.f_theta.norm_l2() / self.mu
    }

    fn neumann(&self, terms: usize) -> f64 {
        self.cross * self.truncated(terms)
    }

    /// 1 − ημ with η = 1/L.
    fn contraction(&self) -> f64 {
        1.0 - self.mu / self.largest
    }

    /// Gradient descent from 0 for K steps, differentiated. With ρ = 1 − ημ, e_k = θ_k − θ* and Z = dθ/dα: ‖e_k‖ ≤ ρ^k ‖θ*‖, and
    /// Z_{k+1} − Z* = (I − ηH)(Z_k − Z*) − η (J_k − J*) gives ‖Z_K − Z*‖ ≤ ρ^K ‖Z*‖ + η L_J K ρ^(K−1) ‖θ*‖. Then F_α + Zᵀ F_θ is off by
    /// at most (L_α + ‖Z_K‖ L_θ) ‖e_K‖ + ‖Z_K − Z*‖ ‖F_θ‖.
    fn unrolled(&self, steps: usize) -> f64 {
        let (rho, k) = (self.contraction(), steps as f64);
        let (theta, z) = (self.theta.norm_l2(), self.cross / self.mu);
        let power = rho.powi(steps as i32);
        let off = power * z + self.cross_slope / self.largest * k * power / rho * theta;
        (self.outer_alpha + (z + off) * self.outer) * power * theta + off * self.f_theta.norm_l2()
    }
}
