//! The elementwise operations: what a group is made of.

mod fused;
mod tile;

pub(crate) use fused::{Fused, Join};
pub(crate) use tile::{Apply, InPanels, Pass, Rows, exps, ln_of};

use crate::{Float, Isa, Real, reference};

/// An elementwise operation of one, two or three operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Elementwise {
    /// a + b
    Add,
    /// a − b
    Sub,
    /// a · b
    Mul,
    /// a / b
    Div,
    /// The smaller; NaN if either is.
    Min,
    /// The larger; NaN if either is.
    Max,
    /// 1 where a < b, ½ where a = b, else 0: the slope of `min` (and, with operands exchanged, of `max`). NaN gives 0.
    Less,
    /// b where a ≠ 0, else c.
    Select,
    /// −a
    Neg,
    /// |a|
    Abs,
    /// The sign of a: −1, 0 or 1; NaN stays.
    Sign,
    /// 1 / a
    Recip,
    /// √a
    Sqrt,
    /// eᵃ
    Exp,
    /// ln a
    Ln,
    /// eᵃ − 1
    Expm1,
    /// ln(1 + a)
    Ln1p,
    /// tanh a
    Tanh,
    /// 1 / (1 + e⁻ᵃ)
    Logistic,
    /// erf a
    Erf,
    /// sin a
    Sin,
    /// cos a
    Cos,
    /// arcsin a
    Asin,
    /// arctan a
    Atan,
    /// aⁿ
    Powi(i32),
    /// aᵖ (NaN for negative a unless p is whole)
    Powf(Real),
    /// a · s
    Scale(Real),
    /// a + s
    Shift(Real),
}

impl Elementwise {
    /// The number of operands: 1, 2 or 3.
    pub const fn arity(self) -> usize {
        match self {
            Self::Add | Self::Sub | Self::Mul | Self::Div | Self::Min | Self::Max | Self::Less => 2,
            Self::Select => 3,
            _ => 1,
        }
    }

    /// The value in `f64`: the slow twin of the lanes. Operands beyond [`Self::arity`] are ignored.
    pub fn reference(self, [a, b, c]: [f64; 3]) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Sub => a - b,
            Self::Mul => a * b,
            Self::Div => a / b,
            Self::Min if a.is_nan() || b.is_nan() => f64::NAN,
            Self::Max if a.is_nan() || b.is_nan() => f64::NAN,
            Self::Min => a.min(b),
            Self::Max => a.max(b),
            Self::Less if a < b => 1.0,
            Self::Less if a == b => 0.5,
            Self::Less => 0.0,
            Self::Select if a != 0.0 => b,
            Self::Select => c,
            Self::Neg => -a,
            Self::Abs => a.abs(),
            Self::Sign if a == 0.0 || a.is_nan() => a,
            Self::Sign => a.signum(),
            Self::Recip => 1.0 / a,
            Self::Sqrt => a.sqrt(),
            Self::Exp => a.exp(),
            Self::Ln => a.ln(),
            Self::Expm1 => a.exp_m1(),
            Self::Ln1p => a.ln_1p(),
            Self::Tanh => a.tanh(),
            Self::Logistic => reference::logistic(a),
            Self::Erf => reference::erf(a),
            Self::Sin => a.sin(),
            Self::Cos => a.cos(),
            Self::Asin => a.asin(),
            Self::Atan => a.atan(),
            Self::Powi(n) => a.powi(n),
            Self::Powf(p) => a.powf(p.get()),
            Self::Scale(s) => a * s.get(),
            Self::Shift(s) => a + s.get(),
        }
    }

    /// out\[i\] = op(a\[i\], b\[i\], c\[i\]) on a given instruction set, one thread. Operands beyond [`Self::arity`] are ignored.
    ///
    /// # Panics
    /// When an operand is shorter than `out`.
    #[track_caller]
    pub fn apply_with<T: Float>(self, isa: Isa, args: [&[T]; 3], out: &mut [T]) {
        for arg in &args[..self.arity()] {
            assert!(arg.len() >= out.len(), "{self:?}: {} elements of an operand for {}", arg.len(), out.len());
        }
        let [a, b, c] = args;
        T::elementwise(isa, &mut Apply::new(Pass::One(self), [a, b, c, a], out));
    }
}
