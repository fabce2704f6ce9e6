//! The slow twin: interprets a tape node by node in `f64`, from the rule records. Compiled programs must agree with it.

use std::collections::HashMap;

pub(crate) use kernels::{Dot, Sum, reference as slow};

use crate::primitive::Primitive;
use crate::vars::list;
use crate::{Shape, Var, Vars};

/// The outputs at the given inputs, each row-major, in order.
///
/// # Panics
/// When the number or a length of `values` differs from the inputs, or an output needs an input that the list lacks.
#[track_caller]
pub fn evaluate<'t>(inputs: impl Vars<'t>, outputs: impl Vars<'t>, values: &[&[f64]]) -> Vec<Vec<f64>> {
    interpret(&list(&inputs), &list(&outputs), values, &|_, _| {})
}

/// [`evaluate`] where every element that is given or computed is multiplied by 1 + `noise` or 1 − `noise`, in a pattern that
/// `seed` chooses: how far the outputs move tells how far rounding errors of that size can move them, however badly conditioned
/// the program is. Source: Parker 1997, "Monte Carlo arithmetic".
///
/// # Panics
/// As [`evaluate`].
#[track_caller]
pub fn evaluate_rounded<'t>(
    inputs: impl Vars<'t>,
    outputs: impl Vars<'t>,
    values: &[&[f64]],
    noise: f64,
    seed: u64,
) -> Vec<Vec<f64>> {
    interpret(&list(&inputs), &list(&outputs), values, &|id, out| {
        for (i, x) in out.iter_mut().enumerate() {
            *x *= if coin(seed, u64::from(id) << 32 | i as u64) { 1.0 + noise } else { 1.0 - noise };
        }
    })
}

/// A fair coin for each `n` (the finaliser of SplitMix64).
fn coin(seed: u64, n: u64) -> bool {
    let mut x = (n ^ seed.rotate_left(17)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31)) & 1 == 1
}

/// Node by node; `round` may move what a node that does arithmetic, or an input, came to.
#[track_caller]
fn interpret(
    inputs: &[Var<'_>],
    outputs: &[Var<'_>],
    values: &[&[f64]],
    round: &dyn Fn(u32, &mut [f64]),
) -> Vec<Vec<f64>> {
    assert!(inputs.len() == values.len(), "evaluate: {} values for {} inputs", values.len(), inputs.len());
    let mut known: HashMap<u32, Vec<f64>> = HashMap::new();
    for (input, value) in inputs.iter().zip(values) {
        let shape = input.shape();
        assert!(value.len() == shape.len(), "evaluate: {} elements for an input of shape {shape}", value.len());
        let mut value = value.to_vec();
        round(input.id, &mut value);
        known.insert(input.id, value);
    }
    let Some(tape) = outputs.first().map(|v| v.tape) else { return Vec::new() };
    tape.with_nodes(|nodes| {
        let mut needed = vec![false; outputs.iter().map(|v| v.id as usize + 1).max().unwrap_or(0)];
        outputs.iter().for_each(|v| needed[v.id as usize] = true);
        for id in (0..needed.len()).rev() {
            if needed[id] && !known.contains_key(&(id as u32)) {
                nodes[id].args.iter().for_each(|&arg| needed[arg as usize] = true);
            }
        }
        for (id, node) in nodes[..needed.len()].iter().enumerate().filter(|(id, _)| needed[*id]) {
            if known.contains_key(&(id as u32)) {
                continue;
            }
            let missing = matches!(node.primitive, Primitive::Input(_));
            assert!(!missing, "evaluate: the input recorded at {} is needed and not given", node.location);
            let args: Vec<(&[f64], Shape)> =
                node.args.iter().map(|arg| (&*known[arg], nodes[*arg as usize].shape)).collect();
            let mut out = vec![f64::NAN; node.shape.len()];
            node.primitive.rule().reference(&args, &mut out);
            let shapes: Vec<Shape> = args.iter().map(|&(_, shape)| shape).collect();
            if node.primitive.rule().cost(&shapes, node.shape).flops > 0 {
                round(id as u32, &mut out);
            }
            known.insert(id as u32, out);
        }
    });
    outputs.iter().map(|v| known[&v.id].clone()).collect()
}
