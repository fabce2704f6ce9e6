//! Programs off their tape: shrunk, printed as Rust, printed as Python.

use std::sync::Arc;

use proptest::prelude::*;
use tape::check::{Options, Verdict, everything};
use tape::generate::{Bytes, Limits, Sequence, program, strategy};
use tape::reference::{derivatives, evaluate};
use tape::{Custom, NoPython, Passes, Recording, Tape, python_prelude};

use crate::custom::{Fault, operation};
use crate::printed;

fn generated(seed: u64, limits: &Limits) -> Recording {
    let tape = Tape::new();
    program(&tape, &mut Sequence::new(seed), limits).recording()
}

/// The programs that stand in `printed.rs`, as the printer prints them.
fn printed_text() -> String {
    let mut text =
        String::from("//! Programs as the printer prints them: this file is compiled, and its programs compared.\n");
    for n in 0..printed::PROGRAMS.len() {
        text += &format!("\n{}", printed_original(n).to_rust(&format!("program_{n}")));
    }
    let names: Vec<String> = (0..printed::PROGRAMS.len()).map(|n| format!("program_{n}")).collect();
    text + &format!(
        "\npub(crate) const PROGRAMS: [fn() -> tape::Recording; {}] = [{}];\n",
        names.len(),
        names.join(", ")
    )
}

/// Program n of those that are printed: consecutive seeds whose programs have every primitive.
fn printed_original(n: usize) -> Recording {
    const FIRST: u64 = 61;
    let limits = Limits { operations: 8, mixture_order: 1, side: 3, ..Limits::default() };
    generated(FIRST + n as u64, &limits)
}

/// Printed source compiles, and records the same program: nodes, shapes, payload and values.
#[test]
fn printed_programs_are_the_programs() {
    let expected = printed_text();
    assert!(expected == include_str!("printed.rs"), "tests/tape/printed.rs should be:\n{expected}");
    for (seed, printed) in printed::PROGRAMS.iter().enumerate() {
        let (printed, original) = (printed(), printed_original(seed));
        let bits =
            |recording: &Recording| recording.evaluate().concat().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&printed), bits(&original), "program {seed}");
        assert_eq!(printed.values(), original.values(), "program {seed}");
    }
}

/// Every primitive occurs in what is printed and compiled.
#[test]
fn the_printed_programs_use_every_primitive() {
    let text = include_str!("printed.rs");
    for name in [
        "matmul",
        "mixture(",
        "mixture_order",
        "mixture_dot",
        "gather",
        "scatter_add",
        "slice",
        "unslice",
        "expand",
        "sum",
        "t()",
        "reshape",
        "row_log_sum_exp",
        "stop_gradient",
        "constant",
        "full",
        "select",
        "powf",
        "powi",
    ] {
        assert!(text.contains(&format!(".{name}")), "{name} is not among the printed programs");
    }
}

proptest! {
    // One program in seven is empty and does not count: with many cases, more than the default allows.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases / 4,
        max_global_rejects: ProptestConfig::default().cases.max(1024),
        ..ProptestConfig::default()
    })]

    /// Whatever is asked for, the smaller program has it, and nothing that small edits could still take away.
    #[test]
    fn a_shrunk_program_still_fails_and_is_small(bytes in strategy(12), which in 0..1000_usize) {
        let tape = Tape::new();
        let limits = Limits { customs: vec![operation(Fault::None)], ..Limits::default() };
        let recording = program(&tape, &mut Bytes::new(&bytes), &limits).recording();
        let names = recording.names();
        prop_assume!(!names.is_empty());
        let wanted = names[which % names.len()].split(' ').next().unwrap_or_default().to_owned();
        let has = |candidate: &Recording| candidate.names().iter().any(|name| name.starts_with(&wanted));
        let smallest = recording.shrink(has);
        prop_assert!(has(&smallest), "{smallest}");
        prop_assert_eq!(smallest.len(), 1, "{}\n{}", wanted, smallest);
        smallest.evaluate();
    }

    /// Random programs pass all oracles.
    #[test]
    fn all_oracles_agree(bytes in strategy(12)) {
        let tape = Tape::new();
        let limits = Limits { kinks: false, side: 5, customs: vec![operation(Fault::None)], ..Limits::default() };
        let recording = program(&tape, &mut Bytes::new(&bytes), &limits).recording();
        let options = Options { directions: 1, entries: 4, floor: 1e-3, exact: 1e-9, series: 1e-7, difference: 1e-5, ..Options::default() };
        let report = everything(&recording, &options);
        let refuted = |candidate: &Recording| everything(candidate, &options).verdict() == Verdict::Disagrees;
        prop_assert!(report.verdict() < Verdict::Disagrees, "{report}\n{}", recording.shrink(refuted));
    }
}

/// The smallest program that fails has one primitive, the smallest shape and the simplest numbers.
#[test]
fn a_wrong_operation_in_a_large_program_shrinks_to_itself() {
    let wrong: Arc<dyn Custom> = operation(Fault::JvpSign);
    let limits =
        Limits { operations: 20, customs: vec![wrong], kinks: false, stop_gradient: false, ..Limits::default() };
    let options = Options { order: 1, directions: 1, entries: 4, ..Options::default() };
    let refuted = |candidate: &Recording| {
        candidate.evaluate().concat().iter().all(|x| x.is_finite())
            && everything(candidate, &options).verdict() == Verdict::Disagrees
    };
    let failing: Vec<Recording> =
        (0..200).map(|seed| generated(seed, &limits)).filter(|recording| refuted(recording)).take(3).collect();
    assert_eq!(failing.len(), 3, "few programs fail");
    for recording in failing {
        let smallest = recording.shrink(refuted);
        assert_eq!(smallest.names(), ["sine_of_product"], "{smallest}");
        assert!(smallest.values().concat().iter().all(|x| [0.0, 1.0, -1.0].contains(x)), "{smallest}");
        assert!(smallest.values().concat().len() <= 2, "{smallest}");
    }
}

