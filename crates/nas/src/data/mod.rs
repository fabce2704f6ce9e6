//! Data sets, the splits of them, and the generators of planted problems.
//!
//! A person's data comes in as a [`Frame`] ([`read`], which knows the formats by their content:
//! [`read_csv`], [`read_npy`], [`read_idx`]; or the embedded [`digits`]); [`Parts`] says which
//! rows train, validate and test; [`Preprocess`], fitted on the training rows, turns rows into [`Samples`] of numbers, in
//! training and later for rows that it has never seen ([`Preprocess::read`]).

mod bilinear;
mod columns;
mod contents;
mod csv;
mod describe;
mod digits;
mod encode;
mod error;
mod flips;
mod frame;
mod idx;
mod join;
mod moments;
mod npy;
mod ntk_teacher;
mod parts;
mod planted;
mod preprocess;
mod read;
mod sample;
mod split;
mod target;
mod text;

pub use bilinear::{Bilinear, MappedSamples, Planted};
pub use csv::{CsvOptions, read_csv};
pub use digits::digits;
pub use encode::Encoding;
pub use error::{DataError, Place};
pub use frame::{Cells, Column, Features, Frame, Target, Task};
pub use idx::read_idx;
pub use npy::{NpyError, read_npy};
pub use ntk_teacher::{NtkTeacher, Taught, TeacherFunction, TeacherInputs};
pub use parts::{Parts, Percent};
pub use planted::QuadraticForm;
pub use preprocess::{EncodedColumn, Preprocess, Samples, TargetEncoding};
pub use read::read;
pub use split::{Sizes, Split, SplitError};

use faer::{ColRef, MatRef};

/// Samples (x, y) with x in R^d and a real label y.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    features: Vec<f64>,
    labels: Vec<f64>,
    dimension: usize,
}

impl Dataset {
    /// From one row of `dimension` features per label.
    ///
    /// # Panics
    /// When the lengths do not agree.
    pub fn new(features: Vec<f64>, labels: Vec<f64>, dimension: usize) -> Self {
        let (got, want) = (features.len(), labels.len() * dimension);
        assert_eq!(got, want, "{} labels with {dimension} features each need {want} numbers, not {got}", labels.len());
        Self { features, labels, dimension }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Number d of features.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The features, one row per sample, in one slice.
    pub fn features(&self) -> &[f64] {
        &self.features
    }

    /// The labels as a slice.
    pub fn labels(&self) -> &[f64] {
        &self.labels
    }

    /// The n × d matrix of features.
    pub fn x(&self) -> MatRef<'_, f64> {
        MatRef::from_row_major_slice(&self.features, self.len(), self.dimension)
    }

    /// The column of labels.
    pub fn y(&self) -> ColRef<'_, f64> {
        ColRef::from_slice(&self.labels)
    }

    /// The samples with these indices, in this order.
    ///
    /// # Panics
    /// When an index is out of range.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        let row = |&i: &usize| &self.features[i * self.dimension..(i + 1) * self.dimension];
        Self {
            features: indices.iter().flat_map(row).copied().collect(),
            labels: indices.iter().map(|&i| self.labels[i]).collect(),
            dimension: self.dimension,
        }
    }
}
