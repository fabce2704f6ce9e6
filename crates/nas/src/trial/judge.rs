//! Every choice of activations fitted and scored under the same conditions.

use super::Setting;
use crate::bilevel::fitter;
use crate::data::{Preprocess, Samples};
use crate::inner::{Fitted, Fitter, narrow};
use crate::metrics::{Scores, row_losses, scores};
use crate::model::{Coordinates, Mlp, Predictor};
use crate::seed::Seed;
use crate::space::{BoxSection, Shape, Space};
use serde::{Deserialize, Serialize};
use tape::Element;

/// A choice of activations and what it is worth.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Entry {
    /// Its mixtures, one after the other.
    pub alpha: Vec<f64>,
    /// Inner loss on the training rows, ridge included.
    pub train_loss: f64,
    /// Scores on the validation rows of the fit to the training rows.
    pub validation: Scores,
    /// The outputs of that fit on the validation rows, n × k.
    pub outputs: Vec<f64>,
    /// Their losses, one for each row.
    pub losses: Vec<f64>,
    /// Scores on the test rows of the same fit: what `validation` would be on rows that nobody chose by.
    pub held_out: Scores,
    /// Scores on the test rows of the fit to training and validation rows.
    pub test: Scores,
}

/// Fits and scores any α under the same conditions: same θ₀, optimiser, steps, tolerance, ridge and mini-batches.
pub(super) struct Judge<'a, T> {
    pub(super) setting: &'a Setting,
    pub(super) preprocess: &'a Preprocess,
    pub(super) model: &'a Mlp,
    validation: &'a Samples,
    test: &'a Samples,
    train: Rows<T>,
    /// Training and validation rows.
    both: Rows<T>,
    start: &'a [f64],
    seed: Seed,
}

/// Rows as the programs take them.
struct Rows<T> {
    n: usize,
    x: Vec<T>,
    y: Vec<T>,
}

impl<T: Element> Rows<T> {
    fn of(parts: &[&Samples]) -> Self {
        let all = |get: fn(&Samples) -> &[f64]| parts.iter().flat_map(|part| narrow::<T>(get(part))).collect();
        Self { n: parts.iter().map(|part| part.n).sum(), x: all(|part| &part.x), y: all(|part| &part.y) }
    }
}

impl<'a, T: Element> Judge<'a, T> {
    pub(super) fn new(
        (setting, preprocess, model): (&'a Setting, &'a Preprocess, &'a Mlp),
        [train, validation, test]: [&'a Samples; 3],
        start: &'a [f64],
        seed: Seed,
    ) -> Self {
        let (both, train) = (Rows::of(&[train, validation]), Rows::of(&[train]));
        Self { setting, preprocess, model, validation, test, train, both, start, seed }
    }

    /// The loss on the validation rows at these weights and coefficients.
    pub(super) fn loss(&self, theta: &[f64], alpha: &[f64]) -> f64 {
        let predict = Predictor::<T>::new(self.model, self.validation.n);
        scores(self.preprocess, &predict.predict(theta, alpha, &self.validation.x), self.validation).loss
    }

    /// What α is worth, and its θ for training and validation rows, unless a fit diverges or its outputs are no finite numbers.
    pub(super) fn entry(&self, alpha: &[f64]) -> Option<(Entry, Vec<f64>)> {
        let (model, few) = without_zeros(self.model, alpha);
        let fit = |rows: &Rows<T>| {
            let mut fitter: Fitter<T> = fitter(&model, &self.setting.inner, rows.n, self.seed);
            let fit = fitter.fit(self.start.to_vec(), &few, &[&rows.x, &rows.y]);
            Some(fit).filter(|fit| fit.end != Fitted::Diverged)
        };
        let predict = Predictor::<T>::new(&model, self.validation.n.max(self.test.n));
        let score =
            |theta: &[f64], rows: &Samples| scores(self.preprocess, &predict.predict(theta, &few, &rows.x), rows);
        let (on_train, on_both) = (fit(&self.train)?, fit(&self.both)?);
        let outputs = predict.predict(&on_train.theta, &few, &self.validation.x);
        let losses = row_losses(self.preprocess.task(), &outputs, self.validation);
        let validation = scores(self.preprocess, &outputs, self.validation);
        let (held_out, test) = (score(&on_train.theta, self.test), score(&on_both.theta, self.test));
        if !(validation.loss.is_finite() && test.loss.is_finite()) {
            return None;
        }
        let (alpha, train_loss) = (alpha.to_vec(), on_train.loss);
        let entry = Entry { alpha, train_loss, validation, outputs, losses, held_out, test };
        Some((entry, on_both.theta))
    }
}

/// The same network without the candidates that are in none of its mixtures: they cost time and add nothing.
pub fn without_zeros(model: &Mlp, alpha: &[f64]) -> (Mlp, Vec<f64>) {
    let h = model.bank.len();
    let mixtures = || alpha.chunks(h.max(1));
    let kept: Vec<usize> = (0..h).filter(|&i| mixtures().any(|mixture| mixture[i] != 0.0)).collect();
    let few = mixtures().flat_map(|mixture| kept.iter().map(|&i| mixture[i])).collect();
    (Mlp { bank: model.bank.keep(&kept), ..model.clone() }, few)
}

/// One candidate in every mixture, as large as its set allows.
pub(super) fn alone(candidate: usize, setting: &Setting, model: &Mlp) -> Vec<f64> {
    let one = |i: usize| if i == candidate { 1.0 } else { 0.0 };
    let mixture: Vec<f64> = (0..model.bank.len()).map(one).collect();
    scaled(&mixture, 1.0, &setting.coordinates, setting.shape).repeat(model.mixtures())
}

/// Each mixture with the `keep` candidates only whose shares are largest, scaled back to the size that it had in its set. A share
/// is a coefficient of the candidate as it is normalised.
pub fn discretised(alpha: &[f64], coordinates: &Coordinates, keep: usize, shape: Shape) -> Vec<f64> {
    let mixture = |mixture: &[f64]| {
        let share = |i: usize| mixture[i].abs() * coordinates.size(i);
        let mut order: Vec<usize> = (0..mixture.len()).collect();
        order.sort_by(|&i, &j| share(j).total_cmp(&share(i)));
        let mut few = vec![0.0; mixture.len()];
        order.into_iter().take(keep.max(1)).for_each(|i| few[i] = mixture[i]);
        let size = if shape.is_surface() { 1.0 } else { shape.size(&coordinates.beta(mixture)) };
        scaled(&few, size, coordinates, shape)
    };
    alpha.chunks(coordinates.candidates().max(1)).flat_map(mixture).collect()
}

/// A mixture, scaled to a size in its set; one of no size stays as it is. Coefficients of both signs with a given sum cannot be
/// scaled to it: they go to the nearest ones that have it.
fn scaled(mixture: &[f64], size: f64, coordinates: &Coordinates, shape: Shape) -> Vec<f64> {
    if shape == Shape::BoxSection {
        let mut beta = coordinates.beta(mixture);
        let limits = beta.iter().map(|b| if *b == 0.0 { [0.0; 2] } else { [-1.0, 1.0] }).collect();
        if let Ok(section) = BoxSection::new(limits, vec![1.0; beta.len()], size) {
            section.project(&beta.clone(), &mut beta);
        }
        return coordinates.alpha(&beta);
    }
    let has = shape.size(&coordinates.beta(mixture));
    mixture.iter().map(|a| if has == 0.0 { *a } else { size * a / has }).collect()
}
