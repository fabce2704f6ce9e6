//! H + ρI for H, and how ρ is chosen.

use crate::exec::Held;
use crate::{Element, LinearOperator, LinearSolver, Solution, Status, Unsolved};

/// How ρ is chosen, where H + ρI is solved for H. It is a bias of the answer, which tells its size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Damping {
    /// This ρ; 0 for none.
    Fixed(f64),
    /// None at first; when the solve fails, 10⁻³ of the largest eigenvalue seen, and ten times more up to three times.
    #[default]
    OnFailure,
}

/// The first damping after a failure, in units of the largest eigenvalue seen.
const FIRST: f64 = 1e-3;
/// How often it may grow tenfold.
const GROWTHS: usize = 3;

/// H + ρI on the second stage of a program of x and ρ whose first output is H·x + ρx.
pub(super) struct Damped<'s, T> {
    pub(super) held: Held<'s, T>,
    pub(super) rho: f64,
    symmetric: bool,
    /// Products that were made.
    pub(super) products: usize,
}

impl<'s, T: Element> Damped<'s, T> {
    pub(super) fn new(held: Held<'s, T>, rho: f64, symmetric: bool) -> Self {
        Self { held, rho, symmetric, products: 0 }
    }

    /// H·x, without the damping.
    pub(super) fn undamped(&mut self, x: &[T]) -> &[T] {
        self.product(x, 0.0)
    }

    fn product(&mut self, x: &[T], rho: f64) -> &[T] {
        self.products += 1;
        self.held.run_only(0, &[x, &[T::of(rho)]])
    }
}

impl<T: Element> LinearOperator<T> for Damped<'_, T> {
    fn size(&self) -> usize {
        self.held.size()
    }

    fn symmetric(&self) -> bool {
        self.symmetric
    }

    fn apply(&mut self, x: &[T]) -> &[T] {
        self.product(x, self.rho)
    }
}

/// What came of the attempts to solve.
pub(super) struct Attempts<T> {
    /// The last attempt. Its eigenvalues are those of H, without ρ.
    pub(super) solution: Solution<T>,
    /// Why it failed, if it did.
    pub(super) failed: Option<Status<T>>,
    /// The dampings that were tried.
    pub(super) tried: Vec<f64>,
}

/// Solves (H + ρI)q = b, with ρ by the policy.
pub(super) fn attempt<T: Element>(
    h: &mut Damped<'_, T>,
    solver: &dyn LinearSolver<T>,
    policy: Damping,
    b: &[T],
    start: Vec<T>,
) -> Attempts<T> {
    let mut all = once(h, solver, b, start);
    let Damping::OnFailure = policy else { return all };
    let largest = all.solution.ritz.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    for growth in 0..=GROWTHS {
        let helps = all.failed.as_ref().is_some_and(|status| *status != Status::NotFinite);
        if !helps || largest == 0.0 {
            break;
        }
        h.rho = FIRST * largest * 10f64.powi(growth as i32);
        let next = once(h, solver, b, vec![T::ZERO; b.len()]);
        let tried = [all.tried, next.tried].concat();
        all = Attempts { tried, ..next };
    }
    all
}

fn once<T: Element>(h: &mut Damped<'_, T>, solver: &dyn LinearSolver<T>, b: &[T], start: Vec<T>) -> Attempts<T> {
    let (mut solution, failed) = match solver.solve(h, b, start) {
        Ok(solution) => (solution, None),
        Err(Unsolved { status, unverified }) => (unverified, Some(status)),
    };
    solution.ritz.iter_mut().for_each(|value| *value -= h.rho);
    Attempts { solution, failed, tried: vec![h.rho] }
}
