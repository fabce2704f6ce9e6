//! The elementwise operations over lanes.

use super::{Elementwise, Fused};
use crate::elementary::{self, any_far, far_sin_cos, mend};
use crate::group::Stretch;
use crate::isa::Kernel;
use crate::lanes::{Lanes, heads, load_parts, splat};
use crate::matmul::{nr, panel_width};
use crate::{Float, Isa};

/// An operation over lanes. A trait, because a function passed as a value is called through a shim that the compiler may
/// choose not to inline, and then compiles without the instruction set.
pub(super) trait Operation: Copy {
    /// How many operands it has; the others are not to be read.
    const ARITY: usize;
    fn of<L: Lanes>(self, args: [L; 4]) -> L;

    /// The same operation with another number for a factor, if it has one.
    #[inline(always)]
    fn times(self, _: f64) -> Self {
        self
    }
}

/// A macro, because a type and its implementation are to be named for each of two dozen formulas.
macro_rules! operations {
    ($($name:ident $(($payload:ident: $type:ty))? [$a:ident $($more:ident)*] = $formula:expr;)*) => {$(
        #[derive(Clone, Copy)]
        pub(super) struct $name$((pub(super) $type))?;

        impl Operation for $name {
            const ARITY: usize = [stringify!($a) $(, stringify!($more))*].len();

            #[inline(always)]
            fn of<L: Lanes>(self, args: [L; 4]) -> L {
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
    Shift(s: f64) [a] = a + splat(s);
}

#[derive(Clone, Copy)]
pub(super) struct Scale(pub(super) f64);

impl Operation for Scale {
    const ARITY: usize = 1;

    #[inline(always)]
    fn of<L: Lanes>(self, [a, ..]: [L; 4]) -> L {
        a * splat(self.0)
    }

    #[inline(always)]
    fn times(self, number: f64) -> Self {
        Self(number)
    }
}

impl Elementwise {
    /// out\[i\] = op(a\[i\], b\[i\], c\[i\]) for every i of `out`: one choice of the operation for the whole tile. Operands beyond
    /// the arity are ignored, the others at least as long as `out`.
    pub(crate) fn tile<T: Float>(self, isa: Isa, apply: &mut Apply<'_, T>) {
        match self {
            Self::Add => sweep(isa, Add, apply),
            Self::Sub => sweep(isa, Sub, apply),
            Self::Mul => sweep(isa, Mul, apply),
            Self::Div => sweep(isa, Div, apply),
            Self::Min => sweep(isa, Min, apply),
            Self::Max => sweep(isa, Max, apply),
            Self::Less => sweep(isa, Less, apply),
            Self::Select => sweep(isa, Select, apply),
            Self::Neg => sweep(isa, Neg, apply),
            Self::Abs => sweep(isa, Abs, apply),
            Self::Sign => sweep(isa, Sign, apply),
            Self::Recip => sweep(isa, Recip, apply),
            Self::Sqrt => sweep(isa, Sqrt, apply),
            Self::Exp => sweep(isa, Exp, apply),
            Self::Ln => sweep(isa, Ln, apply),
            Self::Expm1 => sweep(isa, Expm1, apply),
            Self::Ln1p => sweep(isa, Ln1p, apply),
            Self::Tanh => sweep(isa, Tanh, apply),
            Self::Logistic => sweep(isa, Logistic, apply),
            Self::Erf => sweep(isa, Erf, apply),
            Self::Sin => {
                sweep(isa, Sin, apply);
                mend_far(isa, apply.args[0], apply.out, |x| far_sin_cos(x).0);
            }
            Self::Cos => {
                sweep(isa, Cos, apply);
                mend_far(isa, apply.args[0], apply.out, |x| far_sin_cos(x).1);
            }
            Self::Asin => sweep(isa, Asin, apply),
            Self::Atan => sweep(isa, Atan, apply),
            Self::Powi(n) => sweep(isa, Powi(n), apply),
            Self::Powf(p) => sweep(isa, Powf(p.get()), apply),
            Self::Scale(s) => sweep(isa, Scale(s.get()), apply),
            Self::Shift(s) => sweep(isa, Shift(s.get()), apply),
        }
    }
}

/// The loop of one operation, a function of its own; what is left of a lane vector at the end is filled up with zeros.
pub(super) fn sweep<T: Float>(isa: Isa, op: impl Operation, apply: &mut Apply<'_, T>) {
    isa.ready().run_apart(&mut Sweep(op, apply));
}

struct Sweep<'s, 'a, O, T>(O, &'s mut Apply<'a, T>);

impl<O: Operation, T: Float> Kernel<T> for &mut Sweep<'_, '_, O, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let Sweep(op, apply) = self;
        match arity(*op) {
            1 => row_by_row::<L, 1>(*op, apply),
            2 => row_by_row::<L, 2>(*op, apply),
            3 => row_by_row::<L, 3>(*op, apply),
            _ => row_by_row::<L, 4>(*op, apply),
        }
    }
}

/// The rows of a pass, each with its number.
#[inline(always)]
fn row_by_row<L: Lanes, const M: usize>(op: impl Operation, apply: &mut Apply<'_, L::Elem>) {
    for row in apply.rows.stretch.segments() {
        let (op, args) = apply.row::<_, M>(op, row);
        over::<L, M>(op, args, &mut apply.out[row.at..row.at + row.len]);
    }
}

/// [`sweep`] for what may be written in panels.
pub(super) fn sweep_into<T: Float>(isa: Isa, op: impl Operation, apply: &mut Apply<'_, T>) {
    match apply.panels {
        Some(panels) => isa.ready().run_apart(&mut IntoPanels(op, apply, panels)),
        None => sweep(isa, op, apply),
    }
}

/// The loop of an operation that is written in panels: a panel at a time, missing columns as zeros.
struct IntoPanels<'s, 'a, O, T>(O, &'s mut Apply<'a, T>, InPanels);

impl<O: Operation, T: Float> Kernel<T> for &mut IntoPanels<'_, '_, O, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let IntoPanels(op, apply, panels) = self;
        match arity(*op) {
            2 => rows_into_panels::<L, 2>(*op, apply, *panels),
            3 => rows_into_panels::<L, 3>(*op, apply, *panels),
            _ => rows_into_panels::<L, 4>(*op, apply, *panels),
        }
    }
}

