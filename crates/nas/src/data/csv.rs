//! CSV files, compressed or not.

use super::columns::{Count, inferred};
use super::contents;
use super::error::{DataError, listed};
use super::frame::{Cells, Column, Features, Frame, Task};
use super::target;
use super::text::Text;
use std::path::Path;

/// How to read a CSV file, or the columns of a NumPy array.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// The column to predict, by its name; in a file without a header also by its number, counted from 1. Default: the last.
    pub target: Option<String>,
    /// What the target is. Default: classes when it is text or few different whole numbers, else a quantity.
    pub task: Option<Task>,
}

/// Reads a CSV file (comma, semicolon or tab; with or without a header; perhaps gzip).
///
/// A column is numeric when at least 95 % of its cells that are not missing are numbers; then one that is not is an error.
/// Otherwise it is categorical. Missing is what is empty, NA, NaN, null or ? (in any case). A row without target is dropped.
/// The target is taken for classes when it is text, or whole numbers with at most 20 different values that come twice each
/// on average.
pub fn read_csv(path: &Path, options: &CsvOptions) -> Result<Frame, DataError> {
    from_bytes(path, contents::raw(path)?, options)
}

/// The frame in the bytes of a CSV file called `path`.
pub(super) fn from_bytes(path: &Path, raw: Vec<u8>, options: &CsvOptions) -> Result<Frame, DataError> {
    let sha256 = contents::sha256(&[&raw]);
    let known: Vec<&str> = options.target.as_deref().into_iter().collect();
    let mut text = Text::parse(path, &contents::unpacked(path, raw)?, &known)?;
    let target_column = match &options.target {
        Some(name) => text.find_or_count(name)?,
        None => text.names.len() - 1,
    };
    if text.names.len() == 1 {
        return Err(DataError::OnlyTarget(text.place_of_column(target_column)));
    }
    let mut notes = vec![text.describe()];
    notes.extend(drop_rows_without_target(&mut text, target_column)?);
    let name = &text.names[target_column];
    let (task, note) = target::decide(name, options.task, || target::task(&text, target_column));
    notes.push(note);
    let target = target::target(&text, target_column, task)?;
    let features = features(&text, target_column)?;
    notes.extend(remarks(&text, &features));
    let target_name = text.names[target_column].clone();
    Ok(Frame { name: contents::name(path), features, target, target_name, sha256, notes, training_rows: 0 })
}

fn drop_rows_without_target(text: &mut Text, target: usize) -> Result<Option<String>, DataError> {
    let before = text.rows();
    text.drop_gaps(target);
    if text.rows() == 0 {
        return Err(DataError::NoTarget(text.place_of_column(target)));
    }
    let dropped = before - text.rows();
    Ok((dropped > 0).then(|| format!("{dropped} rows were dropped because their target is missing")))
}

fn features(text: &Text, target: usize) -> Result<Features, DataError> {
    let columns = (0..text.names.len()).filter(|&column| column != target);
    let column = |column: usize| Ok(Column { name: text.names[column].clone(), cells: inferred(text, column)? });
    let columns = columns.map(column).collect::<Result<_, _>>()?;
    Ok(Features { source: text.path.display().to_string(), rows: text.rows(), columns })
}

/// What a person should know about the columns.
fn remarks(text: &Text, features: &Features) -> Vec<String> {
    let gaps = features.columns.iter().filter_map(|column| match column.cells.missing() {
        0 => None,
        missing => Some(format!("{} ({missing})", column.name)),
    });
    let gaps: Vec<String> = gaps.collect();
    let gaps = (!gaps.is_empty()).then(|| format!("missing cells: {}", listed(&gaps)));
    gaps.into_iter().chain(features.columns.iter().filter_map(|column| suspicious(text, column))).collect()
}

/// A categorical column that looks like numbers with too many exceptions, or like an identifier.
fn suspicious(text: &Text, column: &Column) -> Option<String> {
    let Cells::Categorical { levels, .. } = &column.cells else { return None };
    let name = &column.name;
    let Count { present, numbers } = Count::of(text, text.find(name).ok()?);
    if 2 * numbers >= present {
        let words = present - numbers;
        return Some(format!(
            "column {name:?} is taken for categories: {words} of its {present} cells are not numbers"
        ));
    }
    let many = levels.len() > 20 && 2 * levels.len() > present;
    let advice = "take it out if it is only a name, and write decimal points if it is a number";
    many.then(|| format!("column {name:?} has {} different categories in {present} rows; {advice}", levels.len()))
}
