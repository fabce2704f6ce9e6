//! Reverse mode.

use crate::derive::reach::{Found, Reach};
use crate::rule::At;
use crate::vars::{fill, list};
use crate::{Var, Vars};

/// Σ cotangentᵀ · ∂outputs/∂wrt: the pullback of `cotangents`, which have the structure and shapes of `outputs`.
///
/// `wrt` may hold intermediate values; each answer is a total derivative. What the outputs do not depend on gets zeros.
///
/// # Panics
/// When a cotangent has another shape than its output.
#[track_caller]
pub fn vjp<'t, O: Vars<'t>, W: Vars<'t>>(outputs: O, cotangents: O, wrt: W) -> W {
    let answer = pull_back(&list(&outputs), &list(&cotangents), &list(&wrt), &[]);
    fill(&wrt, answer)
}

/// The pullback along the paths that do not pass through a node of `cut`.
#[track_caller]
pub(crate) fn pull_back<'t>(
    outputs: &[Var<'t>],
    cotangents: &[Var<'t>],
    wrt: &[Var<'t>],
    cut: &[Var<'t>],
) -> Vec<Var<'t>> {
    let (given, count) = (cotangents.len(), outputs.len());
    assert!(given == count, "vjp: {given} cotangents for {count} outputs");
    let Some(tape) = outputs.first().map(|v| v.tape) else {
        return wrt.iter().map(|v| v.zeros_like()).collect();
    };
    let reach = Reach::new(tape, outputs, wrt, cut);
    let mut found = Found::new(tape, &reach);
    for (&output, &cotangent) in outputs.iter().zip(cotangents) {
        let (shape, given) = (output.shape(), cotangent.shape());
        assert!(shape == given, "vjp: a cotangent of shape {given} for an output of shape {shape}");
        found.add(output.id, cotangent);
    }
    for id in reach.nodes().into_iter().rev() {
        let Some(cotangent) = found.get(id) else { continue };
        let (primitive, args) = tape.with(id, |node| (node.primitive.clone(), node.args.clone()));
        let wanted: Vec<bool> = args.iter().map(|&arg| reach.depends(arg)).collect();
        if !wanted.contains(&true) || cut.iter().any(|v| v.id == id) {
            continue;
        }
        let vars: Vec<Var<'t>> = args.iter().map(|&arg| tape.var(arg)).collect();
        tape.differentiate(id, || {
            let at = At { args: &vars, out: tape.var(id) };
            let cotangents = primitive.rule().vjp(&at, cotangent, &wanted);
            at.assert_count(primitive.rule(), cotangents.len());
            for ((var, cotangent), wanted) in vars.iter().zip(cotangents).zip(&wanted) {
                if let (Some(cotangent), true) = (cotangent, wanted) {
                    at.assert_fits(primitive.rule(), "a cotangent", cotangent, *var);
                    found.add(var.id, cotangent);
                }
            }
        });
    }
    wrt.iter().map(|v| found.get(v.id).unwrap_or_else(|| v.zeros_like())).collect()
}
