//! Alternating minimisation on a split: weights on the training samples, the combination on the validation samples.

use crate::dense::{Cholesky, NotPositiveDefinite};
use crate::kernel::{HoldOut, RidgeFit};
use faer::{Col, Mat};

/// Where an alternation ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternation {
    /// α of unit norm, as far as the validation samples tell it.
    pub alpha: Vec<f64>,
    /// Its validation loss.
    pub loss: f64,
    /// Rounds made.
    pub rounds: usize,
}

/// From `alpha`, at most `rounds` times: θ by the fit on the training samples, then α by least squares on the validation samples
/// (science 6.6). No hypergradient is taken, so it ends where α is best for a θ that does not follow it: not at the solution of
/// the bilevel problem. The best point of the way is returned.
///
/// # Errors
/// When a fit or the least-squares problem is singular: fewer validation samples than maps, say.
pub fn alternate(
    alpha: &[f64],
    fit: &RidgeFit<'_>,
    validation: &HoldOut<'_>,
    rounds: usize,
) -> Result<Alternation, NotPositiveDefinite> {
    let mut theta = fit.solve(alpha)?.theta;
    let mut best = Alternation { alpha: alpha.to_vec(), loss: validation.loss(alpha, &theta), rounds: 0 };
    for round in 1..=rounds {
        let next = least_squares(validation, &theta)?;
        theta = fit.solve(&next)?.theta;
        let loss = validation.loss(&next, &theta);
        let settled = loss >= best.loss * (1.0 - SETTLED);
        if loss < best.loss {
            best = Alternation { alpha: next, loss, rounds: round };
        }
        if settled {
            break;
        }
    }
    Ok(best)
}

/// A round that lowers the loss by less than this part is the last one.
const SETTLED: f64 = 1e-10;

/// The unit α of least squares of y on the h columns Φ_i θ.
fn least_squares(validation: &HoldOut<'_>, theta: &Col<f64>) -> Result<Vec<f64>, NotPositiveDefinite> {
    let columns = validation.maps.apply_each(theta.as_ref());
    let h = columns.len();
    let dot = |a: &Col<f64>, b: &Col<f64>| crate::dense::dot(a.as_ref(), b.as_ref());
    let normal = Mat::from_fn(h, h, |i, j| dot(&columns[i], &columns[j]));
    let right = Col::from_fn(h, |i| crate::dense::dot(columns[i].as_ref(), validation.y));
    let alpha = Cholesky::factor(normal)?.solve(right.as_ref());
    let norm = alpha.norm_l2().max(f64::MIN_POSITIVE);
    Ok(alpha.iter().map(|a| a / norm).collect())
}
