//! Roots and fixed points: published numbers, closed forms, and what a fixed point reports.

use tape::{
    Accuracy, Convexity, Damping, Dense, Gmres, Implicit, LinearSolver, Lipschitz, Method, Mode, Neumann, NeumannStep,
    Point, Problem, Setup, Stationarity, Status, Tape, Unroll, Var, Zero,
};

use crate::matrices;
use crate::problems::noise;

fn implicit<'a>() -> Method<'a, f64> {
    Method::Implicit(Implicit::default())
}

/// x of fx³ − x − 2 = 0 at f = 2.
const ROOT: f64 = 1.165_373_043_062_414_7;

fn cubic() -> Problem<f64> {
    let tape = Tape::new();
    let (f, x) = (tape.input(1, 1), tape.input(1, 1));
    Problem::root(f * x.powi(3) - x - 2.0, x, f, x, (), Setup::default())
}

#[test]
fn a_scalar_root_by_every_solver() {
    let eta = Neumann { step: NeumannStep::Fixed(0.1), ..Neumann::default() };
    let solvers: [&dyn LinearSolver<f64>; 3] = [&Gmres::default(), &eta, &Dense::default()];
    for solver in solvers {
        let at = Point { alpha: &[&[2.0]], theta: &[&[ROOT]], data: &[] };
        let method = Method::Implicit(Implicit { solver, ..Implicit::default() });
        let answer = cubic().hypergradient(&method, &at).unwrap_or_else(|why| panic!("{solver:?}: {why}"));
        assert!((answer.gradient[0][0] + 0.221_399_162_661_150_15).abs() < 1e-10, "{solver:?}: {:?}", answer.gradient);
        assert_eq!(answer.contraction, None);
    }
}

#[test]
fn a_root_of_dimension_zero() {
    let tape = Tape::new();
    let (alpha, theta) = (tape.input(1, 1), tape.input(0, 1));
    let outer = theta.sum() + alpha.powi(2);
    let mut problem = Problem::<f64>::root(theta * 2.0, outer, alpha, theta, (), Setup::default());
    let at = Point { alpha: &[&[3.0]], theta: &[&[]], data: &[] };
    let solvers: [&dyn LinearSolver<f64>; 3] =
        [&Gmres::default(), &Neumann { step: NeumannStep::Fixed(0.1), ..Neumann::default() }, &Dense::default()];
    for solver in solvers {
        let method = Method::Implicit(Implicit { solver, ..Implicit::default() });
        assert_eq!(problem.hypergradient(&method, &at).unwrap().gradient, [[6.0]], "{solver:?}");
    }
}

#[test]
fn two_equations_with_a_jacobian_that_is_not_symmetric() {
    // xy = a, x + y = a + 1 at a = 4: x = 1, y = a; dx = 0, dy = 1.
    let tape = Tape::new();
    let (a, xy) = (tape.input(1, 1), tape.input(2, 1));
    let (x, y) = (xy.slice(0, 1, 1), xy.slice(1, 1, 1));
    let to = tape::Shape::new(2, 1);
    let f = (x * y - a).unslice(0, to) + (x + y - a - 1.0).unslice(1, to);
    for (weights, expected) in [([1.0, 0.0], 0.0), ([0.0, 1.0], 1.0), ([2.0, 3.0], 3.0)] {
        let outer = xy.dot(tape.constant(2, 1, &weights));
        let mut problem = Problem::<f64>::root(f, outer, a, xy, (), Setup::default());
        let at = Point { alpha: &[&[4.0]], theta: &[&[1.0, 4.0]], data: &[] };
        assert!((problem.hypergradient(&implicit(), &at).unwrap().gradient[0][0] - expected).abs() < 1e-12);
    }
}

/// θ = Φ(α, θ) by iteration at η = 1.
fn iterate(problem: &mut Problem<f64>, alpha: &[f64], start: &[f64], steps: usize) -> Vec<f64> {
    let training = problem.training();
    let mut state = training.start(&[start]);
    training.advance(&mut state, steps, &|_| 1.0, &[alpha], &[]);
    state.values
}

