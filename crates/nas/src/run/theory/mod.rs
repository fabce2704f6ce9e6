//! What the theory says of a run: bounds for its validation rows, and diagnoses of its searches.

mod diagnoses;
mod first_layer;
mod intervals;
mod losses;
mod movement;
mod record;
mod slopes;

pub use record::{
    ConfusedRecord, DiagnosisRecord, FirstLayerRecord, IntervalRecord, PredictionRecord, SignalRecord, SlopeRecord,
    TheoryRecord, VarianceRecord,
};

use crate::report::figure;
use crate::space::{EffectiveDimension, Space};
use crate::theory::lipschitz::Lipschitz;
use crate::theory::risk::{Setting, gap};
use crate::theory::{Class, Standing, planner, words};
use crate::trial::{self, Probe, Trial};
use diagnoses::diagnoses;

/// The probability that a bound fails.
const DELTA: f64 = 0.05;

/// b: bounds are of losses clipped here. Guessing among e classes costs it on average, and predicting the mean of a number half of
/// it, so a row that costs more is lost either way.
const LOSS_RANGE: f64 = 1.0;

/// Bounds and diagnoses of a run, whose trials are not none, and whose rows may be of one source or not.
pub(super) fn theory(
    setting: &trial::Setting,
    trials: &[Trial],
    best: usize,
    (probe, one_source): (Option<&Probe>, bool),
) -> TheoryRecord {
    let h = setting.bank.len();
    let ended = &trials[best];
    let built = setting.space(ended.found.alpha.len() / h.max(1));
    let space = built.space();
    let lipschitz = movement::of_losses(setting, trials);
    let (predictions, moved) = movement::of_predictions(setting, trials, best, probe);
    // Science 2.2 has Γ L of predictions. The mean losses are seen to move too, also where there is no pair of models: of what only
    // can grow with more pairs, the larger is nearer to the truth.
    let drift = predictions.as_ref().map_or(0.0, |seen| seen.loss_lipschitz * seen.lipschitz).max(lipschitz);
    let class = Class::Continuous { space, lipschitz: Lipschitz::Estimated(drift) };
    let all = bounds(class, ended.parts.validation.len());
    let bound = gap(&all);
    let singles = Setting { class: Class::of_models(h.max(1)), ..all };
    let rows_for_half = planner::samples_for_gap(&all, bound.total() / 2.0).ok();
    let slopes = slopes::slopes(setting, space, ended);
    let noise = setting.noise(&ended.found.alpha, &ended.pieces, slopes);
    let known = probe.map(|probe| intervals::intervals(setting, ended, probe.intervals.as_ref()));
    let (intervals, known) = known.unzip();
    let (by_variance, spread) = losses::by_variance(&all, &bound, &ended.searched);
    let (hypergradients, slope) = slopes::over_the_space(setting, &built, trials, (slopes[1], probe));
    let (first_layer, of_first_layer) = first_layer::first_layer(ended);
    let further = [spread, slope, moved, losses::measured(&all, &bound, &ended.searched, one_source)];
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
        by_variance,
        hypergradients,
        predictions,
        mismatch: one_source.then_some(0.0),
        first_layer,
        intervals: intervals.flatten(),
        sentences: sentences(space, &all, &singles, rows_for_half)
            .into_iter()
            .chain(further)
            .chain(of_first_layer)
            .chain(known)
            .collect(),
        diagnoses: diagnoses(setting, trials, best, (noise, probe), (&bound, exponent)),
    }
}

/// What bounds are made of: the constant of the class is that of the loss itself, so Γ is 1.
fn bounds(class: Class<'_>, n_validation: usize) -> Setting<'_> {
    Setting { class, loss_range: LOSS_RANGE, loss_lipschitz: 1.0, n_validation, delta: DELTA }
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
