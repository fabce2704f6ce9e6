//! Solvers of the inner problem, on programs compiled once.

mod fit;
mod gradient_descent;
mod lbfgs;
mod tangent;

pub use fit::{Fit, FitOptions, Fitted, Fitter, Optimiser};
pub use gradient_descent::{Descent, GradientDescent, Stop};
pub use lbfgs::{At, Lbfgs, Smooth};
pub use tangent::TangentKernel;
