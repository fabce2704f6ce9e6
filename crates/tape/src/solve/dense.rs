//! The whole matrix, for small systems.

use super::system::System;
use super::{LinearOperator, LinearSolver, Singular, Solution, Status, Unsolved};
use crate::{Float, Par};
use faer::linalg::solvers::Solve;
use faer::{Mat, Side};

/// Gaussian elimination with partial pivoting in `f64` on the matrix, which n products with unit vectors give: for any square H
/// that fits in n² `f64`.
///
/// All its eigenvalues (singular values, when it is not symmetric) are computed too, so that the estimates that rest on them are
/// as good as rounding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dense {
    /// ‖b − H·x‖ / ‖b‖ must be at most this.
    pub tolerance: f64,
}

impl Default for Dense {
    /// 1e-10 (for `f64`).
    fn default() -> Self {
        Self { tolerance: 1e-10 }
    }
}

impl<T: Float> LinearSolver<T> for Dense {
    fn solve(&self, h: &mut dyn LinearOperator<T>, b: &[T], x: Vec<T>) -> Result<Solution<T>, Unsolved<T>> {
        // A direct method needs no first guess.
        let mut system = System::new("dense", Par::Seq, h, b, &vec![T::ZERO; x.len()]);
        let mut values = Vec::new();
        let end = self.run(&mut system, h, &mut values);
        system.end(end, values)
    }
}

impl Dense {
    fn run<T: Float>(
        self,
        system: &mut System<T>,
        h: &mut dyn LinearOperator<T>,
        values: &mut Vec<f64>,
    ) -> Result<(), Status<T>> {
        system.finite()?;
        let a = matrix(h);
        system.products += a.ncols();
        *values = spectrum(&a, h.symmetric()).ok_or(Status::NotFinite)?;
        if system.residual == 0.0 {
            return Ok(());
        }
        let sizes = values.iter().map(|value| value.abs());
        let (curvature, largest) =
            sizes.fold((f64::INFINITY, 0.0), |(low, high), v| (f64::min(low, v), f64::max(high, v)));
        if curvature <= super::stop::rounding::<T>(a.ncols()) * largest {
            return Err(Status::Singular(Singular::Breakdown { curvature, largest }));
        }
        let lu = a.partial_piv_lu();
        // Once more for what rounding left: H·x is computed in T.
        for _ in 0..2 {
            let r = Mat::from_fn(a.nrows(), 1, |i, _| system.r[i].to_f64());
            let d = lu.solve(&r);
            let d: Vec<T> = (0..a.nrows()).map(|i| T::of(d[(i, 0)])).collect();
            system.step(1.0, &d);
            system.refresh(h);
            system.finite()?;
            if system.residual <= self.tolerance {
                return Ok(());
            }
        }
        let (residual, tolerance) = (system.residual, self.tolerance);
        Err(Status::Singular(Singular::Stagnation { residual, tolerance }))
    }
}

/// Column j is H·eⱼ.
fn matrix<T: Float>(h: &mut dyn LinearOperator<T>) -> Mat<f64> {
    let n = h.size();
    let mut a = Mat::zeros(n, n);
    let mut unit = vec![T::ZERO; n];
    for j in 0..n {
        unit[j] = T::ONE;
        for (i, x) in h.apply(&unit).iter().enumerate() {
            a[(i, j)] = x.to_f64();
        }
        unit[j] = T::ZERO;
    }
    a
}

/// Ascending; `None` when an element is not finite, or the iteration for them did not converge.
fn spectrum(a: &Mat<f64>, symmetric: bool) -> Option<Vec<f64>> {
    if !a.is_all_finite() {
        return None;
    }
    let mut values =
        if symmetric { a.self_adjoint_eigenvalues(Side::Lower).ok()? } else { a.singular_values().ok()? };
    values.sort_by(f64::total_cmp);
    Some(values)
}
