//! Implicit differentiation in forward mode, and the derivative of the hypergradient.

use tape::{Implicit, Method, Penalty, Point, Problem, Setup, Stationarity, Tape};

use crate::problems::{X, Y, network, noise};

/// A question to a problem at a point.
type Ask<'a> = dyn FnMut(&mut Problem<f64>, &Point<'_, f64>) -> Vec<f64> + 'a;

fn with_tangents<'t>() -> Setup<'t> {
    Setup { tangents: true, ..Setup::default() }
}

const EXACT: Implicit<'_, f64> = Implicit {
    solver: &tape::Krylov { tolerance: 1e-12 },
    preconditioner: tape::Preconditioner::None,
    convexity: None,
    stationarity: Stationarity::NotRequired,
    damping: tape::Damping::Fixed(0.0),
    start: &[],
    interpolates: false,
    probe: None,
};

#[test]
fn the_square_root_and_its_derivatives() {
    // x² = y at 25, f = x: dx/dy = 1/(2x), d²x/dy² = −1/(4x³).
    let tape = Tape::new();
    let (y, x) = (tape.input(1, 1), tape.input(1, 1));
    let mut problem = Problem::<f64>::root(x.powi(2) - y, x, y, x, (), with_tangents());
    let at = Point { alpha: &[&[25.0]], theta: &[&[5.0]], data: &[] };
    let moved = problem.implicit_jvp(&EXACT, &at, &[&[2.0]]).unwrap();
    assert!((moved.along[0][0] - 0.2).abs() < 1e-14);
    let curved = problem.outer_hvp(&EXACT, &at, &[&[1.0]]).unwrap();
    assert!((curved.along[0][0] + 1.0 / 500.0).abs() < 1e-15, "{:?}", curved.along);
}

#[test]
fn the_second_derivative_of_the_cosine_fixed_point() {
    let tape = Tape::new();
    let (alpha, theta) = (tape.input(1, 1), tape.input(1, 1));
    let phi = theta.cos() + alpha;
    let mut problem = Problem::<f64>::fixed_point(phi, theta, alpha, theta, (), with_tangents());
    let at = Point { alpha: &[&[0.0]], theta: &[&[0.739_085_133_215_160_7]], data: &[] };
    let curved = problem.outer_hvp(&EXACT, &at, &[&[1.0]]).unwrap();
    assert!((curved.along[0][0] + 0.157_663_114_103_773_7).abs() < 1e-12, "{:?}", curved.along);
}

#[test]
fn two_equations_and_rosenbrock() {
    // xy = a, x + y = a + 1 at a = 4: (dx, dy) = (0, 1), and y = a has no curvature.
    let tape = Tape::new();
    let (a, x, y) = (tape.input(1, 1), tape.input(1, 1), tape.input(1, 1));
    let mut problem = Problem::<f64>::root([x * y - a, x + y - a - 1.0], x * y.powi(2), a, [x, y], (), with_tangents());
    let at = Point { alpha: &[&[4.0]], theta: &[&[1.0], &[4.0]], data: &[] };
    let moved = problem.implicit_jvp(&EXACT, &at, &[&[1.0]]).unwrap().along;
    assert!(moved[0][0].abs() < 1e-14 && (moved[1][0] - 1.0).abs() < 1e-14, "{moved:?}");
    let curved = problem.outer_hvp(&EXACT, &at, &[&[1.0]]).unwrap().along;
    assert!((curved[0][0] - 2.0).abs() < 1e-12, "d²(a²)/da² = {curved:?}");

    // The stationary point of (a − x₀)² + 100(x₁ − x₀²)² is (a, a²): at a = 2, d = (1, 4), and d²x₁/da² = 2.
    let tape = Tape::new();
    let (a, x) = (tape.input(1, 1), tape.input(2, 1));
    let (x0, x1) = (x.slice(0, 1, 1), x.slice(1, 1, 1));
    let inner = (a - x0).powi(2) + 100.0 * (x1 - x0.powi(2)).powi(2);
    let mut problem = Problem::<f64>::stationary(inner, x1, a, x, (), with_tangents());
    let at = Point { alpha: &[&[2.0]], theta: &[&[2.0, 4.0]], data: &[] };
    let moved = problem.implicit_jvp(&EXACT, &at, &[&[1.0]]).unwrap().along;
    assert!((moved[0][0] - 1.0).abs() < 1e-10 && (moved[0][1] - 4.0).abs() < 1e-10, "{moved:?}");
    let curved = problem.outer_hvp(&EXACT, &at, &[&[1.0]]).unwrap().along;
    assert!((curved[0][0] - 2.0).abs() < 1e-8, "{curved:?}");
}

