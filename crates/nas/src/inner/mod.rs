//! Solvers of the inner problem, on programs compiled once.

mod gradient_descent;
mod tangent;

pub use gradient_descent::{Descent, GradientDescent, Stop};
pub use tangent::TangentKernel;
