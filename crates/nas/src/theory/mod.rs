//! Theory as features: what a validation set of a given size guarantees, what it cannot, and how large it has to be.
//!
//! Everything here is derived and checked against simulations (science 2); constants of the paper that are only recalled are
//! not used. [`risk`] and [`bernstein`] bound losses and [`hypergradient`] slopes, for every α at once, by way of a [`Class`]
//! of models; [`planner`] inverts them, [`lipschitz`] says how far predictions move with α.

pub mod bernstein;
pub mod hypergradient;
pub mod lipschitz;
mod net;
pub mod planner;
pub mod risk;

pub use net::{Bound, Class, Net, Standing};
