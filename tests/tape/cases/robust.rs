//! What broke other engines: pytorch #5534 and #6394, Theano #3223, burn #4596 and #1139, optimistix #54, higher #6.
//!
//! Deep chains are in `huge.rs`, loops with flat memory in `tests/allocation.rs`.

use super::{close, slopes};
use tape::diagnose::why_zero;
use tape::{Element, Par, Tape, Var, grad, hessian, reference};

/// Value, gradient and Hessian of a function of one vector, compiled.
fn compiled<T: Element>(f: impl for<'t> Fn(Var<'t>) -> Var<'t>, at: &[f64]) -> [Vec<f64>; 3] {
    let tape = Tape::new();
    let x = tape.input(at.len(), 1);
    let loss = f(x);
    let mut runner = tape.compile::<T>(x, (loss, grad(loss, x), hessian(loss, x))).runner(Par::Seq);
    let at: Vec<T> = at.iter().map(|&x| T::of(x)).collect();
    runner.run::<3>(&[&at]).map(|out| out.iter().map(|x| x.to_f64()).collect())
}

/// pytorch #6394: x⁰ is 1 with slope 0 everywhere, 0 and −2 too, and no NaN comes of x⁻¹.
#[test]
fn x_to_the_power_zero() {
    for power in [|x: Var<'_>| x.powi(0).sum(), |x: Var<'_>| x.powf(0.0).sum()] as [for<'t> fn(Var<'t>) -> Var<'t>; 2] {
        for [value, slope, curvature] in
            [compiled::<f64>(power, &[0.0, -2.0, 3.0]), compiled::<f32>(power, &[0.0, -2.0, 3.0])]
        {
            assert_eq!((value, slope, curvature), (vec![3.0], vec![0.0; 3], vec![0.0; 9]));
        }
    }
}

/// pytorch #6394: the slope of a root at 0 is +∞, not NaN; times an honest zero it is NaN, and that is located.
#[test]
fn a_root_at_zero() {
    assert_eq!(slopes(|x| x.sqrt(), &[0.0, 4.0]), [f64::INFINITY, 0.25]);
    assert_eq!(slopes(|x| x.powf(0.5), &[0.0, 4.0]), [f64::INFINITY, 0.25]);
    let tape = Tape::new();
    let x = tape.input(1, 1);
    let program = tape.compile::<f64>(x, grad(x.sqrt() * 0.0, x));
    assert!(program.runner(Par::Seq).run::<1>(&[&[0.0]])[0][0].is_nan());
    assert_eq!(program.first_nan(&[&[0.0]]).expect("0/0").node.derivative_of.as_deref(), Some("`sqrt`"));
}

/// Theano #3223: relu of a norm at 0 is NaN by the chain rule in every engine; here the line is named, and the two usual
/// remedies give 0.
#[test]
fn relu_of_a_norm_at_zero() {
    let tape = Tape::new();
    let x = tape.input(3, 1);
    let square = x.powi(2).sum();
    let zero = square.zeros_like();
    let plain = square.sqrt().max(zero);
    let program = tape.compile::<f64>(x, grad(plain, x));
    let fault = program.first_nan(&[&[0.0; 3]]).expect("0 · ∞");
    assert_eq!(fault.node.location.file(), file!());
    // The root is kept away from 0, or taken where it is not 0 only.
    let shifted = (square + 1e-12).sqrt();
    // A tie counts: `less` is ½ there.
    let at_zero = square.less(zero);
    let guarded = at_zero.select(zero, at_zero.select(zero + 1.0, square).sqrt());
    for safe in [shifted, guarded] {
        let answer = reference::evaluate(x, grad(safe, x), &[&[0.0; 3]]);
        assert_eq!(answer[0], [0.0; 3]);
        close("away from 0", &reference::evaluate(x, grad(safe, x), &[&[3.0, 0.0, 4.0]])[0], &[0.6, 0.0, 0.8], 1e-12);
    }
}

/// What saturates stays finite in both types, to the second derivative: burn #1139.
#[test]
fn saturated_functions_have_finite_derivatives() {
    type Record = for<'t> fn(Var<'t>) -> Var<'t>;
    let functions: [(&str, Record); 5] = [
        ("logistic", |x| x.logistic().sum()),
        ("tanh", |x| x.tanh().sum()),
        ("erf", |x| x.erf().sum()),
        ("softplus", |x| (x.max(x.zeros_like()) + (-x.abs()).exp().ln_1p()).sum()),
        ("log-sum-exp", |x| x.t().row_log_sum_exp().sum()),
    ];
    for (name, f) in functions {
        for x in [-1e4, -90.0, 0.0, 90.0, 1e4] {
            for jet in [compiled::<f32>(f, &[x, 1.0]), compiled::<f64>(f, &[x, 1.0])] {
                assert!(jet.iter().flatten().all(|y| y.is_finite()), "{name} at {x}: {jet:?}");
            }
        }
    }
}

/// optimistix #54: an objective that does not depend on a variable has a gradient of exactly 0, and the reason is said.
#[test]
fn a_constant_objective_has_a_gradient_of_zero_and_a_reason() {
    let tape = Tape::new();
    let (alpha, w) = (tape.input(2, 1).label("alpha"), tape.input(2, 1));
    let outer = (w - 1.0).powi(2).sum();
    let mut runner = tape.compile::<f64>((alpha, w), grad(outer, alpha)).runner(Par::Seq);
    assert_eq!(runner.run::<1>(&[&[f64::NAN, 1.0], &[3.0, f64::INFINITY]])[0], [0.0; 2]);
    let why = why_zero(outer, alpha).to_string();
    assert!(why.contains("not computed from") && why.contains("\"alpha\""), "{why}");
}

/// burn #4596: a value that is used again after its gradient was taken keeps its value and its gradient.
#[test]
fn a_gradient_does_not_change_what_was_recorded() {
    let tape = Tape::new();
    let x = tape.input(3, 1);
    let hidden = x.tanh();
    let first = grad(hidden.sum(), x);
    let second = grad((hidden * hidden).sum() + first.sum() * 0.0, x);
    let again = grad(hidden.sum(), x);
    let at = [0.3, -1.0, 2.0];
    let [first, second, again] = &reference::evaluate(x, [first, second, again], &[&at])[..] else { panic!("three") };
    assert_eq!(first, again);
    let expected = at.map(|x: f64| 2.0 * x.tanh() * (1.0 - x.tanh().powi(2)));
    close("2 tanh tanh′", second, &expected, 1e-14);
}
