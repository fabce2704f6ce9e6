//! Why a page could not be made.

use crate::model::candidates::CandidateError;
use plotters::drawing::DrawingAreaErrorKind;

/// A page that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The candidates of the result are none of this program.
    #[error("result.json: {0}")]
    Candidates(#[from] CandidateError),
    /// Two parts of a run do not fit together.
    #[error("{part} has {found} {what}, not {expected}: result.json and log.jsonl must come from one run")]
    Shape {
        /// The part that does not fit.
        part: String,
        /// What is counted in it.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A seed that the run did not have.
    #[error("{part} names seed {seed}, but result.json has {seeds}, from 0: the files must come from one run")]
    Seed {
        /// Who names it.
        part: &'static str,
        /// The number of the seed.
        seed: usize,
        /// How many there are.
        seeds: usize,
    },
    /// The configuration is no TOML.
    #[error("config.toml: {0}")]
    Config(#[from] toml::de::Error),
    /// A figure could not be drawn.
    #[error("the figure {figure:?} could not be drawn: {source}")]
    Figure {
        /// Its title.
        figure: String,
        /// What the drawing library says.
        source: DrawingAreaErrorKind<std::io::Error>,
    },
    /// The page could not be filled in.
    #[error("the page could not be filled in: {0}")]
    Page(#[from] askama::Error),
}
