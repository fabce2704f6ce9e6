//! How derivatives are multiplied: so that what does not move is multiplied first. A program in two stages then does that once
//! for many directions, and gathers a whole chain of slopes in one factor.

use crate::primitive::Primitive;
use crate::{Elementwise, Var};

/// d·slope, elementwise, for a tangent d. When d is x·c, as this function records it, then x·(c·slope).
#[track_caller]
pub(super) fn times<'t>(d: Var<'t>, slope: Var<'t>) -> Var<'t> {
    on_factor(d, |d| d * slope)
}

/// What is linear and elementwise, done with a tangent: with its factor, if it has one.
#[track_caller]
pub(super) fn on_factor<'t>(d: Var<'t>, linear: impl FnOnce(Var<'t>) -> Var<'t>) -> Var<'t> {
    match factors(d) {
        Some((x, c)) => x * linear(c),
        None => linear(d),
    }
}

/// op(a)·op(b), each transposed or not; of a column by a row the product of both repeated, which joins what is elementwise
/// around it.
#[track_caller]
pub(super) fn product<'t>(a: Var<'t>, b: Var<'t>, ta: bool, tb: bool) -> Var<'t> {
    let (m, k) = if ta { (a.cols(), a.rows()) } else { (a.rows(), a.cols()) };
    let n = if tb { b.rows() } else { b.cols() };
    if k == 1 {
        return a.reshape(m, 1).expand(m, n) * b.reshape(1, n).expand(m, n);
    }
    a.matmul_flags(b, ta, tb)
}

/// d·op(b) for a tangent d. When d is x·c and op(b) is a column, then the sums of the rows of x·(c·op(b)ᵀ).
#[track_caller]
pub(super) fn tangent_product<'t>(d: Var<'t>, b: Var<'t>, tb: bool) -> Var<'t> {
    let (m, k) = (d.rows(), d.cols());
    let n = if tb { b.rows() } else { b.cols() };
    match factors(d) {
        Some((x, c)) if n == 1 && k > 1 => (x * (c * b.reshape(1, k).expand(m, k))).sum_cols(),
        _ => product(d, b, false, tb),
    }
}

/// The operands of a product of two matrices, elementwise.
fn factors(d: Var<'_>) -> Option<(Var<'_>, Var<'_>)> {
    d.tape.with(d.id, |node| match (&node.primitive, &node.args[..]) {
        (Primitive::Elementary(operation), &[x, c]) if operation.0 == Elementwise::Mul => {
            Some((d.tape.var(x), d.tape.var(c)))
        }
        _ => None,
    })
}
