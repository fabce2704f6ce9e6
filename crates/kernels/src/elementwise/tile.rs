//! The elementwise operations over lanes.

use super::Elementwise;
use crate::Float;
use crate::elementary::{self, any_far, far_sin_cos, mend};
use crate::isa::Kernel;
use crate::lanes::{Lanes, heads, load_parts, loads, splat, store_part};

/// An operation over lanes. A trait, because a function passed as a value is called through a shim that the compiler may
/// choose not to inline, and then compiles without the instruction set.
trait Operation: Copy {
    /// How many operands it has; the others are not to be read.
    const ARITY: usize;
    fn of<L: Lanes>(self, args: [L; 3]) -> L;
}

/// A macro, because a type and its implementation are to be named for each of two dozen formulas.
macro_rules! operations {
    ($($name:ident $(($payload:ident: $type:ty))? [$a:ident $($more:ident)*] = $formula:expr;)*) => {$(
        #[derive(Clone, Copy)]
        struct $name$(($type))?;

        impl Operation for $name {
            const ARITY: usize = [stringify!($a) $(, stringify!($more))*].len();

            #[inline(always)]
            fn of<L: Lanes>(self, args: [L; 3]) -> L {
                $(let Self($payload) = self;)?
                let [$a, $($more,)* ..] = args;
                $formula
            }
        }
    )*};
}

operations! {
    Add [a b] = a + b;
    Sub [a b] = a - b;
    Mul [a b] = a * b;
    Div [a b] = a / b;
    Min [a b] = a.eq(a).select(a.min(b), a);
    Max [a b] = a.eq(a).select(a.max(b), a);
    Less [a b] = (a.lt(b) & splat(1.0)) | (a.eq(b) & splat(0.5));
    Select [a b c] = a.eq(splat(0.0)).select(c, b);
    Neg [a] = -a;
    Abs [a] = a.abs();
    Sign [a] = elementary::signum(a);
    Recip [a] = splat::<L>(1.0) / a;
    Sqrt [a] = a.sqrt();
    Exp [a] = elementary::exp(a);
    Ln [a] = elementary::ln(a);
    Expm1 [a] = elementary::expm1(a);
    Ln1p [a] = elementary::ln_1p(a);
    Tanh [a] = elementary::tanh(a);
    Logistic [a] = elementary::logistic(a);
    Erf [a] = elementary::erf(a);
    Sin [a] = elementary::sin(a);
    Cos [a] = elementary::cos(a);
    Asin [a] = elementary::asin(a);
    Atan [a] = elementary::atan(a);
    Powi(n: i32) [a] = elementary::powi(a, n);
    Powf(p: f64) [a] = elementary::powf(a, p);
    Scale(s: f64) [a] = a * splat(s);
    Shift(s: f64) [a] = a + splat(s);
}

impl Elementwise {
    /// out\[i\] = op(a\[i\], b\[i\], c\[i\]) for every i of `out`: one choice of the operation for the whole tile. Operands beyond
    /// the arity are ignored, the others at least as long as `out`.
    #[inline(always)]
    pub(crate) fn tile<L: Lanes>(self, args: [&[L::Elem]; 3], out: &mut [L::Elem]) {
        match self {
            Self::Add => sweep::<L>(Add, args, out),
            Self::Sub => sweep::<L>(Sub, args, out),
            Self::Mul => sweep::<L>(Mul, args, out),
            Self::Div => sweep::<L>(Div, args, out),
            Self::Min => sweep::<L>(Min, args, out),
            Self::Max => sweep::<L>(Max, args, out),
            Self::Less => sweep::<L>(Less, args, out),
            Self::Select => sweep::<L>(Select, args, out),
            Self::Neg => sweep::<L>(Neg, args, out),
            Self::Abs => sweep::<L>(Abs, args, out),
            Self::Sign => sweep::<L>(Sign, args, out),
            Self::Recip => sweep::<L>(Recip, args, out),
            Self::Sqrt => sweep::<L>(Sqrt, args, out),
            Self::Exp => sweep::<L>(Exp, args, out),
            Self::Ln => sweep::<L>(Ln, args, out),
            Self::Expm1 => sweep::<L>(Expm1, args, out),
            Self::Ln1p => sweep::<L>(Ln1p, args, out),
            Self::Tanh => sweep::<L>(Tanh, args, out),
            Self::Logistic => sweep::<L>(Logistic, args, out),
            Self::Erf => sweep::<L>(Erf, args, out),
            Self::Sin => {
                sweep::<L>(Sin, args, out);
                mend_far::<L>(args[0], out, |x| far_sin_cos(x).0);
            }
            Self::Cos => {
                sweep::<L>(Cos, args, out);
                mend_far::<L>(args[0], out, |x| far_sin_cos(x).1);
            }
            Self::Asin => sweep::<L>(Asin, args, out),
            Self::Atan => sweep::<L>(Atan, args, out),
            Self::Powi(n) => sweep::<L>(Powi(n), args, out),
            Self::Powf(p) => sweep::<L>(Powf(p.get()), args, out),
            Self::Scale(s) => sweep::<L>(Scale(s.get()), args, out),
            Self::Shift(s) => sweep::<L>(Shift(s.get()), args, out),
        }
    }
}

/// The loop of one operation; what is left of a lane vector at the end is filled up with zeros.
#[inline(always)]
fn sweep<L: Lanes>(op: impl Operation, args: [&[L::Elem]; 3], out: &mut [L::Elem]) {
    match arity(op) {
        1 => over::<L::Loop, 1>(op, [args[0]], out),
        2 => over::<L::Loop, 2>(op, [args[0], args[1]], out),
        _ => over::<L::Loop, 3>(op, args, out),
    }
}

const fn arity<O: Operation>(_: O) -> usize {
    O::ARITY
}

#[inline(always)]
fn over<L: Lanes, const M: usize>(op: impl Operation, args: [&[L::Elem]; M], out: &mut [L::Elem]) {
    let n = out.len();
    let args = heads(args, n);
    let whole = n - n % L::N;
    for i in 0..n / L::N {
        let i = i * L::N;
        op.of(three(loads::<L, M>(args, i))).store(&mut out[i..]);
    }
    if whole < n {
        store_part(op.of(three(load_parts::<L, M>(args, whole))), &mut out[whole..]);
    }
}

/// The operands, the first in the place of those that are missing.
#[inline(always)]
fn three<L: Lanes, const M: usize>(args: [L; M]) -> [L; 3] {
    [args[0], args[1 % M], args[2 % M]]
}

/// Writes `far`(x) in the place of what lies beyond the reach of the lanes.
#[inline(always)]
fn mend_far<L: Lanes>(x: &[L::Elem], out: &mut [L::Elem], far: fn(L::Elem) -> L::Elem) {
    let x = &x[..out.len()];
    if any_far::<L>(x) {
        mend(x, out, far);
    }
}

/// One operation over slices.
pub struct Apply<'a, T> {
    pub(crate) op: Elementwise,
    pub(crate) args: [&'a [T]; 3],
    pub(crate) out: &'a mut [T],
}

impl<T: Float> Kernel<T> for Apply<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        self.op.tile::<L>(self.args, self.out);
    }
}
