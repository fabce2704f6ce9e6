//! Draws of the estimator.

use super::Cell;
use crate::experiments::Error;
use crate::kernel::RidgeFit;
use crate::seed::Seed;
use crate::spectral::{Moments, Whitening};
use serde::{Deserialize, Serialize};

/// One draw: α̂ from the validation samples, θ̂ from training samples that it does not depend on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Draw {
    /// sin² of the angle of α̂ and α*.
    pub sin_squared: f64,
    /// The exact risk of (α̂, θ̂).
    pub risk: f64,
}

/// Draws a problem and its samples.
pub fn draw(cell: &Cell, seed: Seed) -> Result<Draw, Error> {
    let model = cell.model();
    let planted = model.plant(seed.split("planted"));
    let validation = model.sample(&planted, cell.samples, &mut seed.split("validation").stream());
    let estimate = Moments::of(&validation.maps, validation.y.as_ref()).estimate(1, Whitening::None)?;
    let alpha = &estimate.alphas[0];
    let train = model.sample(&planted, cell.samples, &mut seed.split("train").stream());
    let theta = RidgeFit { maps: &train.maps, y: train.y.as_ref(), lambda: 0.0 }.solve(alpha)?.theta;
    let c: f64 = alpha.iter().zip(&planted.alpha).map(|(a, b)| a * b).sum();
    Ok(Draw { sin_squared: 1.0 - c * c, risk: planted.residual_variance(alpha, &theta) })
}
