//! Linear systems with an operator that is only known by its products.

mod cg;
mod null_space;
mod operator;
mod spectrum;
mod status;

pub use cg::{Cg, Stop};
pub use null_space::{NullVector, null_vector};
pub use operator::{LinearOperator, LinearSolver, Solution, Unsolved};
pub use spectrum::tridiagonal_eigenvalues;
pub use status::{Singular, Status};
