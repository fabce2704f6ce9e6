//! One seed of the main job.

mod judge;
mod pieces;
mod probe;
mod setting;
#[expect(clippy::module_inception, reason = "the folder is named after what it is for")]
mod trial;
mod within;

pub use judge::{Entry, discretised, without_zeros};
pub use probe::Probe;
pub use setting::{Constraint, Precision, Setting};
pub use trial::{Trial, TrialError, Watch};
