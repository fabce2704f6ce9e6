//! Kernel models: the inner problem in closed form.
//!
//! A mixture of activations has, at infinite width, a tangent kernel K_α that is quadratic in α. Kernel ridge regression with
//! it is the whole inner problem, its hypergradient is a formula (science 6.4), and the search can be checked to rounding.
//!
//! ```
//! use faer::{Col, Mat};
//! use nas::kernel::{KernelModel, Mixing, hermite};
//!
//! let circle = |n: usize, turn: f64| Mat::from_fn(n, 2, |i, k| (i as f64 + turn - k as f64 * 1.5).cos());
//! let on_the_circle = |x: Mat<f64>| Mat::from_fn(x.nrows(), 2, |i, k| x[(i, k)] / x.row(i).norm_l2());
//! let [x, x_v] = [(12, 0.0), (7, 0.4)].map(|(n, turn)| on_the_circle(circle(n, turn)));
//! let [y, y_v] = [&x, &x_v].map(|x| Col::from_fn(x.nrows(), |i| x[(i, 0)] * x[(i, 1)]));
//! let [train, validation] = [&x, &x_v].map(|points| hermite::gram(points.as_ref(), x.as_ref(), 3, 1.0));
//! let mixing = Mixing::orthogonal(3);
//! let (y_train, y_validation) = (y.as_ref(), y_v.as_ref());
//! let model = KernelModel { mixing: &mixing, train: &train, validation: &validation, y_train, y_validation, lambda: 0.1 };
//!
//! let at = |alpha: &[f64]| model.solve(alpha).map(|ridge| model.hypergradient(alpha, &ridge));
//! let here = at(&[0.6, 0.5, 0.4])?;
//! let difference = (at(&[0.6, 0.5 + 1e-4, 0.4])?.value - at(&[0.6, 0.5 - 1e-4, 0.4])?.value) / 2e-4;
//! assert!((here.alpha[1] - difference).abs() < 1e-6);
//! assert!(here.evidence.inner_residual < 1e-12 && here.evidence.adjoint_residual < 1e-12);
//! # Ok::<(), nas::dense::NotPositiveDefinite>(())
//! ```

mod conditioning;
pub mod dual;
mod feature_ridge;
mod features;
mod gram;
pub mod hermite;
mod logistic;
mod mixing;
pub mod mkl;
mod model;
pub mod ntk;
mod ridge;
mod superposed;
mod term;
pub mod validation;

pub use conditioning::{Effort, LeastEigenvalue, block_bound};
pub use feature_ridge::{Pulled, RidgeFit, Weights};
pub use features::FeatureMaps;
pub use gram::Gram;
pub use logistic::{Logistic, LogisticFit, Newton, NoMinimum};
pub use mixing::Mixing;
pub use model::KernelModel;
pub use ridge::{Fit, Ridge};
pub use superposed::{HoldOut, Objective, Partial, Superposed};
