//! Linear systems with an operator that is only known by its products.

mod cg;
#[cfg(feature = "dense")]
mod dense;
mod gmres;
mod jacobi;
mod krylov;
mod minres;
mod neumann;
mod null_space;
mod operator;
mod spectrum;
mod status;
mod stop;
mod system;

pub use cg::Cg;
#[cfg(feature = "dense")]
pub use dense::Dense;
pub use gmres::Gmres;
pub use jacobi::Jacobi;
pub use krylov::Krylov;
pub use minres::Minres;
pub use neumann::{Neumann, NeumannStep};
pub use null_space::{NullVector, null_vector};
pub use operator::{LinearOperator, LinearSolver, Solution, Unsolved};
pub use spectrum::tridiagonal_eigenvalues;
pub use status::{Singular, Status};
pub use stop::Stop;
