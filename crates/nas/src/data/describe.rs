//! A data set for people.

use super::frame::{Cells, Column, Frame, Target};
use crate::report::{Table, figure};
use std::fmt::Write;

/// So many columns are shown.
const MOST_COLUMNS: usize = 40;
/// So many levels are named.
const MOST_LEVELS: usize = 5;

impl Frame {
    /// The columns, the target and the notes as plain text.
    pub fn describe(&self) -> String {
        let mut text = format!("{}: {} rows, {} columns\n\n", self.name, self.rows(), self.features.columns.len());
        let mut table = Table::new(&["column", "kind", "missing", "mean", "min", "max", "values"]);
        table.rows = self.features.columns.iter().take(MOST_COLUMNS).map(row).collect();
        // Writing to a string cannot fail.
        let _ = write!(text, "{table}");
        let more = self.features.columns.len().saturating_sub(MOST_COLUMNS);
        if more > 0 {
            let _ = writeln!(text, "  and {more} more columns");
        }
        let _ = write!(text, "\ntarget {:?} ({})\n{}\n\n", self.target_name, self.task(), target(&self.target));
        self.notes.iter().for_each(|note| text += &format!("- {note}\n"));
        let _ = writeln!(text, "- sha256 {}", self.sha256);
        text
    }
}

fn row(column: &Column) -> Vec<String> {
    let missing = column.cells.missing().to_string();
    match &column.cells {
        Cells::Numeric(values) => {
            let [mean, min, max] = range(values);
            vec![column.name.clone(), "numbers".into(), missing, mean, min, max]
        }
        Cells::Categorical { levels, .. } => {
            let shown = levels.iter().take(MOST_LEVELS).cloned().collect::<Vec<_>>().join(", ");
            let more = if levels.len() > MOST_LEVELS { ", ..." } else { "" };
            let values = format!("{}: {shown}{more}", levels.len());
            let none = String::new;
            vec![column.name.clone(), "categories".into(), missing, none(), none(), none(), values]
        }
    }
}

fn target(target: &Target) -> String {
    match target {
        Target::Numbers(values) => {
            let [mean, min, max] = range(values);
            format!("  mean {mean}, from {min} to {max}")
        }
        Target::Classes { levels, cells } => {
            let mut table = Table::new(&["class", "rows", "share"]);
            table.rows = levels.iter().enumerate().map(|(class, level)| share(level, class as u32, cells)).collect();
            table.to_string().trim_end().to_owned()
        }
    }
}

fn share(level: &str, class: u32, cells: &[u32]) -> Vec<String> {
    let rows = cells.iter().filter(|&&cell| cell == class).count();
    vec![level.to_owned(), rows.to_string(), format!("{:.1} %", 100.0 * rows as f64 / cells.len() as f64)]
}

/// Mean, least and greatest of the values that are there.
fn range(values: &[f64]) -> [String; 3] {
    let present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    if present.is_empty() {
        return [const { String::new() }; 3];
    }
    let mean = present.iter().map(|value| value / present.len() as f64).sum();
    let least = present.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = present.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    [mean, least, greatest].map(figure)
}
