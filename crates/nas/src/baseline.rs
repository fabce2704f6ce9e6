//! Searches without gradients, which show what a gradient is good for (science 6.8): every point of a list or a lattice, and
//! the best of random points.

use crate::hypergradient::{Evidence, Hypergradient, Status};
use crate::search::{Bilevel, Found, Reached, Step, Stop};
use crate::seed::Stream;
use crate::space::{Finite, Lattice, Space, duality_gap, stationarity};
use crate::stats::argmin;

/// Points and their values, in the order in which they were tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// The points α.
    pub points: Vec<Vec<f64>>,
    /// F at each of them.
    pub values: Vec<f64>,
}

impl Tried {
    /// Which point has the least value, the first of equals; `None` when no value is a number below infinity.
    pub fn best(&self) -> Option<usize> {
        argmin(&self.values).filter(|&i| self.values[i] < f64::INFINITY)
    }
}

/// Tries every point of a list.
///
/// # Errors
/// The first of the problem.
pub fn exhaustive<P: Bilevel>(problem: &mut P, space: &Finite) -> Result<Tried, P::Error> {
    tried(problem, space.points().to_vec())
}

/// Tries every point of the lattice with so many parts to a side.
///
/// # Errors
/// The first of the problem.
///
/// # Panics
/// When `parts` is 0.
pub fn grid<P: Bilevel>(problem: &mut P, space: &dyn Lattice, parts: usize) -> Result<Tried, P::Error> {
    tried(problem, space.lattice(parts))
}

/// Tries so many random points of Δ.
///
/// # Errors
/// The first of the problem.
pub fn random<P: Bilevel>(
    problem: &mut P,
    space: &dyn Space,
    samples: usize,
    stream: &mut Stream,
) -> Result<Tried, P::Error> {
    tried(problem, (0..samples).map(|_| space.sample(stream)).collect())
}

fn tried<P: Bilevel>(problem: &mut P, points: Vec<Vec<f64>>) -> Result<Tried, P::Error> {
    let values = points.iter().map(|alpha| Ok(problem.evaluate(alpha)?.value)).collect::<Result<_, _>>()?;
    Ok(Tried { points, values })
}

/// Tries points of Δ one after the other, and tells of those that are better than all before them: as a search by gradients does of
/// its steps, so that both can be told in the same words. A step has no length here.
///
/// # Errors
/// The first of the problem.
///
/// # Panics
/// When there is no point.
pub fn best_of<P: Bilevel>(
    problem: &mut P,
    space: &dyn Space,
    points: impl IntoIterator<Item = Vec<f64>>,
    watch: &mut dyn FnMut(&P, Reached<'_>),
) -> Result<Found, P::Error> {
    let (mut best, mut path): (Option<Found>, Vec<Step>) = (None, Vec::new());
    for alpha in points {
        let here = problem.evaluate(&alpha)?;
        if best.as_ref().is_some_and(|best| best.hypergradient.value <= here.value || here.value.is_nan()) {
            continue;
        }
        if let Some(before) = &best {
            let stationarity = stationarity(space, &before.alpha, &before.hypergradient.alpha);
            path.push(Step { value: before.hypergradient.value, stationarity, eta: 0.0 });
        }
        let (stationarity, gap) = (stationarity(space, &alpha, &here.alpha), duality_gap(space, &alpha, &here.alpha));
        watch(problem, Reached { step: path.len(), alpha: &alpha, hypergradient: &here, stationarity, gap, eta: 0.0 });
        best = Some(Found { alpha, hypergradient: here, gap, path: Vec::new(), stop: Stop::Exhausted });
    }
    assert!(best.is_some(), "the best of no points");
    let nothing = Evidence { status: Status::Failed, inner_residual: f64::NAN, adjoint_residual: f64::NAN };
    let nothing = Hypergradient { value: f64::INFINITY, alpha: Vec::new(), lambda: 0.0, evidence: nothing };
    let nothing =
        Found { alpha: Vec::new(), hypergradient: nothing, gap: 0.0, path: Vec::new(), stop: Stop::Exhausted };
    Ok(Found { path, ..best.unwrap_or(nothing) })
}
