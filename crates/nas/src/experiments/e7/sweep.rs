//! Networks of nearby activations, trained from one start.

use super::surrogate::Tangent;
use super::{Settings, Surrogate};
use crate::data::{Sizes, Split};
use crate::experiments::nets::{Descend, Nets, Outputs};
use crate::experiments::{Error, two_classes};
use crate::model::Network;
use crate::report::Progress;
use crate::theory::lipschitz::{Move, Over, Pair};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tape::{Activation, Bank};

/// The step is this over λ_max of the tangent kernel at the start, at worst over α.
const STEP: f64 = 0.7;

/// The two activations that are mixed: σ_α = α σ₁ + (1 − α) σ₂.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidates {
    /// ReLU and the identity.
    ReluIdentity,
    /// ReLU and the sigmoid.
    ReluSigmoid,
}

impl Candidates {
    /// Both pairs.
    pub const ALL: [Self; 2] = [Self::ReluIdentity, Self::ReluSigmoid];

    /// What they are called.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReluIdentity => "ReLU/identity",
            Self::ReluSigmoid => "ReLU/sigmoid",
        }
    }

    fn bank(self) -> Bank {
        Bank::new(match self {
            Self::ReluIdentity => [Activation::Relu, Activation::Identity],
            Self::ReluSigmoid => [Activation::Relu, Activation::Sigmoid],
        })
    }
}

/// What is measured in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) candidates: Candidates,
    pub(super) width: usize,
}

/// What one seed measured of one pair of candidates at one width.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// The ratio of science 4.2, by distance and α of the grid.
    pub ratios: Vec<Vec<f64>>,
    /// The same with a start that is drawn again for every α.
    pub redrawn: Vec<Vec<f64>>,
    /// Shares of training samples on the wrong side, by α of the grid, from one start.
    pub train_errors: Vec<f64>,
    /// The superposition of tangent kernels.
    pub surrogate: Surrogate,
}

/// (α, 1 − α) of so many percent.
pub(super) fn mixture(percent: usize) -> [f64; 2] {
    let alpha = percent as f64 / 100.0;
    [alpha, 1.0 - alpha]
}

/// Measures the seed with this number, cell by cell: the pairs of candidates, each at every width.
pub fn measure_seed(settings: &Settings, number: usize, progress: &Progress) -> Result<Vec<Measured>, Error> {
    settings.cells().into_iter().map(|cell| measure(settings, cell, number, progress)).collect()
}

/// Measures one cell; in parallel over α on the pool of the caller.
pub(super) fn measure(settings: &Settings, cell: Cell, number: usize, progress: &Progress) -> Result<Measured, Error> {
    let seed = settings.run_as.numbered("e7", number);
    let digits = two_classes::digits()?;
    let Settings { n_train: train, n_validation: validation, .. } = *settings;
    let split = Split::random(&digits, Sizes { train, validation, test: 1 }, &mut seed.split("split").stream())?;
    let bank = cell.candidates.bank();
    let network = Network { dimension: digits.dimension(), pairs: cell.width / 2, bank, c0: 1.0 };
    let seed = seed.split(&format!("width {}", cell.width));
    let start = network.start(seed);
    let tangent = Tangent::new(&network, &start, &split);
    let descend = Descend { eta: STEP / tangent.largest_eigenvalue()?, goal: 0.0, limit: settings.steps };
    let trainer = Trainer {
        on_train: Outputs::new(&network, train),
        on_validation: Outputs::new(&network, validation),
        nets: Nets::new(network, train),
        split: &split,
        descend,
        alphas: settings.alphas(),
        progress,
    };
    let same = trainer.train(&|_| start.clone());
    let redrawn = trainer.train(&|alpha| trainer.nets.network.start(seed.split(&format!("alpha {alpha}"))));
    let surrogate = Surrogate::new(settings, &tangent, &split, &trainer.alphas)?;
    Ok(Measured {
        train_errors: settings.grid().map(|alpha| same[trainer.position(alpha)].train_error).collect(),
        ratios: trainer.ratios(settings, &same),
        redrawn: trainer.ratios(settings, &redrawn),
        surrogate,
    })
}

/// Trains a network for every α.
struct Trainer<'a> {
    nets: Nets,
    on_train: Outputs,
    on_validation: Outputs,
    split: &'a Split,
    descend: Descend,
    /// In percent, ascending.
    alphas: Vec<usize>,
    progress: &'a Progress,
}

/// What is kept of a network.
struct Trained {
    predictions: Vec<f64>,
    train_error: f64,
}

impl Trainer<'_> {
    /// All of them by the same steps: only α differs, and the start where `start` answers so.
    fn train(&self, start: &(dyn Fn(usize) -> Vec<f64> + Sync)) -> Vec<Trained> {
        let train = |&percent: &usize| {
            let alpha = mixture(percent);
            let w = self.nets.descend(&start(percent), &alpha, &self.split.train, self.descend).theta;
            self.progress.advance();
            let on_train = self.on_train.predict(&w, &alpha, &self.split.train);
            let sides = on_train.iter().zip(self.split.train.labels());
            let wrong = sides.filter(|(f, y)| *f * *y <= 0.0).count();
            Trained {
                predictions: self.on_validation.predict(&w, &alpha, &self.split.validation),
                train_error: wrong as f64 / on_train.len() as f64,
            }
        };
        self.alphas.par_iter().map(train).collect()
    }

    fn position(&self, percent: usize) -> usize {
        self.alphas.partition_point(|&alpha| alpha < percent)
    }

    fn ratios(&self, settings: &Settings, trained: &[Trained]) -> Vec<Vec<f64>> {
        by_distance(settings, |pair| {
            let [f, g] = pair.map(|alpha| trained[self.position(alpha)].predictions.as_slice());
            moved(pair, [f, g]).ratio()
        })
    }
}

/// For every distance and α of the grid, what `of` says of the pair.
pub(super) fn by_distance(settings: &Settings, of: impl Fn([usize; 2]) -> f64) -> Vec<Vec<f64>> {
    let at = |&distance: &usize| settings.grid().map(|alpha| of([alpha, Settings::partner(alpha, distance)])).collect();
    settings.distances.iter().map(at).collect()
}

/// How far two models lie apart, over |α − α'| as science 4.2 has it.
pub(super) fn moved(percents: [usize; 2], predictions: [&[f64]; 2]) -> Move {
    let [a, b] = percents.map(|percent| [mixture(percent)[0]]);
    Pair { alphas: [&a, &b], predictions }.distance(Over::RootMeanSquare)
}
