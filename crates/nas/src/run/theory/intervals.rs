//! How surely the coefficients of a run are known, for `result.json` and in words.

use super::record::{ConfusedRecord, IntervalRecord};
use crate::theory::interval::{Confused, IntervalError, Intervals, Reason};
use crate::trial::{Setting, Trial};

/// So many pairs are named in the sentence; all are in the file.
const NAMED: usize = 6;

/// The record of the trial's coefficients, unless there are no intervals, and what there is to say.
pub(super) fn intervals(
    setting: &Setting,
    trial: &Trial,
    found: Result<&Intervals, &IntervalError>,
) -> (Option<IntervalRecord>, String) {
    let found = match found {
        Ok(found) => found,
        Err(error) => return (None, format!("There are no confidence intervals of the coefficients: {error}.")),
    };
    let model = setting.model(trial.preprocess.width(), trial.preprocess.outputs());
    let ends = |end: usize| model.by_layer(&found.intervals.iter().map(|interval| interval[end]).collect::<Vec<_>>());
    let h = setting.bank.len();
    // Only candidates of one mixture are rivals.
    let rivals = found.confused.iter().filter(|Confused { pair: [i, j], .. }| i / h == j / h);
    let record = |Confused { pair: [i, j], reason, .. }: &Confused| ConfusedRecord {
        mixture: i / h,
        pair: [i, j].map(|i| setting.names[i % h].clone()),
        reason: match reason {
            Reason::Flat => "flat",
            Reason::Wide => "wide",
        }
        .to_owned(),
    };
    let record = IntervalRecord { low: ends(0), high: ends(1), confused: rivals.map(record).collect() };
    let words = format!("{} {}", coefficients(setting, trial, found), identifiable(&record, setting, trial));
    (Some(record), words)
}

/// The intervals of the coefficients that are not nearly nothing, the surest first; those that the space holds at its edge are
/// named, and those that leave open all that there is are counted.
fn coefficients(setting: &Setting, trial: &Trial, found: &Intervals) -> String {
    let (alpha, h) = (&trial.found.alpha, setting.bank.len());
    let width = |i: &usize| found.intervals[*i][1] - found.intervals[*i][0];
    let all = if setting.shape.is_signed() { 2.0 } else { 1.0 };
    let shown = (0..alpha.len()).filter(|&i| alpha[i].abs() >= 0.005);
    let (held, free): (Vec<usize>, Vec<usize>) = shown.partition(|&i| found.standard_errors[i] == 0.0);
    let (mut known, open): (Vec<usize>, Vec<usize>) = free.into_iter().partition(|i| width(i) < 0.99 * all);
    known.sort_by(|i, j| width(i).total_cmp(&width(j)));
    let name = |i: usize| {
        let place = if alpha.len() > h { format!(" of mixture {}", i / h + 1) } else { String::new() };
        format!("{}{place} {:.2}", setting.names[i % h], alpha[i])
    };
    let of = |&i: &usize| {
        let [low, high] = found.intervals[i].map(|end| format!("{end:.2}"));
        format!("{} ({low} to {high})", name(i))
    };
    let what = "95 % intervals over the draw of the validation rows, for these training rows";
    let named: Vec<String> = known.iter().take(NAMED).map(of).collect();
    let more = match known.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more (all in result.json)"),
    };
    let open = match (open.len(), &named[..]) {
        (0, []) if held.is_empty() => "Every coefficient is nearly 0.".to_owned(),
        (0, _) => String::new(),
        (_, []) => format!("By the {what}, no coefficient is known: each may be anything."),
        (others, _) => format!("{others} others may be anything."),
    };
    let known = if named.is_empty() {
        String::new()
    } else {
        format!("Coefficients with their {what}: {}{more}.", named.join(", "))
    };
    let held: Vec<String> = held.into_iter().map(name).collect();
    let held = match &held[..] {
        [] => String::new(),
        held => format!(
            "The slope of the validation loss pushes against the edge of the space, and holds there: {}.",
            held.join(", ")
        ),
    };
    [known, open, held].into_iter().filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Which candidates so many rows cannot separate.
fn identifiable(record: &IntervalRecord, setting: &Setting, trial: &Trial) -> String {
    let (rows, confused) = (trial.parts.validation.len(), &record.confused);
    if confused.is_empty() {
        return format!(
            "The {rows} validation rows tell apart all candidates that the constraint does not hold at its limit."
        );
    }
    let many = trial.found.alpha.len() > setting.bank.len();
    let pair = |ConfusedRecord { mixture, pair: [a, b], .. }: &ConfusedRecord| {
        let place = if many { format!(" of mixture {}", mixture + 1) } else { String::new() };
        format!("{a} and {b}{place}")
    };
    let named: Vec<String> = confused.iter().take(NAMED).map(pair).collect();
    let more = match confused.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} pairs more (all in result.json)"),
    };
    let flat = confused.iter().filter(|pair| pair.reason == "flat").count();
    let advice = match flat {
        0 => "More validation rows would.",
        _ if flat == confused.len() => {
            "The validation loss is flat between them as far as the fits can tell: more rows would not help, fewer candidates would."
        }
        _ => "Where the validation loss is flat between them, fewer candidates help, and else more validation rows.",
    };
    format!("The {rows} validation rows do not tell apart: {}{more}. {advice}", named.join(", "))
}
