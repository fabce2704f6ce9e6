//! Why data cannot be used.

use super::npy::NpyError;
use crate::suggest::nearest;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where in the data something is; prints as much as is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// Its line, from 1.
    pub line: Option<u64>,
    /// The row of an array, from 1.
    pub row: Option<usize>,
    /// The column's name.
    pub column: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(path: &Path) -> Self {
        Self { path: path.to_owned(), line: None, row: None, column: None }
    }

    /// A line of a file.
    pub fn line(path: &Path, line: u64) -> Self {
        Self { line: Some(line), ..Self::file(path) }
    }

    /// A column of a file.
    pub fn column(path: &Path, column: &str) -> Self {
        Self { column: Some(column.to_owned()), ..Self::file(path) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        self.line.map_or(Ok(()), |line| write!(f, ", line {line}"))?;
        self.row.map_or(Ok(()), |row| write!(f, ", row {row}"))?;
        self.column.as_ref().map_or(Ok(()), |column| write!(f, ", column {column:?}"))
    }
}

/// Data that cannot be used: where, what is wrong, and what to do, in one line.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}; check the path", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A compressed file that does not unpack.
    #[error("{}: the compressed data is broken ({source}); fetch or compress the file again", path.display())]
    Gzip {
        /// The file.
        path: PathBuf,
        /// What the unpacking says.
        source: std::io::Error,
    },
    /// No text at all.
    #[error("{0}: the file is empty; give a CSV file with one row per sample")]
    Empty(Place),
    /// Zero bytes in what should be text.
    #[error(
        "{0}: this is a binary file, not CSV text; give a CSV file, a NumPy array (.npy), or IDX images together with their labels"
    )]
    Binary(Place),
    /// Text in another encoding.
    #[error("{0}: this is not UTF-8 text; save the file as CSV in UTF-8")]
    Encoding(Place),
    /// A row of another length.
    #[error(
        "{at}: the row has {found} cells but the first row has {expected}; correct it, or put quotes around a cell that holds the delimiter"
    )]
    Ragged {
        /// The row.
        at: Place,
        /// Its cells.
        found: usize,
        /// Those of the first row.
        expected: usize,
    },
    /// A quote that takes in the lines below it.
    #[error(
        "{at}: a quote opens in this row and closes in another, and the row does not have as many cells as the first; close it, or write \"\" for a quote inside a quoted cell"
    )]
    Quote {
        /// The row.
        at: Place,
    },
    /// Two columns with one name.
    #[error("{at}: columns {first} and {second} have the same name; rename one of them")]
    DuplicateColumn {
        /// The header and the name.
        at: Place,
        /// The first of them, counted from 1.
        first: usize,
        /// The second.
        second: usize,
    },
    /// No such column.
    #[error("{}: there is no column {name:?}; {}", path.display(), advice(nearest, columns))]
    UnknownColumn {
        /// The file.
        path: PathBuf,
        /// The unknown name.
        name: String,
        /// The most similar name there is.
        nearest: Option<String>,
        /// Every name there is.
        columns: Vec<String>,
    },
    /// Nothing to predict from.
    #[error(
        "{0}: the target is the only column; add the columns to predict it from (cells are divided by comma, semicolon or tab)"
    )]
    OnlyTarget(Place),
    /// A header and nothing else.
    #[error("{0}: there is a header but no row below it; add one row per sample")]
    NoRows(Place),
    /// No row has a target.
    #[error("{0}: the target is missing in every row; choose another target column")]
    NoTarget(Place),
    /// Text among numbers.
    #[error(
        "{at}: {cell:?} is not a number, but the column is numeric; correct the cell, or leave it empty if the value is missing"
    )]
    NotNumber {
        /// The cell.
        at: Place,
        /// What stands there.
        cell: String,
    },
    /// An infinite number, or one too large for 64 bits.
    #[error("{at}: {cell:?} is not finite; correct the cell, or leave it empty if the value is missing")]
    Infinite {
        /// The cell.
        at: Place,
        /// What stands there.
        cell: String,
    },
    /// A target that does not vary.
    #[error("{at}: the target is {value:?} in every row, so there is nothing to learn; choose another target column")]
    OneClass {
        /// The target.
        at: Place,
        /// Its only value.
        value: String,
    },
    /// A class that cannot be both learned and tested.
    #[error(
        "{at}: no other row has the class {class:?}; add rows of it or take this one out (a numeric target is the task regression)"
    )]
    LoneClass {
        /// The row of its only member.
        at: Place,
        /// The class.
        class: String,
    },
    /// A class that the model was not trained on.
    #[error("{at}: the class {class:?} was not among those of the training data")]
    UnknownClass {
        /// The target.
        at: Place,
        /// The class.
        class: String,
    },
    /// A class that there is nothing to learn from.
    #[error(
        "{at}: no training row has the class {class:?} of the validation and test rows; add some, or take that class out"
    )]
    UntaughtClass {
        /// The target of the training rows.
        at: Place,
        /// The class.
        class: String,
    },
    /// Classes are to be replaced where there are none.
    #[error(
        "{0}: the target is a number, and only classes can be replaced at random; leave out --flip-labels, or say --task \
         classification"
    )]
    NoClasses(Place),
    /// A column or target of another kind than in training.
    #[error(
        "{at}: this holds {found}, but the model was trained on {expected} there; give data like those of the training"
    )]
    WrongKind {
        /// The column.
        at: Place,
        /// What it holds.
        found: &'static str,
        /// What it should hold.
        expected: &'static str,
    },
    /// All columns are constant.
    #[error("{0}: every column is constant in the training rows, so there is nothing to predict from; add columns")]
    Constant(Place),
    /// Not an IDX file, or not the one that was meant.
    #[error("{at}: {problem}")]
    Idx {
        /// The file.
        at: Place,
        /// What is wrong with it and what to do.
        problem: String,
    },
    /// A NumPy array that cannot be used.
    #[error("{at}: {problem}")]
    Npy {
        /// The file, and where in it.
        at: Place,
        /// What is wrong with it and what to do.
        problem: Box<NpyError>,
    },
    /// As many images as labels there must be.
    #[error("{} holds {images} images but {} holds {count} labels; give the two files of the same set", at.display(), labels.display())]
    Unequal {
        /// The file of images.
        at: PathBuf,
        /// Their number.
        images: usize,
        /// The file of labels.
        labels: PathBuf,
        /// Their number.
        count: usize,
    },
}

impl DataError {
    /// There is no column `name` in `path`, which has `columns`.
    pub(super) fn unknown_column(path: &Path, name: &str, columns: &[String]) -> Self {
        let nearest = nearest(name, columns.iter().map(String::as_str)).map(str::to_owned);
        Self::UnknownColumn { path: path.to_owned(), name: name.to_owned(), nearest, columns: columns.to_vec() }
    }
}

/// The start of a cell, for a message.
pub(super) fn shown(cell: &str) -> String {
    const MOST: usize = 40;
    let start: String = cell.chars().take(MOST).collect();
    if start.len() < cell.len() { start + "..." } else { start }
}

/// At most ten names, and how many more there are.
pub(super) fn listed(names: &[String]) -> String {
    const MOST: usize = 10;
    let shown: Vec<&str> = names.iter().take(MOST).map(String::as_str).collect();
    let more = names.len() - shown.len();
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

fn advice(nearest: &Option<String>, columns: &[String]) -> String {
    match nearest {
        Some(name) => format!("did you mean {name:?}?"),
        None => format!("there are {}", listed(columns)),
    }
}
