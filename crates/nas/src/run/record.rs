//! What a run writes down: `result.json` and the lines of `log.jsonl`. Both are documented in `docs/run-folder.md` and stable:
//! fields may be added, and [`SCHEMA_VERSION`] rises when one changes its meaning or goes.

use super::theory::TheoryRecord;
use crate::data::Task;
use crate::diagnose::Finding;
use crate::space::Shape;
use crate::trial::Strategy;
use crate::tuning::Suspect;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of `result.json` that this library writes.
pub const SCHEMA_VERSION: u32 = 1;

/// `result.json`: what was searched, what was found, and what it is worth. Losses are means over the seeds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SearchResult {
    /// [`SCHEMA_VERSION`]
    pub schema_version: u32,
    /// The name of the data set: of its file without folder and extension, or of the embedded set.
    pub dataset: String,
    /// What the target is.
    pub task: Task,
    /// Training rows of a seed.
    pub n_train: usize,
    /// Validation rows of a seed.
    pub n_val: usize,
    /// Test rows of a seed.
    pub n_test: usize,
    /// The root seed.
    pub seed: u64,
    /// The candidates' names: the order of every list of coefficients.
    pub candidates: Vec<String>,
    /// The number, from 0, of the seed with the least validation loss: `alpha` and `model.safetensors` are its.
    pub best_seed: usize,
    /// The found coefficients: for every layer (one, when layers share them) a list of groups, each a list over candidates.
    pub alpha: Vec<Vec<Vec<f64>>>,
    /// Where each mixture lives.
    #[serde(default)]
    pub space: Shape,
    /// The name of the outer solver, as `--outer` takes it.
    #[serde(default)]
    pub outer: String,
    /// How it was searched.
    #[serde(default = "by_gradients")]
    pub strategy: Strategy,
    /// Values of the coefficients that the search asked for, each with a fit; of all seeds.
    #[serde(default)]
    pub evaluations: usize,
    /// How the hypergradients were obtained, over all seeds.
    pub hypergradient: HypergradientRecord,
    /// The searched mixture.
    #[serde(flatten)]
    pub searched: Compared,
    /// Each candidate alone.
    pub baselines: BTreeMap<String, Compared>,
    /// The searched mixture with its best few candidates only.
    pub discretised: Compared,
    /// What other ways of searching found; absent where there was none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rivals: Vec<RivalRecord>,
    /// The spectral estimate beside the searched mixture; absent where it is no rival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referee: Option<RefereeRecord>,
    /// The searched mixture against the single candidate that validation prefers, seed by seed.
    pub verdict: Verdict,
    /// What the theory says of so many validation rows, and what went wrong.
    pub theory: TheoryRecord,
    /// Every seed for itself.
    pub seeds: Vec<SeedRecord>,
    /// What the reader and the search have to say, a sentence each.
    pub notes: Vec<String>,
    /// What it was made with. Not a function of data and seed.
    pub provenance: Provenance,
    /// Wall time of the run. Not a function of data and seed.
    pub seconds: f64,
}

fn by_gradients() -> Strategy {
    Strategy::Gradient
}

/// What another way of searching found, over the seeds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct RivalRecord {
    /// The way, as `--strategy` takes it.
    pub strategy: Strategy,
    /// As [`SearchResult::evaluations`].
    pub evaluations: usize,
    /// Its mixture.
    #[serde(flatten)]
    pub compared: Compared,
}

/// What the spectral estimate says of the searched mixture.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct RefereeRecord {
    /// Of each seed, the cosine of the angle between the two in the coordinates of the search; `null` where its training rows show no
    /// direction.
    pub cosines: Vec<Option<f64>>,
    /// Validation loss of the estimate minus that of the searched mixture: the mean over the seeds that show a direction; `null`
    /// without one.
    pub difference: Option<f64>,
    /// The standard error of that mean, paired by seed; `null` below two such seeds.
    pub se: Option<f64>,
    /// `found` when the estimate points elsewhere and is better by more than `se`.
    pub finding: Finding,
    /// That in words, with advice.
    pub sentence: String,
}

/// What one choice of activations is worth, over the seeds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Compared {
    /// Inner loss on the training rows, ridge included; `null` when every fit diverged.
    pub train_loss: Option<f64>,
    /// Loss on the validation rows after the fit to the training rows.
    pub val_loss: Option<f64>,
    /// Loss on the test rows after the fit to training and validation rows.
    pub test_loss: Option<f64>,
    /// What people look at, on the test rows: accuracy, or RMSE in the target's own units.
    pub test_metric: Metric,
    /// What else is reported there: balanced accuracy and log-loss, or R2.
    pub test_also: Vec<Metric>,
}

/// One figure for every seed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// The mean of the values that there are; `null` when there is none.
    pub mean: Option<f64>,
    /// The standard error of the mean; `null` below two values.
    pub se: Option<f64>,
    /// The figure of each seed; `null` where the fit diverged, and for R2 where the target does not vary.
    pub values: Vec<Option<f64>>,
}

