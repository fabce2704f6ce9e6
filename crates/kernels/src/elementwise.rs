//! The elementwise operations: what a group is made of.

use crate::elementary::{self, asin, atan, erf, exp, expm1, ln, ln_1p, logistic, powf, powi, tanh};
use crate::isa::Kernel;
use crate::lanes::{Lanes, load_part, splat, store_part};
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
        isa.run(Apply { op: self, args, out });
    }

    /// out\[i\] = op(a\[i\], b\[i\], c\[i\]) for every i of `out`: one choice of the operation for the whole tile.
    #[inline(always)]
    pub(crate) fn tile<L: Lanes>(self, args: [&[L::Elem]; 3], out: &mut [L::Elem]) {
        let [a, b, c] = args;
        match self {
            Self::Add => binary::<L>(L::add, a, b, out),
            Self::Sub => binary::<L>(L::sub, a, b, out),
            Self::Mul => binary::<L>(L::mul, a, b, out),
            Self::Div => binary::<L>(L::div, a, b, out),
            Self::Min => binary::<L>(min, a, b, out),
            Self::Max => binary::<L>(max, a, b, out),
            Self::Less => binary::<L>(less, a, b, out),
            Self::Select => ternary::<L>(select, a, b, c, out),
            Self::Neg => unary::<L>(L::neg, a, out),
            Self::Abs => unary::<L>(L::abs, a, out),
            Self::Sign => unary::<L>(signum, a, out),
            Self::Recip => unary::<L>(recip, a, out),
            Self::Sqrt => unary::<L>(L::sqrt, a, out),
            Self::Exp => unary::<L>(exp, a, out),
            Self::Ln => unary::<L>(ln, a, out),
            Self::Expm1 => unary::<L>(expm1, a, out),
            Self::Ln1p => unary::<L>(ln_1p, a, out),
            Self::Tanh => unary::<L>(tanh, a, out),
            Self::Logistic => unary::<L>(logistic, a, out),
            Self::Erf => unary::<L>(erf, a, out),
            Self::Sin => trigonometric::<L>(elementary::sin, |x| elementary::far_sin_cos(x).0, a, out),
            Self::Cos => trigonometric::<L>(elementary::cos, |x| elementary::far_sin_cos(x).1, a, out),
            Self::Asin => unary::<L>(asin, a, out),
            Self::Atan => unary::<L>(atan, a, out),
            Self::Powi(n) => unary_with::<L, _>(powi, n, a, out),
            Self::Powf(p) => unary_with::<L, _>(powf, p.get(), a, out),
            Self::Scale(s) => unary_with::<L, _>(scale, s.get(), a, out),
            Self::Shift(s) => unary_with::<L, _>(shift, s.get(), a, out),
        }
    }
}

struct Apply<'a, T> {
    op: Elementwise,
    args: [&'a [T]; 3],
    out: &'a mut [T],
}

impl<T: Float> Kernel<T> for Apply<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        self.op.tile::<L>(self.args, self.out);
    }
}

/// out = f(a), for a function that is inlined.
#[inline(always)]
fn unary<L: Lanes>(f: impl Fn(L) -> L, a: &[L::Elem], out: &mut [L::Elem]) {
    let whole = out.len() - out.len() % L::N;
    let (body, end) = out.split_at_mut(whole);
    for (a, o) in a.chunks_exact(L::N).zip(body.chunks_exact_mut(L::N)) {
        f(L::load(a)).store(o);
    }
    if !end.is_empty() {
        store_part(f(load_part(&a[whole..whole + end.len()])), end);
    }
}

/// out = f(a, p), for a function that is inlined. The parameter is no capture of a closure, because a closure that the
/// compiler chose not to inline would be compiled without the instruction set.
#[inline(always)]
fn unary_with<L: Lanes, P: Copy>(f: impl Fn(L, P) -> L, p: P, a: &[L::Elem], out: &mut [L::Elem]) {
    let whole = out.len() - out.len() % L::N;
    let (body, end) = out.split_at_mut(whole);
    for (a, o) in a.chunks_exact(L::N).zip(body.chunks_exact_mut(L::N)) {
        f(L::load(a), p).store(o);
    }
    if !end.is_empty() {
        store_part(f(load_part(&a[whole..whole + end.len()]), p), end);
    }
}

/// out = f(a, b), for a function that is inlined.
#[inline(always)]
fn binary<L: Lanes>(f: impl Fn(L, L) -> L, a: &[L::Elem], b: &[L::Elem], out: &mut [L::Elem]) {
    let whole = out.len() - out.len() % L::N;
    let (body, end) = out.split_at_mut(whole);
    for ((a, b), o) in a.chunks_exact(L::N).zip(b.chunks_exact(L::N)).zip(body.chunks_exact_mut(L::N)) {
        f(L::load(a), L::load(b)).store(o);
    }
    if !end.is_empty() {
        let range = whole..whole + end.len();
        store_part(f(load_part(&a[range.clone()]), load_part(&b[range])), end);
    }
}

/// out = f(a, b, c), for a function that is inlined.
#[inline(always)]
fn ternary<L: Lanes>(f: impl Fn(L, L, L) -> L, a: &[L::Elem], b: &[L::Elem], c: &[L::Elem], out: &mut [L::Elem]) {
    let whole = out.len() - out.len() % L::N;
    let (body, end) = out.split_at_mut(whole);
    let args = a.chunks_exact(L::N).zip(b.chunks_exact(L::N)).zip(c.chunks_exact(L::N));
    for (((a, b), c), o) in args.zip(body.chunks_exact_mut(L::N)) {
        f(L::load(a), L::load(b), L::load(c)).store(o);
    }
    if !end.is_empty() {
        let range = whole..whole + end.len();
        store_part(f(load_part(&a[range.clone()]), load_part(&b[range.clone()]), load_part(&c[range])), end);
    }
}

/// out = f(a), and then `far` in the place of what lies beyond the reach of the lanes.
#[inline(always)]
fn trigonometric<L: Lanes>(f: impl Fn(L) -> L, far: fn(L::Elem) -> L::Elem, a: &[L::Elem], out: &mut [L::Elem]) {
    unary::<L>(f, a, out);
    if elementary::any_far::<L>(&a[..out.len()]) {
        elementary::mend(&a[..out.len()], out, far);
    }
}

#[inline(always)]
fn min<L: Lanes>(a: L, b: L) -> L {
    a.eq(a).select(a.min(b), a)
}

#[inline(always)]
fn max<L: Lanes>(a: L, b: L) -> L {
    a.eq(a).select(a.max(b), a)
}

#[inline(always)]
fn less<L: Lanes>(a: L, b: L) -> L {
    (a.lt(b) & splat(1.0)) | (a.eq(b) & splat(0.5))
}

#[inline(always)]
fn select<L: Lanes>(a: L, b: L, c: L) -> L {
    a.eq(splat(0.0)).select(c, b)
}

#[inline(always)]
fn signum<L: Lanes>(a: L) -> L {
    let signed = a.lt(splat(0.0)) | splat::<L>(0.0).lt(a);
    signed.select(elementary::with_sign(splat(1.0), a), a)
}

#[inline(always)]
fn recip<L: Lanes>(a: L) -> L {
    splat::<L>(1.0) / a
}

#[inline(always)]
fn scale<L: Lanes>(a: L, s: f64) -> L {
    a * splat(s)
}

#[inline(always)]
fn shift<L: Lanes>(a: L, s: f64) -> L {
    a + splat(s)
}
