//! E5: the spectral estimator against its theory, and as the start of a search (science 2.8, 4.7).

mod cell;
mod draw;
mod report;
mod searched;
mod settings;

pub use cell::Cell;
pub use draw::{Draw, draw};
pub use report::{estimator_outcome, search_outcome};
pub use searched::{Searched, search_seed};
pub use settings::Settings;
