//! E7: how far trained networks move with the activation (science 4.2 and 4.7).

mod report;
mod settings;
mod surrogate;
mod sweep;

pub use report::outcome;
pub use settings::Settings;
pub use surrogate::Surrogate;
pub use sweep::{Candidates, Measured, measure_seed};
