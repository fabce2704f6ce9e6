//! Compiled programs against the slow twin, and nothing else: what can be run ten thousand times a second.

use tape::generate::{Bytes, Choices, Generated, Limits, program};
use tape::{Par, Tape, reference};

use crate::elements::near;

/// A rounding error of this size may happen in every operation: 8 units in the last place, as far as the kernels may be off.
const NOISE: f64 = 8.0 * f64::EPSILON;

/// Programs of up to 20 primitives, without jumps: a rounding error moves no value far.
fn limits(choices: &mut dyn Choices) -> Limits {
    choices.more();
    Limits { operations: 1 + choices.below(20), side: 3, kinks: false, mixture_order: 3, ..Limits::default() }
}

/// A program of bytes.
pub fn compiled(bytes: &[u8]) {
    check(&mut Bytes::new(bytes));
}

/// A program of any decisions: compiled and run once in `f64`, and interpreted once.
///
/// # Panics
/// When the two disagree by more than rounding can explain.
pub fn check(choices: &mut dyn Choices) {
    let tape = Tape::new();
    let limits = limits(choices);
    let program = program(&tape, choices, &limits);
    let values = program.values();
    let exact = reference::evaluate(program.inputs.clone(), program.outputs.clone(), &values);
    let mut runner = tape.compile::<f64>(program.inputs.clone(), program.outputs.clone()).runner(Par::Seq);
    runner.evaluate(&values);
    for (i, exact) in exact.iter().enumerate() {
        let found = runner.output(i);
        let scale = exact.iter().fold(1.0, |scale: f64, x| scale.max(x.abs()));
        let same = found.iter().zip(exact).all(|(a, b)| (a - b).abs() <= 1e-12 * scale);
        if !same || found.len() != exact.len() {
            compare(&program, i, found, exact, scale);
        }
    }
}

/// Rare, so it may take its time: the program bends sharply, or is wrong.
#[cold]
fn compare(program: &Generated<'_>, i: usize, found: &[f64], exact: &[f64], scale: f64) {
    assert_eq!(found.len(), exact.len(), "output {i} of {program:?}");
    let spread = reference::spread(program.inputs.clone(), program.outputs[i], &program.values(), NOISE);
    for (&found, &exact) in found.iter().zip(exact) {
        near(found, exact, 1e-12 * scale + 16.0 * spread[0], || format!("output {i} of {program:?}"));
    }
}
