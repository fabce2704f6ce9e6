//! What can be wrong with settings.

use crate::model::candidates::CandidateError;
use crate::space::Shape;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// A setting that cannot be used, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}; check the path after --config", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{}, line {line}, is not TOML: {message}; write settings as `key = value`, strings in quotes", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where, from 1.
        line: usize,
        /// Why.
        message: String,
    },
    /// `--set` without a key and a value.
    #[error("--set {given} is not key=value; write for example --set seed=1")]
    Assignment {
        /// What was given.
        given: String,
    },
    /// No such setting.
    #[error("there is no setting {key:?} (in {origin}); {}", advice(nearest, shown_by))]
    Unknown {
        /// The unknown name.
        key: String,
        /// Where it stands.
        origin: String,
        /// The most similar name there is.
        nearest: Option<String>,
        /// The command that prints all settings.
        shown_by: &'static str,
    },
    /// None of the words that a setting takes.
    #[error("{key} = {value:?} (in {origin}) is not one of {}{}", choices.join(", "), meant(nearest))]
    Choice {
        /// The setting.
        key: String,
        /// The unknown word.
        value: String,
        /// Where it stands.
        origin: String,
        /// What there is.
        choices: Vec<String>,
        /// The most similar of them, if one is like it.
        nearest: Option<String>,
    },
    /// A value of the wrong type.
    #[error("a setting in {origin} has the wrong type: {message}; see `{shown_by}` for every setting with its default")]
    Type {
        /// Where it stands.
        origin: String,
        /// What was expected.
        message: String,
        /// The command that prints all settings.
        shown_by: &'static str,
    },
    /// A value that no run can use.
    #[error("{key} = {value}: it must be {need}")]
    Range {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        need: String,
    },
    /// Two settings that exclude each other.
    #[error("{one} does not go with {other}: {need}")]
    Clash {
        /// A setting with its value.
        one: String,
        /// Another, or its absence.
        other: String,
        /// Why, and what to do.
        need: &'static str,
    },
    /// An outer solver that does not move in the space.
    #[error("outer = {outer} does not go with space = {space}: set --outer to {}, or leave it out", fitting.join(" or "))]
    Solver {
        /// The solver.
        outer: String,
        /// The space.
        space: Shape,
        /// The solvers that do.
        fitting: Vec<String>,
    },
    /// Candidates that there are not.
    #[error(transparent)]
    Candidates(#[from] CandidateError),
    /// A run that is too large.
    #[error("the Gram matrices of one seed need {gigabytes:.1} GB, more than {most} GB; lower n_train or n_test")]
    Memory {
        /// What they need.
        gigabytes: f64,
        /// What is allowed.
        most: f64,
    },
}

impl ConfigError {
    /// An error when `value` is not in the range.
    pub(crate) fn outside(key: &'static str, value: usize, range: RangeInclusive<usize>) -> Result<(), Self> {
        if range.contains(&value) {
            return Ok(());
        }
        let need = format!("at least {} and at most {}", range.start(), range.end());
        Err(Self::Range { key, value: value.to_string(), need })
    }

    /// An error when a list is empty, or a value of it is not in the range.
    pub(crate) fn each_outside(key: &'static str, values: &[usize], range: &RangeInclusive<usize>) -> Result<(), Self> {
        if values.is_empty() {
            return Err(Self::Range { key, value: "[]".to_owned(), need: "at least one number".to_owned() });
        }
        values.iter().try_for_each(|&value| Self::outside(key, value, range.clone()))
    }

    /// An error when a number is negative or not finite.
    pub(crate) fn negative(key: &'static str, value: f64) -> Result<(), Self> {
        Self::unless(value.is_finite() && value >= 0.0, key, value, "a finite number, not negative")
    }

    /// An error, with what is needed, when a number does not have it.
    pub(crate) fn unless(holds: bool, key: &'static str, value: f64, need: &str) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::Range { key, value: value.to_string(), need: need.to_owned() }) }
    }
}

fn advice(nearest: &Option<String>, shown_by: &str) -> String {
    match nearest {
        Some(name) => format!("did you mean {name:?}?"),
        None => format!("`{shown_by}` lists them all"),
    }
}

fn meant(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}
