//! Numbers of 106 bits, as sums of two `f64` (Dekker 1971, Numer. Math. 18, 224): what the functions of [`super::exact`] are made of.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// high + low, where high is the sum rounded to `f64`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Double {
    /// The nearest `f64`.
    pub(super) high: f64,
    /// What it lacks.
    pub(super) low: f64,
}

impl Double {
    /// 1
    pub(super) const ONE: Self = Self::new(1.0, 0.0);

    /// high + low, which must be such that high is the sum rounded.
    pub(super) const fn new(high: f64, low: f64) -> Self {
        Self { high, low }
    }

    /// a + b without any error.
    pub(super) fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let b_part = high - a;
        Self { high, low: (a - (high - b_part)) + (b - b_part) }
    }

    /// a·b without any error, unless it is too small.
    pub(super) fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        Self { high, low: a.mul_add(b, -high) }
    }

    /// a + b for |a| ≥ |b|.
    fn ordered(a: f64, b: f64) -> Self {
        let high = a + b;
        Self { high, low: b - (high - a) }
    }

    /// Times 2ᵖ, without any error unless that is too small.
    pub(super) fn scaled(self, p: i32) -> Self {
        // In two steps, because the power alone may be out of range.
        let (half, rest) = (2.0_f64.powi(p / 2), 2.0_f64.powi(p - p / 2));
        Self { high: self.high * half * rest, low: self.low * half * rest }
    }

    /// √self, by one step of Newton from the root of the nearest `f64`.
    pub(super) fn sqrt(self) -> Self {
        let root = self.high.sqrt();
        let rest = (self - Self::product(root, root)).high;
        Self::ordered(root, rest / (2.0 * root))
    }
}

impl From<f64> for Double {
    fn from(x: f64) -> Self {
        Self::new(x, 0.0)
    }
}

impl Neg for Double {
    type Output = Self;
    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

impl<B: Into<Double>> Add<B> for Double {
    type Output = Self;
    fn add(self, b: B) -> Self {
        let b = b.into();
        let (high, low) = (Self::sum(self.high, b.high), Self::sum(self.low, b.low));
        let upper = Self::ordered(high.high, high.low + low.high);
        Self::ordered(upper.high, upper.low + low.low)
    }
}

impl<B: Into<Double>> Sub<B> for Double {
    type Output = Self;
    fn sub(self, b: B) -> Self {
        self + -b.into()
    }
}

impl<B: Into<Double>> Mul<B> for Double {
    type Output = Self;
    fn mul(self, b: B) -> Self {
        let b = b.into();
        let product = Self::product(self.high, b.high);
        Self::ordered(product.high, product.low + self.high.mul_add(b.low, self.low * b.high))
    }
}

impl<B: Into<Double>> Div<B> for Double {
    type Output = Self;
    fn div(self, b: B) -> Self {
        let b = b.into();
        let first = self.high / b.high;
        let rest = self - b * first;
        let second = rest.high / b.high;
        let third = (rest - b * second).high / b.high;
        Self::ordered(first, second) + third
    }
}
