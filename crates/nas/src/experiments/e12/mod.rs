//! E12: a sparse space against a dense one, with more hyperparameters than validation samples (science 4.7).

mod report;
mod searched;
mod settings;

pub use report::outcome;
pub use searched::{Measured, measure_seed};
pub use settings::Settings;
