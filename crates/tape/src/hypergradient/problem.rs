//! The programs of a bilevel problem.

use std::ops::Range;

use super::inner::{Inner, Nature, Penalty};
use super::shared::unmoved;
use super::tangents::Tangents;
use super::{Answer, Failure, Method, Setup, Zero, flat};
use crate::exec::Held;
use crate::exec::vector::norm;
use crate::vars::list;
use crate::{Element, Par, Runner, Training, Var, Vars, grad};

/// Where a hypergradient is taken. Each list has one matrix for every variable, in the order of recording the problem.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a, T> {
    /// α
    pub alpha: &'a [&'a [T]],
    /// θ: a solution of the inner problem for [`Method::Implicit`], the start of the training for [`Method::Unroll`].
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

/// A bilevel problem: the programs that its hypergradients need, compiled once. The inner problem is F(α, θ) = 0, where F is
/// the gradient of a loss, θ − Φ(α, θ), or anything that has as many elements as θ.
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
    /// (α, θ, data) held, d, ρ → F_θᵀ·d + ρd, F; both flat. Of a proximal problem, the slack and λ₁ of every element too.
    pub(super) curvature: Runner<T>,
    /// Outputs of `curvature` that `cross` goes on from: what the two have in common at a point.
    pub(super) shared: Range<usize>,
    /// (α, θ, data), the shared values, q → F_αᵀq of each variable.
    pub(super) cross: Runner<T>,
    pub(super) training: Training<T>,
    /// What [`Setup::tangents`] asks for.
    pub(super) tangents: Option<Tangents<T>>,
    pub(super) nature: Nature,
    /// Why df/dα is zero whatever the numbers are, for each variable of α.
    pub(super) zero: Vec<Option<Zero>>,
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
        let (alpha, theta) = (list(&alpha), list(&theta));
        Self::new(Inner::stationary(inner, alpha, theta, setup.curvature), outer, list(&data), setup)
    }

    /// The problem where θ is a root of `f`: F(α, θ) = 0, with the structure and shapes of θ. F_θ need not be symmetric.
    ///
    /// The training of [`Method::Unroll`] takes F for a gradient: θ ← θ − ηF.
    ///
    /// The root of fx³ − x − 2:
    ///
    /// ```
    /// use tape::{Implicit, Method, Point, Problem, Setup, Tape};
    ///
    /// let tape = Tape::new();
    /// let (f, x) = (tape.input(1, 1), tape.input(1, 1));
    /// let root = f * x.powi(3) - x - 2.0;
    /// let mut problem = Problem::<f64>::root(root, x, f, x, (), Setup::default());
    /// let at = Point { alpha: &[&[2.0]], theta: &[&[1.1653730430624147]], data: &[] };
    /// let answer = problem.hypergradient(&Method::Implicit(Implicit::default()), &at)?;
    /// assert!((answer.gradient[0][0] + 0.22139916266115015).abs() < 1e-12);
    /// # Ok::<(), tape::Failure<f64>>(())
    /// ```
    ///
    /// # Panics
    /// When F has not the shapes of θ, the outer loss is not 1 × 1, or one of them needs an input that is not listed.
    #[track_caller]
    pub fn root<'t, V: Vars<'t>>(
        f: V,
        outer: Var<'t>,
        alpha: impl Vars<'t>,
        theta: V,
        data: impl Vars<'t>,
        setup: Setup<'t>,
    ) -> Self {
        let inner = Inner::root(list(&f), list(&alpha), list(&theta), setup.curvature);
        Self::new(inner, outer, list(&data), setup)
    }

    /// The problem where θ is a fixed point: θ = Φ(α, θ), with `phi` of the structure and shapes of θ.
    ///
    /// Answers report the factor by which Φ contracts there. The training of [`Method::Unroll`] is θ ← θ − η(θ − Φ): the
    /// iteration itself at η = 1.
    ///
    /// # Panics
    /// As [`Self::root`].
    #[track_caller]
    pub fn fixed_point<'t, V: Vars<'t>>(
        phi: V,
        outer: Var<'t>,
        alpha: impl Vars<'t>,
        theta: V,
        data: impl Vars<'t>,
        setup: Setup<'t>,
    ) -> Self {
        let inner = Inner::fixed_point(list(&phi), list(&alpha), list(&theta), setup.curvature);
        Self::new(inner, outer, list(&data), setup)
    }

    /// The problem where θ minimizes `smooth` + Σ λ₁|θᵢ| + ½ Σ λ₂θᵢ²: the lasso, the elastic net.
    ///
    /// Elements of θ that are exactly 0 are taken to stay there, and the linear system is that of the others: Bertrand et al.
    /// 2020, "Implicit differentiation of lasso-type models". The answer warns of zeros that sit at the kink, where
    /// |∇ᵢ smooth| = λ₁ and dθ/dα has a jump. The training is proximal gradient descent.
    ///
    /// # Panics
    /// When a loss is not 1 × 1, a weight fits neither 1 × 1 nor θ as one column, an input is not listed, or the step of the
    /// setup is none of gradient descent: others have no such fixed points.
    #[track_caller]
    pub fn proximal<'t>(
        smooth: Var<'t>,
        penalty: Penalty<'t>,
        outer: Var<'t>,
        alpha: impl Vars<'t>,
        theta: impl Vars<'t>,
        data: impl Vars<'t>,
        setup: Setup<'t>,
    ) -> Self {
        let step = &setup.step;
        assert!(step.states() == 1, "proximal: the training is gradient descent, and the step is {step:?}");
        let inner = Inner::proximal(smooth, penalty, list(&alpha), list(&theta), setup.curvature);
        Self::new(inner, outer, list(&data), setup)
    }

    #[track_caller]
    fn new<'t>(inner: Inner<'t>, outer: Var<'t>, data: Vec<Var<'t>>, setup: Setup<'t>) -> Self {
        let (tape, par) = (outer.tape(), setup.par);
        let Inner { alpha, theta, d, .. } = &inner;
        let point = (alpha.clone(), theta.clone(), data.clone());

        let (f_alpha, f_theta) = grad(outer, (alpha.clone(), theta.clone()));
        let sides = tape.compile::<T>(point.clone(), (f_alpha, flat::join(tape, &f_theta), outer));
        // What the cross term needs of the point is computed with the curvature, and its program begins there.
        let common = unmoved(*d, &inner.cross, &list(&point));
        let rho = tape.input(1, 1);
        let held = inner.held_outputs(rho);
        let shared = held.len()..held.len() + common.len();
        let curvature = tape.compile_staged::<T>(point.clone(), (*d, rho), (held, common.clone()));
        let cross = tape.compile::<T>((point, common, *d), inner.cross.clone());
        let tangents = setup.tangents.then(|| Tangents::new(&inner, outer, &data, par));

        let (nature, zero) = (inner.nature, inner.zeros(outer));
        let training = Training::of(inner.field, inner.penalty, inner.alpha, inner.theta, data, setup.step, par);
        let [sides, curvature, cross] = [sides, curvature, cross].map(|program| program.runner(par));
        Self { sides, curvature, shared, cross, training, tangents, nature, zero }
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

    /// ‖F‖ at `point`: of a loss, ‖∇_θ g‖; of a proximal problem, that of the least subgradient.
    #[track_caller]
    pub fn inner_residual(&mut self, point: &Point<'_, T>) -> f64 {
        let inputs = point.inputs();
        residual(&self.curvature.hold(&inputs))
    }
}

/// ‖F‖ of a curvature program whose first stage was run.
pub(super) fn residual<T: Element>(held: &Held<'_, T>) -> f64 {
    norm(Par::Seq, held.output(1))
}
