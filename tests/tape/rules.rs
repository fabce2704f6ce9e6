//! Every primitive alone: its jvp, vjp, Hessian product and third derivative, on random shapes with none, one and a few rows.

use proptest::prelude::*;
use tape::check::{Check, Finding, Options, Report, Verdict, gradient};
use tape::generate::{Bytes, ELEMENTWISE, Generated, Limits, primitive, primitives, strategy};
use tape::{Elementwise, Tape};

fn check(generated: &Generated<'_>, options: &Options) -> Report {
    let inputs = generated.inputs.clone();
    gradient(generated.outputs[0], inputs.clone(), inputs, &generated.values(), options)
}

/// Primitives with kinks, where a drawn point may lie within a step of one.
const KINKED: [&str; 8] = ["min", "max", "less", "select", "abs", "sign", "mixture", "mixture_dot"];

fn acceptable(name: &str, finding: &Finding) -> bool {
    let first_word = name.split(' ').next().unwrap_or_default();
    let by_differences = matches!(finding.check, Check::Jvp | Check::Vjp);
    match finding.verdict {
        Verdict::Agrees => true,
        Verdict::Precision | Verdict::Cancellation => false,
        Verdict::Kink => KINKED.contains(&first_word),
        // Differences know nothing of `stop_gradient`.
        Verdict::Disagrees => name == "stop_gradient" && by_differences && finding.values[0] == 0.0,
    }
}

/// A quarter of the usual number of cases, each of which goes through all primitives; `PROPTEST_CASES` counts here too.
fn a_quarter() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases / 4, ..usual }
}

fn check_all(bytes: &[u8], limits: &Limits, order: usize) -> Result<(), TestCaseError> {
    for (which, name) in primitives(limits).iter().enumerate() {
        let tape = Tape::new();
        let generated = primitive(&tape, which, &mut Bytes::new(bytes), limits);
        let report = check(&generated, &Options { order, ..Options::default() });
        let accepted = report.findings().iter().all(|finding| acceptable(name, finding));
        prop_assert!(accepted, "{name} on {:?}\n{report}", generated.inputs);
    }
    Ok(())
}

proptest! {
    #![proptest_config(a_quarter())]

    /// Mixtures of order 0 have three derivatives.
    #[test]
    fn third_order(bytes in strategy(0)) {
        check_all(&bytes, &Limits { side: 6, ..Limits::default() }, 3)?;
    }

    /// Those of order 1 (they are what a gradient is made of) have two, those of order 2 one.
    #[test]
    fn mixtures_of_higher_order(bytes in strategy(0)) {
        check_all(&bytes, &Limits { mixture_order: 1, ..Limits::default() }, 2)?;
        check_all(&bytes, &Limits { mixture_order: 2, ..Limits::default() }, 1)?;
    }
}

/// The table that the generator draws from names every elementwise operation: a new one does not compile here, and fails
/// until it is in the table.
#[test]
fn every_elementwise_operation_is_generated() {
    use Elementwise as E;
    let number = |op| match op {
        E::Add => 0,
        E::Sub => 1,
        E::Mul => 2,
        E::Div => 3,
        E::Min => 4,
        E::Max => 5,
        E::Less => 6,
        E::Select => 7,
        E::Neg => 8,
        E::Abs => 9,
        E::Sign => 10,
        E::Recip => 11,
        E::Sqrt => 12,
        E::Exp => 13,
        E::Ln => 14,
        E::Expm1 => 15,
        E::Ln1p => 16,
        E::Tanh => 17,
        E::Logistic => 18,
        E::Erf => 19,
        E::Sin => 20,
        E::Cos => 21,
        E::Asin => 22,
        E::Atan => 23,
        E::Powi(_) => 24,
        E::Powf(_) => 25,
        E::Scale(_) => 26,
        E::Shift(_) => 27,
    };
    let mut numbers = ELEMENTWISE.map(number);
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..28));
}

#[test]
fn empty_sums_are_zero_and_empty_rows_give_minus_infinity() {
    let tape = Tape::new();
    let x = tape.input(2, 0);
    let outputs = vec![x.sum(), x.sum_cols(), x.row_log_sum_exp()];
    let answer = tape::reference::evaluate(x, outputs, &[&[]]);
    assert_eq!(answer[0], [0.0]);
    assert_eq!(answer[1], [0.0; 2]);
    assert_eq!(answer[2], [f64::NEG_INFINITY; 2]);
}

#[test]
#[should_panic(expected = "mean: of no elements (0×3)")]
fn an_empty_mean_panics() {
    let tape = Tape::new();
    let _ = tape.input(0, 3).mean();
}

#[test]
#[should_panic(expected = "derivative of order 4")]
fn a_fourth_derivative_of_a_mixture_panics() {
    let tape = Tape::new();
    let bank = tape::Bank::new([tape::Activation::Tanh]);
    let (x, alpha) = (tape.input(1, 1), tape.input(1, 1));
    let mut y = x.mixture(&bank, alpha);
    for _ in 0..4 {
        y = tape::grad(y, x);
    }
}
