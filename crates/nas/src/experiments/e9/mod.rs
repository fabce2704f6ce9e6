//! E9: how to split a given number of samples (science 4.7).

mod planner;
mod report;
mod settings;
mod sweep;

pub use planner::{Curve, Plan, plan};
pub use report::outcome;
pub use settings::Settings;
pub use sweep::{Measured, Source, measure_seed};
