//! Kernel models: the inner problem in closed form.
//!
//! A mixture of activations has, at infinite width, a tangent kernel K_α that is quadratic in α. Kernel ridge regression with
//! it is the whole inner problem, its hypergradient is a formula (science 6.4), and the search can be checked to rounding.

pub mod dual;
mod features;
mod gram;
pub mod hermite;
mod mixing;
mod model;
mod superposed;

pub use features::{FeatureMaps, Pulled, RidgeFit, Weights};
pub use gram::Gram;
pub use mixing::Mixing;
pub use model::{Fit, KernelModel, Ridge};
pub use superposed::{HoldOut, Objective, Partial, Superposed};
