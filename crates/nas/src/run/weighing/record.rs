//! What `nas mkl` writes down: `mkl.json`, documented in `docs/run-folder.md` and as stable as `result.json`.

use super::outcome::{Outcome, Tested};
use super::problem::Model;
use super::{By, WeighError};
use crate::data::Task;
use crate::kernel::validation::PathErrors;
use crate::run::summary::reason;
use crate::run::{Metric, Provenance, SCHEMA_VERSION};
use crate::search::Stop;
use crate::seed::Seed;
use crate::space::Shape;
use crate::stats::{argmin, mean, t_interval};
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// `mkl.json`: what was weighed, what was found, and what it is worth.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Weighed {
    /// The version of the format.
    pub schema_version: u32,
    /// The name of the data set.
    pub dataset: String,
    /// What the target is.
    pub task: Task,
    /// What the one output of the model stands for.
    pub labels: String,
    /// Rows of a seed that fit.
    pub n_train: usize,
    /// Rows of a seed that only choose; 0 where the criterion needs none.
    pub n_val: usize,
    /// Rows of a seed that nothing sees.
    pub n_test: usize,
    /// The root seed.
    pub seed: u64,
    /// The candidates' names: the order of coefficients and weights.
    pub candidates: Vec<String>,
    /// Where the mixture lives.
    pub space: Shape,
    /// By which error coefficients and weights were chosen.
    pub criterion: By,
    /// The number, from 0, of the seed with the least value of the criterion: `alpha`, `path`, `theory` and all weights are its.
    pub best_seed: usize,
    /// The coefficients of the mixture that was found.
    pub alpha: Vec<f64>,
    /// Its errors over the ridge; without those where its kernel is singular.
    pub path: Vec<PathRecord>,
    /// The best ridge of the path.
    pub best_ridge: f64,
    /// Every choice, the mixture first.
    pub methods: Vec<WeighedMethod>,
    /// What the theory says.
    pub theory: WeighTheory,
    /// Every seed for itself.
    pub seeds: Vec<WeighedSeed>,
    /// What there is to say of the data and of what failed, a sentence each.
    pub notes: Vec<String>,
    /// What it was made with. Not a function of data and seed.
    pub provenance: Provenance,
    /// Wall time. Not a function of data and seed.
    pub seconds: f64,
}

/// Mean squared errors of the found mixture at one ridge.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct PathRecord {
    /// λ
    pub ridge: f64,
    /// On the validation rows; `null` without them.
    pub validation: Option<f64>,
    /// Leave-one-out.
    pub leave_one_out: f64,
    /// Generalised cross-validation.
    pub gcv: f64,
}

/// What one choice of weights is worth, over the seeds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct WeighedMethod {
    /// Its name.
    pub name: String,
    /// Its weights of the normalised kernels, or the coefficients of the mixture; empty where it failed.
    pub weights: Vec<f64>,
    /// Mean squared error on the training rows.
    pub train: Metric,
    /// Mean squared error on the test rows.
    pub test: Metric,
    /// The share of test rows with the right sign; absent for numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<Metric>,
    /// Its test error minus that of the mixture, in the mean over the seeds that have both.
    pub difference: Option<f64>,
    /// The paired 95 % t interval of that; `null` below two seeds.
    pub interval: Option<[f64; 2]>,
}

/// One seed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct WeighedSeed {
    /// The coefficients of its mixture.
    pub alpha: Vec<f64>,
    /// The ridge that the mixture was searched at.
    pub ridge: f64,
    /// The ridge of all weighed kernels.
    pub ridge_apart: f64,
    /// The best ridge of the path at the found mixture.
    pub best_ridge: f64,
    /// The criterion at the found mixture: half a mean squared error.
    pub value: f64,
    /// Accepted outer steps.
    pub steps: usize,
    /// Why the search ended: `stationary`, `step limit` or `no decrease`.
    pub stop: String,
}

/// What the theory says of the kernels of the best seed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct WeighTheory {
    /// The least eigenvalue of the found mixture's kernel on the training rows.
    pub least_eigenvalue: f64,
    /// The least of the space that was seen, an estimate from above.
    pub least_over_space: f64,
    /// A lower bound that is proved; `null` where it was not computed.
    pub proved_least: Option<f64>,
    /// B: the squared length of a feature map of a candidate, at most.
    pub feature_bound: f64,
    /// R: the sum of absolute coefficients, at most.
    pub mixture_bound: f64,
    /// The ridge and the proved part of the least eigenvalue.
    pub mu: f64,
    /// How far a prediction moves for each unit of the sum of absolute values of α, at most (science 2.6).
    pub lipschitz: f64,
    /// Where the bound cuts the squared error of a row off.
    pub loss_range: f64,
    /// The probability that the bound fails.
    pub delta: f64,
    /// How far validation error and expected error may lie apart, for every α at once; `null` without validation rows.
    pub gap: Option<f64>,
    /// yᵀK⁻¹y at trace n for the found mixture; `null` where its kernel is singular.
    pub label_complexity: Option<f64>,
    /// The same for all candidates in equal parts.
    pub label_complexity_even: Option<f64>,
    /// All of it in words.
    pub sentences: Vec<String>,
}

