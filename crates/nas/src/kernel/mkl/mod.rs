//! Multiple kernel learning: weights d ≥ 0 of K_d = Σ_m d_m K_m (science 6.7), by the rules in use beside the paper's.
//!
//! [`learn`] centres the kernels and scales them to trace n first ([`Normalised`]), so a kernel's scale means nothing, asks a
//! [`Method`] for weights, fits kernel ridge regression and maps the weights back to the kernels as they were given.

mod alignment;
mod compare;
mod easy;
mod learned;
mod lp;
mod method;
mod normalised;
mod simple;
mod training;

pub use alignment::{AlignmentOptions, align, alignf};
pub use compare::{Compared, Points, compare, table};
pub use easy::{EasyOptions, easy, margin_distribution};
pub use learned::{Learned, learn};
pub use lp::{LpOptions, lp};
pub use method::{Method, MklError, weights};
pub use normalised::{Constant, Normalised};
pub use simple::{SimpleOptions, simple};
pub use training::TrainingObjective;
