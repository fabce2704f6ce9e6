//! Models recorded on a tape.

mod network;

pub use network::Network;