#[test]
fn forward_and_reverse_are_transposes_and_the_outer_hessian_is_that_of_differences() {
    for seed in 0..3 {
        let (mut problem, case) = network(seed, with_tangents());
        let data = case.data();
        let (direction, other) = (noise(3, seed + 20), noise(3, seed + 30));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut at = |alpha: &[f64], ask: &mut Ask<'_>| {
            let (theta, _) = case.solve(&mut problem, alpha);
            ask(&mut problem, &Point { alpha: &[alpha], theta: &[&theta[..12], &theta[12..]], data: &data })
        };
        let gradient = |problem: &mut Problem<f64>, point: &Point<'_, f64>| {
            problem.hypergradient(&Method::Implicit(EXACT), point).unwrap().gradient.concat()
        };
        // θ moves as the implicit jvp says.
        let found = at(&case.alpha, &mut |problem, point| {
            problem.implicit_jvp(&EXACT, point, &[&direction]).unwrap().along.concat()
        });
        let shifted = |by: f64| case.alpha.iter().zip(&direction).map(|(a, d)| a + by * d).collect::<Vec<f64>>();
        let step = 1e-4;
        let [plus, minus] = [step, -step].map(|by| at(&shifted(by), &mut |_, point| point.theta.concat()));
        for (i, found) in found.iter().enumerate() {
            let expected = (plus[i] - minus[i]) / (2.0 * step);
            assert!((found - expected).abs() < 1e-6 * (1.0 + expected.abs()), "seed {seed}: θ̇ {found} and {expected}");
        }
        // The hypergradient moves as its derivative says, which is symmetric.
        let hvp = |problem: &mut Problem<f64>, point: &Point<'_, f64>, d: &[f64]| {
            problem.outer_hvp(&EXACT, point, &[d]).unwrap().along.concat()
        };
        let curved = at(&case.alpha, &mut |problem, point| hvp(problem, point, &direction));
        let twin = at(&case.alpha, &mut |problem, point| hvp(problem, point, &other));
        let (a, b) = (dot(&curved, &other), dot(&twin, &direction));
        assert!((a - b).abs() < 1e-9 * (1.0 + a.abs()), "seed {seed}: {a} and {b}");
        let [plus, minus] = [step, -step].map(|by| at(&shifted(by), &mut |problem, point| gradient(problem, point)));
        for (i, found) in curved.iter().enumerate() {
            let expected = (plus[i] - minus[i]) / (2.0 * step);
            assert!((found - expected).abs() < 1e-6 * (1.0 + expected.abs()), "seed {seed}: {found} and {expected}");
        }
    }
}

