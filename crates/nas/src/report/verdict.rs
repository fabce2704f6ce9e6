//! An experiment's outcome as text.

use super::{Table, figure};
use crate::experiments::Outcome;

const WIDTH: usize = 110;

/// Claim, setting, table, criteria with their figures, and the verdict.
pub fn render(outcome: &Outcome) -> String {
    let mut criteria = Table::new(&["", "figure", "bound", "measured"]);
    let mut meanings = String::new();
    for (i, criterion) in outcome.criteria.iter().enumerate() {
        let mark = if criterion.passes() { "PASS" } else { "FAIL" };
        let row = [mark, criterion.name, &criterion.bound.to_string(), &figure(criterion.figure)];
        criteria.rows.push(row.map(str::to_owned).to_vec());
        meanings += &format!("  {}. {}\n", i + 1, criterion.meaning);
    }
    let failed = outcome.criteria.iter().filter(|criterion| !criterion.passes()).count();
    let verdict = match failed {
        0 => format!("PASS: all {} criteria hold.", outcome.criteria.len()),
        n => format!("FAIL: {n} of {} criteria do not hold.", outcome.criteria.len()),
    };
    let notes: String = outcome.notes.iter().map(|note| format!("{}\n", wrap(note))).collect();
    format!(
        "{}\n\n{}\n\n{}\n\n{}\n{}\n\nWhat it says, when it holds\n{meanings}\n{criteria}\n{notes}\n{verdict}\n",
        outcome.title,
        wrap(&outcome.claim),
        wrap(&outcome.setting),
        outcome.table,
        wrap(&outcome.legend),
    )
}

/// Breaks lines between words.
fn wrap(text: &str) -> String {
    let (mut wrapped, mut column) = (String::new(), 0);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            wrapped.push('\n');
            column = 0;
        }
        if column > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped += word;
        column += length;
    }
    wrapped
}
