//! What a problem is compiled with.

use crate::steps::{Gd, Step};
use crate::{Par, Var};

/// Which operator stands for H in the adjoint system.
#[derive(Clone, Copy, Debug)]
pub enum Curvature<'t> {
    /// The Hessian of the inner objective; of a root or a fixed point, the derivative of F.
    Exact,
    /// The generalised Gauss-Newton matrix through this prediction: positive semidefinite for convex losses. It differs from
    /// the Hessian unless the residuals vanish or the prediction is linear in θ, and so does its hypergradient.
    GaussNewton(Var<'t>),
}

/// What a problem is compiled with.
#[derive(Debug)]
pub struct Setup<'t> {
    /// H.
    pub curvature: Curvature<'t>,
    /// The method that trains, for [`Method::Unroll`](crate::Method::Unroll) and [`Problem::training`](crate::Problem::training).
    pub step: Box<dyn Step>,
    /// Whether to compile what [`Problem::implicit_jvp`](crate::Problem::implicit_jvp) and
    /// [`Problem::outer_hvp`](crate::Problem::outer_hvp) need: third derivatives of the inner problem.
    pub tangents: bool,
    /// Who runs the programs.
    pub par: Par,
}

impl Default for Setup<'_> {
    /// The exact Hessian, gradient descent, no tangents, the calling thread.
    fn default() -> Self {
        Self { curvature: Curvature::Exact, step: Box::new(Gd), tangents: false, par: Par::Seq }
    }
}
