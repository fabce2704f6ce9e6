//! θ as one vector: solvers see no matrices.

use crate::{Shape, Tape, Var};

/// The matrices of the shapes of `like` that lie one after the other in a vector.
#[track_caller]
pub(super) fn split<'t>(flat: Var<'t>, like: &[Var<'t>]) -> Vec<Var<'t>> {
    let mut start = 0;
    let next = |v: &Var<'t>| {
        start += v.shape().len();
        flat.slice(start - v.shape().len(), v.rows(), v.cols())
    };
    like.iter().map(next).collect()
}

/// The vector that holds the matrices one after the other.
#[track_caller]
pub(super) fn join<'t>(tape: &'t Tape, vars: &[Var<'t>]) -> Var<'t> {
    let shape = Shape::new(size(vars), 1);
    let mut start = 0;
    let pieces = vars.iter().map(|v| {
        start += v.shape().len();
        v.unslice(start - v.shape().len(), shape)
    });
    pieces.reduce(|a, b| a + b).unwrap_or_else(|| tape.full(0, 1, 0.0))
}

/// The number of elements of all.
pub(super) fn size(vars: &[Var<'_>]) -> usize {
    vars.iter().map(|v| v.shape().len()).sum()
}

/// Pieces of a vector, of the lengths of `like`.
pub(super) fn pieces<'a, T>(mut flat: &'a [T], like: &[&[T]]) -> Vec<&'a [T]> {
    like.iter().map(|piece| flat.split_off(..piece.len()).expect("a vector of these pieces")).collect()
}
