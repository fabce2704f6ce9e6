//! What programs at one point have in common: computed by one of them, read by the other.

use std::collections::HashSet;

use crate::Var;
use crate::derive::Reach;
use crate::primitive::Primitive;

/// The values that do not depend on `d` and that what does is computed from, on the way to `outputs`. What can be had by
/// repeating or moving elements is left out, and what it is had from is there instead; inputs (all of `given`) and constants are
/// not listed.
pub(super) fn unmoved<'t>(d: Var<'t>, outputs: &[Var<'t>], given: &[Var<'t>]) -> Vec<Var<'t>> {
    let tape = d.tape();
    let reach = Reach::new(tape, outputs, &[d], &[]);
    let mut found = Vec::new();
    let mut seen: HashSet<u32> = given.iter().map(|var| var.id).collect();
    let mut open: Vec<u32> = reach.nodes().into_iter().flat_map(|id| operands(d, id)).collect();
    while let Some(id) = open.pop() {
        if reach.depends(id) || !seen.insert(id) {
            continue;
        }
        let below = operands(d, id);
        match tape.with(id, |node| node.primitive.clone()) {
            Primitive::Input(_) | Primitive::Constant(_) | Primitive::Fill(_) => {}
            primitive if moves(&primitive) => open.extend(below),
            Primitive::Elementary(_) if below.iter().all(|&arg| repeats(d, arg)) => open.extend(below),
            _ => found.push(id),
        }
    }
    found.sort_unstable();
    found.into_iter().map(|id| tape.var(id)).collect()
}

fn operands(d: Var<'_>, id: u32) -> Vec<u32> {
    d.tape().with(id, |node| node.args.to_vec())
}

/// Whether a node repeats another.
fn repeats(d: Var<'_>, id: u32) -> bool {
    d.tape().with(id, |node| matches!(node.primitive, Primitive::Expand(_)))
}

/// Whether an operation copies elements of its one operand.
fn moves(primitive: &Primitive) -> bool {
    matches!(
        primitive,
        Primitive::Expand(_)
            | Primitive::Reshape(_)
            | Primitive::Transpose(_)
            | Primitive::Slice(_)
            | Primitive::StopGradient(_)
    )
}
