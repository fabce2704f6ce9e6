//! E6: transfer (science 2.5 and 4.7): trained on a source, chosen on a few samples of the target.

mod report;
mod settings;
mod source;
mod transfer;

pub use report::outcome;
pub use settings::Settings;
pub use source::{Kind, Mismatches, Source, excess};
pub use transfer::{Chosen, Measured, measure_seed};
