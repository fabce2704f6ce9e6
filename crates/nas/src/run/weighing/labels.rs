//! One number per row for a kernel model, and points of the unit sphere.

use super::{WeighError, WeighSettings};
use crate::data::{Frame, Samples, Target};
use crate::suggest;
use faer::{Col, Mat};

/// What stands for the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Whether each class counts as 1, else −1; `None` for numbers, which are standardised by the training rows.
    positive: Option<Vec<bool>>,
    /// The same in words.
    pub words: String,
}

impl Labels {
    /// Numbers as they are; of two classes the second one is 1; of more those that the settings name, and of the embedded digits
    /// those from 5 on.
    pub fn of(frame: &Frame, settings: &WeighSettings) -> Result<Self, WeighError> {
        let target = || frame.target_name.clone();
        let levels = match (&frame.target, &settings.positive) {
            (Target::Classes { levels, .. }, _) => levels,
            (Target::Numbers(_), Some(_)) => return Err(WeighError::NoClasses { target: target() }),
            (Target::Numbers(_), None) => {
                let words = format!("{}, in units of its standard deviation", frame.target_name);
                return Ok(Self { positive: None, words });
            }
        };
        let named: Vec<String> = match &settings.positive {
            Some(list) => list.split(',').map(|class| class.trim().to_owned()).collect(),
            None if levels.len() == 2 => vec![levels[1].clone()],
            None if settings.data.is_none() => levels.iter().skip(levels.len() / 2).cloned().collect(),
            None => {
                let (classes, first) = (levels.clone(), levels[0].clone());
                return Err(WeighError::ManyClasses { target: target(), classes, first });
            }
        };
        if let Some(given) = named.iter().find(|class| !levels.contains(class)).cloned() {
            let nearest = suggest::nearest(&given, levels.iter().map(String::as_str)).map(str::to_owned);
            return Err(WeighError::NoClass { given, target: target(), nearest, classes: levels.clone() });
        }
        let positive: Vec<bool> = levels.iter().map(|level| named.contains(level)).collect();
        if positive.iter().all(|is| *is) {
            return Err(WeighError::OneSide { target: target(), classes: levels.len() });
        }
        let words = format!("1 where {} is {}, else -1", frame.target_name, named.join(" or "));
        Ok(Self { positive: Some(positive), words })
    }

    /// Whether a sign is all that counts.
    pub fn are_classes(&self) -> bool {
        self.positive.is_some()
    }

    /// The label of each row.
    ///
    /// # Panics
    /// When the samples have other classes.
    pub fn y(&self, samples: &Samples) -> Col<f64> {
        match &self.positive {
            None => Col::from_fn(samples.n, |i| samples.y[i]),
            Some(positive) => Col::from_fn(samples.n, |i| if positive[samples.classes[i]] { 1.0 } else { -1.0 }),
        }
    }
}

/// The features with a 1 behind them, for the bias of a neuron, over their norm: points of the unit sphere, where the tangent kernels of all
/// activations are known. Nothing is lost by it, since (x, 1) over its norm still gives x away.
pub fn points(samples: &Samples) -> Mat<f64> {
    let d = samples.d;
    let norm = |i: usize| (samples.x[i * d..(i + 1) * d].iter().map(|x| x * x).sum::<f64>() + 1.0).sqrt();
    let norms: Vec<f64> = (0..samples.n).map(norm).collect();
    Mat::from_fn(samples.n, d + 1, |i, k| if k < d { samples.x[i * d + k] / norms[i] } else { norms[i].recip() })
}
