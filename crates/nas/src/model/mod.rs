//! Models recorded on a tape.

pub mod candidates;
mod coordinates;
mod formula;
pub mod gaussian;
mod loss;
mod mlp;
mod network;
mod predictor;

pub use candidates::{Candidate, Candidates};
pub use coordinates::{Coordinates, Normalise};
pub use formula::{Formula, FormulaError};
pub use loss::Loss;
pub use mlp::Mlp;
pub use network::Network;
pub use predictor::Predictor;
