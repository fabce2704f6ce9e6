//! An experiment's outcome as text.

use super::figure;
use crate::experiments::{Criterion, Outcome};

/// Columns of a line of prose.
const WIDTH: usize = 110;

/// Claim, setting, table, criteria with their figures, and the verdict.
pub fn render(outcome: &Outcome) -> String {
    let Outcome { title, claim, setting, table, legend, criteria, notes, plots: _ } = outcome;
    let (claim, setting, legend) = (wrap(claim, 0), wrap(setting, 0), wrap(legend, 2));
    let judged: String = criteria.iter().map(judge).collect();
    let notes: String = notes.iter().map(|note| wrap(note, 0) + "\n").collect();
    let gap = if notes.is_empty() { "" } else { "\n" };
    let (open, of) = (criteria.iter().filter(|criterion| criterion.inconclusive).count(), criteria.len());
    let verdict = match criteria.iter().filter(|criterion| !criterion.passes()).count() - open {
        0 if open == 0 => format!("PASS: all {of} criteria hold."),
        0 => format!("INCONCLUSIVE: too little was measured to judge {open} of {of} criteria; the others hold."),
        failed if open == 0 => format!("FAIL: {failed} of {of} criteria do not hold."),
        failed => format!("FAIL: {failed} of {of} criteria do not hold, and too little was measured to judge {open}."),
    };
    format!("{title}\n\n{claim}\n{setting}\n\n{table}\n{legend}\n\n{judged}{gap}{notes}\n{verdict}\n")
}

/// The sentence that a criterion stands for, and below it the figure, with its 95 % interval, beside its bound.
fn judge(criterion: &Criterion) -> String {
    let mark = match criterion.inconclusive {
        true => "OPEN",
        false if criterion.passes() => "PASS",
        false => "FAIL",
    };
    let Criterion { meaning, name, bound, .. } = criterion;
    let interval = criterion.interval.map(|[low, high]| format!(" [{}, {}]", figure(low), figure(high)));
    let (value, interval) = (figure(criterion.figure), interval.unwrap_or_default());
    format!("  {mark}  {meaning}\n          {name}: {value}{interval} (bound {bound})\n")
}

/// Breaks lines between words, each line indented by so many spaces and at most 110 characters long with them, where words
/// allow it.
pub fn wrap(text: &str, indent: usize) -> String {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH - indent {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    lines.push(line);
    lines.iter().map(|line| format!("{:indent$}{line}", "")).collect::<Vec<_>>().join("\n")
}
