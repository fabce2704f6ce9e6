//! Derivatives of whole programs.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tape::check::{Check, Options, Report, Verdict, gradient};
use tape::generate::{ACTIVATIONS, Bytes, Limits, program, strategy};
use tape::reference::evaluate;
use tape::{Activation, Bank, Tape, gauss_newton, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp};

/// First to third derivatives of smooth random programs agree with each other and with differences, but where a slope is so small that
/// rounding drowns its differences.
#[test]
fn of_smooth_programs() {
    let limits = Limits { kinks: false, stop_gradient: false, ..Limits::default() };
    check_programs(&limits, Verdict::Cancellation, Report::verdict);
}

/// With kinks too, except at the kinks.
#[test]
fn of_programs_with_kinks() {
    let limits = Limits { stop_gradient: false, ..Limits::default() };
    check_programs(&limits, Verdict::Kink, |report| match report.verdict() {
        Verdict::Kink => Verdict::Agrees,
        verdict => verdict,
    });
}

/// Forward and reverse mode are transposes of each other and Hessians symmetric whatever is in a program, but for the rounding of terms that
/// cancel.
#[test]
fn of_all_programs() {
    check_programs(&Limits::default(), Verdict::Precision, |report| {
        let verdict = |check| report.finding(check).expect("compared").verdict;
        verdict(Check::Adjoint).max(verdict(Check::Symmetry))
    });
}

/// The verdict on every random program is at most `excused`, and on few it is not that they agree: on one and one in a thousand.
fn check_programs(limits: &Limits, excused: Verdict, verdict: impl Fn(&Report) -> Verdict) {
    let (cases, differ) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(ProptestConfig::with_source_file(file!()));
    let outcome = runner.run(&strategy(12), |bytes| {
        let report = check_program(&bytes, limits);
        let verdict = verdict(&report);
        prop_assert!(verdict <= excused, "{report}");
        cases.set(cases.get() + 1);
        differ.set(differ.get() + usize::from(verdict != Verdict::Agrees));
        Ok(())
    });
    outcome.unwrap();
    assert!(differ.get() <= 1 + cases.get() / 1000, "{} of {} do not agree", differ.get(), cases.get());
}

/// sin y + sin(−y) is 0 with all its derivatives. Its Hessian is the difference of two that have elements of thousands: what is left is
/// their rounding, and the checker calls it so. (The condition holds everywhere; without it the terms happen to cancel exactly.)
#[test]
fn of_terms_that_cancel() {
    let tape = Tape::new();
    let x = tape.input(1, 4);
    let y = x.powi(5);
    let loss = (-y).sin().sum() + x.cos().select(y, x).sin().sum();
    let x_data = [-1.970_407, 1.668_346, 1.650_126, -1.575_474];
    let report = gradient(loss, x, x, &[&x_data], &Options { floor: 1e-3, exact: 1e-11, ..Options::default() });
    let symmetry = report.finding(Check::Symmetry).expect("compared");
    assert_eq!(symmetry.verdict, Verdict::Precision, "{report}");
    let largest = x_data.map(|x| (5.0 * x.powi(4)).powi(2)).into_iter().fold(0.0, f64::max);
    assert!(
        largest > 5_000.0 && symmetry.values.iter().all(|left| left.abs() <= 4.0 * f64::EPSILON * largest),
        "{report}"
    );
}

fn check_program(bytes: &[u8], limits: &Limits) -> Report {
    let tape = Tape::new();
    let program = program(&tape, &mut Bytes::new(bytes), limits);
    // The values of a program are near one, but what a random one computes may cancel.
    let options = Options { order: 3, directions: 1, entries: 8, floor: 1e-3, exact: 1e-11, ..Options::default() };
    let inputs = program.inputs.clone();
    gradient(program.loss, inputs.clone(), inputs, &program.values(), &options)
}

