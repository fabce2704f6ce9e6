//! Where hyperparameters live: one file per constraint set.
//!
//! ```
//! use nas::space::{Simplex, Space, stationarity};
//!
//! let simplex = Simplex::unit(3);
//! let mut nearest = [0.0; 3];
//! simplex.project(&[0.75, 0.5, -0.25], &mut nearest);
//! assert_eq!(nearest, [0.625, 0.375, 0.0]);
//! // Against a gradient that only pushes out of the set, nothing moves.
//! assert_eq!(stationarity(&simplex, &[1.0, 0.0, 0.0], &[-1.0, 0.0, 2.0]), 0.0);
//! ```

mod ball;
mod bisection;
mod box_section;
mod copies;
mod covering;
mod cuboid;
mod finite;
mod infeasible;
mod l1_ball;
mod lattice;
mod nonnegative_sphere;
mod polar;
mod product;
mod shape;
mod simplex;
mod sparse;
mod sphere;

pub use ball::Ball;
pub use bisection::{NoBracket, bisection};
pub use box_section::BoxSection;
pub use copies::Copies;
pub use cuboid::Cuboid;
pub use finite::Finite;
pub use infeasible::Infeasible;
pub use l1_ball::L1Ball;
pub use lattice::Lattice;
pub use nonnegative_sphere::NonnegativeSphere;
pub use product::Product;
pub use shape::{Built, NoShape, Shape};
pub use simplex::Simplex;
pub use sparse::Sparse;
pub use sphere::Sphere;

use crate::seed::Stream;

/// A compact set Δ of hyperparameters in R^h. Every slice has h entries; a method panics where one has not.
pub trait Space: Send + Sync {
    /// Number h of coordinates.
    fn coordinates(&self) -> usize;

    /// The radius of a ball that contains Δ: of the smallest one, except for [`Finite`] and
    /// [`BoxSection`].
    fn radius(&self) -> f64;

    /// Writes the point of Δ nearest to `v` into `point`, which keeps its value where there is no such point (the centre of
    /// a sphere, a NaN), so that a solver stays where it was. A product does so factor by factor.
    fn project(&self, v: &[f64], point: &mut [f64]);

    /// Writes the derivative of the projection P at `v` along `direction`, lim (P(v + t d) − P(v)) / t, into `out`.
    ///
    /// It is linear in d. At a kink, where pieces of P meet and the limits from two sides differ, it is that of the piece
    /// with the fewest free coordinates: what is just at a limit counts as held there. Where P jumps (a tie) it is that of
    /// the point which [`Space::project`] chooses, and where P is undefined it is 0.
    fn project_jvp(&self, v: &[f64], direction: &[f64], out: &mut [f64]);

    /// Writes a point of Δ that minimises ⟨g, a⟩ into `point`; of several, the first listed or the one with the lowest
    /// indices. `point` keeps its value where g says nothing: where all points are equal (0 on a ball), and at a NaN.
    fn vertex(&self, gradient: &[f64], point: &mut [f64]);

    /// The point that prefers no coordinate: where a search begins.
    fn start(&self) -> Vec<f64>;

    /// A uniformly distributed point.
    fn sample(&self, stream: &mut Stream) -> Vec<f64>;

    /// An upper bound on ln N_ε(Δ) for ε > 0: points of Δ so many that every point of Δ is within ε of one of them
    /// (science 2.1). It does not grow with ε, but jumps: search ε on a grid.
    fn log_covering_number(&self, epsilon: f64) -> f64;

    /// The effective dimension of Δ (science 2.1).
    fn effective_dimension(&self) -> EffectiveDimension;
}

/// A set that contains the segment between any two of its points.
pub trait Convex: Space {}

/// A pair (h_eff, C) with N_ε(Δ) ≤ (C/ε)^h_eff for every 0 < ε ≤ [`Space::radius`], where N_ε is the Euclidean covering
/// number. Only the pair has a meaning: the same set has many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectiveDimension {
    /// The exponent h_eff.
    pub exponent: f64,
    /// The constant C.
    pub constant: f64,
}

impl EffectiveDimension {
    /// That of a single point: N_ε = 1.
    const POINT: Self = Self { exponent: 0.0, constant: 1.0 };
}

/// ‖α − P(α − g)‖: zero exactly where the projected gradient step of length one does not move α.
pub fn stationarity(space: &dyn Space, alpha: &[f64], gradient: &[f64]) -> f64 {
    let moved: Vec<f64> = alpha.iter().zip(gradient).map(|(a, g)| a - g).collect();
    let mut point = alpha.to_vec();
    space.project(&moved, &mut point);
    point.iter().zip(alpha).map(|(p, a)| (p - a).powi(2)).sum::<f64>().sqrt()
}

/// The Frank-Wolfe gap ⟨g, α − s⟩ with the s of Δ that minimises ⟨g, s⟩ (Frank and Wolfe 1956; Jaggi 2013): a certificate, as
/// F(α) − min F is at most this for every convex F with gradient g at α. On a convex Δ it is at most (‖g‖ + 2 radius) times the
/// [`stationarity`], and zero exactly where that is.
pub fn duality_gap(space: &dyn Space, alpha: &[f64], gradient: &[f64]) -> f64 {
    let mut vertex = alpha.to_vec();
    space.vertex(gradient, &mut vertex);
    gradient.iter().zip(alpha.iter().zip(&vertex)).map(|(g, (a, s))| g * (a - s)).sum()
}

/// Checks that every slice has one entry per coordinate.
#[track_caller]
fn check<const N: usize>(coordinates: usize, lengths: [usize; N]) {
    for length in lengths {
        assert_eq!(length, coordinates, "{length} entries for a space of {coordinates} coordinates");
    }
}

/// Whether a vector has no nearest point anywhere.
fn has_nan(v: &[f64]) -> bool {
    v.iter().any(|x| x.is_nan())
}

/// −v
fn negated(v: &[f64]) -> Vec<f64> {
    v.iter().map(|x| -x).collect()
}