#[test]
fn shrinking_simplifies_shapes_payload_and_numbers() {
    let tape = Tape::new();
    let (x, alpha) = (tape.input(4, 6), tape.input(3, 2));
    let bank = tape::Bank::new([tape::Activation::Gelu, tape::Activation::Sin, tape::Activation::Silu]);
    let y = (x * 0.37).mixture(&bank, alpha).gather(vec![3, 7, 11, 2], 2, 2).powi(5);
    let values: [Vec<f64>; 2] = [(0..24).map(|i| 0.1 * f64::from(i)).collect(), vec![0.123; 6]];
    let recording = Recording::new([x, alpha], y, &[&values[0], &values[1]]);
    let has = |names: &[&str], candidate: &Recording| {
        names.iter().all(|wanted| candidate.names().iter().any(|name| name.starts_with(wanted)))
    };
    let smallest = recording
        .shrink(|candidate| has(&["mixture", "gather"], candidate) && !candidate.evaluate().concat().is_empty());
    assert_eq!(
        smallest.to_rust("smallest"),
        "fn smallest() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(1, 1);
    let y1 = x0.mixture(&tape::Bank::new([tape::Activation::Identity]), x0);
    let y2 = y1.gather([0], 1, 1);
    tape::Recording::new([x0], [y2], &[&[0.0]])
}
"
    );
}

#[test]
fn python_keeps_the_program_as_it_was_recorded_and_refuses_users_operations() {
    let tape = Tape::new();
    let (x, y) = (tape.input(2, 2), tape.input(2, 2));
    let text =
        "def f(x0, x1):\n    y2 = jax.lax.stop_gradient(x0)\n    y3 = x1.T\n    y4 = y2 @ y3\n    return (y4, x1,)\n";
    let outputs = [x.stop_gradient().matmul(y.t()), y];
    for passes in [Passes::ALL, Passes::NONE] {
        let program = tape.compile_with::<f32>([x, y], outputs, passes);
        assert_eq!(program.to_python("f").as_deref(), Ok(text));
    }
    assert!(python_prelude().contains("jax_enable_x64"));
    let call = tape::Var::custom(&operation(Fault::None), &[x, y]);
    let error: NoPython = tape.compile::<f64>([x, y], call).to_python("f").expect_err("a user's operation");
    assert_eq!(error.operation, "sine_of_product");
    assert!(error.to_string().contains("recording.rs"), "{error}");
}

/// Taylor series against closed forms, to third order.
#[test]
fn series_are_derivatives() {
    let tape = Tape::new();
    let x = tape.input(1, 1);
    let (t, s) = (0.7_f64, 1.3_f64);
    let cases = [
        (x.exp(), [t.exp(), s * t.exp(), s * s * t.exp(), s.powi(3) * t.exp()]),
        (x.ln(), [t.ln(), s / t, -s * s / (t * t), 2.0 * s.powi(3) / t.powi(3)]),
        (x.sin(), [t.sin(), s * t.cos(), -s * s * t.sin(), -s.powi(3) * t.cos()]),
        (x.powf(0.5), [t.sqrt(), 0.5 * s / t.sqrt(), -0.25 * s * s * t.powf(-1.5), 0.375 * s.powi(3) * t.powf(-2.5)]),
        (x.powi(-1), [1.0 / t, -s / t.powi(2), 2.0 * s * s / t.powi(3), -6.0 * s.powi(3) / t.powi(4)]),
    ];
    for (n, (y, expected)) in cases.into_iter().enumerate() {
        let found = derivatives(x, y, &[&[t]], &[&[s]]).expect("no user's operation");
        for (k, expected) in expected.into_iter().enumerate() {
            assert!((found[0][k][0] - expected).abs() < 1e-13, "case {n}, order {k}: {} {expected}", found[0][k][0]);
        }
    }
    let value = derivatives(x, x * x, &[&[t]], &[&[s]]).expect("no user's operation");
    assert_eq!(value[0][0], evaluate(x, x * x, &[&[t]])[0]);
}

/// e⁻ˣ overflows at −800, and the series is that of a function that is 0 there.
#[test]
fn the_series_of_the_logistic_far_from_zero() {
    let tape = Tape::new();
    let x = tape.input(1, 1);
    for t in [-800.0, -30.0, -0.5, 0.0, 0.5, 30.0, 800.0_f64] {
        let found = derivatives(x, x.logistic(), &[&[t]], &[&[1.0]]).expect("no user's operation");
        let (y, z) = if t < 0.0 {
            (t.exp() / (1.0 + t.exp()), 1.0 / (1.0 + t.exp()))
        } else {
            (1.0 / (1.0 + (-t).exp()), (-t).exp() / (1.0 + (-t).exp()))
        };
        let expected = [y, y * z, y * z * (z - y), y * z * (1.0 - 6.0 * y * z)];
        for (k, expected) in expected.into_iter().enumerate() {
            let found = found[0][k][0];
            assert!((found - expected).abs() <= 1e-13 * expected.abs(), "order {k} at {t}: {found} {expected}");
        }
    }
}
