//! A data set as it was read: named columns, the target, and what the reader did.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What is to be predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// A number.
    Regression,
    /// One of several classes.
    Classification,
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Regression => "regression",
            Self::Classification => "classification",
        })
    }
}

/// The cells of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Numbers; NaN where one is missing.
    Numeric(Vec<f64>),
    /// Words.
    Categorical {
        /// The different words, sorted.
        levels: Vec<String>,
        /// The index of each row's word among the levels; `None` where it is missing.
        cells: Vec<Option<u32>>,
    },
}

impl Cells {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Numeric(values) => values.len(),
            Self::Categorical { cells, .. } => cells.len(),
        }
    }

    /// Whether the cell of this row is missing.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Numeric(values) => values[row].is_nan(),
            Self::Categorical { cells, .. } => cells[row].is_none(),
        }
    }

    /// How many cells are missing.
    pub fn missing(&self) -> usize {
        (0..self.rows()).filter(|&row| self.is_missing(row)).count()
    }
}

/// A named column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name in the header, or c1, c2, ... where there is none.
    pub name: String,
    /// Its cells.
    pub cells: Cells,
}

/// The columns that a model may look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Where they come from, for messages: a path, or the name of an embedded set.
    pub source: String,
    /// Number of rows.
    pub rows: usize,
    /// The columns, each with that many rows.
    pub columns: Vec<Column>,
}

/// What is to be predicted, row by row.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// Finite numbers in their own units.
    Numbers(Vec<f64>),
    /// Classes.
    Classes {
        /// The different classes: in numeric order when all are numbers, else sorted.
        levels: Vec<String>,
        /// The index of each row's class among the levels.
        cells: Vec<u32>,
    },
}

/// A data set as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The file's name without folder and extension, or the name of the embedded set.
    pub name: String,
    /// All columns but the target.
    pub features: Features,
    /// The target; a row without one was dropped.
    pub target: Target,
    /// The target's name.
    pub target_name: String,
    /// SHA-256 of the file as it lies on the disk, in hex; of two files, of one after the other; of two sources,
    /// of their two sums.
    pub sha256: String,
    /// What the reader understood and did, a sentence each.
    pub notes: Vec<String>,
    /// Rows of another source, which come first and are all there is to train on (science 2.5); 0 where all rows are of one.
    pub training_rows: usize,
}

impl Frame {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.features.rows
    }

    /// What kind of target it has.
    pub fn task(&self) -> Task {
        match self.target {
            Target::Numbers(_) => Task::Regression,
            Target::Classes { .. } => Task::Classification,
        }
    }
}
