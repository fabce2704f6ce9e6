//! Multiple kernel learning: weights d ≥ 0 of K_d = Σ_m d_m K_m (science 6.7), by the rules in use beside the paper's.
//!
//! [`learn`] centres the kernels and scales them to trace n first ([`Normalised`]), so a kernel's scale means nothing, asks a
//! [`Method`] for weights, fits kernel ridge regression and maps the weights back to the kernels as they were given.
//! [`compare`] does it for every method and says what each is worth on test points:
//!
//! ```
//! use faer::{Col, Mat};
//! use nas::kernel::Gram;
//! use nas::kernel::mkl::{Method, Points, compare, table};
//! use nas::kernel::validation::Criterion;
//!
//! // Any kernels, a matrix each: here Gaussians of three widths, between points of a line.
//! let kernels = |x: &[f64], train: &[f64]| {
//!     let entry = |width: f64, i: usize, j: usize| (-((x[i] - train[j]) / width).powi(2)).exp();
//!     Gram::new([0.1, 1.0, 30.0].map(|width| Mat::from_fn(x.len(), train.len(), |i, j| entry(width, i, j))).into())
//! };
//! let points = |n: usize| -> Vec<f64> { (0..n).map(|i| 6.0 * (i as f64 + 0.5) / n as f64).collect() };
//! let label = |x: &[f64]| Col::from_fn(x.len(), |i| x[i].sin());
//! let (x, x_v, x_t) = (points(20), points(13), points(17));
//! let (y, y_v, y_t) = (label(&x), label(&x_v), label(&x_t));
//! let (train, validation, test) = (kernels(&x, &x), kernels(&x_v, &x), kernels(&x_t, &x));
//!
//! let criterion = Criterion::HoldOut { validation: &validation, y: y_v.as_ref() };
//! let by_validation = Method::Validation { criterion, search: Default::default() };
//! let methods = [Method::Uniform, Method::Alignf(Default::default()), Method::Simple(Default::default()), by_validation];
//! let (train, test) = (Points { gram: &train, y: y.as_ref() }, Points { gram: &test, y: y_t.as_ref() });
//! let compared = compare(&methods, train, test, 0.01)?;
//! println!("{}", table(&compared)); // the least test error first
//! assert!(compared[3].test < compared[0].test, "validation beats equal weights");
//! # Ok::<(), nas::kernel::mkl::MklError>(())
//! ```

mod alignment;
mod compare;
mod easy;
mod learned;
mod lp;
mod method;
mod normalised;
mod simple;
mod training;

pub use alignment::{AlignmentOptions, align, alignf};
pub use compare::{Compared, Points, compare, table};
pub use easy::{EasyOptions, easy, margin_distribution};
pub use learned::{Learned, learn};
pub use lp::{LpOptions, lp};
pub use method::{Method, MklError, weights};
pub use normalised::{Constant, Normalised};
pub use simple::{SimpleOptions, simple};
pub use training::TrainingObjective;
