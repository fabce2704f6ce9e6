//! The programs of a bilevel problem.

use super::flat::{join, size, split};
use super::{Answer, Failure, Method};
use crate::steps::{Gd, Step};
use crate::vars::list;
use crate::{Element, Par, Runner, Training, Var, Vars, gauss_newton, grad, hvp, jvp};

/// Which operator stands for H in the adjoint system.
#[derive(Clone, Copy, Debug)]
pub enum Curvature<'t> {
    /// The Hessian of the inner objective.
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
    /// The method that trains, for [`Method::Unroll`] and [`Problem::training`].
    pub step: Box<dyn Step>,
    /// Who runs the programs.
    pub par: Par,
}

impl Default for Setup<'_> {
    /// The exact Hessian, gradient descent, the calling thread.
    fn default() -> Self {
        Self { curvature: Curvature::Exact, step: Box::new(Gd), par: Par::Seq }
    }
}

/// Where a hypergradient is taken. Each list has one matrix for every variable, in the order of recording the problem.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a, T> {
    /// α
    pub alpha: &'a [&'a [T]],
    /// θ: a minimum for [`Method::Implicit`], the start of the training for [`Method::Unroll`].
    pub theta: &'a [&'a [T]],
    /// Whatever else the losses need.
    pub data: &'a [&'a [T]],
}

impl<'a, T> Point<'a, T> {
    /// The inputs of a program: α, θ, data.
    pub(super) fn inputs(&self) -> Vec<&'a [T]> {
        [self.alpha, self.theta, self.data].concat()
    }
}

/// A bilevel problem: the programs that its hypergradients need, compiled once.
///
/// Ridge regression, and how the validation loss moves with λ:
///
/// ```
/// use tape::{Implicit, Method, Point, Problem, Setup, Tape};
///
/// let tape = Tape::new();
/// let (x, y, lambda, w) = (tape.input(3, 2), tape.input(3, 1), tape.input(1, 1), tape.input(2, 1));
/// let inner = 0.5 * (x.matmul(w) - y).powi(2).sum() + 0.5 * lambda * w.powi(2).sum();
/// let outer = (w - 1.0).powi(2).sum();
/// let mut problem = Problem::<f64>::stationary(inner, outer, lambda, w, (x, y), Setup::default());
///
/// // XᵀX = diag(4, 1), Xᵀy = (5, 4): w = (1, 2) at λ = 1.
/// let data: [&[f64]; 2] = [&[2.0, 0.0, 0.0, 1.0, 0.0, 0.0], &[2.5, 4.0, 0.0]];
/// let at = Point { alpha: &[&[1.0]], theta: &[&[1.0, 2.0]], data: &data };
/// let answer = problem.hypergradient(&Method::Implicit(Implicit::default()), &at)?;
/// assert!((answer.gradient[0][0] + 2.0).abs() < 1e-12);
/// # Ok::<(), tape::Failure<f64>>(())
/// ```
#[derive(Debug)]
pub struct Problem<T> {
    /// (α, θ, data) → f_α of each variable, then f_θ flat, f.
    pub(super) sides: Runner<T>,
    /// (α, θ, data) held, d → H·d, ∇_θ g; both flat.
    pub(super) curvature: Runner<T>,
    /// (α, θ, data), q → Jᵀq of each variable.
    pub(super) cross: Runner<T>,
    pub(super) training: Training<T>,
}

impl<T: Element> Problem<T> {
    /// The problem min f(α, θ) over α, where θ is a stationary point of `inner` for that α.
    ///
    /// `alpha`, `theta` and `data` are the inputs of the two losses; what belongs to one loss only is data as well.
    ///
    /// # Panics
    /// When a loss is not 1 × 1, or needs an input that is not listed.
    #[track_caller]
    pub fn stationary<'t>(
        inner: Var<'t>,
        outer: Var<'t>,
        alpha: impl Vars<'t>,
        theta: impl Vars<'t>,
        data: impl Vars<'t>,
        setup: Setup<'t>,
    ) -> Self {
        let (tape, par) = (inner.tape(), setup.par);
        let (alpha, theta, data) = (list(&alpha), list(&theta), list(&data));
        let point = (alpha.clone(), theta.clone(), data.clone());

        let (f_alpha, f_theta) = grad(outer, (alpha.clone(), theta.clone()));
        let sides = tape.compile::<T>(point.clone(), (f_alpha, join(tape, &f_theta), outer));

        let d = tape.input(size(&theta), 1);
        let along = split(d, &theta);
        let hd = match setup.curvature {
            Curvature::Exact => hvp(inner, theta.clone(), along.clone()),
            Curvature::GaussNewton(prediction) => gauss_newton(inner, prediction, theta.clone(), along.clone()),
        };
        let g_theta = grad(inner, theta.clone());
        let curvature = tape.compile_staged::<T>(point.clone(), d, (join(tape, &hd), join(tape, &g_theta)));

        // Jᵀq is the derivative of g_α along q: forward over reverse, as in H·d.
        let jq = jvp(grad(inner, alpha.clone()), theta.clone(), along);
        let cross = tape.compile::<T>((point, d), jq);

        let training = Training::new(inner, alpha, theta, data, setup.step, par);
        Self { sides: sides.runner(par), curvature: curvature.runner(par), cross: cross.runner(par), training }
    }

    /// df/dα at `point`.
    ///
    /// # Errors
    /// When there is no verified answer: why, and what there is.
    ///
    /// # Panics
    /// When the number or a length of the matrices of `point` is not the problem's.
    #[track_caller]
    pub fn hypergradient(&mut self, method: &Method<'_, T>, point: &Point<'_, T>) -> Result<Answer<T>, Failure<T>> {
        match method {
            Method::Implicit(options) => self.implicit(options, point),
            Method::Unroll(options) => self.unroll(options, point),
            Method::Differences(options) => self.differences(options, point),
        }
    }

    /// The inner training that [`Method::Unroll`] differentiates.
    pub const fn training(&mut self) -> &mut Training<T> {
        &mut self.training
    }

    /// ‖∇_θ g‖ at `point`.
    #[track_caller]
    pub fn inner_residual(&mut self, point: &Point<'_, T>) -> f64 {
        let inputs = point.inputs();
        residual(&self.curvature.hold(&inputs))
    }
}

/// ‖∇_θ g‖ of a curvature program whose first stage was run.
pub(super) fn residual<T: Element>(held: &crate::exec::Held<'_, T>) -> f64 {
    crate::exec::vector::norm(Par::Seq, held.output(1))
}
