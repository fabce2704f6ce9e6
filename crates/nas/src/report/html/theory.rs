//! What the theory says of the run: bounds and diagnoses.

use super::words::{count, number, number_or_dash, thousands};
use crate::diagnose::Finding;
use crate::run::{IntervalRecord, SearchResult};

/// The section of the theory.
pub(super) struct Theory<'a> {
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) sentences: &'a [String],
    /// How many diagnoses found something, in a sentence.
    pub(super) found: String,
    pub(super) diagnoses: Vec<Diagnosed<'a>>,
    /// Place and name of a coefficient, its value, and its interval.
    pub(super) intervals: Vec<[String; 3]>,
}

/// One diagnosis.
pub(super) struct Diagnosed<'a> {
    pub(super) name: &'a str,
    pub(super) fired: bool,
    pub(super) finding: &'static str,
    pub(super) sentence: &'a str,
}

/// Gathers bounds and diagnoses.
pub(super) fn theory(result: &SearchResult) -> Theory<'_> {
    let record = &result.theory;
    let facts = vec![
        ("Effective dimension", number(record.effective_dimension)),
        ("Validation rows", thousands(result.n_val)),
        ("Gap of all mixtures", format!("{} ({})", number(record.gap), record.standing)),
        ("Gap of single candidates", number(record.candidates_gap)),
        ("Rows for half the gap", record.rows_for_half.map_or_else(|| "–".to_owned(), thousands)),
        ("Gap of the choice by variance", number_or_dash(record.by_variance.as_ref().map(|bound| bound.gap))),
        ("L of predictions, measured", number_or_dash(record.predictions.as_ref().map(|seen| seen.lipschitz))),
        ("Mismatch DM", number_or_dash(record.mismatch)),
        ("Gap of hypergradients", number_or_dash(record.hypergradients.as_ref().map(|bound| bound.gap))),
        ("Last hypergradient", number(record.slope)),
        ("Its noise floor", number_or_dash(record.noise_floor)),
    ];
    let looked = count(record.diagnoses.len(), "diagnosis", "diagnoses");
    let found = match record.diagnoses.iter().filter(|diagnosis| diagnosis.finding == Finding::Found).count() {
        0 => format!("{looked} looked for what often goes wrong, and found nothing."),
        n => format!("{looked} looked for what often goes wrong; {n} found something."),
    };
    let diagnoses = record.diagnoses.iter().map(|diagnosis| Diagnosed {
        name: &diagnosis.name,
        fired: diagnosis.finding == Finding::Found,
        finding: word(diagnosis.finding),
        sentence: &diagnosis.sentence,
    });
    Theory { facts, sentences: &record.sentences, found, diagnoses: diagnoses.collect(), intervals: intervals(result) }
}

/// A row for every coefficient; none without intervals.
fn intervals(result: &SearchResult) -> Vec<[String; 3]> {
    let Some(IntervalRecord { low, high, .. }) = &result.theory.intervals else { return Vec::new() };
    let groups = result.alpha.first().map_or(0, Vec::len);
    let many = result.alpha.len() * groups > 1;
    let ends = low.iter().flatten().flatten().zip(high.iter().flatten().flatten());
    let of = |(i, (alpha, (low, high))): (usize, (&f64, (&f64, &f64)))| {
        let (mixture, candidate) = (i / result.candidates.len(), &result.candidates[i % result.candidates.len()]);
        let place = format!("layer {}, group {}: ", mixture / groups + 1, mixture % groups + 1);
        let name = if many { place + candidate } else { candidate.clone() };
        [name, format!("{alpha:.2}"), format!("{low:.2} to {high:.2}")]
    };
    result.alpha.iter().flatten().flatten().zip(ends).enumerate().map(of).collect()
}

fn word(finding: Finding) -> &'static str {
    match finding {
        Finding::Found => "found",
        Finding::Clear => "clear",
        Finding::Unknown => "unknown",
    }
}
