//! The kernel that a network trains by while it stays near its start, and how far that can move (science 2.6).

use super::Settings;
use super::sweep::{by_distance, mixture, moved};
use crate::data::Split;
use crate::dense::SymmetricEigen;
use crate::experiments::Error;
use crate::inner::TangentFeatures;
use crate::kernel::{Gram, KernelModel, Mixing};
use crate::model::Network;
use crate::stats::largest;
use crate::theory::kernel::Superposition;
use crate::theory::lipschitz::{Over, Pair};
use faer::Col;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// What ridge fits with the tangent kernels at the start measured.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Surrogate {
    /// The ratio of science 4.2, by distance and α of the grid.
    pub ratios: Vec<Vec<f64>>,
    /// For every pair of α that was trained: the largest |f_α − f_α'| / ‖(α, 1−α) − (α', 1−α')‖₁ over held-out samples, over
    /// the lesser of the two bounds for the pair; the largest of these.
    pub of_bound: f64,
}

/// The tangent kernel of one start, in its terms.
pub(super) struct Tangent {
    mixing: Mixing,
    train: Gram,
    validation: Gram,
    /// B on both parts.
    feature_bound: f64,
}

/// One fit.
struct Fitted {
    percent: usize,
    predictions: Vec<f64>,
    /// The least eigenvalue of K_α.
    least: f64,
}

impl Tangent {
    pub(super) fn new(network: &Network, start: &[f64], split: &Split) -> Self {
        let [train, validation] =
            [&split.train, &split.validation].map(|data| TangentFeatures::new(network, start, data));
        Self {
            mixing: Mixing::full(network.bank.len()),
            train: train.gram(&train),
            validation: validation.gram(&train),
            feature_bound: train.bound().max(validation.bound()),
        }
    }

    /// The largest of λ_max(K_α) = ‖Φ_α‖² over the segment. Φ_α is affine in α, so this is convex: it lies at an end.
    pub(super) fn largest_eigenvalue(&self) -> Result<f64, Error> {
        let at = |percent| {
            let k = self.train.combine(&self.mixing.weights(&mixture(percent)));
            Ok::<f64, Error>(SymmetricEigen::of(k.as_ref())?.values.last().copied().unwrap_or(0.0))
        };
        Ok(at(0)?.max(at(100)?))
    }

    fn fit(&self, settings: &Settings, split: &Split, percent: usize) -> Result<Fitted, Error> {
        let model = KernelModel {
            mixing: &self.mixing,
            train: &self.train,
            validation: &self.validation,
            y_train: split.train.y(),
            y_validation: split.validation.y(),
            lambda: settings.lambda,
        };
        let fit = model.solve(&mixture(percent))?.fit;
        let eigen = SymmetricEigen::of(self.train.combine(&fit.weights).as_ref())?;
        let predictions: Col<f64> = fit.predict(&self.validation);
        // Of a singular kernel rounding may leave a little below zero.
        let least = eigen.values.first().map_or(0.0, |least| least.max(0.0));
        Ok(Fitted { percent, predictions: predictions.iter().copied().collect(), least })
    }
}

impl Surrogate {
    pub(super) fn new(settings: &Settings, tangent: &Tangent, split: &Split, alphas: &[usize]) -> Result<Self, Error> {
        let fits: Vec<Fitted> =
            alphas.par_iter().map(|&percent| tangent.fit(settings, split, percent)).collect::<Result<_, Error>>()?;
        let at = |percent| fits[alphas.partition_point(|&alpha| alpha < percent)].predictions.as_slice();
        let superposition = Superposition {
            feature_bound: tangent.feature_bound,
            mixture_bound: 1.0,
            n_train: split.train.len(),
            label_norm: split.train.y().norm_l2(),
            mu: settings.lambda,
        };
        let pairs = fits.iter().enumerate().flat_map(|(i, a)| fits[..i].iter().map(move |b| [a, b]));
        let shares: Vec<f64> = pairs.map(|pair| of_bound(superposition, pair)).collect();
        let ratios = by_distance(settings, |pair| moved(pair, pair.map(at)).ratio());
        Ok(Self { ratios, of_bound: largest(&shares) })
    }
}

/// What a pair moved by, over what it may move by; μ is needed at its two ends only.
fn of_bound(superposition: Superposition, [a, b]: [&Fitted; 2]) -> f64 {
    let (from, to) = (mixture(a.percent), mixture(b.percent));
    let one_norm: f64 = from.iter().zip(&to).map(|(a, b)| (a - b).abs()).sum();
    let pair = Pair { alphas: [&from, &to], predictions: [&a.predictions, &b.predictions] };
    let mu = superposition.mu + a.least.min(b.least);
    pair.distance(Over::Largest).prediction / one_norm / Superposition { mu, ..superposition }.lipschitz()
}
