//! E4: networks of growing width against their kernels (science 2.7, 4.5 and 4.7).

mod report;
mod settings;
mod width;

pub use report::outcome;
pub use settings::Settings;
pub use width::{Measured, measure_seed};
