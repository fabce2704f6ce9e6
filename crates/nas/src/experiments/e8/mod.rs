//! E8: the gap between validation and test error of a supernet that is searched as DARTS does (science 4.3 and 4.7).

mod images;
mod report;
mod searched;
mod settings;
mod supernet;
mod training;

pub use images::Images;
pub use report::outcome;
pub use searched::{Errors, Measured, Searched, measure_seed};
pub use settings::Settings;
pub use supernet::{ACTIVATIONS, EDGES, NODES, OPERATIONS, Supernet};
pub use training::{Alternating, Parts, Programs, Schedule};
