//! The experiments of science 4.7: one file each, their pass criteria fixed as data before any run.

mod criterion;
pub mod e0;

pub use criterion::{Bound, Criterion};

use crate::report::Table;

/// What an experiment found, ready to be printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Name and subject.
    pub title: String,
    /// The claim under test, in a few sentences.
    pub claim: String,
    /// Sizes and constants of this run.
    pub setting: String,
    /// One row per seed.
    pub table: Table,
    /// What the columns of the table mean.
    pub legend: String,
    /// The criteria with their figures.
    pub criteria: Vec<Criterion>,
    /// Facts that no criterion judges.
    pub notes: Vec<String>,
}

impl Outcome {
    /// Whether every criterion holds.
    pub fn passes(&self) -> bool {
        self.criteria.iter().all(Criterion::passes)
    }
}
