//! Alternating minimisation on a split: weights on the training samples, the combination on the validation samples.

use crate::dense::{Cholesky, NotPositiveDefinite, dot};
use crate::kernel::{HoldOut, RidgeFit};
use faer::{Col, Mat};

/// Where an alternation ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternation {
    /// α of unit norm, as far as the validation samples tell it.
    pub alpha: Vec<f64>,
    /// Its validation loss, summed over the outputs.
    pub loss: f64,
    /// Rounds made.
    pub rounds: usize,
}

/// From `alpha`, at most `rounds` times: θ by the fit on the training samples, then α by least squares on the validation samples
/// (science 6.6). No hypergradient is taken, so it ends where α is best for a θ that does not follow it: not at the solution of
/// the bilevel problem. The best point of the way is returned.
///
/// There is a fit and its validation samples for each output; all outputs share α.
///
/// # Errors
/// When a fit or the least-squares problem is singular: fewer validation samples than maps, say.
///
/// # Panics
/// When there is no output.
pub fn alternate(
    alpha: &[f64],
    outputs: &[(RidgeFit<'_>, HoldOut<'_>)],
    rounds: usize,
) -> Result<Alternation, NotPositiveDefinite> {
    assert!(!outputs.is_empty(), "an alternation without an output");
    let mut thetas = weights(alpha, outputs)?;
    let mut best = Alternation { alpha: alpha.to_vec(), loss: loss(alpha, outputs, &thetas), rounds: 0 };
    for round in 1..=rounds {
        let next = least_squares(outputs, &thetas)?;
        thetas = weights(&next, outputs)?;
        let loss = loss(&next, outputs, &thetas);
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

/// θ_α of every output.
fn weights(alpha: &[f64], outputs: &[(RidgeFit<'_>, HoldOut<'_>)]) -> Result<Vec<Col<f64>>, NotPositiveDefinite> {
    outputs.iter().map(|(fit, _)| Ok(fit.solve(alpha)?.theta)).collect()
}

fn loss(alpha: &[f64], outputs: &[(RidgeFit<'_>, HoldOut<'_>)], thetas: &[Col<f64>]) -> f64 {
    outputs.iter().zip(thetas).map(|((_, validation), theta)| validation.loss(alpha, theta)).sum()
}

/// The unit α of least squares of the labels on the h columns Φ_i θ, over all outputs.
fn least_squares(
    outputs: &[(RidgeFit<'_>, HoldOut<'_>)],
    thetas: &[Col<f64>],
) -> Result<Vec<f64>, NotPositiveDefinite> {
    let h = outputs[0].1.maps.count();
    let (mut normal, mut right) = (Mat::zeros(h, h), Col::zeros(h));
    for ((_, validation), theta) in outputs.iter().zip(thetas) {
        let columns = validation.maps.apply_each(theta.as_ref());
        normal += Mat::from_fn(h, h, |i, j| dot(columns[i].as_ref(), columns[j].as_ref()));
        right += Col::from_fn(h, |i| dot(columns[i].as_ref(), validation.y));
    }
    let alpha = Cholesky::factor(normal)?.solve(right.as_ref());
    let norm = alpha.norm_l2().max(f64::MIN_POSITIVE);
    Ok(alpha.iter().map(|a| a / norm).collect())
}
