//! Why an experiment could not run.

use crate::data::{DataError, SplitError};
use crate::dense::{NoEigenvalues, NotPositiveDefinite};
use crate::run::FolderError;

/// Why an experiment could not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data cannot be split.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A matrix of an inner problem is singular.
    #[error(transparent)]
    Singular(#[from] NotPositiveDefinite),
    /// A matrix has no eigenvalues.
    #[error(transparent)]
    Eigenvalues(#[from] NoEigenvalues),
    /// The tape has no verified hypergradient to compare with.
    #[error("the tape's hypergradient: {0}")]
    Tape(#[from] tape::Failure<f64>),
    /// What was measured cannot be kept.
    #[error(transparent)]
    Folder(#[from] FolderError),
}