fn map(n: usize, phi: impl for<'t> Fn(Var<'t>, Var<'t>) -> Var<'t>) -> Problem<f64> {
    let tape = Tape::new();
    let (alpha, theta) = (tape.input(1, 1), tape.input(n, 1));
    Problem::fixed_point(phi(alpha, theta), theta.sum(), alpha, theta, (), Setup::default())
}

fn cosine<'t>(alpha: Var<'t>, theta: Var<'t>) -> Var<'t> {
    theta.cos() + alpha
}

#[test]
fn the_fixed_point_of_the_cosine() {
    let mut problem = map(1, cosine);
    let theta = iterate(&mut problem, &[0.0], &[0.5], 200);
    assert!((theta[0] - 0.739_085_133_215_160_7).abs() < 1e-14);
    let at = Point { alpha: &[&[0.0]], theta: &[&theta], data: &[] };
    let answer = problem.hypergradient(&implicit(), &at).unwrap();
    assert!((answer.gradient[0][0] - 0.597_510_045_675_303_4).abs() < 1e-12, "{:?}", answer.gradient);
    let kappa = answer.contraction.unwrap();
    assert!((kappa - theta[0].sin()).abs() < 1e-12, "{kappa}");
    // At α = π/2 the fixed point is π/2, and Φ′ = −1 there.
    let half = std::f64::consts::FRAC_PI_2;
    let at = Point { alpha: &[&[half]], theta: &[&[half]], data: &[] };
    let answer = problem.hypergradient(&implicit(), &at).unwrap();
    assert!((answer.gradient[0][0] - 0.5).abs() < 1e-12 && (answer.contraction.unwrap() - 1.0).abs() < 1e-12);
}

#[test]
fn geometric_maps_contract_by_their_ratio() {
    for ratio in [0.9, 0.99, 0.999] {
        let mut problem = map(3, |alpha, theta| ratio * theta + alpha);
        let theta = iterate(&mut problem, &[0.0], &[1.0, 0.4, -0.2], 8000);
        assert!(theta.iter().all(|theta| theta.abs() < 1e-3));
        let at = Point { alpha: &[&[0.0]], theta: &[&theta], data: &[] };
        let options =
            Implicit { stationarity: Stationarity::Within { tolerance: 1e-5, scale: 1.0 }, ..Implicit::default() };
        let answer = problem.hypergradient(&Method::Implicit(options), &at).unwrap();
        assert!((answer.gradient[0][0] * (1.0 - ratio) / 3.0 - 1.0).abs() < 1e-8, "{:?}", answer.gradient);
        assert!((answer.contraction.unwrap() - ratio).abs() < 1e-12);
    }
}

fn powers<'t>(alpha: Var<'t>, theta: Var<'t>) -> Var<'t> {
    let (x, to) = (theta.slice(0, 3, 1), theta.shape());
    let y = theta.slice(3, 2, 1);
    (x.sin() * x.powi(2)).unslice(0, to) + y.powi(3).unslice(3, to) + (alpha - alpha.stop_gradient()) * 0.0
}

#[test]
fn maps_that_are_flat_at_their_fixed_point() {
    // (sin(x)x², x³) contracts to 0 faster than any geometric map, and f = αx has 0 as its fixed point for every α < 1.
    let mut problem = map(5, powers);
    let theta = iterate(&mut problem, &[1.0], &[0.6, 0.0, -0.1, 0.7, 0.5], 60);
    assert!(theta.iter().all(|theta| theta.abs() < 1e-12), "{theta:?}");
    let at = Point { alpha: &[&[1.0]], theta: &[&theta], data: &[] };
    let answer = problem.hypergradient(&implicit(), &at).unwrap();
    assert_eq!(answer.gradient, [[0.0]]);
    assert!(answer.contraction.unwrap() < 1e-10);

    let mut flat = map(1, |alpha, theta| alpha * theta);
    let at = Point { alpha: &[&[0.5]], theta: &[&[0.0]], data: &[] };
    let answer = flat.hypergradient(&implicit(), &at).unwrap();
    assert_eq!((answer.gradient, answer.zero), (vec![vec![0.0]], vec![None]), "zero by the numbers, not by the tape");
    assert!((answer.contraction.unwrap() - 0.5).abs() < 1e-15);
}