/// x of 3 × 4 with α of h × 2: every entry of x is away from the kinks, which are all at 0.
fn check_mixture(activations: &[Activation], tolerance: f64) {
    let tape = Tape::new();
    let bank = Bank::new(activations);
    let (x, alpha) = (tape.input(3, 4), tape.input(bank.len(), 2));
    let output = x.mixture(&bank, alpha);
    let x_data: Vec<f64> = (0..12).map(|i| 0.23 * f64::from(i) - 1.3).collect();
    let alpha_data: Vec<f64> = (0..2 * bank.len()).map(|i| (1.0 + i as f64).sin()).collect();
    let options = Options { order: 3, third: tolerance, ..Options::default() };
    gradient(output, (x, alpha), (x, alpha), &[&x_data, &alpha_data], &options).unwrap();
}

#[test]
fn third_order_through_a_mixture_of_every_activation() {
    for activation in ACTIVATIONS {
        check_mixture(&[activation], 1e-6);
    }
    check_mixture(&ACTIVATIONS, 1e-6);
}

#[test]
fn third_order_through_layers_with_two_mixtures() {
    let tape = Tape::new();
    let bank = Bank::new([Activation::Tanh, Activation::Silu, Activation::Gelu]);
    let (x, w) = (tape.input(5, 3), tape.input(3, 4));
    let (alpha, v) = (tape.input(3, 2), tape.input(4, 1));
    let hidden = x.matmul(w).mixture(&bank, alpha);
    let loss = hidden.matmul(v).mixture(&bank, alpha.slice(0, 3, 1)).powi(2).mean();
    let data = |count: usize, shift: f64| -> Vec<f64> { (0..count).map(|i| (i as f64 * 0.7 + shift).sin()).collect() };
    let (x_data, w_data, alpha_data, v_data) = (data(15, 0.1), data(12, 0.5), data(6, 1.0), data(4, 2.0));
    let values: [&[f64]; 4] = [&x_data, &w_data, &alpha_data, &v_data];
    let options = Options { order: 3, ..Options::default() };
    gradient(loss, (w, alpha, v), (x, w, alpha, v), &values, &options).unwrap();
}

/// The table of activations that is tested names every one: a new one does not compile here, and fails until it is there.
#[test]
fn every_activation_is_tested() {
    use Activation as A;
    let number = |activation| match activation {
        A::Relu => 0,
        A::LeakyRelu(_) => 1,
        A::Tanh => 2,
        A::Sigmoid => 3,
        A::Softplus => 4,
        A::Silu => 5,
        A::Gelu => 6,
        A::Elu(_) => 7,
        A::Sin => 8,
        A::Identity => 9,
        A::Square => 10,
        A::Erf => 11,
        A::Hermite(_) => 12,
    };
    let mut numbers: Vec<i32> = ACTIVATIONS.map(number).into();
    numbers.sort_unstable();
    numbers.dedup();
    assert!(numbers.into_iter().eq(0..13));
}

#[test]
fn the_hessian_has_the_hvp_as_columns() {
    let tape = Tape::new();
    let (x, d) = (tape.input(3, 1), tape.input(3, 1));
    let loss = (x.t().matmul(x)).exp().sum() + x.powi(3).sum();
    let outputs = vec![hessian(loss, x).matmul(d), hvp(loss, x, d)];
    let answer = evaluate((x, d), outputs, &[&[0.1, -0.4, 0.3], &[1.0, 2.0, -0.5]]);
    close(&answer[0], &answer[1], 1e-14);
}

#[test]
fn the_jacobian_has_a_vjp_as_every_row_and_a_jvp_as_every_column() {
    let tape = Tape::new();
    let (x, u, v) = (tape.input(2, 3), tape.input(3, 3), tape.input(2, 3));
    let output = x.t().matmul(x).sin();
    let matrix = jacobian(output, x);
    let outputs = vec![
        matrix.matmul(v.reshape(6, 1)).reshape(3, 3),
        jvp(output, x, v),
        u.reshape(1, 9).matmul(matrix).reshape(2, 3),
        vjp(output, u, x),
    ];
    let data = |count: usize| -> Vec<f64> { (0..count).map(|i| (i as f64 + 0.3).cos()).collect() };
    let answer = evaluate((x, u, v), outputs, &[&data(6), &data(9), &data(6)]);
    close(&answer[0], &answer[1], 1e-14);
    close(&answer[2], &answer[3], 1e-14);
}

