//! The implicit hypergradient.

use super::damping::{Attempts, Damped, attempt};
use super::problem::residual;
use super::{Accuracy, Answer, Damping, Failure, Implicit, Point, Problem, Stationarity, Work};
use crate::exec::vector::{combine, norm};
use crate::{Element, Par, Runner, Singular, Solution, Status, null_vector};

impl<T: Element> Problem<T> {
    /// df/dα = f_α − Jᵀq with H·q = f_θ.
    #[track_caller]
    pub(super) fn implicit(
        &mut self,
        options: &Implicit<'_, T>,
        point: &Point<'_, T>,
    ) -> Result<Answer<T>, Failure<T>> {
        if options.interpolates {
            return Err(refused(Status::Singular(Singular::Declared)));
        }
        let inputs = point.inputs();
        let h = point.alpha.len();
        self.sides.evaluate(&inputs);
        let f_theta = self.sides.output(h);

        // H at this point, and ∇g with it: a new direction then costs the second stage only.
        let rho = if let Damping::Fixed(rho) = options.damping { rho } else { 0.0 };
        let mut hessian = Damped::new(self.curvature.hold(&inputs), rho);
        let inner_residual = residual(&hessian.held);
        stationary(options.stationarity, inner_residual).map_err(refused)?;
        probe(&mut hessian, options).map_err(refused)?;

        let start = if options.start.is_empty() { vec![T::ZERO; f_theta.len()] } else { options.start.to_vec() };
        let Attempts { solution, failed, tried } =
            attempt(&mut hessian, options.solver, options.damping, f_theta, start);
        let (damping, products) = (hessian.rho, hessian.products);
        let q = &solution.x;

        let mut with_q = inputs.clone();
        with_q.push(q);
        self.cross.evaluate(&with_q);
        let gradient = (0..h).map(|i| combine(self.sides.output(i), -1.0, self.cross.output(i))).collect();

        let error = estimate(&solution, damping, inner_residual, norm(Par::Seq, f_theta), norm(Par::Seq, q));
        let answer = Answer {
            gradient,
            outer: self.sides.output(h + 1)[0].to_f64(),
            theta: point.theta.concat(),
            inner_residual,
            adjoint_residual: solution.residual,
            adjoint: solution.x,
            ritz: solution.ritz,
            damping,
            error,
            work: Work {
                products,
                bytes: [&self.sides, &self.curvature, &self.cross].into_iter().map(bytes).sum(),
                ..Work::default()
            },
        };
        match failed {
            None => answer.finite(),
            Some(status) => Err(Failure { status, tried, unverified: Some(Box::new(answer)) }),
        }
    }
}

const fn refused<T>(status: Status<T>) -> Failure<T> {
    Failure { status, tried: Vec::new(), unverified: None }
}

/// Distances, from residuals and the smallest eigenvalue that was seen.
fn estimate<T>(solution: &Solution<T>, rho: f64, inner: f64, f_theta: f64, q: f64) -> Accuracy {
    let mu = solution.ritz.first().copied().unwrap_or(0.0);
    let over = |size: f64, mu: f64| if size == 0.0 { 0.0 } else { size / mu.max(0.0) };
    Accuracy::Estimate {
        inner: over(inner, mu),
        adjoint: over(solution.residual * f_theta, mu + rho),
        bias: over(rho * q, mu),
    }
}

fn stationary<T>(required: Stationarity, residual: f64) -> Result<(), Status<T>> {
    let Stationarity::Within { tolerance, scale } = required else { return Ok(()) };
    match residual / scale {
        residual if residual <= tolerance => Ok(()),
        residual if residual.is_finite() => Err(Status::NotStationary { residual, tolerance }),
        _ => Err(Status::NotFinite),
    }
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

/// The memory of a program.
pub(super) fn bytes<T: Element>(runner: &Runner<T>) -> usize {
    runner.program().arena() * size_of::<T>()
}
