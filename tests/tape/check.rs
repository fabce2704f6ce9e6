//! The gradient checker itself: what it says of right and wrong derivatives, kinks, and numbers that are none.

use tape::check::{Check, Finding, Options, Place, Report, Verdict, gradient};
use tape::{Tape, Var, reference};

/// The checker on a function of one vector.
fn report_of(f: impl for<'t> Fn(Var<'t>) -> Var<'t>, point: &[f64]) -> Report {
    let tape = Tape::new();
    let x = tape.input(point.len(), 1);
    gradient(f(x), x, x, &[point], &Options::default())
}

fn finding(report: &Report, check: Check) -> &Finding {
    report.finding(check).expect("something to compare")
}

#[test]
fn smooth_functions_agree_far_below_the_tolerance() {
    let functions: [fn(Var<'_>) -> Var<'_>; 5] = [
        |x| x.exp().sum().ln(),
        |x| x * x.sum(),
        |x| x.t().matmul(x).sin(),
        |x| (x + 3.0).recip().sqrt(),
        |x| x.powi(3) * 1e6,
    ];
    for f in functions {
        let report = report_of(f, &[0.3, -1.1, 0.8]);
        report.unwrap();
        assert!(report.findings().iter().all(|finding| finding.error < 1e-10), "{report}");
        assert_eq!(report.findings().len(), 7);
    }
}

/// A function whose recorded derivative is `slope` times that of sin.
fn wrong_by(slope: f64) -> impl for<'t> Fn(Var<'t>) -> Var<'t> {
    move |x| x.sin() * slope + x.sin().stop_gradient() * (1.0 - slope)
}

/// Forward and reverse mode err alike here, so only differences refute them.
#[test]
fn a_small_factor_is_refuted_and_is_no_kink() {
    let report = report_of(wrong_by(1.0 + 1e-6), &[0.3, -1.1, 0.8]);
    assert_eq!(report.verdict(), Verdict::Disagrees, "{report}");
    assert_eq!(finding(&report, Check::Adjoint).verdict, Verdict::Agrees);
    for check in [Check::Jvp, Check::Vjp] {
        let found = finding(&report, check);
        assert_eq!(found.verdict, Verdict::Disagrees);
        assert!((found.error / 1e-6 - 1.0).abs() < 0.1, "{found}");
    }
}

#[test]
fn the_worst_entry_is_named() {
    let tape = Tape::new();
    let (x, y) = (tape.input(2, 1), tape.input(3, 1));
    let mask = tape.constant(3, 1, &[0.0, 0.0, 1.0]);
    let loss = x.sum() + (y * mask).stop_gradient().sum();
    let report = gradient(loss, (x, y), (y, x), &[&[1.0, 2.0, 3.0], &[4.0, 5.0]], &Options::default());
    assert_eq!(finding(&report, Check::Vjp).place, Place::Input { input: 1, element: 2 });
    assert_eq!(finding(&report, Check::Vjp).values[0], 0.0);
    assert!(report.to_string().contains("at element 2 of variable 1"), "{report}");
}

