//! Forward mode: how θ moves with α, and how the hypergradient does.

use super::damping::{Attempts, Damped};
use super::flat::{join, size};
use super::implicit::{accept, solve};
use super::inner::Inner;
use super::problem::residual;
use super::{Damping, Failure, Implicit, Method, Point, Problem};
use crate::exec::vector::{combine, scaled};
use crate::{Element, Par, Runner, Var, grad, jvp};

/// The programs of forward mode.
#[derive(Debug)]
pub(super) struct Tangents<T> {
    /// (α, θ, data) held, d, ρ → F_θ·d + ρd, flat.
    turned: Runner<T>,
    /// (α, θ, data), α̇ → F_α·α̇, flat.
    pushed: Runner<T>,
    /// (α, θ, data), q, α̇, θ̇ → the derivatives of L_α of each variable and of L_θ flat along (α̇, θ̇), with L = f − ⟨q, F⟩.
    second: Runner<T>,
}

impl<T: Element> Tangents<T> {
    #[track_caller]
    pub(super) fn new<'t>(inner: &Inner<'t>, outer: Var<'t>, data: &[Var<'t>], par: Par) -> Self {
        let tape = outer.tape();
        let Inner { alpha, theta, d, .. } = inner;
        let point = (alpha.clone(), theta.clone(), data.to_vec());
        let direction: Vec<Var<'t>> = alpha.iter().map(|v| tape.input(v.rows(), v.cols())).collect();
        let rho = tape.input(1, 1);
        let (turned, pushed) = inner.forward(rho, &direction);
        let turned = tape.compile_staged::<T>(point.clone(), (*d, rho), turned);
        let pushed = tape.compile::<T>((point.clone(), direction.clone()), pushed);

        let moved = tape.input(size(theta), 1);
        let from = (alpha.clone(), theta.clone());
        let l = grad(outer - inner.product, from.clone());
        let (l_alpha, l_theta) = jvp(l, from, (direction.clone(), super::flat::split(moved, theta)));
        let outputs = (l_alpha, join(tape, &l_theta));
        let second = tape.compile::<T>((point, *d, (direction, moved)), outputs);
        let [turned, pushed, second] = [turned, pushed, second].map(|program| program.runner(par));
        Self { turned, pushed, second }
    }
}

/// A derivative along a direction in α, by implicit differentiation.
#[derive(Clone, Debug, PartialEq)]
pub struct Tangent<T> {
    /// One matrix for each variable, of θ or of α, row-major.
    pub along: Vec<Vec<T>>,
    /// The largest relative residual of the linear systems.
    pub residual: f64,
    /// The largest ρ where F_θ + ρI was solved for F_θ: a bias.
    pub damping: f64,
    /// Products with F_θ or its transpose.
    pub products: usize,
}

/// A solved system.
struct Solved<T> {
    x: Vec<T>,
    residual: f64,
    damping: f64,
    products: usize,
}

impl<T: Element> Problem<T> {
    /// dθ*/dα · α̇ by implicit differentiation in forward mode: F_θ θ̇ = −F_α α̇. `direction` has one matrix for each variable of α.
    ///
    /// ```
    /// use tape::{Implicit, Point, Problem, Setup, Tape};
    ///
    /// // x² = y at y = 25: x = 5, dx/dy = 1/10.
    /// let tape = Tape::new();
    /// let (y, x) = (tape.input(1, 1), tape.input(1, 1));
    /// let setup = Setup { tangents: true, ..Setup::default() };
    /// let mut problem = Problem::<f64>::root(x.powi(2) - y, x, y, x, (), setup);
    /// let at = Point { alpha: &[&[25.0]], theta: &[&[5.0]], data: &[] };
    /// let moved = problem.implicit_jvp(&Implicit::default(), &at, &[&[1.0]])?;
    /// assert!((moved.along[0][0] - 0.1).abs() < 1e-12);
    /// # Ok::<(), tape::Failure<f64>>(())
    /// ```
    ///
    /// # Errors
    /// When θ is not a solution, or the system was not solved.
    ///
    /// # Panics
    /// When the problem was set up without tangents, or a length does not fit.
    #[track_caller]
    pub fn implicit_jvp(
        &mut self,
        options: &Implicit<'_, T>,
        point: &Point<'_, T>,
        direction: &[&[T]],
    ) -> Result<Tangent<T>, Failure<T>> {
        let inputs = point.inputs();
        accept(options, residual(&self.curvature.hold(&inputs)))?;
        let Solved { x, residual, damping, products } = self.moved(options, point, direction)?;
        let along = super::flat::pieces(&x, point.theta).into_iter().map(<[T]>::to_vec).collect();
        Ok(Tangent { along, residual, damping, products })
    }

