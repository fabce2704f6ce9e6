//! Delimited text as rows of cells: the delimiter and the header are found here, types are not.

use super::error::{DataError, Place, listed};
use csv::{Reader, ReaderBuilder, StringRecord};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// In order of preference, with the names for people.
const DELIMITERS: [(u8, &str); 3] = [(b',', "comma"), (b';', "semicolon"), (b'\t', "tab")];
/// How many rows the delimiter is judged by.
const SAMPLE: usize = 10;

/// Rows of cells, each with its line in the file.
pub(super) struct Text {
    pub(super) path: PathBuf,
    pub(super) names: Vec<String>,
    pub(super) header: bool,
    pub(super) delimiter: &'static str,
    rows: Vec<(u64, StringRecord)>,
}

impl Text {
    /// Takes the text apart. A first row that holds one of the `known` names is a header, whatever stands below it.
    pub(super) fn parse(path: &Path, bytes: &[u8], known: &[&str]) -> Result<Self, DataError> {
        let text = decode(path, bytes)?;
        let (delimiter, delimiter_name) = delimiter(text);
        let mut rows = records(path, text, delimiter)?;
        let Some((_, first)) = rows.first() else { return Err(DataError::Empty(Place::file(path))) };
        let header = is_header(first, &rows[1..], known);
        let names = if header {
            let (line, cells) = rows.remove(0);
            unique(path, line, header_names(&cells))?
        } else {
            (1..=first.len()).map(numbered).collect()
        };
        if rows.is_empty() {
            return Err(DataError::NoRows(Place::file(path)));
        }
        Ok(Self { path: path.to_owned(), names, header, delimiter: delimiter_name, rows })
    }

    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        self.rows[row].1[column].trim()
    }

    /// The cells of a column from top to bottom.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        (0..self.rows()).map(move |row| self.cell(row, column))
    }

    pub(super) fn place(&self, row: usize, column: usize) -> Place {
        Place { line: Some(self.rows[row].0), ..self.place_of_column(column) }
    }

    pub(super) fn place_of_column(&self, column: usize) -> Place {
        Place::column(&self.path, &self.names[column])
    }

    /// The number of the column with this name.
    pub(super) fn find(&self, name: &str) -> Result<usize, DataError> {
        find(&self.path, &self.names, name)
    }

    /// The number of the column with this name, or without a header with this number, counted from 1.
    pub(super) fn find_or_count(&self, name: &str) -> Result<usize, DataError> {
        if self.header { self.find(name) } else { find_or_count(&self.path, &self.names, name) }
    }

    /// Keeps the rows that have a cell in this column.
    pub(super) fn drop_gaps(&mut self, column: usize) {
        self.rows.retain(|(_, cells)| !is_missing(cells[column].trim()));
    }

    /// What was found, for the notes.
    pub(super) fn describe(&self) -> String {
        let header = if self.header {
            "the first row is the header".to_owned()
        } else {
            format!("no header was found, so the columns are called {}", listed(&self.names))
        };
        format!("{} rows, {} columns, divided by {}; {header}", self.rows(), self.names.len(), self.delimiter)
    }
}

/// The number of the column with this name, among all names of a file.
fn find(path: &Path, names: &[String], name: &str) -> Result<usize, DataError> {
    let found = names.iter().position(|column| column == name);
    found.ok_or_else(|| DataError::unknown_column(path, name, names))
}

/// The number of the column with this name or this number, counted from 1, in a file without a header.
pub(super) fn find_or_count(path: &Path, names: &[String], name: &str) -> Result<usize, DataError> {
    match name.parse::<usize>() {
        Ok(number) if (1..=names.len()).contains(&number) => Ok(number - 1),
        _ => find(path, names, name),
    }
}

