//! E1: how far validation risk is from risk, at worst over the search space (science 4.4 and 4.7).

mod gap;
mod report;
mod settings;

pub use gap::{Gap, Measured, measure_seed};
pub use report::outcome;
pub use settings::Settings;
