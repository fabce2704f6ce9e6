//! Why kernels were not weighed.

use crate::data::{DataError, SplitError};
use crate::dense::{NoEigenvalues, NotPositiveDefinite};
use crate::kernel::mkl::MklError;
use crate::model::candidates::CandidateError;
use crate::run::{ConfigError, FolderError};

/// Why `nas mkl` came to nothing, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum WeighError {
    /// The settings cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The rows cannot be split.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The candidates cannot be used.
    #[error(transparent)]
    Candidates(#[from] CandidateError),
    /// A candidate without a tangent kernel.
    #[error(
        "the candidate {text:?} is a formula, and has no tangent kernel here: its expectations under two correlated normal variables \
         are not tabulated; take a candidate with a name, or `nas search`, which fits networks with formulas"
    )]
    NoKernel {
        /// The candidate.
        text: String,
    },
    /// More classes than two, of which none was named.
    #[error(
        "the target {target:?} has {} classes ({}), and a kernel model has one output: name those that count as 1 against the rest, \
         such as --positive {first}; or say --task regression for numbers",
        classes.len(),
        some(classes)
    )]
    ManyClasses {
        /// The target's name.
        target: String,
        /// All of its classes.
        classes: Vec<String>,
        /// One of them.
        first: String,
    },
    /// A class that there is not.
    #[error("--positive names {given:?}, which is no class of {target:?}; {}", meant(nearest, classes))]
    NoClass {
        /// What was named.
        given: String,
        /// The target's name.
        target: String,
        /// The most similar class.
        nearest: Option<String>,
        /// All of them.
        classes: Vec<String>,
    },
    /// Classes on one side only.
    #[error("--positive names all {classes} classes of {target:?}: leave out those that they are to be told from")]
    OneSide {
        /// The target's name.
        target: String,
        /// How many it has.
        classes: usize,
    },
    /// Classes of a target that is a number.
    #[error(
        "--positive names classes, but the target {target:?} is a number; leave it out, or say --task classification"
    )]
    NoClasses {
        /// The target's name.
        target: String,
    },
    /// Too many rows.
    #[error(
        "the Gram matrices of {rows} rows would take {gigabytes:.1} GB, more than {most} GB: set --rows to {fits} or less, or list fewer \
         candidates"
    )]
    Memory {
        /// Rows that were asked for.
        rows: usize,
        /// What they would take.
        gigabytes: f64,
        /// What is allowed.
        most: f64,
        /// So many rows fit.
        fits: usize,
    },
    /// A ridge fit failed.
    #[error(transparent)]
    Singular(#[from] NotPositiveDefinite),
    /// No eigenvalues were found.
    #[error(transparent)]
    Eigen(#[from] NoEigenvalues),
    /// Kernels that cannot be normalised.
    #[error(transparent)]
    Mkl(#[from] MklError),
    /// The folder cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The result cannot be written.
    #[error("cannot write the result as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A plot cannot be drawn.
    #[error(transparent)]
    Plot(#[from] crate::report::ReportError),
    /// Threads cannot be started.
    #[error("cannot start the worker threads: {0}; set --threads to a smaller number")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// The first few of a list.
fn some(classes: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = classes.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if classes.len() > SHOWN { shown + ", ..." } else { shown }
}

fn meant(nearest: &Option<String>, classes: &[String]) -> String {
    match nearest {
        Some(class) => format!("did you mean {class:?}?"),
        None => format!("there are {}", some(classes)),
    }
}
