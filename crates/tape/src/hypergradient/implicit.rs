//! The implicit hypergradient.

use std::borrow::Cow;

use super::certificate::{certify, estimate};
use super::damping::{Attempts, Damped, attempt};
use super::precondition::diagonal;
use super::problem::residual;
use super::work::Meter;
use super::{Answer, Damping, Failure, Implicit, Point, Problem, Stationarity, Support, Work};
use crate::exec::vector::{combine, norm};
use crate::{Element, Jacobi, Par, Singular, Status, null_vector};

impl<T: Element> Problem<T> {
    /// df/dα = f_α − F_αᵀq with F_θᵀ q = f_θ.
    #[track_caller]
    pub(super) fn implicit(
        &mut self,
        options: &Implicit<'_, T>,
        point: &Point<'_, T>,
    ) -> Result<Answer<T>, Failure<T>> {
        let inputs = point.inputs();
        // F_θᵀ at this point, and F with it: a new direction then costs the second stage only.
        let rho = if let Damping::Fixed(rho) = options.damping { rho } else { 0.0 };
        let mut hessian = Damped::new(self.curvature.hold(&inputs), rho, self.nature.symmetric);
        let inner_residual = residual(&hessian.held);
        accept(options, inner_residual)?;

        let h = point.alpha.len();
        self.sides.evaluate(&inputs);
        let mut f_theta = Cow::from(self.sides.output(h));
        if self.nature.sparse {
            f_theta = on_support(true, f_theta.into_owned(), point).into();
        }
        let support =
            self.nature.sparse.then(|| Support::new(point.theta, hessian.held.output(2), hessian.held.output(3)));
        probe(&mut hessian, options).map_err(refused)?;
        let contraction = self.nature.fixed_point.then(|| contraction(&mut hessian, &f_theta));

        let start = match options.start {
            [] => vec![T::ZERO; f_theta.len()],
            start => on_support(self.nature.sparse, start.to_vec(), point),
        };
        let solved = solve(&mut hessian, options, &f_theta, start)?;
        let Attempts { solution, failed, tried } = solved;
        let q = &solution.x;

        let mut error = estimate(&solution, hessian.rho, inner_residual, &f_theta);
        if let (Some(convexity), true) = (options.convexity, self.nature.exact) {
            let left = norm(Par::Seq, &combine(&f_theta, -1.0, hessian.undamped(q)));
            error = certify(convexity, self.nature.sparse, inner_residual, left, norm(Par::Seq, q));
        }
        let (damping, products) = (hessian.rho, hessian.products);

        let shared = self.shared.clone().map(|i| hessian.held.output(i));
        self.cross.evaluate(&inputs.iter().copied().chain(shared).chain([&q[..]]).collect::<Vec<&[T]>>());
        let gradient = (0..h).map(|i| combine(self.sides.output(i), -1.0, self.cross.output(i))).collect();

        let mut meter = Meter::default();
        meter.whole(&self.sides).staged(&self.curvature, 1, products).whole(&self.cross);
        let answer = Answer {
            gradient,
            outer: self.sides.output(h + 1)[0].to_f64(),
            theta: point.theta.concat(),
            inner_residual,
            adjoint_residual: solution.residual,
            adjoint: solution.x,
            ritz: solution.ritz,
            damping,
            contraction,
            support,
            step: None,
            zero: self.zero.clone(),
            error,
            work: Work { products, ..meter.work() },
        };
        match failed {
            None => answer.finite(),
            Some(status) => Err(Failure { status, tried, unverified: Some(Box::new(answer)) }),
        }
    }

    /// Of a sparse problem, `x` with zeros where θ has them.
    pub(super) fn on_support(&self, x: Vec<T>, point: &Point<'_, T>) -> Vec<T> {
        on_support(self.nature.sparse, x, point)
    }
}

/// Refuses where there is no implicit hypergradient: at a point with this ‖F‖, or anywhere.
pub(super) fn accept<T: Element>(options: &Implicit<'_, T>, inner_residual: f64) -> Result<(), Failure<T>> {
    if options.interpolates {
        return Err(refused(Status::Singular(Singular::Declared)));
    }
    let Stationarity::Within { tolerance, scale } = options.stationarity else { return Ok(()) };
    match inner_residual / scale {
        residual if residual <= tolerance => Ok(()),
        residual if residual.is_finite() => Err(refused(Status::NotStationary { residual, tolerance })),
        _ => Err(refused(Status::NotFinite)),
    }
}

fn on_support<T: Element>(sparse: bool, mut x: Vec<T>, point: &Point<'_, T>) -> Vec<T> {
    if sparse {
        for (x, theta) in x.iter_mut().zip(point.theta.iter().copied().flatten()) {
            if *theta == T::ZERO {
                *x = T::ZERO;
            }
        }
    }
    x
}

pub(super) const fn refused<T>(status: Status<T>) -> Failure<T> {
    Failure { status, tried: Vec::new(), unverified: None }
}

/// Solves with the caller's solver, behind a preconditioner if one was asked for.
pub(super) fn solve<T: Element>(
    hessian: &mut Damped<'_, T>,
    options: &Implicit<'_, T>,
    b: &[T],
    start: Vec<T>,
) -> Result<Attempts<T>, Failure<T>> {
    match diagonal(hessian, options.preconditioner).map_err(refused)? {
        None => Ok(attempt(hessian, options.solver, options.damping, b, start)),
        Some((diagonal, tolerance)) => {
            let solver = Jacobi { solver: options.solver, diagonal: &diagonal, tolerance };
            Ok(attempt(hessian, &solver, options.damping, b, start))
        }
    }
}

/// Products that measure a contraction at most.
const CONTRACTION: usize = 64;

/// The factor by which A = ∂Φ/∂θ shrinks a vector in the long run, its spectral radius, by power iteration on Aᵀ = I − F_θᵀ from
/// f_θ and a fixed irregular vector: the geometric mean over the second half.
fn contraction<T: Element>(hessian: &mut Damped<'_, T>, f_theta: &[T]) -> f64 {
    let irregular = |i: usize| ((i as f64 + 1.0) * 0.618_033_988_749_894_9).fract() - 0.5;
    let size = norm(Par::Seq, f_theta);
    let unit = |x: &T| if size > 0.0 && size.is_finite() { x.to_f64() / size } else { 0.0 };
    let mut v: Vec<T> = f_theta.iter().enumerate().map(|(i, x)| T::of(unit(x) + irregular(i))).collect();
    let (mut logs, mut length) = (0.0, norm(Par::Seq, &v));
    for k in 0..CONTRACTION {
        if length == 0.0 {
            return 0.0;
        }
        v = crate::exec::vector::scaled(1.0 / length, &v);
        v = combine(&v, -1.0, hessian.undamped(&v));
        length = norm(Par::Seq, &v);
        if k >= CONTRACTION / 2 {
            logs += length.ln();
        }
    }
    (logs / (CONTRACTION / 2) as f64).exp()
}

/// Probes for a null space, if the caller gave a vector.
fn probe<T: Element>(hessian: &mut Damped<'_, T>, options: &Implicit<'_, T>) -> Result<(), Status<T>> {
    let Some(w) = options.probe else { return Ok(()) };
    match null_vector(hessian, options.solver, w) {
        Ok(None) => Ok(()),
        Ok(Some(null)) => {
            let (direction, curvature) = (null.direction, null.curvature);
            Err(Status::Singular(Singular::NullDirection { direction, curvature }))
        }
        Err(unsolved) => Err(unsolved.status),
    }
}
