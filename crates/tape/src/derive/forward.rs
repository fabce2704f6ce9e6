//! Forward mode.

use crate::derive::reach::{Found, Reach};
use crate::rule::At;
use crate::vars::{fill, list};
use crate::{Var, Vars};

/// ∂outputs/∂wrt · tangents: the derivative in the direction of `tangents`, which have the structure and shapes of `wrt`.
///
/// `wrt` may hold intermediate values: each moves by its own tangent, whatever it depends on. Outputs that do not depend on
/// `wrt` get zeros.
///
/// # Panics
/// When a tangent has another shape than its variable.
#[track_caller]
pub fn jvp<'t, O: Vars<'t>, W: Vars<'t>>(outputs: O, wrt: W, tangents: W) -> O {
    let answer = push_forward(&list(&outputs), &list(&wrt), &list(&tangents), &[]);
    fill(&outputs, answer)
}

/// The derivative along the paths that do not pass through a node of `cut`.
#[track_caller]
pub(crate) fn push_forward<'t>(
    outputs: &[Var<'t>],
    wrt: &[Var<'t>],
    tangents: &[Var<'t>],
    cut: &[Var<'t>],
) -> Vec<Var<'t>> {
    assert!(wrt.len() == tangents.len(), "jvp: {} tangents for {} variables", tangents.len(), wrt.len());
    let Some(tape) = outputs.first().map(|v| v.tape) else { return Vec::new() };
    let reach = Reach::new(tape, outputs, wrt, cut);
    let mut found = Found::new(tape, &reach);
    for (var, &tangent) in wrt.iter().zip(tangents) {
        let (shape, given) = (var.shape(), tangent.shape());
        assert!(shape == given, "jvp: a tangent of shape {given} for a variable of shape {shape}");
        found.set(var.id, tangent);
    }
    for id in reach.nodes() {
        if found.get(id).is_some() {
            continue;
        }
        let (primitive, args) = tape.with(id, |node| (node.primitive.clone(), node.args.clone()));
        let tangents: Vec<Option<Var<'t>>> = args.iter().map(|arg| found.get(*arg)).collect();
        if tangents.iter().all(Option::is_none) {
            continue;
        }
        let vars: Vec<Var<'t>> = args.iter().map(|&arg| tape.var(arg)).collect();
        let at = At { args: &vars, out: tape.var(id) };
        let tangent = tape.differentiate(id, || primitive.rule().jvp(&at, &tangents));
        tangent.iter().for_each(|tangent| at.assert_fits(primitive.rule(), "a tangent", *tangent, at.out));
        if let Some(tangent) = tangent {
            found.set(id, tangent);
        }
    }
    outputs.iter().map(|v| found.get(v.id).unwrap_or_else(|| v.zeros_like())).collect()
}
