//! The spectral estimator (science 2.8 and 3, algorithm D): which combination of feature maps is right, by one moment matrix.
//!
//! With samples X of h feature maps and y = α*ᵀ X θ* + noise, activation search is regression on a matrix of rank one:
//! E[y X] = α* θ*ᵀ for independent standard normal entries. Its top left singular vector needs far fewer samples than θ* has
//! entries. [`Moments`] are streamed over rows; [`Moments::estimate`] is the estimator; [`alternate`] polishes it.

mod alternating;
mod estimate;
mod moments;

pub use alternating::{Alternation, alternate};
pub use estimate::{Estimate, Whitening};
pub use moments::Moments;
