//! What goes wrong in searches of this kind, told from what one has recorded (science 6.9).
//!
//! One file for each [`Diagnosis`]: a pure function of figures, an answer with its numbers, and a sentence with advice.
//! [`curvature`] alone asks the problem again.

mod agreement;
mod collapse;
pub mod curvature;
mod discretisation;
mod jumps;
mod noise;
mod overfitting;
mod referee;
mod sharpness;
mod solves;

pub use agreement::{Agreement, agreement};
pub use collapse::{Collapse, Shares, collapse, is_line};
pub use discretisation::{Discretisation, discretisation};
pub use jumps::{Jumps, jumps, sharpest};
pub use noise::{Noise, noise};
pub use overfitting::{Overfitting, overfitting};
pub use referee::{Opinion, Referee, referee};
pub use sharpness::Sharpness;
pub use solves::{Solves, solves};

use serde::{Deserialize, Serialize};

/// A thing that may have gone wrong.
pub trait Diagnosis {
    /// What it is called.
    fn name(&self) -> &'static str;

    /// Whether it is there.
    fn finding(&self) -> Finding;

    /// What was seen, what it means, and what to do about it.
    fn sentence(&self) -> String;
}

/// Whether a search has what a diagnosis looks for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Finding {
    /// It has.
    Found,
    /// It has not, as far as these figures tell.
    Clear,
    /// There is too little to tell.
    Unknown,
}

/// What an interval of something that should not be above 0 says.
fn above_zero(interval: Option<[f64; 2]>) -> Finding {
    match interval {
        None => Finding::Unknown,
        Some([low, _]) if low > 0.0 => Finding::Found,
        Some(_) => Finding::Clear,
    }
}

/// An interval in words.
fn between(interval: Option<[f64; 2]>) -> String {
    use crate::report::figure;
    interval.map_or_else(
        || "no interval from one seed".to_owned(),
        |[low, high]| format!("95 % interval over the seeds {} to {}", figure(low), figure(high)),
    )
}
