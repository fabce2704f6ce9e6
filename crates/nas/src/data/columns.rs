//! From cells of text to numbers and levels.

use super::error::{DataError, shown};
use super::frame::Cells;
use super::text::{Text, is_missing, number};
use std::collections::BTreeSet;

/// A column is numeric when at least this many of a hundred cells that are not missing are numbers.
const NUMERIC_PERCENT: usize = 95;

/// How many cells of a column are there, and how many of them are numbers.
pub(super) struct Count {
    pub(super) present: usize,
    pub(super) numbers: usize,
}

impl Count {
    pub(super) fn of(text: &Text, column: usize) -> Self {
        let present = text.column(column).filter(|cell| !is_missing(cell));
        present.fold(Self { present: 0, numbers: 0 }, |count, cell| Self {
            present: count.present + 1,
            numbers: count.numbers + usize::from(number(cell).is_some()),
        })
    }

    pub(super) fn is_numeric(&self) -> bool {
        100 * self.numbers >= NUMERIC_PERCENT * self.present
    }
}

/// A column as what it looks like.
pub(super) fn inferred(text: &Text, column: usize) -> Result<Cells, DataError> {
    if Count::of(text, column).is_numeric() { numeric(text, column) } else { Ok(categorical(text, column)) }
}

/// A column of numbers; one cell of something else is an error.
pub(super) fn numeric(text: &Text, column: usize) -> Result<Cells, DataError> {
    let value = |row| match text.cell(row, column) {
        cell if is_missing(cell) => Ok(f64::NAN),
        cell => finite(text, row, column, cell),
    };
    Ok(Cells::Numeric((0..text.rows()).map(value).collect::<Result<_, _>>()?))
}

/// A column of words.
pub(super) fn categorical(text: &Text, column: usize) -> Cells {
    let words: BTreeSet<&str> = text.column(column).filter(|cell| !is_missing(cell)).collect();
    let levels: Vec<&str> = words.into_iter().collect();
    // What is missing is not among the levels.
    let cells = text.column(column).map(|cell| levels.binary_search(&cell).ok().map(|i| i as u32)).collect();
    Cells::Categorical { levels: levels.into_iter().map(str::to_owned).collect(), cells }
}

fn finite(text: &Text, row: usize, column: usize, cell: &str) -> Result<f64, DataError> {
    let (at, cell_shown) = (|| text.place(row, column), || shown(cell));
    match number(cell) {
        Some(value) if value.is_finite() => Ok(value),
        Some(_) => Err(DataError::Infinite { at: at(), cell: cell_shown() }),
        None => Err(DataError::NotNumber { at: at(), cell: cell_shown() }),
    }
}
