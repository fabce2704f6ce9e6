//! Differentiation: `grad`, `vjp`, `jvp`, `hvp` and helpers append the nodes of a derivative to the tape.

mod forward;
mod helpers;
mod reach;
mod reverse;

pub(crate) use reach::Reach;

pub use forward::jvp;
pub use helpers::{gauss_newton, grad, hessian, hvp, jacobian, value_and_grad};
pub use reverse::vjp;
