//! The kernel model: what is equal for all seeds, and the Gram terms of one.

use super::{By, Labels, WeighError, WeighSettings, points};
use crate::data::{Frame, Parts, Preprocess};
use crate::kernel::ntk::{Ntk, Trained, kappa};
use crate::kernel::validation::{Criterion, Folds};
use crate::kernel::{Gram, Mixing};
use crate::model::Candidate;
use crate::model::candidates::bank;
use crate::run::ConfigError;
use crate::seed::Seed;
use crate::space::Built;
use faer::{Col, Mat};
use tape::Activation;

/// What is equal for all seeds.
pub(super) struct Model<'a> {
    pub(super) settings: &'a WeighSettings,
    pub(super) frame: &'a Frame,
    pub(super) labels: &'a Labels,
    pub(super) names: &'a [String],
    pub(super) mixing: Mixing,
    pub(super) ntk: Ntk,
    /// K_ii between a point and itself, equal for all points of the sphere, of the candidate where it is largest.
    pub(super) feature_bound: f64,
}

/// The terms of one seed, with labels less the mean of the training labels.
pub(super) struct Problem {
    /// Packed.
    pub(super) train: Gram,
    /// Without a row where the criterion needs none.
    pub(super) validation: Gram,
    pub(super) test: Gram,
    pub(super) y: Col<f64>,
    pub(super) y_validation: Col<f64>,
    pub(super) y_test: Col<f64>,
    /// What was taken from the labels.
    pub(super) mean: f64,
    folds: Folds,
}

impl<'a> Model<'a> {
    /// Tabulates the kernels, scaled so that that of all candidates in equal parts has ones on its diagonal.
    pub(super) fn new(settings: &'a WeighSettings, frame: &'a Frame, labels: &'a Labels) -> Result<Self, WeighError> {
        let names = &settings.candidates;
        let candidates = bank(names)?;
        let activation = |(candidate, text): (&Candidate, &String)| match candidate {
            Candidate::Activation(activation) => Ok(*activation),
            Candidate::Formula(_) => Err(WeighError::NoKernel { text: text.clone() }),
        };
        let activations = candidates.iter().zip(names).map(activation).collect::<Result<Vec<Activation>, _>>()?;
        let h = activations.len();
        let (even, mixing) = (settings.space.even(h), Mixing::full(h));
        let own = |i: usize, j: usize| kappa(activations[i], activations[j], 1.0);
        let diagonal: f64 =
            (0..h).flat_map(|i| (0..h).map(move |j| (i, j))).map(|(i, j)| even[i] * even[j] * own(i, j)).sum();
        // Of slopes that cancel in equal parts any scale is as good as another.
        let c0 = if diagonal > f64::EPSILON { diagonal.recip() } else { 1.0 };
        let feature_bound = c0 * (0..h).map(|i| own(i, i)).fold(0.0, f64::max);
        let ntk = Ntk::new(&activations, c0, Trained::Hidden);
        Ok(Self { settings, frame, labels, names, mixing, ntk, feature_bound })
    }

    /// The set of the mixture.
    pub(super) fn space(&self) -> Built {
        self.settings.space.copies(self.names.len(), 0.0, 1)
    }

    /// The rows of a seed; validation rows train as well where the criterion needs none.
    pub(super) fn parts(&self, seed: Seed) -> Result<Parts, WeighError> {
        let mut parts = Parts::draw(self.frame, self.settings.split, seed.split("split"))?;
        if self.settings.criterion != By::Validation {
            parts.train.append(&mut parts.validation);
            parts.train.sort_unstable();
        }
        let (folds, n) = (self.settings.folds, parts.train.len());
        if self.settings.criterion == By::Kfold && folds > n {
            let need = format!("at most {n}, the rows that train");
            return Err(ConfigError::Range { key: "folds", value: folds.to_string(), need }.into());
        }
        Ok(parts)
    }

    /// The terms and labels of a seed.
    pub(super) fn problem(&self, seed: Seed) -> Result<Problem, WeighError> {
        let parts = self.parts(seed)?;
        let preprocess = Preprocess::fit(self.frame, &parts.train)?;
        let [train, validation, test] = [&parts.train, &parts.validation, &parts.test]
            .map(|rows| preprocess.apply(self.frame, rows).map(|samples| (points(&samples), self.labels.y(&samples))));
        let ((x, y), (x_validation, y_validation), (x_test, y_test)) = (train?, validation?, test?);
        let mean = y.sum() / y.nrows() as f64;
        let centred = |y: Col<f64>| Col::from_fn(y.nrows(), |i| y[i] - mean);
        let folds = self.settings.folds.min(x.nrows());
        Ok(Problem {
            train: self.ntk.packed_gram(x.as_ref()),
            validation: self.ntk.gram(x_validation.as_ref(), x.as_ref()),
            test: self.ntk.gram(x_test.as_ref(), x.as_ref()),
            folds: Folds::random(x.nrows(), folds, &mut seed.split("folds").stream()),
            y: centred(y),
            y_validation: centred(y_validation),
            y_test: centred(y_test),
            mean,
        })
    }

    /// The points that train.
    pub(super) fn train_points(&self, seed: Seed) -> Result<Mat<f64>, WeighError> {
        let parts = self.parts(seed)?;
        let preprocess = Preprocess::fit(self.frame, &parts.train)?;
        Ok(points(&preprocess.apply(self.frame, &parts.train)?))
    }

    /// The places of K_ii among the terms of the mixture.
    pub(super) fn diagonal(&self) -> Vec<usize> {
        let h = self.names.len();
        (0..h).map(|i| (0..i).map(|before| h - before).sum()).collect()
    }
}

impl Problem {
    /// What is minimised.
    pub(super) fn criterion(&self, by: By) -> Criterion<'_> {
        match by {
            By::Validation => Criterion::HoldOut { validation: &self.validation, y: self.y_validation.as_ref() },
            By::Loo => Criterion::LeaveOneOut,
            By::Kfold => Criterion::KFold(&self.folds),
            By::Gcv => Criterion::Gcv,
        }
    }

    /// The same points with the kernels K_ii alone.
    pub(super) fn apart(self, diagonal: &[usize]) -> Self {
        let [train, validation, test] = [&self.train, &self.validation, &self.test].map(|gram| gram.select(diagonal));
        Self { train, validation, test, ..self }
    }
}
