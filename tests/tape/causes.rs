//! The checker says why: agreement, a kink, cancellation, rounding, infinities, or the node whose rule is wrong.

use std::sync::Arc;

use tape::check::{Cause, Check, Options, Verdict, by_hand, function, gradient};
use tape::{Custom, Shape, Tape, Var};

use crate::custom::{Fault, operation};

/// What the checker says of a function of one number.
fn cause_of(f: impl for<'t> Fn(Var<'t>) -> Var<'t>, at: f64) -> String {
    let report = function(|x| f(x[0]), &[(Shape::SCALAR, &[at])], &Options::default());
    match report.cause() {
        Cause::WrongRule(rule) => rule.name.clone(),
        cause => format!("{cause:?}"),
    }
}

#[test]
fn every_cause_has_its_name() {
    assert_eq!(cause_of(|x| x.exp() * x, 0.3), "Agrees");
    assert_eq!(cause_of(|x| x.abs(), 1e-7), "Kink");
    // The quotients of (x + 10¹²) − 10¹² are rounding only.
    assert_eq!(cause_of(|x| ((x * 1e-3).sin() + 1e12) - 1e12, 0.3), "Cancellation");
    // The slope at 1 − 10⁻¹⁵ of arcsin is rounding only: so says the slow twin of the slope.
    assert_eq!(cause_of(|x| x.sqrt(), 0.0), "NotFinite");
    assert_eq!(cause_of(|x| x.ln(), -1.0), "NotFinite");
    assert_eq!(cause_of(|x| x.sin() * x.stop_gradient(), 0.3), "stop_gradient");
}

/// A derivative that rounding destroys is no wrong rule: x − x at 10⁹ leaves rounding errors in forward and reverse mode alike.
#[test]
fn a_badly_conditioned_derivative_is_rounding() {
    let tape = Tape::new();
    let (x, w) = (tape.input(4, 1), tape.input(4, 1));
    // Σ wᵢxᵢ with terms of 10⁹ that cancel to 10⁻⁷: ⟨vjp, v⟩ and ⟨u, jvp⟩ add in another order.
    let y = (x * w).sin().sum() * 1e9 - (x * w).sin().sum() * 1e9 + x.sum() * 1e-9;
    let options = Options { order: 1, ..Options::default() };
    let report = gradient(y, x, (x, w), &[&[0.3, 0.1, -0.7, 0.9], &[1.1, 0.3, 0.2, -0.4]], &options);
    assert!(report.verdict() < Verdict::Disagrees, "{report}");
}

/// Frozen in the second derivative only, one operation among right ones.
#[test]
fn a_wrong_rule_is_named_with_its_node_and_line() {
    for fault in [Fault::JvpSign, Fault::JvpDroppedTerm, Fault::Factor, Fault::VjpTransposed, Fault::Frozen] {
        let tape = Tape::new();
        let (a, b) = (tape.input(3, 3), tape.input(3, 3));
        let wrong: Arc<dyn Custom> = operation(fault);
        let y = Var::custom(&wrong, &[a.tanh(), b * 0.3]);
        let line = line!() - 1;
        let loss = y.exp().matmul(a).sum();
        let at: Vec<f64> = (0..9).map(|i| 0.37 + 0.1 * f64::from(i)).collect();
        let report = gradient(loss, (a, b), (a, b), &[&at, &at], &Options::default());
        let Cause::WrongRule(rule) = report.cause() else { panic!("{fault:?}: {report}") };
        assert_eq!((rule.name.as_str(), rule.node), ("sine_of_product", 2), "{fault:?}");
        assert!(rule.location.contains(&format!("causes.rs:{line}")), "{}", rule.location);
        let (elements, text) = (rule.smallest.values().concat().len(), report.to_string());
        println!("{fault:?}\n{report}");
        assert!(elements <= if fault == Fault::VjpTransposed { 8 } else { 3 }, "{fault:?}: {report}");
        assert!(
            text.contains("fn recorded(custom0: &std::sync::Arc<dyn tape::Custom>) -> tape::Recording {"),
            "{text}"
        );
        let custom = tape::check::custom(&wrong, &Options::default());
        assert_eq!(custom[0].verdict(), Verdict::Disagrees);
    }
}

/// The more candidates may be tried, the smaller the example: none leaves it as it was given.
#[test]
fn the_search_for_a_small_example_has_a_limit() {
    let wrong: Arc<dyn Custom> = operation(Fault::JvpSign);
    let at: Vec<f64> = (0..9).map(|i| 0.37 + 0.1 * f64::from(i)).collect();
    let sizes: Vec<usize> = [0, 2, 10_000]
        .into_iter()
        .map(|effort| {
            let tape = Tape::new();
            let (a, b) = (tape.input(3, 3), tape.input(3, 3));
            let loss = Var::custom(&wrong, &[a, b]).sum();
            let report = gradient(loss, (a, b), (a, b), &[&at, &at], &Options { effort, ..Options::default() });
            let Cause::WrongRule(rule) = report.cause() else { panic!("{report}") };
            rule.smallest.values().concat().len()
        })
        .collect();
    assert!(sizes[0] == 18 && sizes[1] <= 18 && sizes[2] <= 3, "{sizes:?}");
}

#[test]
fn gradients_by_hand() {
    let rosenbrock = |x: &[f64]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
    let right = |x: &[f64]| {
        let bend = x[1] - x[0] * x[0];
        vec![-2.0 * (1.0 - x[0]) - 400.0 * x[0] * bend, 200.0 * bend]
    };
    let options = Options::default();
    by_hand(rosenbrock, right, &[-1.2, 1.0], &options).unwrap();
    by_hand(rosenbrock, right, &[1.0, 1.0], &options).unwrap();
    let wrong = |x: &[f64]| right(x).into_iter().map(|slope| slope * 1.0001).collect();
    let report = by_hand(rosenbrock, wrong, &[-1.234, 0.777], &options);
    assert_eq!(report.cause(), Cause::Wrong, "{report}");
    let smallest = &report.smallest_input().expect("refuted")[0];
    assert!(smallest.iter().all(|x| x.fract() == 0.0), "{report}");
    let kinked = by_hand(|x: &[f64]| x[0].abs(), |x: &[f64]| vec![x[0].signum()], &[1e-9], &options);
    assert_eq!(kinked.cause(), Cause::Kink, "{kinked}");
    let drowned = by_hand(|x: &[f64]| (x[0] + 1e14) - 1e14, |_: &[f64]| vec![1.0], &[0.3], &options);
    assert_eq!(drowned.cause(), Cause::Cancellation, "{drowned}");
}

/// Taylor series know no rule: they refute a factor that forward and reverse mode share, to ten digits.
#[test]
fn series_refute_what_differences_cannot_see() {
    let tape = Tape::new();
    let x = tape.input(2, 2);
    let report = gradient(x.matmul(x).exp(), x, x, &[&[0.1, -0.2, 0.3, 0.4]], &Options::default());
    for check in [Check::Series, Check::Curvature] {
        assert!(report.finding(check).is_some_and(|finding| finding.error < 1e-13), "{report}");
    }
}
