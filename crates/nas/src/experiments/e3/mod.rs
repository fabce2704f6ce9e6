//! E3: certified bounds against exact suprema (science 2.2, 2.3 and 4.7).

mod cases;
mod report;
mod settings;
mod suprema;

pub use cases::{Case, Sample};
pub use report::{Observed, outcome};
pub use settings::Settings;
pub use suprema::{MOST_SIDES, largest_over_ball, largest_over_box, largest_over_simplex};
