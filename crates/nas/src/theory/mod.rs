//! Theory as features: what a validation set of a given size guarantees, what it cannot, and how large it has to be.
//!
//! Everything here is derived and checked against simulations (science 2); constants of the paper that are only recalled are
//! not used. [`risk`] and [`bernstein`] bound losses and [`hypergradient`] slopes, for every α at once, by way of a [`Class`]
//! of models; [`planner`] inverts them, [`end_to_end`] adds the inner problem, [`kernel`] and [`lipschitz`] say how far
//! predictions move with α, [`clipped`] and [`low_rank`] predict risks exactly, [`interval`] says how surely α̂ is known, and
//! [`words`] says it all in sentences.
//!
//! ```
//! use nas::space::Simplex;
//! use nas::theory::Class;
//! use nas::theory::lipschitz::Lipschitz;
//! use nas::theory::planner::samples_for_gap;
//! use nas::theory::risk::{Setting, gap};
//!
//! // Mixtures of 8 candidates whose predictions move by at most 2 per unit of α, losses in [0, 1], 95 % certain.
//! let simplex = Simplex::unit(8);
//! let class = Class::Continuous { space: &simplex, lipschitz: Lipschitz::Proved(2.0) };
//! let with = |n_validation: usize| Setting { class, loss_range: 1.0, loss_lipschitz: 1.0, n_validation, delta: 0.05 };
//! let n = samples_for_gap(&with(0), 0.1)?;
//! assert!(gap(&with(n)).total() <= 0.1 && gap(&with(n - 1)).total() > 0.1);
//! # Ok::<(), nas::theory::planner::OutOfReach>(())
//! ```

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