#[inline(always)]
fn rows_into_panels<L: Lanes, const M: usize>(op: impl Operation, apply: &mut Apply<'_, L::Elem>, panels: InPanels) {
    let InPanels { first, depth } = panels;
    for row in apply.rows.stretch.segments() {
        let (op, args) = apply.row::<_, M>(op, row);
        let nr = nr::<L>();
        let [a, b, c, d] = four(heads(args, row.len));
        let pieces = a.chunks(nr).zip(b.chunks(nr)).zip(c.chunks(nr)).zip(d.chunks(nr));
        for (p, (((a, b), c), d)) in pieces.enumerate() {
            let (len, width) = (a.len(), panel_width::<L>(a.len()));
            let to = &mut apply.out[p * nr * depth + (first + row.row) * width..][..width];
            let mut chunks = args;
            for (chunk, piece) in chunks.iter_mut().zip([a, b, c, d]) {
                *chunk = piece;
            }
            if len == width {
                over::<L, M>(op, chunks, to);
            } else {
                over::<L, M>(op, chunks, &mut to[..len]);
                to[len..].fill(L::Elem::ZERO);
            }
        }
    }
}

/// out\[i\] = exp(x\[i\]) within a loop of one instruction set.
#[inline(always)]
pub(crate) fn exps<L: Lanes>(x: &[L::Elem], out: &mut [L::Elem]) {
    over::<L, 1>(Exp, [x], out);
}

/// ln x, the same.
#[inline(always)]
pub(crate) fn ln_of<L: Lanes>(x: L::Elem) -> L::Elem {
    let mut ln = [x];
    over::<L, 1>(Ln, [&[x]], &mut ln);
    ln[0]
}

const fn arity<O: Operation>(_: O) -> usize {
    O::ARITY
}

/// Whole lanes by iterators: an index that might lie outside is a second way out of a loop, and the compiler would run the last
/// elements of each tile one by one.
#[inline(always)]
fn over<L: Lanes, const M: usize>(op: impl Operation, args: [&[L::Elem]; M], out: &mut [L::Elem]) {
    let n = out.len();
    let args = heads(args, n);
    let [a, b, c, d] = four(args);
    let (b, c, d) = (b.chunks_exact(L::N), c.chunks_exact(L::N), d.chunks_exact(L::N));
    let outs = out.chunks_exact_mut(L::N).zip(a.chunks_exact(L::N));
    match M {
        1 => {
            for (out, a) in outs {
                op.of([L::load(a); 4]).store(out);
            }
        }
        2 => {
            for ((out, a), b) in outs.zip(b) {
                op.of(four([L::load(a), L::load(b)])).store(out);
            }
        }
        3 => {
            for (((out, a), b), c) in outs.zip(b).zip(c) {
                op.of(four([L::load(a), L::load(b), L::load(c)])).store(out);
            }
        }
        _ => {
            for ((((out, a), b), c), d) in outs.zip(b).zip(c).zip(d) {
                op.of([L::load(a), L::load(b), L::load(c), L::load(d)]).store(out);
            }
        }
    }
    let whole = n - n % L::N;
    if whole < n {
        op.of(four(load_parts::<L, M>(args, whole))).store_part(&mut out[whole..]);
    }
}

