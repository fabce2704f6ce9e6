//! Train-validation optimisation (science 3, algorithm A): the loop.
//!
//! α̂ = argmin over Δ of F(α) = L_V(f_α),   f_α the inner solution on the training set.

use crate::hypergradient::Hypergradient;
use crate::outer::Outer;
use crate::space::{Space, stationarity};

/// A step must give this part of the decrease that the gradient promises.
const ARMIJO: f64 = 1e-4;

/// A bilevel problem as the outer solver sees it.
pub trait Bilevel {
    /// Why the inner problem could not be solved.
    type Error;

    /// Solves the inner problem at α and differentiates the outer objective through the solution.
    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, Self::Error>;
}

/// When a search stops, and how it chooses its steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// At most this many outer steps.
    pub steps: usize,
    /// First step length η tried.
    pub eta: f64,
    /// The search is stationary when ‖α − P(α − g)‖ is at most this.
    pub tolerance: f64,
    /// No step shorter than this is tried.
    pub shortest: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { steps: 300, eta: 1.0, tolerance: 1e-6, shortest: 1e-12 }
    }
}

/// Why a search stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The projected gradient vanished to tolerance.
    Stationary,
    /// The step limit was reached.
    StepLimit,
    /// No step decreases F to working precision.
    NoDecrease,
}

/// One accepted outer step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// F before the step.
    pub value: f64,
    /// ‖α − P(α − g)‖ before the step.
    pub stationarity: f64,
    /// The step length η that was accepted.
    pub eta: f64,
}

/// Where a search ended, and the way there.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The point α̂.
    pub alpha: Vec<f64>,
    /// F and its hypergradient there.
    pub hypergradient: Hypergradient,
    /// Every accepted step.
    pub path: Vec<Step>,
    /// Why it stopped.
    pub stop: Stop,
}

/// Minimises F over Δ from its centre: proximal steps of a length η that is guessed from the curvature seen along the last
/// step (Barzilai and Borwein 1988, in the geometry of the solver's divergence) and halved until F falls (Armijo).
pub fn search<P: Bilevel>(
    problem: &mut P,
    space: &dyn Space,
    outer: &dyn Outer,
    options: &Options,
) -> Result<Found, P::Error> {
    let mut alpha = space.start();
    let mut here = problem.evaluate(&alpha)?;
    let (mut next, mut eta, mut path) = (alpha.clone(), options.eta, Vec::new());
    let stop = loop {
        let stationarity = stationarity(space, &alpha, &here.alpha);
        if stationarity <= options.tolerance {
            break Stop::Stationary;
        }
        if path.len() == options.steps {
            break Stop::StepLimit;
        }
        let there = loop {
            outer.propose(&alpha, &here.alpha, eta, &mut next);
            let there = problem.evaluate(&next)?; // the inner problem, then dF/dα through its solution
            let fall = along(&here.alpha, &next, &alpha).min(0.0);
            if there.value <= here.value + ARMIJO * fall {
                break Some(there);
            }
            eta /= 2.0;
            if eta < options.shortest {
                break None;
            }
        };
        let Some(there) = there else { break Stop::NoDecrease };
        path.push(Step { value: here.value, stationarity, eta });
        let distance = outer.divergence(&next, &alpha) + outer.divergence(&alpha, &next);
        let curvature = along(&there.alpha, &next, &alpha) - along(&here.alpha, &next, &alpha);
        eta = if curvature > 0.0 { (distance / curvature).clamp(options.shortest, 10.0 * eta) } else { 2.0 * eta };
        alpha.copy_from_slice(&next);
        here = there;
    };
    Ok(Found { alpha, hypergradient: here, path, stop })
}

/// ⟨g, next − α⟩.
fn along(gradient: &[f64], next: &[f64], alpha: &[f64]) -> f64 {
    gradient.iter().zip(next.iter().zip(alpha)).map(|(g, (n, a))| g * (n - a)).sum()
}