#[test]
fn the_curvature_of_a_root_that_is_not_symmetric() {
    // F = Aθ + αθ² − α·1 with two α, f quadratic: against differences of hypergradients at re-solved roots.
    let tape = Tape::new();
    let (alpha, theta) = (tape.input(2, 1), tape.input(3, 1));
    let a = tape.constant(3, 3, &[3.0, 0.5, -0.2, -0.7, 2.5, 0.3, 0.1, -0.4, 2.0]);
    let f = a.matmul(theta) + alpha.slice(0, 1, 1) * theta.powi(2) - alpha.slice(1, 1, 1).exp();
    let outer = theta.powi(2).sum() + alpha.slice(0, 1, 1) * alpha.slice(1, 1, 1);
    let mut problem = Problem::<f64>::root(f, outer, alpha, theta, (), with_tangents());
    let mut at = |alpha: &[f64], direction: Option<&[f64]>| {
        let mut state = problem.training().start(&[&[0.1; 3]]);
        problem.training().advance(&mut state, 400, &|_| 0.25, &[alpha], &[]);
        let point = Point { alpha: &[alpha], theta: &[&state.values], data: &[] };
        match direction {
            None => problem.hypergradient(&Method::Implicit(EXACT), &point).unwrap().gradient.concat(),
            Some(d) => problem.outer_hvp(&EXACT, &point, &[d]).unwrap().along.concat(),
        }
    };
    let (alpha, d, step) = ([0.2, -0.3], [0.7, -0.4], 1e-4);
    let found = at(&alpha, Some(&d));
    let shifted = |by: f64| [alpha[0] + by * d[0], alpha[1] + by * d[1]];
    let (plus, minus) = (at(&shifted(step), None), at(&shifted(-step), None));
    for i in 0..2 {
        let expected = (plus[i] - minus[i]) / (2.0 * step);
        assert!((found[i] - expected).abs() < 1e-7, "{} and {expected}", found[i]);
    }
}

#[test]
fn forward_mode_on_the_support_of_a_lasso() {
    let tape = Tape::new();
    let (x, y) = (tape.input(10, 3), tape.input(10, 1));
    let (alpha, w) = (tape.input(1, 1), tape.input(3, 1));
    let smooth = 0.5 * (x.matmul(w) - y).powi(2).mean();
    let penalty = Penalty { l1: alpha.exp(), l2: tape.full(1, 1, 0.1) };
    let mut problem = Problem::<f64>::proximal(smooth, penalty, w.powi(2).sum(), alpha, w, (x, y), with_tangents());
    let data: [&[f64]; 2] = [&X, &Y];
    let mut solve = |alpha: f64, curved: bool| {
        let mut state = problem.training().start(&[&[0.0; 3]]);
        problem.training().advance(&mut state, 4000, &|_| 0.2, &[&[alpha]], &data);
        let at = Point { alpha: &[&[alpha]], theta: &[&state.values], data: &data };
        let gradient = problem.hypergradient(&Method::Implicit(EXACT), &at).unwrap().gradient[0][0];
        let moved = problem.implicit_jvp(&EXACT, &at, &[&[1.0]]).unwrap().along.concat();
        let hvp = if curved { problem.outer_hvp(&EXACT, &at, &[&[1.0]]).unwrap().along[0][0] } else { 0.0 };
        (state.values, gradient, moved, hvp)
    };
    let (at, step) = (4.0, 1e-4);
    let (theta, _, moved, hvp) = solve(at, true);
    assert_eq!(theta.iter().filter(|x| **x == 0.0).count(), 1);
    let (plus, minus) = (solve(at + step, false), solve(at - step, false));
    for i in 0..3 {
        assert!((moved[i] - (plus.0[i] - minus.0[i]) / (2.0 * step)).abs() < 1e-5, "{moved:?}");
    }
    let expected = (plus.1 - minus.1) / (2.0 * step);
    assert!((hvp - expected).abs() < 1e-5 * expected.abs(), "{hvp} and {expected}");
}

#[test]
#[should_panic(expected = "a problem with tangents")]
fn tangents_are_asked_for_at_setup() {
    let (mut problem, case) = network(1, Setup::default());
    let (theta, data) = (noise(15, 1), case.data());
    let at = Point { alpha: &[&case.alpha], theta: &[&theta[..12], &theta[12..]], data: &data };
    let _ = problem.implicit_jvp(&EXACT, &at, &[&[1.0; 3]]);
}