/// Puts the seeds together; `made` is on how many threads and since when.
pub(super) fn weighed(
    model: &Model<'_>,
    seeds: &[Seed],
    outcomes: &[Outcome],
    made: (usize, Instant),
) -> Result<Weighed, WeighError> {
    let (settings, frame) = (model.settings, model.frame);
    let values: Vec<f64> = outcomes.iter().map(|outcome| outcome.found.hypergradient.value).collect();
    let best_seed = argmin(&values).unwrap_or(0);
    let best = &outcomes[best_seed];
    let [n_train, n_val, n_test] = best.rows;
    let theory = model.theory(seeds[best_seed], best)?;
    Ok(Weighed {
        schema_version: SCHEMA_VERSION,
        dataset: frame.name.clone(),
        task: frame.task(),
        labels: model.labels.words.clone(),
        n_train,
        n_val,
        n_test,
        seed: settings.seed,
        candidates: model.names.to_vec(),
        space: settings.space,
        criterion: settings.criterion,
        best_seed,
        alpha: best.found.alpha.clone(),
        path: best.path.iter().map(of_path).collect(),
        best_ridge: best.best.lambda,
        methods: (0..best.tested.len()).map(|m| method(outcomes, m, best_seed)).collect(),
        theory,
        seeds: outcomes.iter().map(of_seed).collect(),
        notes: notes(model, outcomes),
        provenance: Provenance::of(frame, made.0),
        seconds: made.1.elapsed().as_secs_f64(),
    })
}

fn of_path(errors: &PathErrors) -> PathRecord {
    let PathErrors { lambda, hold_out, leave_one_out, gcv } = *errors;
    PathRecord { ridge: lambda, validation: hold_out, leave_one_out, gcv }
}

fn of_seed(outcome: &Outcome) -> WeighedSeed {
    let Outcome { found, lambdas: [ridge, ridge_apart], best, .. } = outcome;
    WeighedSeed {
        alpha: found.alpha.clone(),
        ridge: *ridge,
        ridge_apart: *ridge_apart,
        best_ridge: best.lambda,
        value: found.hypergradient.value,
        steps: found.path.len(),
        stop: reason(found.stop).to_owned(),
    }
}

/// The choice with this number over the seeds, against the mixture, the first one.
fn method(outcomes: &[Outcome], number: usize, best_seed: usize) -> WeighedMethod {
    let each = || outcomes.iter().map(|outcome| &outcome.tested[number]);
    let error = |tested: &Tested, part: usize| tested.errors.map(|errors| errors[part]);
    let metric = |part: usize| Metric::of("squared error", each().map(|tested| error(tested, part)).collect());
    let pair = |outcome: &Outcome| Some(error(&outcome.tested[number], 1)? - error(&outcome.tested[0], 1)?);
    let differences: Vec<f64> = outcomes.iter().filter_map(pair).collect();
    let accuracies: Vec<Option<f64>> = each().map(|tested| tested.accuracy).collect();
    let Tested { name, weights, .. } = &outcomes[best_seed].tested[number];
    WeighedMethod {
        name: name.clone(),
        weights: weights.clone(),
        train: metric(0),
        test: metric(1),
        accuracy: accuracies.iter().any(Option::is_some).then(|| Metric::of("accuracy", accuracies)),
        difference: (!differences.is_empty()).then(|| mean(&differences)),
        interval: t_interval(&differences),
    }
}

fn notes(model: &Model<'_>, outcomes: &[Outcome]) -> Vec<String> {
    let failed = outcomes.iter().enumerate().flat_map(|(seed, outcome)| {
        let of_seed = outcome.tested.iter().filter_map(move |tested| {
            tested.failed.as_ref().map(|why| format!("{} has no figures in seed {seed}: {why}", tested.name))
        });
        of_seed.collect::<Vec<_>>()
    });
    let unfinished = outcomes.iter().filter(|outcome| outcome.found.stop == Stop::StepLimit).count();
    let limit = (unfinished > 0)
        .then(|| format!("{unfinished} of {} searches ended at their step limit: raise --outer-steps", outcomes.len()));
    let points = "a row is a point of the unit sphere: its standardised features and a 1 for the bias, over their norm"
        .to_owned();
    model.frame.notes.iter().cloned().chain([points]).chain(limit).chain(failed).collect()
}
