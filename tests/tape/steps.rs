//! The inner steps against loops written by hand.

use tape::{Adam, Gd, Method, Momentum, Par, Point, Problem, Setup, Step, Tape, Training, Unroll};

const H: [f64; 3] = [0.5, 2.0, 3.0];

/// g = ½ Σ hᵢ(θᵢ − α)²
fn training(step: Box<dyn Step>) -> Training<f64> {
    let tape = Tape::new();
    let (alpha, theta, h) = (tape.input(1, 1), tape.input(3, 1), tape.constant(3, 1, &H));
    let inner = 0.5 * h.dot((theta - alpha).powi(2));
    Training::new(inner, alpha, theta, (), step, Par::Seq)
}

fn eta(k: usize) -> f64 {
    0.1 / (1.0 + k as f64)
}

fn check(step: Box<dyn Step>, mut by_hand: impl FnMut(usize, usize, &mut [f64], f64)) {
    let mut training = training(step);
    let start = [1.0, -2.0, 0.25];
    let mut state = training.start(&[&start]);
    // In two parts: the count of steps goes on.
    training.advance(&mut state, 13, &eta, &[&[0.75]], &[]);
    training.advance(&mut state, 17, &eta, &[&[0.75]], &[]);
    assert_eq!(state.steps, 30);
    let mut expected: Vec<f64> = start.to_vec();
    for k in 0..30 {
        for i in 0..3 {
            let gradient = H[i] * (expected[i] - 0.75);
            by_hand(k, i, &mut expected, gradient);
        }
    }
    for (found, expected) in training.theta(&state)[0].iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-13, "{found} and {expected}");
    }
}

#[test]
fn gradient_descent() {
    check(Box::new(Gd), |k, i, theta, g| theta[i] -= eta(k) * g);
}

#[test]
fn momentum() {
    let mut v = [0.0; 3];
    check(Box::new(Momentum { rho: 0.8 }), |k, i, theta, g| {
        v[i] = 0.8 * v[i] + g;
        theta[i] -= eta(k) * v[i];
    });
}

#[test]
fn adam() {
    let (mut m, mut v) = ([0.0; 3], [0.0; 3]);
    check(Box::new(Adam { beta1: 0.5, ..Adam::default() }), |k, i, theta, g| {
        let t = k as i32 + 1;
        m[i] = 0.5 * m[i] + 0.5 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
        let (m, v) = (m[i] / (1.0 - 0.5f64.powi(t)), v[i] / (1.0 - 0.999f64.powi(t)));
        theta[i] -= eta(k) * m / (v.sqrt() + 1e-8);
    });
}

#[test]
fn adam_differentiates_where_a_parameter_meets_no_gradient() {
    let tape = Tape::new();
    let (alpha, theta) = (tape.input(1, 1), tape.input(2, 1));
    let inner = (theta.slice(0, 1, 1) - alpha).powi(2);
    let setup = Setup { step: Box::new(Adam::default()), ..Setup::default() };
    let mut problem = Problem::<f64>::stationary(inner, theta.sum(), alpha, theta, (), setup);
    let at = Point { alpha: &[&[1.0]], theta: &[&[0.0, 5.0]], data: &[] };
    let answer = problem.hypergradient(&Method::Unroll(Unroll { steps: 10, ..Unroll::default() }), &at).unwrap();
    assert!(answer.gradient[0][0].is_finite(), "{:?}", answer.gradient);
    assert_eq!(answer.theta[1], 5.0);
}
