//! What the spectral estimate of a run has to say: what its polish changed, and what it thinks of the search.

use super::record::{PolishRecord, RefereeRecord};
use crate::diagnose::{Diagnosis, Opinion, Referee, referee};
use crate::report::figure;
use crate::spectral::{NoPolish, Polish};
use crate::stats::mean;
use crate::trial::{Setting, Shown, Strategy, Trial};

/// The estimate beside what was found, where it is a rival.
pub(super) fn record(setting: &Setting, trials: &[Trial]) -> Option<RefereeRecord> {
    let at = setting.rivals.iter().position(|rival| *rival == Strategy::Spectral)?;
    let opinions: Vec<Option<Opinion>> = trials.iter().map(|trial| opinion(setting, trial, at)).collect();
    let judged: Referee = referee(&opinions);
    Some(RefereeRecord {
        cosines: opinions.iter().map(|opinion| opinion.map(|opinion| opinion.cosine)).collect(),
        difference: judged.difference,
        se: judged.standard_error,
        finding: judged.finding(),
        sentence: judged.sentence(),
    })
}

/// Of one seed; `None` where its training rows show no direction.
fn opinion(setting: &Setting, trial: &Trial, at: usize) -> Option<Opinion> {
    shown(trial)?;
    let rival = &trial.rivals[at];
    let [found, estimate] = [&trial.found.alpha, &rival.found.alpha].map(|alpha| setting.coordinates.beta(alpha));
    let loss = rival.entry.as_ref().map(|entry| entry.validation.loss);
    Some(Opinion {
        cosine: cosine(&found, &estimate, setting),
        difference: loss.map(|loss| loss - trial.searched.validation.loss),
    })
}

/// The mean of the cosines of the mixtures. A mixture of the other sign is the same network, with other weights in the next layer.
fn cosine(found: &[f64], estimate: &[f64], setting: &Setting) -> f64 {
    let h = setting.bank.len().max(1);
    let norm = |mixture: &[f64]| mixture.iter().map(|b| b * b).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    let of_mixture = |(a, b): (&[f64], &[f64])| {
        let inner: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        inner.abs() / norm(a) / norm(b)
    };
    mean(&found.chunks(h).zip(estimate.chunks(h)).map(of_mixture).collect::<Vec<f64>>())
}

fn shown(trial: &Trial) -> Option<&Shown> {
    trial.shown.as_ref()?.as_ref().ok()
}

/// What the polish of one seed changed.
pub(super) fn polish(trial: &Trial) -> Option<PolishRecord> {
    let Polish { loss, cosine, rounds, .. } = shown(trial)?.polish.as_ref().ok()?;
    Some(PolishRecord { loss: *loss, cosine: *cosine, rounds: *rounds })
}

/// What the polish changed over the seeds, a sentence each.
pub(super) fn notes(trials: &[Trial]) -> Vec<String> {
    let (polished, failed): (Vec<_>, Vec<_>) =
        trials.iter().filter_map(shown).map(|shown| &shown.polish).partition(|polish| polish.is_ok());
    let failed: Vec<&NoPolish> = failed.into_iter().filter_map(|polish| polish.as_ref().err()).collect();
    let polished: Vec<&Polish> = polished.into_iter().filter_map(|polish| polish.as_ref().ok()).collect();
    let average = |get: fn(&Polish) -> f64| mean(&polished.iter().map(|polish| get(polish)).collect::<Vec<f64>>());
    let moved = polished.iter().filter(|polish| polish.rounds > 0).count();
    let changed = (!polished.is_empty()).then(|| {
        format!(
            "alternating fits turned the spectral direction in {moved} of {} seeds (mean cosine with what it was {:.3}), and \
             the error of the fit to it fell from {} to {}",
            polished.len(),
            average(|polish| polish.cosine),
            figure(average(|polish| polish.loss[0])),
            figure(average(|polish| polish.loss[1])),
        )
    });
    let kept = failed.first().map(|first| {
        let seeds = if failed.len() == 1 { "1 seed".to_owned() } else { format!("{} seeds", failed.len()) };
        format!("the spectral direction of {seeds} was left as it is: {first}")
    });
    changed.into_iter().chain(kept).collect()
}