    /// d²F/dα² · α̇ for F(α) = f(α, θ*(α)): the formula of the implicit hypergradient, differentiated. With L = f − ⟨q, F⟩ and dots
    /// for derivatives along (α̇, θ̇) with q fixed: F_θᵀ q̇ = L̇_θ, and the answer is L̇_α − F_αᵀ q̇. Three systems are solved.
    ///
    /// # Errors
    /// As [`Self::hypergradient`].
    ///
    /// # Panics
    /// When the problem was set up without tangents or with a stand-in for the Hessian, or a length does not fit.
    #[track_caller]
    pub fn outer_hvp(
        &mut self,
        options: &Implicit<'_, T>,
        point: &Point<'_, T>,
        direction: &[&[T]],
    ) -> Result<Tangent<T>, Failure<T>> {
        assert!(self.nature.exact, "outer_hvp: of a stand-in for the Hessian, the formula is not that of a derivative");
        let inputs = point.inputs();
        let first = self.hypergradient(&Method::Implicit(*options), point)?;
        let moved = self.moved(options, point, direction)?;
        let q = &first.adjoint;

        let second = &mut self.programs().second;
        second.evaluate(&[&inputs[..], &[q], direction, &[&moved.x]].concat());
        let h = direction.len();
        let l_alpha: Vec<Vec<T>> = (0..h).map(|i| second.output(i).to_vec()).collect();
        let l_theta = self.on_support(second_output(self, h), point);

        let turned = self.solve(options, point, &l_theta, true)?; // q̇
        // The curvature was held at this point just now.
        let shared: Vec<&[T]> = self.shared.clone().map(|i| self.curvature.output(i)).collect();
        self.cross.evaluate(&[&inputs[..], &shared, &[&turned.x]].concat());
        let along = l_alpha.iter().enumerate().map(|(i, l)| combine(l, -1.0, self.cross.output(i))).collect();
        let solves = [&moved, &turned];
        let most = |of: fn(&Solved<T>) -> f64, or: f64| solves.iter().map(|s| of(s)).fold(or, f64::max);
        Ok(Tangent {
            along,
            residual: most(|s| s.residual, first.adjoint_residual),
            damping: most(|s| s.damping, first.damping),
            products: first.work.products + moved.products + turned.products,
        })
    }

    /// θ̇
    #[track_caller]
    fn moved(
        &mut self,
        options: &Implicit<'_, T>,
        point: &Point<'_, T>,
        direction: &[&[T]],
    ) -> Result<Solved<T>, Failure<T>> {
        let pushed = &mut self.programs().pushed;
        pushed.evaluate(&[&point.inputs()[..], direction].concat());
        let right = scaled(-1.0, pushed.output(0));
        let right = self.on_support(right, point);
        self.solve(options, point, &right, false)
    }

    /// F_θᵀ x = b, or F_θ x = b.
    fn solve(
        &mut self,
        options: &Implicit<'_, T>,
        point: &Point<'_, T>,
        b: &[T],
        transposed: bool,
    ) -> Result<Solved<T>, Failure<T>> {
        let (inputs, symmetric) = (point.inputs(), self.nature.symmetric);
        let program = if transposed { &mut self.curvature } else { &mut self.programs().turned };
        let rho = if let Damping::Fixed(rho) = options.damping { rho } else { 0.0 };
        let mut operator = Damped::new(program.hold(&inputs), rho, symmetric);
        let start = vec![T::ZERO; b.len()];
        let Attempts { solution, failed, tried } = solve(&mut operator, options, b, start)?;
        match failed {
            Some(status) => Err(Failure { status, tried, unverified: None }),
            None => Ok(Solved {
                x: solution.x,
                residual: solution.residual,
                damping: operator.rho,
                products: operator.products,
            }),
        }
    }

    #[track_caller]
    fn programs(&mut self) -> &mut Tangents<T> {
        self.tangents.as_mut().expect("a problem with tangents: Setup { tangents: true, .. }")
    }
}

/// Output `i` of the second derivatives.
fn second_output<T: Element>(problem: &Problem<T>, i: usize) -> Vec<T> {
    problem.tangents.as_ref().map_or_else(Vec::new, |tangents| tangents.second.output(i).to_vec())
}
