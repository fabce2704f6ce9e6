//! Tangent kernels of mixtures of activations at infinite width, and at a finite one (science 2.7 and 6.5).
//!
//! On the unit sphere they depend on the angle φ of two points only: with ρ = cos φ and u, v standard normal of correlation ρ,
//!
//! K_ij(x, x') = c₀ ρ κ_ij(ρ),   κ_ij(ρ) = E[σ_i'(u) σ_j'(v)],
//!
//! and the training of the output weights adds c₀ E[σ_i(u) σ_j(v)]. [`kappa`] and [`nngp`] are these expectations, closed where
//! there is a formula, else by [`expectations`]; [`Ntk`] tabulates them and makes Gram matrices. [`Deep`] is the kernel of a
//! network of any depth, with a mixture for each of its layers, between points of any norm.

mod chebyshev;
mod closed;
mod deep;
mod direction;
mod expectation;
mod finite;
mod hermite_series;
mod infinite;
mod pair;
mod quadrature;
mod table;

pub use deep::{Deep, DeepKernel, DeepModel};
pub use expectation::expectations;
pub use finite::finite_blocks;
pub use hermite_series::{coefficients, coefficients_of};
pub use infinite::{Ntk, Trained};
pub use pair::{Order, kappa, nngp};
pub use quadrature::Gauss;
pub use table::Table;
