//! What the theory says of a run: bounds for its validation rows, and diagnoses of its searches.

use super::intervals;
use super::record::{DiagnosisRecord, TheoryRecord};
use crate::diagnose::{Diagnosis, Noise, collapse, discretisation, is_line, overfitting, solves};
use crate::report::figure;
use crate::space::{EffectiveDimension, Space, stationarity};
use crate::theory::lipschitz::{Lipschitz, Move, Over, Pair};
use crate::theory::risk::{Setting, gap};
use crate::theory::{Bound, Class, Standing, planner, words};
use crate::trial::{self, Entry, Probe, Trial};

/// The probability that a bound fails.
const DELTA: f64 = 0.05;

/// b: bounds are of losses clipped here. Guessing among e classes costs it on average, and predicting the mean of a number half of
/// it, so a row that costs more is lost either way.
const LOSS_RANGE: f64 = 1.0;

/// Bounds and diagnoses of a run, whose trials are not none.
pub(super) fn theory(setting: &trial::Setting, trials: &[Trial], best: usize, probe: Option<&Probe>) -> TheoryRecord {
    let h = setting.bank.len();
    let ended = &trials[best];
    let built = setting.space(ended.found.alpha.len() / h.max(1));
    let space = built.space();
    let lipschitz = lipschitz(setting, trials);
    let class = Class::Continuous { space, lipschitz: Lipschitz::Estimated(lipschitz) };
    let all = bounds(class, ended.parts.validation.len());
    let bound = gap(&all);
    let singles = Setting { class: Class::of_models(h.max(1)), ..all };
    let rows_for_half = planner::samples_for_gap(&all, bound.total() / 2.0).ok();
    let slopes = slopes(setting, space, ended);
    let noise = setting.noise(&ended.found.alpha, &ended.pieces, slopes);
    let known = probe.map(|probe| intervals::intervals(setting, ended, probe.intervals.as_ref()));
    let (intervals, words) = known.unzip();
    let EffectiveDimension { exponent, constant } = space.effective_dimension();
    TheoryRecord {
        effective_dimension: exponent,
        covering_constant: constant,
        delta: DELTA,
        loss_range: LOSS_RANGE,
        lipschitz,
        gap: bound.total(),
        standing: match bound.standing {
            Standing::Certificate => "certificate",
            Standing::Estimate => "estimate",
        }
        .to_owned(),
        rows_for_half,
        candidates_gap: gap(&singles).total(),
        slope: slopes[1],
        noise_floor: noise.map(|noise| noise.floor),
        intervals: intervals.flatten(),
        sentences: sentences(space, &all, &singles, rows_for_half).into_iter().chain(words).collect(),
        diagnoses: diagnoses(setting, trials, best, (noise, probe), (&bound, exponent)),
    }
}