#[test]
fn an_affine_map_of_two_hundred() {
    // θ = Mθ + αc with ‖M‖ < ½: dΣθ/dα = 1ᵀ(I − M)⁻¹c.
    let n = 200;
    let (m, c) = (noise(n * n, 1), noise(n, 2));
    let m: Vec<f64> = m.iter().map(|x| 0.4 * x / (n as f64 / 3.0).sqrt() / 2.0).collect();
    let tape = Tape::new();
    let (alpha, theta) = (tape.input(1, 1), tape.input(n, 1));
    let phi = tape.constant(n, n, &m).matmul(theta) + alpha * tape.constant(n, 1, &c);
    let mut problem = Problem::<f64>::fixed_point(phi, theta.sum(), alpha, theta, (), Setup::default());
    let theta = iterate(&mut problem, &[2.0], &vec![0.0; n], 100);
    let system = matrices::Dense::<f64>::new(n, false, |i, j| f64::from(i == j) - m[i * n + j]);
    let solved = matrices::eliminate(&system, &c);
    let expected: f64 = solved.iter().sum();
    let at = Point { alpha: &[&[2.0]], theta: &[&theta], data: &[] };
    let answer = problem.hypergradient(&implicit(), &at).unwrap();
    assert!((answer.gradient[0][0] / expected - 1.0).abs() < 1e-8, "{} and {expected}", answer.gradient[0][0]);
    let kappa = answer.contraction.unwrap();
    assert!((0.1..0.5).contains(&kappa), "{kappa}");
    // Reverse and forward differentiation of the iteration agree.
    for mode in [Mode::default(), Mode::Forward] {
        let unroll = Unroll { steps: 60, eta: &|_| 1.0, mode, ..Unroll::default() };
        let unrolled = problem.hypergradient(&Method::Unroll(unroll), &at).unwrap();
        assert!((unrolled.gradient[0][0] / expected - 1.0).abs() < 1e-10);
    }
}

#[test]
fn random_roots_in_closed_form() {
    // F = Aθ − Bα + tanh(θ)/4, f = Σ θ²/2: df/dα = Bᵀ F_θ⁻ᵀ θ, with F_θ = A + diag(sech²)/4.
    for seed in 0..6 {
        let n = 1 + 3 * seed as usize;
        let (a, b) = (matrices::Dense::<f64>::random(n, seed + 1), noise(n * 2, seed + 50));
        let tape = Tape::new();
        let (alpha, theta) = (tape.input(2, 1), tape.input(n, 1));
        let f = tape.constant(n, n, &a.a).matmul(theta) + 0.25 * theta.tanh() - tape.constant(n, 2, &b).matmul(alpha);
        let mut problem = Problem::<f64>::root(f, 0.5 * theta.powi(2).sum(), alpha, theta, (), Setup::default());
        let theta = noise(n, seed + 9);
        let at = Point { alpha: &[&[0.3, -0.2]], theta: &[&theta], data: &[] };
        let options = Implicit { stationarity: Stationarity::NotRequired, ..Implicit::default() };
        let answer = problem.hypergradient(&Method::Implicit(options), &at).unwrap();
        let slope = |i: usize| 0.25 * (1.0 - theta[i].tanh().powi(2));
        let transposed = matrices::Dense::<f64>::new(n, false, |i, j| a.a[j * n + i] + f64::from(i == j) * slope(i));
        let q = matrices::eliminate(&transposed, &theta);
        for i in 0..2 {
            let expected: f64 = (0..n).map(|k| b[2 * k + i] * q[k]).sum();
            assert!((answer.gradient[0][i] - expected).abs() < 1e-8 * (1.0 + expected.abs()), "n = {n}");
        }
    }
}

#[test]
fn a_chaotic_map_beside_the_fixed_point_is_data() {
    // A logistic map at r = 3.95 runs in the data; the fixed point does not depend on it.
    let tape = Tape::new();
    let (alpha, theta, aux) = (tape.input(1, 1), tape.input(1, 1), tape.input(1, 1));
    let outer = theta + 0.0 * aux;
    let mut problem = Problem::<f64>::fixed_point(theta.cos() + alpha, outer, alpha, theta, aux, Setup::default());
    let mut x = 0.3;
    for _ in 0..50 {
        x = 3.95 * x * (1.0 - x);
        let at = Point { alpha: &[&[0.0]], theta: &[&[0.739_085_133_215_160_7]], data: &[&[x]] };
        let answer = problem.hypergradient(&implicit(), &at).unwrap();
        assert!((answer.gradient[0][0] - 0.597_510_045_675_303_4).abs() < 1e-12);
    }
}

