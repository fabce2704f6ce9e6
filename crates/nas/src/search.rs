//! Train-validation optimisation (science 3, algorithm A): the loop.
//!
//! α̂ = argmin over Δ of F(α) = L_V(f_α),   f_α the inner solution on the training set.

use crate::hypergradient::Hypergradient;
use crate::outer::Outer;
use crate::space::{Space, duality_gap, stationarity};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

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
    /// The length η of the first step tried.
    pub first: FirstStep,
    /// The search is stationary when ‖α − P(α − g)‖ is at most this.
    pub tolerance: f64,
    /// How often a step is halved before the search gives up.
    pub halvings: usize,
}

/// The length η of the first step tried; the following ones are guessed from the curvature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FirstStep {
    /// This η.
    Eta(f64),
    /// The η of a step that moves α about this far in Euclidean distance: for gradients of unknown size.
    Distance(f64),
}

impl FirstStep {
    fn eta(self, stationarity: f64) -> f64 {
        match self {
            Self::Eta(eta) => eta,
            Self::Distance(distance) => distance / stationarity.max(f64::MIN_POSITIVE),
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { steps: 300, first: FirstStep::Eta(1.0), tolerance: 1e-6, halvings: 40 }
    }
}

/// Why a search stopped.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Stop {
    /// The projected gradient vanished to tolerance.
    Stationary,
    /// The step limit was reached.
    StepLimit,
    /// No step decreases F to working precision.
    NoDecrease,
    /// All points that were to be tried have been: only of [`crate::baseline::best_of`].
    Exhausted,
    /// The projected gradient is within the noise of the validation samples: going on would follow them only (science 2.3).
    Noise,
}

/// One accepted outer step.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Step {
    /// F before the step.
    pub value: f64,
    /// ‖α − P(α − g)‖ before the step.
    pub stationarity: f64,
    /// The step length η that was accepted.
    pub eta: f64,
}

/// Where a search ended, and the way there.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Found {
    /// The point α̂.
    pub alpha: Vec<f64>,
    /// F and its hypergradient there.
    pub hypergradient: Hypergradient,
    /// ⟨g, α − s⟩ there: on a convex Δ, F is at most this above its minimum if it is convex too.
    pub gap: f64,
    /// Every accepted step.
    pub path: Vec<Step>,
    /// Why it stopped.
    pub stop: Stop,
}

/// A point that the search reached, for those who watch it.
#[derive(Clone, Copy, Debug)]
pub struct Reached<'a> {
    /// Outer steps made.
    pub step: usize,
    /// α
    pub alpha: &'a [f64],
    /// F and its hypergradient there.
    pub hypergradient: &'a Hypergradient,
    /// ‖α − P(α − g)‖
    pub stationarity: f64,
    /// ⟨g, α − s⟩ for the s of Δ that minimises ⟨g, s⟩ ([`duality_gap`]).
    pub gap: f64,
    /// The length of the step that led here; 0 at the start.
    pub eta: f64,
}

/// [`search_from`] the point that prefers no coordinate.
pub fn search<P: Bilevel>(
    problem: &mut P,
    space: &dyn Space,
    outer: &dyn Outer,
    options: &Options,
    watch: &mut dyn FnMut(&P, Reached<'_>),
) -> Result<Found, P::Error> {
    search_from(space.start(), problem, space, outer, options, watch)
}

/// [`search_while`] nobody ends it.
pub fn search_from<P: Bilevel>(
    alpha: Vec<f64>,
    problem: &mut P,
    space: &dyn Space,
    outer: &dyn Outer,
    options: &Options,
    watch: &mut dyn FnMut(&P, Reached<'_>),
) -> Result<Found, P::Error> {
    let mut follow = |problem: &mut P, reached: Reached<'_>| {
        watch(problem, reached);
        ControlFlow::Continue(())
    };
    search_while(alpha, problem, space, outer, options, &mut follow)
}

/// Minimises F over Δ from `alpha`: proximal steps of a length η that is guessed from the curvature seen along the last
/// step (Barzilai and Borwein 1988, in the geometry of the solver's divergence) and halved until F falls (Armijo). It ends at
/// any point that it reaches where `follow` gives a reason.
pub fn search_while<P: Bilevel>(
    mut alpha: Vec<f64>,
    problem: &mut P,
    space: &dyn Space,
    outer: &dyn Outer,
    options: &Options,
    follow: &mut dyn FnMut(&mut P, Reached<'_>) -> ControlFlow<Stop>,
) -> Result<Found, P::Error> {
    let mut here = problem.evaluate(&alpha)?;
    let (mut next, mut path) = (alpha.clone(), Vec::new());
    let mut eta = options.first.eta(stationarity(space, &alpha, &here.alpha));
    let stop = loop {
        let stationarity = stationarity(space, &alpha, &here.alpha);
        let last = path.last().map_or(0.0, |step: &Step| step.eta);
        let gap = duality_gap(space, &alpha, &here.alpha);
        let reached = Reached { step: path.len(), alpha: &alpha, hypergradient: &here, stationarity, gap, eta: last };
        let asked = follow(problem, reached);
        if stationarity <= options.tolerance {
            break Stop::Stationary;
        }
        if let ControlFlow::Break(reason) = asked {
            break reason;
        }
        if path.len() == options.steps {
            break Stop::StepLimit;
        }
        let mut halvings = 0;
        let there = loop {
            outer.propose(&alpha, &here.alpha, eta, &mut next);
            let there = problem.evaluate(&next)?; // the inner problem, then dF/dα through its solution
            let fall = along(&here.alpha, &next, &alpha).min(0.0);
            if there.value <= here.value + ARMIJO * fall {
                break Some(there);
            }
            if halvings == options.halvings {
                break None;
            }
            (eta, halvings) = (eta / 2.0, halvings + 1);
        };
        let Some(there) = there else { break Stop::NoDecrease };
        path.push(Step { value: here.value, stationarity, eta });
        let distance = outer.divergence(&next, &alpha) + outer.divergence(&alpha, &next);
        let curvature = along(&there.alpha, &next, &alpha) - along(&here.alpha, &next, &alpha);
        eta = if curvature > 0.0 { (distance / curvature).min(10.0 * eta) } else { 2.0 * eta };
        alpha.copy_from_slice(&next);
        here = there;
    };
    let gap = duality_gap(space, &alpha, &here.alpha);
    Ok(Found { alpha, hypergradient: here, gap, path, stop })
}

/// ⟨g, next − α⟩.
fn along(gradient: &[f64], next: &[f64], alpha: &[f64]) -> f64 {
    gradient.iter().zip(next.iter().zip(alpha)).map(|(g, (n, a))| g * (n - a)).sum()
}