/// At a kink, and within the finest step of one, a difference quotient proves nothing: that is told apart from a wrong rule.
/// Further away finer steps pass it by.
#[test]
fn kinks_are_told_apart() {
    let kinked: fn(Var<'_>) -> Var<'_> = |x| x.less(x.zeros_like()).select(x * 0.1, x);
    for distance in [1e-3, 1e-5, 5e-6, 1e-6, 1e-9] {
        let expected = if distance < 8e-6 { Verdict::Kink } else { Verdict::Agrees };
        for at in [-distance, distance] {
            let report = report_of(kinked, &[at]);
            assert_eq!(finding(&report, Check::Vjp).verdict, expected, "at {at}\n{report}");
            assert_eq!(finding(&report, Check::Adjoint).verdict, Verdict::Agrees, "at {at}\n{report}");
        }
    }
    // Where the function is curved, the quotients of the two sides approach each other before they differ, and those of one step may be
    // of one mind by chance.
    let curved: [fn(Var<'_>) -> Var<'_>; 2] =
        [|x| 0.5 * x * x.abs() - 1000.0 * x.powi(3), |x| 0.5 * x * x.abs() - 8.25e8 * x.powi(5)];
    for f in curved {
        let report = report_of(f, &[1e-9]);
        assert_eq!(finding(&report, Check::Hvp).verdict, Verdict::Kink, "{report}");
    }
    // A step of the gradient shows in the Hessian.
    let report = report_of(|x| x * x.abs(), &[1e-6]);
    assert_eq!(finding(&report, Check::Hvp).verdict, Verdict::Kink, "{report}");
}

/// A wrong rule beside a kink is still refuted: the finer steps decide.
#[test]
fn a_wrong_rule_beside_a_kink_is_refuted() {
    let wrong = wrong_by(1.1);
    let report = report_of(|x| wrong(x.abs()), &[1e-3]);
    assert_eq!(finding(&report, Check::Vjp).verdict, Verdict::Disagrees, "{report}");
}

/// A smooth function that bends within a step is no kink.
#[test]
fn a_steep_function_agrees() {
    report_of(|x| (x * 500.0).sin(), &[0.7]).unwrap();
}

/// Within a step it goes through several periods: quotients of three steps may be of one mind by chance, as here, and refute nothing.
#[test]
fn an_oscillation_within_a_step_is_not_refuted() {
    for omega in (1000..20_000).step_by(7) {
        let frequency = f64::from(omega);
        let report = report_of(move |x| (x * frequency).sin(), &[0.7]);
        assert!(report.verdict() < Verdict::Disagrees, "{frequency}: {report}");
    }
}

/// abs′(0) = 0 and ½ for each operand of a tie are what central differences see; the Hessian has no value there.
#[test]
fn the_slope_at_a_tie_is_the_mean_of_the_sides() {
    let functions: [fn(Var<'_>) -> Var<'_>; 3] = [|x| x.abs(), |x| x.max(x.zeros_like()), |x| (x * 2.0).min(x * -3.0)];
    for f in functions {
        let report = report_of(f, &[0.0]);
        assert_eq!(finding(&report, Check::Vjp).verdict, Verdict::Agrees, "{report}");
        assert_eq!(finding(&report, Check::Jvp).verdict, Verdict::Agrees, "{report}");
        assert_eq!(finding(&report, Check::Hvp).verdict, Verdict::Kink, "{report}");
    }
}

/// Where tanh x is almost 1 its slope, 1 − tanh² x, is small with the rounding of 1: differences of it are noise, and finer steps only more of it.
#[test]
fn a_slope_that_saturates_is_no_kink() {
    for at in [8.0, 8.5, 9.0, 9.5, 10.0, 10.5, 11.0] {
        let report = report_of(|x| (x.tanh() * 2.0).powi(5).sin(), &[at]);
        assert_eq!(finding(&report, Check::Hvp).verdict, Verdict::Cancellation, "at {at}\n{report}");
        for check in [Check::Jvp, Check::Vjp] {
            assert!(finding(&report, check).verdict <= Verdict::Cancellation, "at {at}\n{report}");
        }
        for check in [Check::Adjoint, Check::Series, Check::Curvature, Check::Symmetry] {
            assert_eq!(finding(&report, check).verdict, Verdict::Agrees, "at {at}\n{report}");
        }
    }
}

#[test]
fn nan_is_never_agreement() {
    // 0 · ∞: the slope of √ at 0 meets a zero.
    let report = report_of(|x| (x * 0.0).sqrt() * 0.0 + x, &[1.0]);
    assert_eq!(report.verdict(), Verdict::Disagrees);
    assert!(finding(&report, Check::Vjp).error.is_infinite() && finding(&report, Check::Vjp).values[0].is_nan());
    // Outside of the domain everything is NaN.
    assert_eq!(report_of(|x| x.ln(), &[-1.0]).verdict(), Verdict::Disagrees);
}

#[test]
fn nothing_to_compare_agrees() {
    let tape = Tape::new();
    let (x, y) = (tape.input(0, 2), tape.input(1, 1));
    gradient(x.exp(), (x, y), (x, y), &[&[], &[1.0]], &Options::default()).unwrap();
    gradient(y, (), y, &[&[1.0]], &Options::default()).unwrap();
    gradient(tape.full(2, 2, 1.0), y, y, &[&[1.0]], &Options { order: 3, ..Options::default() }).unwrap();
}

#[test]
fn the_same_seed_gives_the_same_report_and_the_program_is_left_alone() {
    let tape = Tape::new();
    let x = tape.input(2, 2);
    let loss = x.matmul(x).tanh().sum();
    let point = [0.1, 0.2, -0.3, 0.4];
    let before = reference::evaluate(x, loss, &[&point]);
    let check = |seed| gradient(loss, x, x, &[&point], &Options { seed, order: 3, ..Options::default() });
    assert_eq!(check(1), check(1));
    assert_ne!(check(1), check(2));
    assert_eq!(reference::evaluate(x, loss, &[&point]), before);
}

#[test]
#[should_panic(expected = "a derivative was refuted\n  ⟨vjp u, v⟩ = ⟨u, jvp v⟩: agrees")]
fn unwrap_panics_with_the_report() {
    report_of(wrong_by(2.0), &[0.5]).unwrap();
}

#[test]
#[should_panic(expected = "is not among the inputs")]
fn a_variable_that_is_no_input_panics() {
    let tape = Tape::new();
    let x = tape.input(1, 1);
    let y = x * 2.0;
    gradient(y.exp(), y, x, &[&[1.0]], &Options::default()).unwrap();
}