/// How the hypergradients of a run were obtained.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct HypergradientRecord {
    /// The name of the way, as `--method` takes it.
    pub method: String,
    /// The weakest at the end of a search: `converged`, `unrolled` or `damped`.
    pub status: String,
    /// Hessian-vector products, or differentiated steps.
    pub hvps: usize,
    /// The largest relative residual of the adjoint system at the end of a search.
    pub residual: f64,
    /// The largest estimate of the relative error at the end of a search; `null` where there is none.
    pub error: Option<f64>,
    /// Outer steps that were not taken because a hypergradient could not be verified.
    pub skipped: usize,
}

/// Searched minus preferred single candidate, paired by seed, in units of `test_metric`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Verdict {
    /// `won` or `lost` when the interval excludes 0, else `tied`.
    pub outcome: Judgement,
    /// Whether more of `test_metric` is better.
    pub larger_is_better: bool,
    /// The mean difference; `null` when no candidate could be fitted.
    pub difference: Option<f64>,
    /// The 95 % paired t interval over the seeds; `null` below two seeds.
    pub interval: Option<[f64; 2]>,
    /// The single candidate that validation prefers, for every seed in which one could be fitted.
    pub preferred: Vec<String>,
}

/// What an interval says.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Judgement {
    /// The searched mixture is better.
    Won,
    /// The single candidate is better.
    Lost,
    /// The seeds do not tell.
    Tied,
}

/// One seed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SeedRecord {
    /// Its coefficients, as [`SearchResult::alpha`].
    pub alpha: Vec<Vec<Vec<f64>>>,
    /// Validation loss of the searched mixture.
    pub val_loss: f64,
    /// Accepted outer steps.
    pub outer_steps: usize,
    /// Why the search ended: `stationary`, `step limit`, `no decrease` or `noise`.
    pub stop: String,
    /// The Frank-Wolfe gap where it ended: the outer objective is at most this above its least value, were it convex. `null` where
    /// the space is not convex.
    #[serde(default)]
    pub gap: Option<f64>,
    /// Steps of all inner fits of the search.
    pub inner_steps: usize,
    /// As [`HypergradientRecord::status`].
    pub status: String,
    /// Training rows whose class was replaced at random, in ascending order, numbered as in `splits.json`; absent without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flipped: Vec<usize>,
    /// What alternating fits made of the spectral direction; absent where there was none, or no fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub polish: Option<PolishRecord>,
    /// What else was tuned; absent where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuned: Option<TunedRecord>,
}

/// A spectral direction before and after its polish.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PolishRecord {
    /// Mean squared error on every other training row of a ridge regression on the rest, with the features that the direction gives
    /// the first layer: before and after.
    pub loss: [f64; 2],
    /// The cosine of the angle between the two directions.
    pub cosine: f64,
    /// Rounds of fits.
    pub rounds: usize,
}

/// Hyperparameters that were tuned at the found mixture.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct TunedRecord {
    /// Validation loss before and after.
    pub val_loss: [f64; 2],
    /// The ridge of each layer; empty when they were not tuned.
    pub ridge: Vec<f64>,
    /// The coefficients where they moved too, as [`SearchResult::alpha`]; absent where they did not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alpha: Vec<Vec<Vec<f64>>>,
    /// Training rows of a weight below 0.5, the lowest first; rows are numbered as in `splits.json`.
    pub suspects: Vec<Suspect>,
}

/// What a result was made with.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Provenance {
    /// The version of this program.
    pub version: String,
    /// The instruction set.
    pub isa: String,
    /// Worker threads.
    pub threads: usize,
    /// SHA-256 of the data as it lies on the disk.
    pub data_sha256: String,
}

/// A line of `log.jsonl`: one point that a search reached, its start included.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct LogLine {
    /// The number of the seed, from 0.
    pub seed: usize,
    /// Outer steps made, 0 at the start.
    pub step: usize,
    /// The coefficients, all mixtures one after the other.
    pub alpha: Vec<f64>,
    /// Inner loss at the fit, ridge included; `null` with `unroll`.
    pub train_loss: Option<f64>,
    /// Outer loss at the inner minimum, as the search sees it.
    pub val_loss: f64,
    /// Size of the projected gradient: 0 where the search is at its end.
    pub stationarity: f64,
    /// As [`SeedRecord::gap`], at this point.
    #[serde(default)]
    pub gap: Option<f64>,
    /// The length of the step that led here; 0 at the start.
    pub eta: f64,
    /// Steps of all fits so far.
    pub inner_steps: usize,
    /// Relative size of the inner gradient at the fit; `null` with `unroll`.
    pub inner_residual: Option<f64>,
    /// Hessian-vector products so far.
    pub hvps: usize,
    /// Relative residual of the adjoint system.
    pub residual: f64,
    /// As [`HypergradientRecord::status`].
    pub status: String,
    /// Evaluations so far that had no verified hypergradient.
    pub skipped: usize,
}
