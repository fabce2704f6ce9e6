//! The slow twin: interprets a tape node by node in `f64`, from the rule records. Compiled programs must agree with it.

use std::collections::HashMap;

pub(crate) use kernels::{Dot, Sum, reference as slow};

use crate::primitive::Primitive;
use crate::vars::list;
use crate::{Shape, Vars};

/// The outputs at the given inputs, each row-major, in order.
///
/// # Panics
/// When the number or a length of `values` differs from the inputs, or an output needs an input that the list lacks.
#[track_caller]
pub fn evaluate<'t>(inputs: impl Vars<'t>, outputs: impl Vars<'t>, values: &[&[f64]]) -> Vec<Vec<f64>> {
    let (inputs, outputs) = (list(&inputs), list(&outputs));
    assert!(inputs.len() == values.len(), "evaluate: {} values for {} inputs", values.len(), inputs.len());
    let mut known: HashMap<u32, Vec<f64>> = HashMap::new();
    for (input, value) in inputs.iter().zip(values) {
        let shape = input.shape();
        assert!(value.len() == shape.len(), "evaluate: {} elements for an input of shape {shape}", value.len());
        known.insert(input.id, value.to_vec());
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
            known.insert(id as u32, out);
        }
    });
    outputs.iter().map(|v| known[&v.id].clone()).collect()
}