/// Whether a trimmed cell stands for a missing value: empty, NA, NaN, null or ?.
pub(super) fn is_missing(cell: &str) -> bool {
    cell.is_empty() || cell == "?" || ["na", "nan", "null"].iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// The number in a trimmed cell, which may be infinite.
pub(super) fn number(cell: &str) -> Option<f64> {
    cell.parse().ok().filter(|value: &f64| !value.is_nan())
}

/// The byte order marks that UTF-16 text begins with.
const UTF_16: [[u8; 2]; 2] = [[0xff, 0xfe], [0xfe, 0xff]];

fn decode<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, DataError> {
    if UTF_16.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(DataError::Encoding(Place::file(path)));
    }
    if bytes.contains(&0) {
        return Err(DataError::Binary(Place::file(path)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + newlines(&bytes[..error.valid_up_to()]);
        DataError::Encoding(Place::line(path, line))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() { Err(DataError::Empty(Place::file(path))) } else { Ok(text) }
}

fn reader(text: &str, delimiter: u8) -> Reader<&[u8]> {
    ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

/// The delimiter that divides the first rows into equally many cells, or else into most.
fn delimiter(text: &str) -> (u8, &'static str) {
    let score = |&(delimiter, _): &(u8, &'static str)| {
        let rows = reader(text, delimiter).into_records().take(SAMPLE);
        let widths: Vec<usize> = rows.map(|row| row.map_or(0, |cells| cells.len())).collect();
        let least = widths.iter().copied().min().unwrap_or(0);
        let equal = least > 1 && widths.iter().all(|width| *width == least);
        (equal, least, widths.iter().sum::<usize>())
    };
    // Of equals `max_by_key` answers with the last.
    DELIMITERS.into_iter().rev().max_by_key(score).unwrap_or(DELIMITERS[0])
}

/// Every row with its line; all as long as the first.
fn records(path: &Path, text: &str, delimiter: u8) -> Result<Vec<(u64, StringRecord)>, DataError> {
    let mut rows: Vec<(u64, StringRecord)> = Vec::new();
    let bytes = text.as_bytes();
    let (mut line, mut seen) = (1, 0);
    for record in reader(text, delimiter).into_records() {
        let record =
            record.map_err(|error| DataError::Read { path: path.to_owned(), source: std::io::Error::other(error) })?;
        // The position may lie on the line ends before the row, so lines are counted here.
        let position = record.position().map_or(seen, |position| position.byte() as usize);
        let start = position + bytes[position..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
        line += newlines(&bytes[seen..start]);
        seen = start;
        let expected = rows.first().map_or(record.len(), |(_, first)| first.len());
        if record.len() != expected {
            let at = Place::line(path, line);
            if record.iter().any(|cell| cell.contains('\n')) {
                return Err(DataError::Quote { at });
            }
            return Err(DataError::Ragged { at, found: record.len(), expected });
        }
        rows.push((line, record));
    }
    Ok(rows)
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// A header has no number, while the rows below have some (or there are none). A name that is asked for settles it.
fn is_header(first: &StringRecord, below: &[(u64, StringRecord)], known: &[&str]) -> bool {
    let named = |cell: &str| number(cell).is_none() && known.contains(&cell);
    let has_number = |cells: &StringRecord| cells.iter().any(|cell| number(cell.trim()).is_some());
    let contrast = !has_number(first) && (below.is_empty() || below.iter().any(|(_, cells)| has_number(cells)));
    first.iter().any(|cell| named(cell.trim())) || contrast
}

fn header_names(header: &StringRecord) -> Vec<String> {
    let named = |(i, cell): (usize, &str)| if cell.trim().is_empty() { numbered(i + 1) } else { cell.trim().into() };
    header.iter().enumerate().map(named).collect()
}

/// The name of a column in a file without a header, counted from 1.
pub(super) fn numbered(column: usize) -> String {
    format!("c{column}")
}

fn unique(path: &Path, line: u64, names: Vec<String>) -> Result<Vec<String>, DataError> {
    let mut seen = HashMap::new();
    for (second, name) in names.iter().enumerate() {
        if let Some(first) = seen.insert(name, second) {
            let at = Place { line: Some(line), ..Place::column(path, name) };
            return Err(DataError::DuplicateColumn { at, first: first + 1, second: second + 1 });
        }
    }
    Ok(names)
}
