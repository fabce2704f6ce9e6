//! NumPy arrays as data: rows with their target among the columns, or rows and targets in a file each.

mod array;
mod error;

use super::contents;
use super::csv::CsvOptions;
use super::error::{DataError, Place};
use super::frame::{Cells, Column, Features, Frame};
use super::{target, text};
use array::Array;
use std::path::Path;

pub use error::NpyError;

/// What every `.npy` file begins with.
const MAGIC: &[u8] = b"\x93NUMPY";

/// Reads the rows `x` of a NumPy array (`.npy`, perhaps gzip) and their targets `y`; without `y` the target is a column of
/// `x`, by the same options and rules as in a CSV file without a header.
///
/// Elements are bool (0 or 1), integers, float32 or float64 in either byte order, stored by rows or by columns; integers beyond
/// 2^53 are rounded, as in a CSV file. `x` is n x d, or n numbers for d = 1; `y` is n numbers, or n x 1. Columns are called c1,
/// c2, ..., targets of a file of their own "y". Every element must be finite: NaN marks no gap here.
///
/// # Panics
/// When the options name a target column beside `y`.
pub fn read_npy(x: &Path, y: Option<&Path>, options: &CsvOptions) -> Result<Frame, DataError> {
    from_bytes(x, contents::raw(x)?, y, options)
}

/// The frame in the bytes of an array called `path`, and in a file of targets.
pub(super) fn from_bytes(
    path: &Path,
    raw: Vec<u8>,
    targets: Option<&Path>,
    options: &CsvOptions,
) -> Result<Frame, DataError> {
    let raw_targets = targets.map(contents::raw).transpose()?;
    let sha256 = contents::sha256(&[&raw, raw_targets.as_deref().unwrap_or_default()]);
    let array = Array::read(path, raw)?;
    let (rows, mut notes) = (array.rows, vec![array.describe()]);
    let (at, target_name, values, columns) = match targets.zip(raw_targets) {
        Some((targets, raw)) => {
            assert_one_target(targets, options);
            (targets, "y".to_owned(), paired(path, rows, Array::read(targets, raw)?)?, named(array))
        }
        None => {
            let (name, values, columns) = divided(array, options)?;
            (path, name, values, columns)
        }
    };
    let looks = || target::task_of_numbers(values.clone(), rows);
    let (task, note) = target::decide(&target_name, options.task, looks);
    notes.push(note);
    let place = |row: Option<usize>| Place { row: row.map(|row| row + 1), ..Place::column(at, &target_name) };
    let target = target::of_numbers(values, task, place)?;
    let features = Features { source: path.display().to_string(), rows, columns };
    Ok(Frame { name: contents::name(path), features, target, target_name, sha256, notes, training_rows: 0 })
}

/// Reads rows without a target.
pub(super) fn features(path: &Path, raw: Vec<u8>) -> Result<Features, DataError> {
    let array = Array::read(path, raw)?;
    Ok(Features { source: path.display().to_string(), rows: array.rows, columns: named(array) })
}

/// Whether a file, compressed or not, begins like a NumPy array.
pub(super) fn is_npy(raw: &[u8]) -> bool {
    contents::start(raw, MAGIC.len()) == MAGIC
}

/// A target is a column or a file of its own: both are a bug of the caller.
pub(super) fn assert_one_target(labels: &Path, options: &CsvOptions) {
    let column = options.target.as_deref().unwrap_or_default();
    assert!(options.target.is_none(), "the target column {column:?} beside the targets of {}", labels.display());
}

/// The columns under their names.
fn named(array: Array) -> Vec<Column> {
    let column = |(i, values)| Column { name: text::numbered(i + 1), cells: Cells::Numeric(values) };
    array.columns.into_iter().enumerate().map(column).collect()
}

/// The target's name and values, and the other columns.
fn divided(mut array: Array, options: &CsvOptions) -> Result<(String, Vec<f64>, Vec<Column>), DataError> {
    if array.columns.len() == 1 {
        return Err(array.error(NpyError::OneColumn));
    }
    let names: Vec<String> = (1..=array.columns.len()).map(text::numbered).collect();
    let target = match &options.target {
        Some(name) => text::find_or_count(&array.path, &names, name)?,
        None => names.len() - 1,
    };
    // Its place stays until all have names, which count it.
    let values = std::mem::take(&mut array.columns[target]);
    let mut columns = named(array);
    let name = columns.remove(target).name;
    Ok((name, values, columns))
}

/// The targets of so many rows of the array `x`.
fn paired(x: &Path, rows: usize, mut y: Array) -> Result<Vec<f64>, DataError> {
    if y.columns.len() != 1 {
        let columns = y.columns.len();
        return Err(y.error(NpyError::ManyTargets { columns }));
    }
    if y.rows != rows {
        let problem = NpyError::Lengths { targets: y.rows, x: x.to_owned(), rows };
        return Err(y.error(problem));
    }
    Ok(y.columns.swap_remove(0))
}
