//! All that can go wrong with a search and leaves a trace in what it recorded.

use super::record::DiagnosisRecord;
use crate::diagnose::{Diagnosis, Noise, collapse, discretisation, is_line, overfitting, solves};
use crate::theory::Bound;
use crate::trial::{self, Probe, Trial};

/// All that can be looked for in what trials have recorded.
pub(super) fn diagnoses(
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
