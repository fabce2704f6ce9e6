//! The slow twin: interprets a tape node by node in `f64`, from the rule records. Compiled programs must agree with it.

mod series;
mod taylor;

pub use taylor::derivatives;

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

/// How far rounding errors of relative size `noise` can move each output, however badly conditioned the program is: the largest
/// move of an element when every element that is given or computed is multiplied by a number within `noise` of 1, over a few fixed
/// patterns; infinite where an element becomes NaN or infinite. Source: Parker 1997, "Monte Carlo arithmetic".
///
/// # Panics
/// As [`evaluate`].
#[track_caller]
pub fn spread<'t>(inputs: impl Vars<'t>, outputs: impl Vars<'t>, values: &[&[f64]], noise: f64) -> Vec<f64> {
    const PATTERNS: u64 = 4;
    let (inputs, outputs) = (list(&inputs), list(&outputs));
    let exact = interpret(&inputs, &outputs, values, &|_, _| {});
    let mut spread = vec![0.0; exact.len()];
    for seed in 0..PATTERNS {
        let moved = interpret(&inputs, &outputs, values, &|id, out| {
            for (i, x) in out.iter_mut().enumerate() {
                *x *= 1.0 + noise * uniform(seed, u64::from(id) << 32 | i as u64);
            }
        });
        for (spread, (moved, exact)) in spread.iter_mut().zip(moved.iter().zip(&exact)) {
            *spread = moved.iter().zip(exact).map(|(&a, &b)| distance(a, b)).fold(*spread, f64::max);
        }
    }
    spread
}

/// |a − b|; 0 for two NaN, infinite when only one is a number.
fn distance(a: f64, b: f64) -> f64 {
    if a == b || (a.is_nan() && b.is_nan()) {
        return 0.0;
    }
    let distance = (a - b).abs();
    if distance.is_nan() { f64::INFINITY } else { distance }
}

/// A number in (−1, 1) for each `n` (the finaliser of SplitMix64).
fn uniform(seed: u64, n: u64) -> f64 {
    let mut x = (n ^ seed.rotate_left(17)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) as i64) as f64 / i64::MAX as f64
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
    let end = inputs.iter().chain(outputs).map(|v| v.id as usize + 1).max().unwrap_or(0);
    let mut known: Vec<Option<Vec<f64>>> = vec![None; end];
    for (input, value) in inputs.iter().zip(values) {
        let shape = input.shape();
        assert!(value.len() == shape.len(), "evaluate: {} elements for an input of shape {shape}", value.len());
        let mut value = value.to_vec();
        round(input.id, &mut value);
        known[input.id as usize] = Some(value);
    }
    let Some(tape) = outputs.first().map(|v| v.tape) else { return Vec::new() };
    let evaluated: Result<(), String> = tape.with_nodes(|nodes| {
        let mut needed = vec![false; end];
        outputs.iter().for_each(|v| needed[v.id as usize] = true);
        for id in (0..end).rev() {
            if needed[id] && known[id].is_none() {
                nodes[id].args.iter().for_each(|&arg| needed[arg as usize] = true);
            }
        }
        for (id, node) in nodes[..end].iter().enumerate() {
            if !needed[id] || known[id].is_some() {
                continue;
            }
            if matches!(node.primitive, Primitive::Input(_)) {
                let (shape, location) = (node.shape, node.location);
                return Err(format!("the input ({shape}) recorded at {location} is needed and not given"));
            }
            let operand = |&arg: &u32| (known[arg as usize].as_deref().unwrap_or_default(), nodes[arg as usize].shape);
            let args: Vec<(&[f64], Shape)> = node.args.iter().map(operand).collect();
            let mut out = vec![f64::NAN; node.shape.len()];
            node.primitive.rule().reference(&args, &mut out);
            let shapes: Vec<Shape> = args.iter().map(|&(_, shape)| shape).collect();
            if node.primitive.rule().cost(&shapes, node.shape).flops > 0 {
                round(id as u32, &mut out);
            }
            known[id] = Some(out);
        }
        Ok(())
    });
    // Out here, since a closure has no caller's line.
    if let Err(bug) = evaluated {
        panic!("evaluate: {bug}");
    }
    outputs.iter().map(|v| known[v.id as usize].clone().unwrap_or_default()).collect()
}
