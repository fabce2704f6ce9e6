//! Directions of points and the angles between them.

use faer::{Mat, MatRef, RowRef};

/// Beyond this cosine arccos loses digits: the angle is taken from differences and sums.
const NEARLY_PARALLEL: f64 = 0.99;

/// The rows over their norms, and these; the direction of a row of zeros is zero.
pub(super) fn directions(points: MatRef<'_, f64>) -> (Mat<f64>, Vec<f64>) {
    let norms: Vec<f64> = points.row_iter().map(|row| row.norm_l2()).collect();
    let scale = |i: usize| if norms[i] == 0.0 { 0.0 } else { norms[i].recip() };
    (Mat::from_fn(points.nrows(), points.ncols(), |i, k| points[(i, k)] * scale(i)), norms)
}

/// The angle of two unit vectors with this cosine: near 0 and π as 2 atan2(‖x − y‖, ‖x + y‖) (Kahan).
pub(super) fn angle(rho: f64, x: RowRef<'_, f64>, y: RowRef<'_, f64>) -> f64 {
    if rho.abs() < NEARLY_PARALLEL {
        return rho.acos();
    }
    let squares = |sign: f64| x.iter().zip(y.iter()).map(|(a, b)| (a + sign * b).powi(2)).sum::<f64>();
    2.0 * squares(-1.0).sqrt().atan2(squares(1.0).sqrt())
}