/// What bounds are made of: the loss itself is what moves with α, so Γ is 1.
fn bounds(class: Class<'_>, n_validation: usize) -> Setting<'_> {
    Setting { class, loss_range: LOSS_RANGE, loss_lipschitz: 1.0, n_validation, delta: DELTA }
}

/// How far the validation loss moves for each unit of the coordinates of the search, the largest seen: between any two choices
/// that were judged, and by the slope where a search ended.
fn lipschitz(setting: &trial::Setting, trials: &[Trial]) -> f64 {
    let norm = |g: &[f64]| g.iter().map(|g| g * g).sum::<f64>().sqrt();
    let slopes = trials.iter().map(|trial| norm(&setting.coordinates.pull_back(&trial.found.hypergradient.alpha)));
    let ratios = trials.iter().flat_map(|trial| {
        let judged: Vec<&Entry> =
            [&trial.searched, &trial.discretised].into_iter().chain(trial.baselines.iter().flatten()).collect();
        let pairs = (0..judged.len()).flat_map(|i| (0..i).map(move |j| [i, j]));
        pairs.map(|pair| moved(setting, pair.map(|i| judged[i])).ratio()).collect::<Vec<_>>()
    });
    slopes.chain(ratios).filter(|ratio| ratio.is_finite()).fold(0.0, f64::max)
}

fn moved(setting: &trial::Setting, pair: [&Entry; 2]) -> Move {
    let [a, b] = pair.map(|entry| setting.coordinates.beta(&entry.alpha));
    let losses = pair.map(|entry| [entry.validation.loss]);
    Pair { alphas: [&a, &b], predictions: [&losses[0], &losses[1]] }.distance(Over::Largest)
}

/// The projected hypergradient where a search began and where it ended.
fn slopes(setting: &trial::Setting, space: &dyn Space, trial: &Trial) -> [f64; 2] {
    let (found, coordinates) = (&trial.found, &setting.coordinates);
    let last = stationarity(space, &coordinates.beta(&found.alpha), &coordinates.pull_back(&found.hypergradient.alpha));
    [found.path.first().map_or(last, |step| step.stationarity), last]
}

/// Effective dimension, bound, rows for half of it, and what holds for the candidates alone.
fn sentences(space: &dyn Space, all: &Setting<'_>, singles: &Setting<'_>, rows_for_half: Option<usize>) -> Vec<String> {
    let EffectiveDimension { exponent, constant } = space.effective_dimension();
    let rows = all.n_validation;
    let room = if rows as f64 > exponent { "more rows than dimensions, as it must be" } else { "too few rows" };
    let dimension = format!(
        "The search chose in {exponent} effective dimensions (with the constant {}) by {rows} validation rows: {room}. The \
         bounds below are for a loss of a row that is clipped at {}.",
        figure(constant),
        all.loss_range,
    );
    let half = rows_for_half.map(|rows| format!("{rows} validation rows would halve that gap."));
    let bound = [words::risk(all, &gap(all))].into_iter().chain(half).collect::<Vec<_>>().join(" ");
    let alone = format!("For the candidates alone: {}", words::risk(singles, &gap(singles)));
    vec![dimension, bound, alone]
}

/// All that can be looked for in what trials have recorded.
fn diagnoses(
    setting: &trial::Setting,
    trials: &[Trial],
    best: usize,
    (noise, probe): (Option<Noise>, Option<&Probe>),
    (bound, effective_dimension): (&Bound, f64),
) -> Vec<DiagnosisRecord> {
    let losses = |get: fn(&Trial) -> f64| trials.iter().map(get).collect::<Vec<f64>>();
    let validation = losses(|trial| trial.searched.validation.loss);
    let rows = trials[best].parts.validation.len();
    let linear: Vec<bool> = setting.bank.iter().map(|candidate| is_line(|x| candidate.at(x))).collect();
    let h = linear.len();
    let share = |(i, a): (usize, &f64)| a * setting.coordinates.size(i % h);
    let shares: Vec<f64> = trials[best].found.alpha.iter().enumerate().map(share).collect();
    let collapse = collapse(&shares, &linear);
    let overfitting = overfitting(
        &validation,
        &losses(|trial| trial.searched.held_out.loss),
        bound.total(),
        effective_dimension,
        rows,
    );
    let at_once: Vec<f64> = trials.iter().filter_map(|trial| trial.at_once).collect();
    let discretisation = discretisation(&validation, &losses(|trial| trial.discretised.validation.loss), &at_once);
    let solves = solves(trials.iter().map(|trial| &trial.health));
    let all: [Option<&dyn Diagnosis>; 8] = [
        noise.as_ref().map(|found| found as _),
        overfitting.as_ref().map(|found| found as _),
        Some(&collapse),
        discretisation.as_ref().map(|found| found as _),
        Some(&solves),
        probe.map(|probe| &probe.agreement as _),
        probe.map(|probe| &probe.sharpness as _),
        probe.map(|probe| &probe.jumps as _),
    ];
    all.into_iter().flatten().map(record).collect()
}

fn record(diagnosis: &dyn Diagnosis) -> DiagnosisRecord {
    DiagnosisRecord { name: diagnosis.name().to_owned(), finding: diagnosis.finding(), sentence: diagnosis.sentence() }
}
