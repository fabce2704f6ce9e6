//! Random programs: the passes of the compiler change no bit, compiled programs agree with the slow twin, forward and reverse
//! mode with each other, and Hessians are symmetric.

use tape::check::{Check, Options, Verdict, gradient};
use tape::generate::{Bytes, Choices, Generated, Limits, program};
use tape::{Element, Par, Passes, Tape, Var, grad, hvp, reference};

use crate::elements::{near, same_bits};

/// A program with its gradient and a Hessian-vector product.
pub fn tape_program(bytes: &[u8]) {
    let mut choices = Bytes::new(bytes);
    choices.more();
    let kinks = choices.below(2) == 1;
    let side = [4, 9, 33][choices.below(3)];
    let limits = Limits { operations: 24, side, kinks, ..Limits::default() };
    let tape = Tape::new();
    let program = program(&tape, &mut choices, &limits);
    let inputs = program.inputs.clone();
    let slopes = grad(program.loss, inputs.clone());
    // The point itself is as good a direction as any.
    let curved = hvp(program.loss, inputs.clone(), inputs);
    let outputs = [program.outputs.clone(), vec![program.loss], slopes, curved].concat();
    check_bits::<f32>(&tape, &program, &outputs);
    let found = check_bits::<f64>(&tape, &program, &outputs);
    if !kinks {
        // A rounding error moves no value far unless there is a jump.
        check_values(&program, &outputs, &found);
    }
    check_derivatives(&program);
}

fn run<T: Element>(tape: &Tape, program: &Generated<'_>, outputs: &[Var<'_>], par: Par, passes: Passes) -> Vec<Vec<T>> {
    let values: Vec<Vec<T>> = program.values().iter().map(|value| value.iter().map(|&x| T::of(x)).collect()).collect();
    let mut runner = tape.compile_with::<T>(program.inputs.clone(), outputs.to_vec(), passes).runner(par);
    let values: Vec<&[T]> = values.iter().map(Vec::as_slice).collect();
    // Twice: the second run meets what the first left in the arena.
    runner.evaluate(&values);
    runner.evaluate(&values);
    (0..outputs.len()).map(|i| runner.output(i).to_vec()).collect()
}

/// The outputs, which have the same bits whatever the passes and the number of threads.
fn check_bits<T: Element>(tape: &Tape, program: &Generated<'_>, outputs: &[Var<'_>]) -> Vec<Vec<T>> {
    let found = run::<T>(tape, program, outputs, Par::Seq, Passes::ALL);
    for (par, passes) in [
        (Par::Rayon, Passes::ALL),
        (Par::Seq, Passes::NONE),
        (Par::Seq, Passes { simplify: false, ..Passes::ALL }),
        (Par::Seq, Passes { group: false, ..Passes::ALL }),
        (Par::Seq, Passes { order: false, ..Passes::ALL }),
        (Par::Seq, Passes { place: false, ..Passes::ALL }),
    ] {
        let other = run::<T>(tape, program, outputs, par, passes);
        for (i, (found, other)) in found.iter().zip(&other).enumerate() {
            let same = same_bits(found, other);
            assert!(same, "{}, output {i}: {found:?} and with {par:?}, {passes:?}: {other:?}\n{program:?}", T::NAME);
        }
    }
    found
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(1.0, |size, x| size.max(x.abs()))
}

/// A rounding error of this size may happen in every operation: 8 units in the last place, as far as the kernels may be off.
const NOISE: f64 = 8.0 * f64::EPSILON;

/// The outputs agree with the slow twin, as far as rounding errors of their own leave them defined: a program may bend as sharply
/// as it likes.
fn check_values(program: &Generated<'_>, outputs: &[Var<'_>], found: &[Vec<f64>]) {
    let (inputs, outputs, values) = (program.inputs.clone(), outputs.to_vec(), program.values());
    let exact = reference::evaluate(inputs.clone(), outputs.clone(), &values);
    let spread = reference::spread(inputs, outputs, &values, NOISE);
    for (i, (found, exact)) in found.iter().zip(&exact).enumerate() {
        assert_eq!(found.len(), exact.len());
        let bound = 1e-8 * largest(exact) + 16.0 * spread[i];
        for (&found, &exact) in found.iter().zip(exact) {
            near(found, exact, bound, || format!("output {i} of {program:?}"));
        }
    }
}

fn check_derivatives(program: &Generated<'_>) {
    let inputs = program.inputs.clone();
    let options = Options {
        directions: 1,
        entries: 0,
        floor: 1e-3,
        exact: 1e-9,
        series: 1e-7,
        // What fails is printed as it is.
        effort: 0,
        ..Options::default()
    };
    let report = gradient(program.loss, inputs.clone(), inputs, &program.values(), &options);
    for check in [Check::Adjoint, Check::Symmetry, Check::Series, Check::Curvature] {
        let agrees = report.finding(check).is_none_or(|finding| finding.verdict < Verdict::Disagrees);
        assert!(agrees, "{program:?}\n{report}");
    }
}
