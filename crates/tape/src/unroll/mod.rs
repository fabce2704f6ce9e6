//! Training by a recorded step, and the derivative of the training: the loops live here, and are never recorded.

mod forward;
mod reverse;
mod snapshots;
mod training;

pub(crate) use reverse::Window;
pub use training::{State, Training};