/// Jᵀ ℓ″ J d of a squared loss, plus the exact Hessian of the ridge, which does not pass through the prediction.
#[test]
fn gauss_newton_of_a_squared_loss_with_a_ridge() {
    let tape = Tape::new();
    let (w, d) = (tape.input(2, 1), tape.input(2, 1));
    let prediction = tape.constant(3, 2, &[1.0, 2.0, -1.0, 0.5, 0.3, 1.5]).matmul(w).tanh();
    let loss = prediction.powi(2).sum() * 0.5 + w.powi(4).sum();
    let matrix = jacobian(prediction, w);
    let by_hand = matrix.t().matmul(matrix.matmul(d)) + 12.0 * w.powi(2) * d;
    let answer = evaluate((w, d), vec![gauss_newton(loss, prediction, w, d), by_hand], &[&[0.4, -0.7], &[1.0, 0.3]]);
    close(&answer[0], &answer[1], 1e-14);
}

#[test]
fn what_the_loss_does_not_depend_on_gets_zeros_of_its_shape() {
    let tape = Tape::new();
    let (x, y) = (tape.input(2, 2), tape.input(0, 3));
    let (loss, slopes) = value_and_grad(x.sum(), (x, y, x.stop_gradient()));
    assert_eq!(slopes.1.shape(), y.shape());
    let answer = evaluate((x, y), vec![loss, slopes.0, slopes.2], &[&[1.0, 2.0, 3.0, 4.0], &[]]);
    assert_eq!(answer, [vec![10.0], vec![1.0; 4], vec![0.0; 4]]);
}

/// A gradient in an intermediate value, and x · x, whose two operands are one value.
#[test]
fn intermediate_values_and_repeated_operands() {
    let tape = Tape::new();
    let x = tape.input(1, 1);
    let square = x * x;
    let loss = square * square.exp();
    let answer = evaluate(x, vec![grad(loss, square), grad(loss, x)], &[&[1.5]]);
    let slope = (1.0 + 2.25) * 2.25_f64.exp();
    close(&answer[0], &[slope], 1e-15);
    close(&answer[1], &[slope * 3.0], 1e-15);
}

#[test]
fn a_stopped_gradient_is_constant_in_every_derivative() {
    let tape = Tape::new();
    let x = tape.input(1, 1);
    let loss = x.powi(2) * x.powi(2).stop_gradient();
    let slope = grad(loss, x);
    let answer = evaluate(x, vec![slope, grad(slope, x)], &[&[3.0]]);
    assert_eq!(answer, [[54.0], [18.0]]);
}

#[test]
#[should_panic(expected = "jvp: 1 tangents for 2 variables")]
fn a_missing_tangent_panics() {
    let tape = Tape::new();
    let (x, y) = (tape.input(1, 1), tape.input(1, 1));
    let _ = jvp(x * y, vec![x, y], vec![x]);
}

#[test]
#[should_panic(expected = "vjp: 1 cotangents for 2 outputs")]
fn a_missing_cotangent_panics() {
    let tape = Tape::new();
    let x = tape.input(1, 1);
    let _ = vjp(vec![x, x * x], vec![x], x);
}

#[track_caller]
fn close(a: &[f64], b: &[f64], tolerance: f64) {
    let scale = a.iter().chain(b).fold(0.0, |scale: f64, x| scale.max(x.abs()));
    assert!(a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * scale), "{a:?} {b:?}");
}

#[test]
fn an_activation_is_its_jet() {
    let tape = tape::Tape::new();
    let x = tape.input(1, 1);
    for activation in ACTIVATIONS {
        let mut derivatives = vec![x.activation(activation)];
        for k in 1..4 {
            let slope = tape::grad(derivatives[k - 1], x);
            derivatives.push(slope);
        }
        let program = tape.compile::<f64>(x, derivatives);
        let mut runner = program.runner(tape::Par::Seq);
        for at in [-2.5, -0.3, 0.7, 3.0] {
            runner.evaluate(&[&[at]]);
            for (k, expected) in activation.reference(at).into_iter().enumerate() {
                let found = runner.output(k)[0];
                let off = (found - expected).abs();
                assert!(
                    off <= 1e-13 * expected.abs().max(1.0),
                    "{activation:?}, order {k}, at {at}: {found}, {expected}"
                );
            }
        }
    }
}
