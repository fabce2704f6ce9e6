//! Solvers of the inner problem, on programs compiled once.

mod batches;
mod fit;
mod gradient_descent;
mod lbfgs;
mod tangent;
mod tangent_features;

pub use batches::Batches;
pub use fit::{Fit, FitOptions, Fitted, Fitter, OnRows, Optimiser};
pub use gradient_descent::{Descent, GradientDescent, Stop};
pub use lbfgs::{At, Lbfgs, Smooth};
pub use tangent::TangentKernel;
pub use tangent_features::TangentFeatures;

use tape::Float;

/// Numbers as a program takes them.
pub(crate) fn narrow<T: Float>(x: &[f64]) -> Vec<T> {
    x.iter().map(|&x| T::of(x)).collect()
}

/// Numbers of a program in `f64`; exact.
pub(crate) fn widen<T: Float>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.to_f64()).collect()
}
