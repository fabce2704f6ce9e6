//! One seed of the main job: a split, a search, and every single candidate beside what it found, under equal conditions.

use crate::bilevel::{Health, Inner, NoStart, OnData, inner_loss};
use crate::data::{DataError, Frame, Parts, Percent, Preprocess, Samples, SplitError};
use crate::inner::{Fitted, Fitter};
use crate::metrics::{Scores, scores};
use crate::model::{Mlp, Predictor};
use crate::outer::{Each, ExponentiatedGradient, Outer, ProjectedGradient};
use crate::search::{Found, Options, search};
use crate::seed::Seed;
use crate::space::{Copies, Simplex, Space, Sphere};
use serde::{Deserialize, Serialize};
use tape::{Bank, Tape};

/// Where the mixtures live and how they move.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Constraint {
    /// The simplex, by exponentiated gradient.
    Simplex,
    /// The simplex, by projected gradient.
    ProjectedSimplex,
    /// The unit sphere, by projected gradient.
    Sphere,
}

/// What is searched and how; equal for all seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The shares of the parts.
    pub percent: Percent,
    /// Widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// The candidates.
    pub bank: Bank,
    /// Their names.
    pub names: Vec<String>,
    /// Mixtures of a layer.
    pub groups: usize,
    /// Whether layers share them.
    pub shared: bool,
    /// The inner problem.
    pub inner: Inner,
    /// Where α lives.
    pub constraint: Constraint,
    /// The outer solver's limits.
    pub outer: Options,
    /// How many candidates the discretised mixture keeps.
    pub keep: usize,
}

/// A choice of activations and what it is worth.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Entry {
    /// Its mixtures, one after the other.
    pub alpha: Vec<f64>,
    /// Inner loss on the training rows, ridge included.
    pub train_loss: f64,
    /// Scores on the validation rows of the fit to the training rows.
    pub validation: Scores,
    /// Scores on the test rows of the fit to training and validation rows.
    pub test: Scores,
}

/// What came of one seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Which rows were used for what.
    pub parts: Parts,
    /// What was learned about the columns.
    pub preprocess: Preprocess,
    /// The mixture that was found.
    pub searched: Entry,
    /// The network of that mixture, fitted to training and validation rows.
    pub theta: Vec<f64>,
    /// The same with its best few candidates only.
    pub discretised: Entry,
    /// Each candidate alone, in order; `None` where its fit diverged.
    pub baselines: Vec<Option<Entry>>,
    /// The search.
    pub found: Found,
    /// Its hypergradients.
    pub health: Health,
}

/// Why a seed could not be run.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The rows cannot be split.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The data cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The search could not begin.
    #[error(transparent)]
    Search(#[from] NoStart),
    /// The fit of what was searched for diverged.
    #[error("the fit of {name} diverged; use a smaller --lr, a larger --ridge or --inner lbfgs")]
    Diverged {
        /// Whose.
        name: String,
    },
}

impl Trial {
    /// Splits, searches and compares.
    pub fn run(frame: &Frame, setting: &Setting, seed: Seed) -> Result<Self, TrialError> {
        let parts = Parts::draw(frame, setting.percent, seed.split("split"))?;
        let preprocess = Preprocess::fit(frame, &parts.train)?;
        let rows = |rows: &[usize]| preprocess.apply(frame, rows);
        let (train, validation, test) = (rows(&parts.train)?, rows(&parts.validation)?, rows(&parts.test)?);
        let model = setting.model(&train);
        let start = model.start(seed.split("start"));

        let mut problem = OnData::new(&model, setting.inner, &train, &validation, start.clone());
        let found = setting.search(&mut problem, &model)?;
        let health = problem.health;

        let mut judge = Judge::new(&model, setting, &preprocess, [&train, &validation, &test], start);
        let (searched, theta) = judge.entry("the searched mixture", &found.alpha)?;
        let few = discretised(&found.alpha, model.bank.len(), setting.keep, setting.constraint);
        let (discretised, _) = judge.entry("the discretised mixture", &few)?;
        let single = |i| Some(judge.fits_and_scores(&alone(i, &model))?.0);
        let baselines = (0..model.bank.len()).map(single).collect();
        Ok(Self { parts, preprocess, searched, theta, discretised, baselines, found, health })
    }

    /// The single candidate that validation prefers, by its loss.
    pub fn preferred(&self) -> Option<usize> {
        let loss = |entry: &Option<Entry>| entry.as_ref().map_or(f64::NAN, |entry| entry.validation.loss);
        let losses: Vec<f64> = self.baselines.iter().map(loss).collect();
        crate::stats::argmin(&losses).filter(|&i| !losses[i].is_nan())
    }
}

impl Setting {
    /// The network for rows like these.
    pub fn model(&self, rows: &Samples) -> Mlp {
        let (hidden, bank) = (self.hidden.clone(), self.bank.clone());
        Mlp { inputs: rows.d, hidden, outputs: rows.outputs, bank, groups: self.groups, shared: self.shared }
    }

