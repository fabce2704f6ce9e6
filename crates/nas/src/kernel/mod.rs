//! Kernel models: the inner problem in closed form.
//!
//! A mixture of activations has, at infinite width, a tangent kernel K_α that is quadratic in α. Kernel ridge regression with
//! it is the whole inner problem, its hypergradient is a formula (science 6.4), and the search can be checked to rounding.

mod conditioning;
pub mod dual;
mod features;
mod gram;
pub mod hermite;
mod mixing;
pub mod mkl;
mod model;
pub mod ntk;
mod ridge;
mod superposed;
pub mod validation;

pub use conditioning::{Effort, LeastEigenvalue, block_bound};
pub use features::{FeatureMaps, Pulled, RidgeFit, Weights};
pub use gram::Gram;
pub use mixing::Mixing;
pub use model::KernelModel;
pub use ridge::{Fit, Ridge};
pub use superposed::{HoldOut, Objective, Partial, Superposed};
