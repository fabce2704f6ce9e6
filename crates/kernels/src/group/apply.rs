//! One operation on a tile.

use crate::Elementwise;
use crate::lanes::{Lanes, load_part, store_part};

/// to = op(args), lane by lane; a last part of a lane vector is filled up with zeros.
///
/// One branch for the whole tile: in each arm `op` is a constant variant, so that [`sweep`] becomes the loop of one operation.
#[inline(always)]
pub(crate) fn apply<L: Lanes>(op: Elementwise, args: [&[L::Elem]; 3], to: &mut [L::Elem]) {
    use Elementwise as E;
    match op {
        E::Add => sweep::<L>(E::Add, args, to),
        E::Sub => sweep::<L>(E::Sub, args, to),
        E::Mul => sweep::<L>(E::Mul, args, to),
        E::Div => sweep::<L>(E::Div, args, to),
        E::Min => sweep::<L>(E::Min, args, to),
        E::Max => sweep::<L>(E::Max, args, to),
        E::Less => sweep::<L>(E::Less, args, to),
        E::Select => sweep::<L>(E::Select, args, to),
        E::Neg => sweep::<L>(E::Neg, args, to),
        E::Abs => sweep::<L>(E::Abs, args, to),
        E::Sign => sweep::<L>(E::Sign, args, to),
        E::Recip => sweep::<L>(E::Recip, args, to),
        E::Sqrt => sweep::<L>(E::Sqrt, args, to),
        E::Exp => sweep::<L>(E::Exp, args, to),
        E::Ln => sweep::<L>(E::Ln, args, to),
        E::Expm1 => sweep::<L>(E::Expm1, args, to),
        E::Ln1p => sweep::<L>(E::Ln1p, args, to),
        E::Tanh => sweep::<L>(E::Tanh, args, to),
        E::Logistic => sweep::<L>(E::Logistic, args, to),
        E::Erf => sweep::<L>(E::Erf, args, to),
        E::Sin => sweep::<L>(E::Sin, args, to),
        E::Cos => sweep::<L>(E::Cos, args, to),
        E::Asin => sweep::<L>(E::Asin, args, to),
        E::Atan => sweep::<L>(E::Atan, args, to),
        E::Powi(n) => sweep::<L>(E::Powi(n), args, to),
        E::Powf(p) => sweep::<L>(E::Powf(p), args, to),
        E::Scale(s) => sweep::<L>(E::Scale(s), args, to),
        E::Shift(s) => sweep::<L>(E::Shift(s), args, to),
    }
}

/// The loop over the lanes of a tile.
#[inline(always)]
fn sweep<L: Lanes>(op: Elementwise, [a, b, c]: [&[L::Elem]; 3], to: &mut [L::Elem]) {
    let whole = to.len() / L::N * L::N;
    let (lanes, rest) = to.split_at_mut(whole);
    let operands = a.chunks_exact(L::N).zip(b.chunks_exact(L::N)).zip(c.chunks_exact(L::N));
    for (to, ((a, b), c)) in lanes.chunks_exact_mut(L::N).zip(operands) {
        op.lanes([L::load(a), L::load(b), L::load(c)]).store(to);
    }
    if !rest.is_empty() {
        let part = |x: &[L::Elem]| load_part::<L>(&x[whole..]);
        store_part(op.lanes([part(a), part(b), part(c)]), rest);
    }
}
