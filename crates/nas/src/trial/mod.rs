//! One seed of the main job.

mod first_layer;
mod judge;
mod pieces;
mod probe;
mod search;
mod setting;
mod shown;
mod strategy;
#[expect(clippy::module_inception, reason = "the folder is named after what it is for")]
mod trial;
mod within;

pub use first_layer::FirstLayer;
pub use judge::{Entry, discretised, without_zeros};
pub use probe::Probe;
pub use search::{Follow, Walk};
pub use setting::{AlphaStart, Precision, Setting};
pub use shown::Shown;
pub use strategy::{Rival, Strategy};
pub use trial::{Trial, TrialError, Watch};