    fn search(&self, problem: &mut OnData<'_>, model: &Mlp) -> Result<Found, NoStart> {
        let (h, copies) = (model.bank.len(), model.mixtures());
        let simplex = Simplex { floor: 1e-4 / h as f64, ..Simplex::unit(h) };
        let simplices = Copies { space: simplex, copies };
        let spheres = Copies { space: Sphere::unit(h), copies };
        let multiplicative = Each { outer: ExponentiatedGradient { simplex }, coordinates: h };
        let (space, outer): (&dyn Space, &dyn Outer) = match self.constraint {
            Constraint::Simplex => (&simplices, &multiplicative),
            Constraint::ProjectedSimplex => (&simplices, &ProjectedGradient { space: &simplices }),
            Constraint::Sphere => (&spheres, &ProjectedGradient { space: &spheres }),
        };
        search(problem, space, outer, &self.outer)
    }
}

/// Fits and scores any α under the same conditions: same θ₀, optimiser, steps, tolerance and ridge.
struct Judge<'a> {
    preprocess: &'a Preprocess,
    validation: &'a Samples,
    test: &'a Samples,
    /// On the training rows, and on training and validation rows.
    fits: [(Fitter, Samples); 2],
    predict: Predictor,
    start: Vec<f64>,
}

impl<'a> Judge<'a> {
    fn new(
        model: &Mlp,
        setting: &Setting,
        preprocess: &'a Preprocess,
        [train, validation, test]: [&'a Samples; 3],
        start: Vec<f64>,
    ) -> Self {
        let fits = [train.clone(), joined(train, validation)].map(|rows| (fitter(model, &setting.inner, rows.n), rows));
        let predict = Predictor::new(model, validation.n.max(test.n));
        Self { preprocess, validation, test, fits, predict, start }
    }

    fn entry(&mut self, name: &str, alpha: &[f64]) -> Result<(Entry, Vec<f64>), TrialError> {
        self.fits_and_scores(alpha).ok_or_else(|| TrialError::Diverged { name: name.to_owned() })
    }

    /// What α is worth, and its θ for training and validation rows, unless a fit diverges.
    fn fits_and_scores(&mut self, alpha: &[f64]) -> Option<(Entry, Vec<f64>)> {
        let mut fits = Vec::with_capacity(2);
        for (fitter, rows) in &mut self.fits {
            let fit = fitter.fit(self.start.clone(), alpha, &[&rows.x, &rows.y]);
            fits.push(Some(fit).filter(|fit| fit.end != Fitted::Diverged)?);
        }
        let score =
            |theta: &[f64], rows: &Samples| scores(self.preprocess, &self.predict.predict(theta, alpha, &rows.x), rows);
        let validation = score(&fits[0].theta, self.validation);
        let test = score(&fits[1].theta, self.test);
        let entry = Entry { alpha: alpha.to_vec(), train_loss: fits[0].loss, validation, test };
        Some((entry, fits.swap_remove(1).theta))
    }
}

fn fitter(model: &Mlp, inner: &Inner, rows: usize) -> Fitter {
    let tape = Tape::new();
    let (theta, alpha) = (tape.input(model.parameters(), 1), tape.input(model.coefficients(), 1));
    let recorded = inner_loss(&tape, model, inner, rows, theta, alpha);
    Fitter::new(recorded.loss, alpha, theta, [recorded.x, recorded.y], inner.fit)
}

/// The rows of both.
fn joined(a: &Samples, b: &Samples) -> Samples {
    Samples {
        n: a.n + b.n,
        x: [&*a.x, &*b.x].concat(),
        y: [&*a.y, &*b.y].concat(),
        classes: [&*a.classes, &*b.classes].concat(),
        target: [&*a.target, &*b.target].concat(),
        ..*a
    }
}

/// One candidate in every mixture.
fn alone(candidate: usize, model: &Mlp) -> Vec<f64> {
    let one = |i: usize| if i == candidate { 1.0 } else { 0.0 };
    (0..model.bank.len()).map(one).collect::<Vec<f64>>().repeat(model.mixtures())
}

/// Each mixture with its `keep` largest coefficients only, scaled back to its set.
pub fn discretised(alpha: &[f64], h: usize, keep: usize, constraint: Constraint) -> Vec<f64> {
    let mixture = |mixture: &[f64]| {
        let mut order: Vec<usize> = (0..mixture.len()).collect();
        order.sort_by(|&i, &j| mixture[j].abs().total_cmp(&mixture[i].abs()));
        let mut few = vec![0.0; mixture.len()];
        order.into_iter().take(keep.max(1)).for_each(|i| few[i] = mixture[i]);
        let size = match constraint {
            Constraint::Sphere => few.iter().map(|a| a * a).sum::<f64>().sqrt(),
            _ => few.iter().sum(),
        };
        few.iter().map(|a| a / size).collect::<Vec<f64>>()
    };
    alpha.chunks(h.max(1)).flat_map(mixture).collect()
}
