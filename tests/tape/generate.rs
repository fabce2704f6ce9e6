//! The generator of random programs.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use tape::check::{Check, Options, Verdict, gradient};
use tape::generate::{Bytes, Choices, Limits, Sequence, primitive, primitives, program, strategy};
use tape::reference::{evaluate, spread};
use tape::{Custom, Domain, Par, Shape, Tape};

use crate::custom::{Fault, operation};

proptest! {
    /// Whatever the bytes: a program, tame at its values, with shapes within reach of the limits.
    #[test]
    fn any_bytes_are_a_program(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let tape = Tape::new();
        let program = program(&tape, &mut Bytes::new(&bytes), &Limits::default());
        let outputs: Vec<_> = program.outputs.iter().copied().chain([program.loss]).collect();
        let answer = evaluate(program.inputs.clone(), outputs, &program.values());
        prop_assert!(answer.concat().iter().all(|x| x.is_finite()), "{program:?}");
    }

    /// Compiled programs agree with the interpreter where no rounding error can cross a jump. Some random programs bend sharply:
    /// of a million the worst missed 2e-11.
    #[test]
    fn compiled_programs_agree(bytes in strategy(20)) {
        let tape = Tape::new();
        let customs = vec![operation(Fault::None)];
        let limits = Limits { operations: 20, side: 9, kinks: false, customs, ..Limits::default() };
        let program = program(&tape, &mut Bytes::new(&bytes), &limits);
        let slopes = tape::grad(program.loss, program.inputs.clone());
        let outputs: Vec<_> = program.outputs.iter().copied().chain(slopes).collect();
        let expected = evaluate(program.inputs.clone(), outputs.clone(), &program.values());
        let spread = spread(program.inputs.clone(), outputs.clone(), &program.values(), 8.0 * f64::EPSILON);
        let compiled = tape.compile::<f64>(program.inputs.clone(), outputs);
        let mut runner = compiled.runner(Par::Seq);
        runner.evaluate(&program.values());
        for (i, expected) in expected.iter().enumerate() {
            let scale = expected.iter().fold(1.0, |scale: f64, x| scale.max(x.abs()));
            let bound = 1e-8 * scale + 16.0 * spread[i];
            let answer = runner.output(i);
            let same = answer.iter().zip(expected).all(|(a, b)| (a - b).abs() <= bound);
            prop_assert!(same && answer.len() == expected.len(), "output {i}: {answer:?} {expected:?}\n{program:?}");
        }
    }
}

#[test]
fn no_bytes_are_the_smallest_program() {
    let tape = Tape::new();
    let program = program(&tape, &mut Bytes::new(&[]), &Limits::default());
    assert_eq!(program.inputs.len(), 1);
    assert_eq!(program.outputs.len(), 1);
    assert_eq!(program.outputs[0].shape(), Shape::SCALAR);
}

/// A deleted record is a deleted primitive: the rest of the program stays.
#[test]
fn programs_shrink_by_records() {
    let length = |bytes: &[u8]| {
        let tape = Tape::new();
        program(&tape, &mut Bytes::new(bytes), &Limits { operations: 100, ..Limits::default() });
        tape.len()
    };
    let bytes: Vec<u8> = (0..20 * Bytes::RECORD).map(|i| (i * 37 % 251) as u8).collect();
    let lengths: Vec<usize> = (1..=20).map(|records| length(&bytes[..records * Bytes::RECORD])).collect();
    assert!(lengths.is_sorted() && lengths[0] < lengths[19], "{lengths:?}");
}

#[test]
fn a_seed_fixes_a_program() {
    let recorded = |seed| {
        let tape = Tape::new();
        let program = program(&tape, &mut Sequence::new(seed), &Limits::default());
        (tape.len(), evaluate(program.inputs.clone(), program.loss, &program.values()))
    };
    assert_eq!(recorded(3), recorded(3));
    assert_ne!(recorded(3), recorded(4));
}

/// The numbers of SplitMix64 do not change: seeds stand in reports.
#[test]
fn the_sequence_is_the_published_one() {
    let mut sequence = Sequence::new(1_234_567);
    let numbers: [usize; 3] = std::array::from_fn(|_| sequence.below(1 << 32));
    let published = [6_457_827_717_110_365_317_u64, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
    assert_eq!(numbers, published.map(|number| (number >> 32) as usize));
}

#[test]
fn every_primitive_has_a_name_of_its_own() {
    let names = primitives(&Limits { customs: vec![operation(Fault::None)], ..Limits::default() });
    let unique: BTreeSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
    assert_eq!(names.last().map(String::as_str), Some("sine_of_product"));
}

/// The generator has teeth: a wrong rule among the users' operations is found in random programs.
#[test]
fn a_wrong_operation_is_found_in_random_programs() {
    let customs: Vec<Arc<dyn Custom>> = vec![operation(Fault::VjpTransposed)];
    let limits = Limits { stop_gradient: false, customs, ..Limits::default() };
    let is_found = |seed: &u64| {
        let tape = Tape::new();
        let program = program(&tape, &mut Sequence::new(*seed), &limits);
        let options = Options { order: 1, directions: 1, ..Options::default() };
        let inputs = program.inputs.clone();
        let report = gradient(program.loss, inputs.clone(), inputs, &program.values(), &options);
        report.finding(Check::Adjoint).is_some_and(|finding| finding.verdict == Verdict::Disagrees)
    };
    let found = (0..1000).filter(is_found).count();
    assert!(found > 10, "{found} of 1000 programs");
}

/// Values come from where a primitive is defined.
#[test]
fn values_lie_in_the_domains() {
    let limits = Limits::default();
    let which = primitives(&limits).iter().position(|name| name == "ln").expect("ln is a primitive");
    for seed in 0..50 {
        let tape = Tape::new();
        let generated = primitive(&tape, which, &mut Sequence::new(seed), &limits);
        let Domain { low, high } = Domain::POSITIVE;
        assert!(generated.values().concat().iter().all(|x| (low..=high).contains(x)));
    }
}
