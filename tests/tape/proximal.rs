//! Lasso and elastic net: closed forms on an orthogonal design, differences of the solution otherwise, and kinks.

use tape::{Differences, Implicit, Method, Mode, Penalty, Point, Problem, Setup, Tape, Unroll};

use crate::problems::{X, Y, noise};

/// ½‖θ − b‖² + λ₁|θ|₁ + ½λ₂‖θ‖² with f = Σ wᵢθᵢ: θᵢ = S(bᵢ, λ₁)/(1 + λ₂).
fn orthogonal() -> Problem<f64> {
    let tape = Tape::new();
    let (l1, l2, theta, b) = (tape.input(1, 1), tape.input(1, 1), tape.input(4, 1), tape.input(4, 1));
    let smooth = 0.5 * (theta - b).powi(2).sum();
    let outer = theta.dot(tape.constant(4, 1, &W));
    Problem::proximal(smooth, Penalty { l1, l2 }, outer, (l1, l2), theta, b, Setup::default())
}

const W: [f64; 4] = [1.0, -2.0, 3.0, 5.0];
const B: [f64; 4] = [2.0, -1.5, 0.25, -0.4];

fn soft(b: f64, l1: f64) -> f64 {
    b.signum() * (b.abs() - l1).max(0.0)
}

#[test]
fn the_elastic_net_in_closed_form() {
    let (l1, l2) = (0.3, 0.5);
    let theta = B.map(|b| soft(b, l1) / (1.0 + l2));
    assert_eq!(theta[2], 0.0);
    let at = Point { alpha: &[&[l1], &[l2]], theta: &[&theta], data: &[&B] };
    let answer = orthogonal().hypergradient(&Method::Implicit(Implicit::default()), &at).unwrap();
    let by_l1: f64 = (0..4).filter(|&i| theta[i] != 0.0).map(|i| -W[i] * B[i].signum() / (1.0 + l2)).sum();
    let by_l2: f64 = (0..4).map(|i| -W[i] * theta[i] / (1.0 + l2)).sum();
    assert!((answer.gradient[0][0] - by_l1).abs() < 1e-12, "{:?} and {by_l1}", answer.gradient);
    assert!((answer.gradient[1][0] - by_l2).abs() < 1e-12, "{:?} and {by_l2}", answer.gradient);
    let support = answer.support.unwrap();
    assert_eq!((support.size, support.degenerate), (3, vec![]));
    assert_eq!(answer.adjoint[2], 0.0);
}

#[test]
fn a_zero_at_the_kink_is_degenerate() {
    // b₂ = λ₁ exactly.
    let theta = B.map(|b| soft(b, 0.25));
    let at = Point { alpha: &[&[0.25], &[0.0]], theta: &[&theta], data: &[&B] };
    let answer = orthogonal().hypergradient(&Method::Implicit(Implicit::default()), &at).unwrap();
    assert_eq!(answer.support.unwrap().degenerate, [2]);
}

#[test]
fn a_zero_that_wants_to_leave_is_not_stationary() {
    let mut theta = B.map(|b| soft(b, 0.3));
    theta[0] = 0.0;
    let at = Point { alpha: &[&[0.3], &[0.0]], theta: &[&theta], data: &[&B] };
    let residual = orthogonal().inner_residual(&at);
    assert!((residual - 1.7).abs() < 1e-12, "{residual}");
    assert!(orthogonal().hypergradient(&Method::Implicit(Implicit::default()), &at).is_err());
}

/// Lasso on the regression data, with exp(α) for its weight, one for each of three features or one for all.
fn lasso(each: usize) -> Problem<f64> {
    let tape = Tape::new();
    let (x, y) = (tape.input(10, 3), tape.input(10, 1));
    let (alpha, w) = (tape.input(each, 1), tape.input(3, 1));
    let smooth = 0.5 * (x.matmul(w) - y).powi(2).mean();
    let outer = (w - tape.constant(3, 1, &noise(3, 4))).powi(2).sum();
    let penalty = Penalty { l1: alpha.exp(), l2: tape.full(1, 1, 0.1) };
    Problem::proximal(smooth, penalty, outer, alpha, w, (x, y), Setup::default())
}

#[test]
fn every_method_agrees_on_the_lasso() {
    for (alpha, active) in [(vec![1.0], 3), (vec![4.0], 2), (vec![1.0, 6.0, 2.0], 2)] {
        let mut problem = lasso(alpha.len());
        let data: [&[f64]; 2] = [&X, &Y];
        let eta = |_: usize| 0.2;
        let mut state = problem.training().start(&[&[0.0; 3]]);
        problem.training().advance(&mut state, 4000, &eta, &[&alpha], &data);
        let at = Point { alpha: &[&alpha], theta: &[&state.values], data: &data };
        let unroll = Unroll { steps: 2000, eta: &eta, ..Unroll::default() };
        let methods = [
            ("implicit", Method::Implicit(Implicit::default())),
            ("reverse", Method::Unroll(unroll)),
            ("forward", Method::Unroll(Unroll { mode: Mode::Forward, ..unroll })),
            ("differences", Method::Differences(Differences { steps: 2000, eta: &eta, distance: 1e-3 })),
        ];
        let agreement = problem.referee(&methods, &at);
        let support = agreement.opinions[0].answer.as_ref().unwrap().support.clone().unwrap();
        assert_eq!(support.size, active, "{alpha:?}: {:?}", state.values);
        for other in 1..4 {
            assert!(agreement.distance(0, other).unwrap() < 1e-7, "{alpha:?}\n{agreement}");
        }
    }
}

#[test]
fn the_linear_system_is_that_of_the_support() {
    // At λ₁ = e⁴ the second feature is out: H has the eigenvalues of the other two, and 1 for the one that is out.
    let (mut problem, data) = (lasso(1), [&X[..], &Y]);
    let mut state = problem.training().start(&[&[0.0; 3]]);
    problem.training().advance(&mut state, 4000, &|_| 0.2, &[&[4.0]], &data);
    let at = Point { alpha: &[&[4.0]], theta: &[&state.values], data: &data };
    let options = Implicit { solver: &tape::Dense::default(), ..Implicit::default() };
    let found = problem.hypergradient(&Method::Implicit(options), &at).unwrap().ritz;
    let entry = |i: usize, j: usize| (0..10).map(|row| X[3 * row + i] * X[3 * row + j]).sum::<f64>() / 10.0;
    let (a, b, c) = (entry(0, 0) + 0.1, entry(0, 2), entry(2, 2) + 0.1);
    let (mean, half) = (0.5 * (a + c), (0.25 * (a - c) * (a - c) + b * b).sqrt());
    let mut expected = [mean - half, mean + half, 1.0];
    expected.sort_by(f64::total_cmp);
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} and {expected:?}");
}

#[test]
#[should_panic(expected = "proximal: the training is gradient descent, and the step is Momentum")]
fn other_steps_have_other_fixed_points() {
    let tape = Tape::new();
    let (l1, theta) = (tape.input(1, 1), tape.input(1, 1));
    let penalty = Penalty { l1, l2: tape.full(1, 1, 0.0) };
    let setup = Setup { step: Box::new(tape::Momentum::default()), ..Setup::default() };
    let _ = Problem::<f64>::proximal((theta - 1.0).powi(2), penalty, theta, l1, theta, (), setup);
}
