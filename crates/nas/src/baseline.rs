//! Searches without gradients, which show what a gradient is good for (science 6.8): every point of a list or a lattice, and
//! the best of random points.

use crate::search::Bilevel;
use crate::seed::Stream;
use crate::space::{Finite, Lattice, Space};
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
