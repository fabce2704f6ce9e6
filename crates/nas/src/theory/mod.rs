//! Theory as features: what a validation set of a given size guarantees, what it cannot, and how large it has to be.
//!
//! Everything here is derived and checked against simulations (science 2); constants of the paper that are only recalled are
//! not used. [`risk`] and [`bernstein`] bound losses and [`hypergradient`] slopes, for every α at once, by way of a [`Class`]
//! of models; [`planner`] inverts them, [`end_to_end`] adds the inner problem, [`kernel`] and [`lipschitz`] say how far
//! predictions move with α, [`clipped`] and [`low_rank`] predict risks exactly, [`interval`] says how surely α̂ is known, and
//! [`words`] says it all in sentences.

pub mod bernstein;
pub mod clipped;
pub mod end_to_end;
pub mod hessian;
pub mod hypergradient;
pub mod interval;
pub mod kernel;
pub mod lipschitz;
pub mod low_rank;
mod net;
pub mod planner;
pub mod risk;
pub mod words;

pub use net::{Bound, Class, Net, Standing};
