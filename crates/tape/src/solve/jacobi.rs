//! Diagonal preconditioning.

use super::system::System;
use super::{LinearOperator, LinearSolver, Singular, Solution, Status, Unsolved};
use crate::{Float, Par};

/// Another solver on S·H·S y = S·b with x = S·y and S = |D|^(−½), for a diagonal D near that of H: Jacobi's preconditioner, which
/// keeps a symmetric H symmetric. It undoes a bad scaling of the unknowns and nothing else.
///
/// The inner solver measures the residual of the scaled system; here that of H·x = b is checked by a product, and the scaled
/// system is solved again for what is left while that helps.
#[derive(Clone, Copy, Debug)]
pub struct Jacobi<'a, T> {
    /// Solves the scaled system.
    pub solver: &'a dyn LinearSolver<T>,
    /// D. Where it is small beside the largest (by ε^½ or more), that is taken.
    pub diagonal: &'a [T],
    /// ‖b − H·x‖ / ‖b‖ must be at most this.
    pub tolerance: f64,
}

/// How often the scaled system is solved at most.
const ROUNDS: usize = 4;

impl<T: Float> LinearSolver<T> for Jacobi<'_, T> {
    fn solve(&self, h: &mut dyn LinearOperator<T>, b: &[T], x: Vec<T>) -> Result<Solution<T>, Unsolved<T>> {
        let (n, given) = (h.size(), self.diagonal.len());
        assert!(n == given, "jacobi: H is {n}×{n}, and the diagonal has {given} elements");
        let mut system = System::new("jacobi", Par::Seq, h, b, &x);
        let mut ritz = Vec::new();
        let end = self.run(&mut system, h, &mut ritz);
        system.end(end, ritz)
    }
}

impl<T: Float> Jacobi<'_, T> {
    fn run(&self, system: &mut System<T>, h: &mut dyn LinearOperator<T>, ritz: &mut Vec<f64>) -> Result<(), Status<T>> {
        let (low, high) = self.range();
        let floor = high * T::EPSILON.to_f64().sqrt();
        let one_if_zero = |d: f64| if d > 0.0 { d } else { 1.0 };
        let root = |d: &T| T::of(1.0 / one_if_zero(d.to_f64().abs().max(floor)).sqrt());
        let mut scaled = Scaled { s: self.diagonal.iter().map(root).collect(), h, x: Vec::new(), out: Vec::new() };
        for _ in 0..ROUNDS {
            system.finite()?;
            let before = system.residual;
            if before <= self.tolerance {
                return Ok(());
            }
            let b = scaled.times(&system.r);
            let solved = self.solver.solve(&mut scaled, &b, vec![T::ZERO; b.len()]);
            let (solution, end) = match solved {
                Ok(solution) => (solution, Ok(())),
                Err(Unsolved { status, unverified }) => (unverified, Err(status)),
            };
            system.products += solution.products;
            // Eigenvalues μ of S·H·S and elements of D bracket quotients of H: min μ · max D and max μ · min D.
            if let [least, .., most] | [least @ most] = solution.ritz[..] {
                *ritz = vec![low.min(least * high), high.max(most * low)];
            }
            let x = scaled.times(&solution.x);
            system.step(1.0, &x);
            system.refresh(scaled.h);
            end?;
            if system.residual >= 0.5 * before {
                break;
            }
        }
        if system.residual <= self.tolerance {
            return Ok(());
        }
        Err(Status::Singular(Singular::Stagnation { residual: system.residual, tolerance: self.tolerance }))
    }

    /// The least and the largest |element| of D.
    fn range(&self) -> (f64, f64) {
        let sizes = self.diagonal.iter().map(|d| d.to_f64().abs());
        sizes.fold((f64::INFINITY, 0.0), |(low, high), d| (f64::min(low, d), f64::max(high, d)))
    }
}

/// S·H·S
struct Scaled<'h, T> {
    h: &'h mut dyn LinearOperator<T>,
    s: Vec<T>,
    x: Vec<T>,
    out: Vec<T>,
}

impl<T: Float> Scaled<'_, T> {
    fn times(&self, x: &[T]) -> Vec<T> {
        x.iter().zip(&self.s).map(|(&x, &s)| s * x).collect()
    }
}

impl<T: Float> LinearOperator<T> for Scaled<'_, T> {
    fn size(&self) -> usize {
        self.s.len()
    }

    fn symmetric(&self) -> bool {
        self.h.symmetric()
    }

    fn apply(&mut self, x: &[T]) -> &[T] {
        self.x = self.times(x);
        let hx = self.h.apply(&self.x).to_vec();
        self.out = self.times(&hx);
        &self.out
    }
}
