//! E11: every way to a hypergradient on one problem with a known answer (science 4.7, 6.1, 6.2, 6.4).

mod bounds;
mod methods;
mod problem;
mod report;
mod settings;

pub use methods::{Found, Measured, measure_seed};
pub use report::outcome;
pub use settings::Settings;
