//! What searches of several experiments have in common.

use crate::search::{FirstStep, Options};
use serde::{Deserialize, Serialize};

/// Limits of a search.
pub(super) const SEARCH: Options =
    Options { steps: 300, first: FirstStep::Distance(0.1), tolerance: 1e-6, halvings: 30 };

/// A point that was reached: its validation loss and its exact risk.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Point {
    /// Mean squared error on the validation samples.
    pub loss: f64,
    /// The exact risk.
    pub risk: f64,
}
