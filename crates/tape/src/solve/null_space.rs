//! A probe of the null space.

use super::{LinearOperator, LinearSolver, Singular, Status, Unsolved};
use crate::exec::vector::{norm, scaled};
use crate::{Float, Par};

/// A direction along which an operator has no curvature.
#[derive(Clone, Debug, PartialEq)]
pub struct NullVector<T> {
    /// v, of norm 1.
    pub direction: Vec<T>,
    /// ‖Hv‖
    pub curvature: f64,
}

/// Looks for a null vector of H, from a random `w` that the caller draws; `None` when none was found.
///
/// A conjugate-gradient solve *converges* on a singular system that is consistent, so a solve alone does not show a null space.
/// Solving H·x = H·w from zero gives the part of w in the range of H; what remains, v = w − x, lies in the null space. It counts
/// as a null vector when ‖Hv‖ ≤ √ε·λmax·‖v‖, with λmax the largest eigenvalue that the solver saw: a condition number
/// beyond 1/√ε counts as singular.
///
/// # Errors
/// When the solve failed otherwise than by seeing that H is singular.
///
/// # Panics
/// When the length of `w` is not the size of H.
pub fn null_vector<T: Float>(
    h: &mut dyn LinearOperator<T>,
    solver: &dyn LinearSolver<T>,
    w: &[T],
) -> Result<Option<NullVector<T>>, Unsolved<T>> {
    let hw = h.apply(w).to_vec();
    let solved = match solver.solve(h, &hw, vec![T::ZERO; w.len()]) {
        Ok(solution) => solution,
        Err(Unsolved { status: Status::Singular(Singular::Breakdown { .. }), unverified }) => unverified,
        Err(failure) => return Err(failure),
    };
    let v: Vec<T> = w.iter().zip(&solved.x).map(|(&w, &x)| w - x).collect();
    let length = norm(Par::Seq, &v);
    if length == 0.0 {
        return Ok(None);
    }
    let direction = scaled(1.0 / length, &v);
    let curvature = norm(Par::Seq, h.apply(&direction));
    let largest = solved.ritz.last().copied().unwrap_or(0.0);
    let flat = curvature <= T::EPSILON.to_f64().sqrt() * largest;
    Ok(flat.then_some(NullVector { direction, curvature }))
}
