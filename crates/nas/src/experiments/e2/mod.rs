//! E2: how far the validation hypergradient is from that of the risk, at worst over points (science 2.3 and 4.7).

mod gap;
mod report;
mod settings;

pub use gap::{Measured, measure_seed};
pub use report::outcome;
pub use settings::Settings;
