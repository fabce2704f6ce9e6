//! A number as payload of an operation: compared and hashed by its bits, so that operations can be.

use std::fmt;

/// An `f64` that is compared and hashed by its bits (so `-0.0` differs from `0.0`, and a NaN equals itself).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Real(u64);

impl Real {
    /// Wraps `x`.
    pub const fn new(x: f64) -> Self {
        Self(x.to_bits())
    }

    /// The number itself.
    pub const fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl From<f64> for Real {
    fn from(x: f64) -> Self {
        Self::new(x)
    }
}

impl fmt::Debug for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
