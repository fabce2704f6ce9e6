//! The operators.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::{Elementwise, Var};

impl<'t> Add for Var<'t> {
    type Output = Self;

    #[track_caller]
    fn add(self, other: Self) -> Self {
        self.binary(Elementwise::Add, other)
    }
}

impl<'t> Sub for Var<'t> {
    type Output = Self;

    #[track_caller]
    fn sub(self, other: Self) -> Self {
        self.binary(Elementwise::Sub, other)
    }
}

impl<'t> Mul for Var<'t> {
    type Output = Self;

    #[track_caller]
    fn mul(self, other: Self) -> Self {
        self.binary(Elementwise::Mul, other)
    }
}

impl<'t> Div for Var<'t> {
    type Output = Self;

    #[track_caller]
    fn div(self, other: Self) -> Self {
        self.binary(Elementwise::Div, other)
    }
}

impl Neg for Var<'_> {
    type Output = Self;

    #[track_caller]
    fn neg(self) -> Self {
        self.unary(Elementwise::Neg)
    }
}

impl Add<f64> for Var<'_> {
    type Output = Self;

    #[track_caller]
    fn add(self, shift: f64) -> Self {
        self.unary(Elementwise::Shift(shift.into()))
    }
}

impl Sub<f64> for Var<'_> {
    type Output = Self;

    #[track_caller]
    fn sub(self, shift: f64) -> Self {
        self + -shift
    }
}

impl Mul<f64> for Var<'_> {
    type Output = Self;

    #[track_caller]
    fn mul(self, scale: f64) -> Self {
        self.unary(Elementwise::Scale(scale.into()))
    }
}

impl Div<f64> for Var<'_> {
    type Output = Self;

    #[track_caller]
    fn div(self, scale: f64) -> Self {
        self * (1.0 / scale)
    }
}

impl<'t> Add<Var<'t>> for f64 {
    type Output = Var<'t>;

    #[track_caller]
    fn add(self, x: Var<'t>) -> Var<'t> {
        x + self
    }
}

impl<'t> Sub<Var<'t>> for f64 {
    type Output = Var<'t>;

    #[track_caller]
    fn sub(self, x: Var<'t>) -> Var<'t> {
        -x + self
    }
}

impl<'t> Mul<Var<'t>> for f64 {
    type Output = Var<'t>;

    #[track_caller]
    fn mul(self, x: Var<'t>) -> Var<'t> {
        x * self
    }
}

impl<'t> Div<Var<'t>> for f64 {
    type Output = Var<'t>;

    #[track_caller]
    #[expect(clippy::suspicious_arithmetic_impl, reason = "s/x is recorded as x⁻¹·s")]
    fn div(self, x: Var<'t>) -> Var<'t> {
        x.recip() * self
    }
}