#[test]
fn constant_objectives_give_exact_zeros_and_say_why() {
    let tape = Tape::new();
    let (alpha, beta, theta, x) = (tape.input(1, 1), tape.input(1, 1), tape.input(1, 1), tape.input(1, 1));
    let inner = (theta - alpha).powi(2);
    let at = Point { alpha: &[&[1.0], &[2.0]], theta: &[&[1.0]], data: &[&[5.0]] };
    let unroll = Method::Unroll(Unroll { steps: 3, ..Unroll::default() });
    let ask = |outer, method: &Method<'_, f64>| {
        let mut problem = Problem::<f64>::stationary(inner, outer, (alpha, beta), theta, x, Setup::default());
        let answer = problem.hypergradient(method, &at).unwrap();
        (answer.gradient.concat(), answer.zero)
    };
    for method in [implicit(), unroll] {
        let constant = Some(Zero::OuterIsConstant);
        assert_eq!(ask(x.powi(2), &method), (vec![0.0, 0.0], vec![constant; 2]));
        assert_eq!(ask(theta.stop_gradient() * x, &method), (vec![0.0, 0.0], vec![constant; 2]));
        let (gradient, zero) = ask(theta * x, &method);
        assert_eq!((gradient[1], zero), (0.0, vec![None, Some(Zero::InnerIsConstant)]));
        assert!(gradient[0] > 1.0);
        assert_eq!(ask(theta * x + beta, &method).1, [None, None]);
    }
    assert!(Zero::OuterIsConstant.to_string().contains("neither directly nor through θ"));
}

#[test]
fn what_is_no_root_is_refused_and_what_is_singular_fails() {
    let at = Point { alpha: &[&[2.0]], theta: &[&[1.2]], data: &[] };
    let failure = cubic().hypergradient(&implicit(), &at).unwrap_err();
    assert!(matches!(failure.status, Status::NotStationary { .. }));
    // F = αx² at x = 0: F_θ = 0.
    let tape = Tape::new();
    let (alpha, theta) = (tape.input(1, 1), tape.input(1, 1));
    let mut flat = Problem::<f64>::root(alpha * theta.powi(2), theta, alpha, theta, (), Setup::default());
    let at = Point { alpha: &[&[2.0]], theta: &[&[0.0]], data: &[] };
    let method = Method::Implicit(Implicit { damping: Damping::Fixed(0.0), ..Implicit::default() });
    assert!(matches!(flat.hypergradient(&method, &at).unwrap_err().status, Status::Singular(_)));
}

#[test]
fn a_contraction_certifies_its_fixed_point() {
    // Φ = α + cos(θ)/2 contracts by ½ everywhere: μ = ½. With f = θ: L_H = ½, J = −1.
    let mut problem = map(1, |alpha, theta| 0.5 * theta.cos() + alpha);
    let theta = iterate(&mut problem, &[0.3], &[0.0], 100)[0];
    let exact = 1.0 / (1.0 + 0.5 * theta.sin());
    let lipschitz = Lipschitz { hessian: 0.5, cross_norm: 1.0, ..Lipschitz::default() };
    for off in [1e-2, -1e-4, 1e-7] {
        let at = Point { alpha: &[&[0.3]], theta: &[&[theta + off]], data: &[] };
        let options = Implicit {
            convexity: Some(Convexity { mu: 0.5, lipschitz: Some(lipschitz) }),
            stationarity: Stationarity::NotRequired,
            ..Implicit::default()
        };
        let answer = problem.hypergradient(&Method::Implicit(options), &at).unwrap();
        let Accuracy::Certified { theta: distance, gradient, .. } = answer.error else { panic!("{:?}", answer.error) };
        let error = (answer.gradient[0][0] - exact).abs();
        assert!(off.abs() <= distance && distance <= 4.0 * off.abs(), "{distance:e} for {off:e}");
        assert!(error <= gradient.unwrap() && gradient.unwrap() <= 100.0 * error, "{error:e} and {gradient:?}");
    }
}