/// The operands, the first in the place of those that are missing.
#[inline(always)]
fn four<A: Copy, const M: usize>(args: [A; M]) -> [A; 4] {
    [args[0], args[1 % M], args[2 % M], args[3 % M]]
}

/// Writes `far`(x) in the place of what lies beyond the reach of the lanes.
fn mend_far<T: Float>(isa: Isa, x: &[T], out: &mut [T], far: fn(T) -> T) {
    let x = &x[..out.len()];
    if isa.ready().run_apart(&mut AnyFar(x)) {
        mend(x, out, far);
    }
}

/// Whether something lies there.
struct AnyFar<'a, T>(&'a [T]);

impl<T: Float> Kernel<T> for &mut AnyFar<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) -> bool {
        any_far::<L>(self.0)
    }
}

/// What is done in one pass over a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Pass {
    One(Elementwise),
    Fused(Fused),
}

impl Pass {
    /// The number of operands.
    pub(crate) const fn arity(self) -> usize {
        match self {
            Self::One(op) => op.arity(),
            Self::Fused(fused) => fused.arity(),
        }
    }

    /// The same with a number in the place of a factor of its product, for one operand less.
    #[inline(always)]
    pub(crate) fn with_number<T: Float>(self, number: T) -> Self {
        let number = number.to_f64().into();
        match self {
            Self::One(_) => Self::One(Elementwise::Scale(number)),
            Self::Fused(fused) => Self::Fused(Fused { number: Some(number), ..fused }),
        }
    }

    /// Whether it takes no longer than reading and writing.
    pub(crate) const fn is_quick(self) -> bool {
        use Elementwise::{Add, Mul, Neg, Scale, Shift, Sub};
        matches!(self, Self::Fused(_) | Self::One(Add | Sub | Mul | Neg | Scale(_) | Shift(_)))
    }

    /// Whether its results are looked at again when they are all there.
    pub(crate) const fn mends(self) -> bool {
        matches!(self, Self::One(Elementwise::Sin | Elementwise::Cos))
    }
}

/// One pass over slices. To be handed on by reference: a copy would read two at a time the words that were just written, and the
/// processor stalls.
pub struct Apply<'a, T> {
    pub(crate) pass: Pass,
    pub(crate) args: [&'a [T]; 4],
    pub(crate) out: &'a mut [T],
    pub(crate) rows: Rows<'a, T>,
    /// Where in panels `out` is written, if it lies so.
    pub(crate) panels: Option<InPanels>,
}

/// Rows of panels of `depth` rows, from row `first` on.
#[derive(Clone, Copy)]
pub(crate) struct InPanels {
    pub(crate) first: usize,
    pub(crate) depth: usize,
}

/// The rows that a pass goes over one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a, T> {
    /// What of a matrix `out` is.
    pub(crate) stretch: Stretch,
    /// Which operands are one row, for all rows.
    pub(crate) repeated: [bool; 4],
    /// The number of each row of the matrix, in the place of the one of the pass; or nothing.
    pub(crate) numbers: &'a [T],
}

impl<T> Rows<'_, T> {
    /// One row of this length.
    pub(crate) const fn one(len: usize) -> Self {
        Self { stretch: Stretch::one_row(len), repeated: [false; 4], numbers: &[] }
    }
}

impl<'a, T: Float> Apply<'a, T> {
    /// A pass over slices as long as `out`.
    pub(crate) fn new(pass: Pass, args: [&'a [T]; 4], out: &'a mut [T]) -> Self {
        Self { pass, args, rows: Rows::one(out.len()), out, panels: None }
    }

    /// Runs it.
    pub(crate) fn run(&mut self, isa: Isa) {
        match self.pass {
            Pass::One(op) => op.tile(isa, self),
            Pass::Fused(fused) => fused.tile(isa, self),
        }
    }

    /// What goes over a row: the operation with its number, and the operands.
    #[inline(always)]
    fn row<O: Operation, const M: usize>(&self, op: O, row: Stretch) -> (O, [&'a [T]; M]) {
        let Stretch { at, row, col, len, .. } = row;
        let mut args = [&[][..]; M];
        for ((arg, all), repeated) in args.iter_mut().zip(self.args).zip(self.rows.repeated) {
            *arg = &all[if repeated { col } else { at }..][..len];
        }
        (self.rows.numbers.get(row).map_or(op, |number| op.times(number.to_f64())), args)
    }
}
