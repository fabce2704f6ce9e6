//! The experiments of science 4.7: one folder each, their pass criteria fixed as data before any run.

mod criterion;
pub mod e0;
pub mod e1;
pub mod e10;
pub mod e11;
pub mod e12;
pub mod e2;
pub mod e3;
pub mod e4;
pub mod e5;
pub mod e6;
pub mod e7;
pub mod e8;
pub mod e9;
mod error;
mod lab;
mod laws;
mod nets;
mod pairs;
mod prepared;
mod publish;
mod ranking;
mod reached;
mod run_as;
mod slopes;
mod superposition;
mod two_classes;

pub use criterion::{Bound, Criterion, Verdict};
pub use error::Error;
pub use lab::{Lab, Row, Units};
pub use publish::{Published, Took, publish};
pub use reached::Point;
pub use run_as::RunAs;
pub use superposition::Superposition;

use crate::report::{Plot, Table};
use crate::run::Settings;

/// What an experiment found, ready to be printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Name and subject.
    pub title: String,
    /// The claim under test, in a few sentences.
    pub claim: String,
    /// Sizes and constants of this run.
    pub setting: String,
    /// One row per seed, or per size.
    pub table: Table,
    /// What the columns of the table mean.
    pub legend: String,
    /// The criteria with their figures.
    pub criteria: Vec<Criterion>,
    /// Facts that no criterion judges.
    pub notes: Vec<String>,
    /// Pictures of the table.
    pub plots: Vec<Plot>,
}

impl Outcome {
    /// What stands in the place of an experiment that could not be run: one criterion, which does not hold, with the reason.
    pub fn not_run(id: &str, reason: &str) -> Self {
        let criterion = Criterion::new("It can be run.", format!("not run: {reason}"), f64::NAN, Bound::AtLeast(1.0));
        Self {
            title: format!("{id}  Not run"),
            claim: reason.to_owned(),
            setting: String::new(),
            table: Table::default(),
            legend: String::new(),
            criteria: vec![criterion],
            notes: Vec::new(),
            plots: Vec::new(),
        }
    }

    /// Whether every criterion holds.
    pub fn passes(&self) -> bool {
        self.criteria.iter().all(Criterion::passes)
    }
}

/// An experiment: its settings, and how it runs under them.
pub trait Experiment: Clone + Settings + Sync {
    /// Its name, E0 to E12.
    const ID: &'static str;

    /// Fewer seeds and sizes, for a first look; the criteria are the same.
    fn quick() -> Self;

    /// Its seed and threads.
    fn run_as(&mut self) -> &mut RunAs;

    /// Measures, and judges what was found.
    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error>;
}
