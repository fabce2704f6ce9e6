//! The spectral estimator (science 2.8 and 3, algorithm D): which combination of feature maps is right, by one moment matrix.
//!
//! With samples X of h feature maps and y = α*ᵀ X θ* + noise, activation search is regression on a matrix of rank one:
//! E[y X] = α* θ*ᵀ for independent standard normal entries. Its top left singular vector needs far fewer samples than θ* has
//! entries. [`Moments`] are streamed over rows; [`Moments::estimate`] is the estimator; [`alternate`] polishes it.
//! [`direction`] is the same for the [`random_features`] of a network: where its search may begin.

mod alternating;
mod direction;
mod estimate;
mod moments;
mod random_features;

pub use alternating::{Alternation, alternate};
pub use direction::{NoDirection, direction};
pub use estimate::{Estimate, Whitening};
pub use moments::Moments;
pub use random_features::random_features;
