//! Inner solvers on recorded programs.
use nas::inner::{GradientDescent, Stop, TangentKernel};
use tape::Tape;

/// g = ½ Σ c (θ − t)², whose descent is θ_s − t = (1 − η c)^s (θ₀ − t) in every coordinate.
fn quadratic() -> GradientDescent {
    let tape = Tape::new();
    let (theta, c, target) = (tape.input(2, 1), tape.input(2, 1), tape.input(2, 1));
    let loss = 0.5 * (c * (theta - target).powi(2)).sum();
    GradientDescent::new(loss, theta, (c, target))
}

const CURVATURE: [f64; 2] = [1.0, 4.0];
const TARGET: [f64; 2] = [1.0, -2.0];

#[test]
fn descent_follows_its_formula_and_stops_at_its_goal() {
    let held: [&[f64]; 2] = [&CURVATURE, &TARGET];
    let descent = quadratic().run(vec![0.0; 2], &held, 0.1, 0.0, 9);
    assert_eq!((descent.stop, descent.steps), (Stop::StepLimit, 9));
    for i in 0..2 {
        let want = TARGET[i] * (1.0 - (1.0 - 0.1 * CURVATURE[i]).powi(9));
        assert!((descent.theta[i] - want).abs() < 1e-14);
    }
    let descent = quadratic().run(vec![0.0; 2], &held, 0.1, 1e-6, 1000);
    assert!(descent.stop == Stop::Reached && descent.loss <= 1e-6 && descent.steps < 100);
    let at_once = quadratic().run(TARGET.to_vec(), &held, 0.1, 0.0, 1000);
    assert_eq!((at_once.stop, at_once.steps, at_once.loss), (Stop::Reached, 0, 0.0));
}

#[test]
fn a_descent_that_diverges_says_so() {
    let descent = quadratic().run(vec![0.0; 2], &[&CURVATURE, &TARGET], 10.0, 0.0, 100_000);
    assert_eq!(descent.stop, Stop::Diverged);
    assert!(descent.steps < 1000);
}

/// f = Aθ has the tangent kernel AAᵀ, here with eigenvalues 9 and 1.
#[test]
fn the_largest_eigenvalue_of_a_linear_model_is_that_of_its_gram_matrix() {
    let tape = Tape::new();
    let (a, theta) = (tape.input(2, 2), tape.input(2, 1));
    let kernel = TangentKernel::new(a.matmul(theta), theta, (a, theta));
    let (s, a) = (0.5f64.sqrt(), [3.0, 1.0]);
    let rotated = [s * a[0], -s * a[1], s * a[0], s * a[1]];
    let largest = kernel.largest_eigenvalue(&[&rotated, &[0.0, 0.0]], vec![1.0, 0.3], 1e-12);
    assert!((largest - 9.0).abs() < 1e-9, "{largest}");
    let none = kernel.largest_eigenvalue(&[&[0.0; 4], &[0.0, 0.0]], vec![1.0, 0.3], 1e-12);
    assert_eq!(none, 0.0);
}
