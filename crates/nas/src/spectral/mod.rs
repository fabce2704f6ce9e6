//! The spectral estimator (science 2.8 and 3, algorithm D): which combination of feature maps is right, by one moment matrix.
//!
//! With samples X of h feature maps and y = α*ᵀ X θ* + noise, activation search is regression on a matrix of rank one:
//! E[y X] = α* θ*ᵀ for independent standard normal entries. Its top left singular vector needs far fewer samples than θ* has
//! entries. [`Moments`] are streamed over rows; [`Moments::estimate`] is the estimator; [`alternate`] goes on from it by fits;
//! [`select_rank`] tells how many combinations are superposed. [`direction`] is the same for the [`random_features`] of a
//! network: where its search may begin. [`polish`] improves it.
//!
//! ```
//! use faer::{Col, Mat};
//! use nas::kernel::FeatureMaps;
//! use nas::seed::Seed;
//! use nas::spectral::{Moments, Whitening};
//! use rand_distr::{Distribution, StandardNormal};
//!
//! let mut stream = Seed::new(0).stream();
//! let mut map = || Mat::from_fn(2000, 5, |_, _| StandardNormal.sample(&mut stream));
//! let maps = FeatureMaps::new(vec![map(), map(), map()]);
//! let (alpha, theta) = ([0.8, 0.6, 0.0], Col::full(5, 1.0));
//! let y = maps.combine(&alpha) * theta;
//! let estimate = Moments::of(&maps, y.as_ref()).estimate(1, Whitening::None)?;
//! let cosine: f64 = estimate.alphas[0].iter().zip(&alpha).map(|(found, true_one)| found * true_one).sum();
//! assert!(cosine > 0.98, "{cosine}");
//! # Ok::<(), nas::dense::NoEigenvalues>(())
//! ```

mod alternating;
mod direction;
mod estimate;
mod moments;
mod polish;
mod random_features;
mod rank;

pub use alternating::{Alternation, alternate};
pub use direction::{NoDirection, direction, signal};
pub use estimate::{Estimate, Whitening};
pub use moments::Moments;
pub use polish::{Labelled, NoPolish, Polish, polish};
pub use random_features::random_features;
pub use rank::{RankFit, Ranks, select_rank};
