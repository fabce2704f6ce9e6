//! How far losses and predictions of the models of a run were seen to move with α.

use super::LOSS_RANGE;
use super::record::PredictionRecord;
use crate::theory::lipschitz::{JUMP, Move, Over, Pair, estimate, jumps, moves};
use crate::theory::words;
use crate::trial::{Entry, Probe, Setting, Trial};

/// How far the validation loss moves for each unit of the coordinates of the search, the largest seen: between any two choices
/// that were judged, and by the slope where a search ended.
pub(super) fn of_losses(setting: &Setting, trials: &[Trial]) -> f64 {
    let norm = |g: &[f64]| g.iter().map(|g| g * g).sum::<f64>().sqrt();
    let slopes = trials.iter().map(|trial| norm(&setting.coordinates.pull_back(&trial.found.hypergradient.alpha)));
    let ratios = trials.iter().flat_map(|trial| {
        let judged: Vec<&Entry> = judged(trial).collect();
        let pairs = (0..judged.len()).flat_map(|i| (0..i).map(move |j| [i, j]));
        pairs.map(|pair| moved(setting, pair.map(|i| judged[i])).ratio()).collect::<Vec<_>>()
    });
    slopes.chain(ratios).filter(|ratio| ratio.is_finite()).fold(0.0, f64::max)
}

/// The choices of a trial whose models began at one start and saw the rows in one order.
fn judged(trial: &Trial) -> impl Iterator<Item = &Entry> {
    [&trial.searched, &trial.discretised].into_iter().chain(trial.baselines.iter().flatten())
}

fn moved(setting: &Setting, pair: [&Entry; 2]) -> Move {
    let [a, b] = pair.map(|entry| setting.coordinates.beta(&entry.alpha));
    let losses = pair.map(|entry| [entry.validation.loss]);
    Pair { alphas: [&a, &b], predictions: [&losses[0], &losses[1]] }.distance(Over::Largest)
}

/// The ratios of predictions of the validation rows over all pairs: of the choices that were judged, far apart, and of the fits
/// around the chosen mixture, near each other. Only those can show a jump: candidates that differ are no leap of one fit.
pub(super) fn of_predictions(
    setting: &Setting,
    trials: &[Trial],
    best: usize,
    probe: Option<&Probe>,
) -> (Option<PredictionRecord>, String) {
    let far = trials.iter().flat_map(|trial| {
        let beta = |entry: &Entry| setting.coordinates.beta(&entry.alpha);
        let models: Vec<(Vec<f64>, &[f64])> = judged(trial).map(|entry| (beta(entry), &*entry.outputs)).collect();
        moves(models.iter().map(|(beta, outputs)| [&**beta, outputs]))
    });
    let near = probe.map_or(&[][..], |probe| &probe.moves);
    let all: Vec<Move> = near.iter().copied().chain(far).collect();
    let Some(found) = estimate(&all) else {
        let nothing = "Nothing is known of how far predictions move with alpha: no two different mixtures were fitted. Search \
                       among two candidates or more.";
        return (None, nothing.to_owned());
    };
    let jumps = jumps(near, JUMP);
    let outputs = trials[best].preprocess.outputs();
    let loss_lipschitz = setting.inner.loss.clipped_lipschitz(outputs, LOSS_RANGE);
    let said = words::lipschitz(all.len(), &found, &jumps);
    let record = PredictionRecord {
        pairs: all.len(),
        lipschitz: found.largest,
        median: found.median,
        jumps: jumps.len(),
        loss_lipschitz,
    };
    (Some(record), said)
}
