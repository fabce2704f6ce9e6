//! Hypergradients against closed forms, published numbers and re-solved problems.

use tape::{
    Accuracy, Cg, Curvature, Damping, Differences, Failure, Implicit, Method, Mode, Par, Point, Problem, Setup,
    Singular, Stationarity, Status, Stop, Tape, Unroll,
};

use crate::problems::{DARTS, X, Y, darts, network, noise, ridge};

fn implicit<'a>() -> Method<'a, f64> {
    Method::Implicit(Implicit::default())
}

fn quadratic(h: [f64; 2]) -> Problem<f64> {
    // g = ½ Σ hᵢθᵢ² − α Σ θᵢ, f = Σ θᵢ; stationary at θᵢ = α/hᵢ.
    let tape = Tape::new();
    let (alpha, theta, diagonal) = (tape.input(1, 1), tape.input(2, 1), tape.constant(2, 1, &h));
    let inner = 0.5 * diagonal.dot(theta.powi(2)) - alpha * theta.sum();
    Problem::stationary(inner, theta.sum(), alpha, theta, (), Setup::default())
}

#[test]
fn ridge_in_closed_form() {
    let (w, dw) =
        ([16.513907269563, 8.206254106628, 23.623607910732], [-2.501716443155, -1.267182864933, -3.542636621692]);
    for (row, dw) in dw.into_iter().enumerate() {
        let mut problem = ridge(row);
        let at = Point { alpha: &[&[5.0]], theta: &[&w], data: &[&X, &Y] };
        let answer = problem.hypergradient(&implicit(), &at).unwrap();
        assert!((answer.gradient[0][0] - dw).abs() < 1e-9, "{} and {}", answer.gradient[0][0], dw);
        let Accuracy::Estimate { adjoint, bias, .. } = answer.error else { panic!("{:?}", answer.error) };
        assert!(adjoint < 1e-9 && bias == 0.0 && answer.work.products <= 4);
    }
}

#[test]
fn darts_toy() {
    let mut problem = darts();
    for (xi, expected) in DARTS {
        let method = Method::Unroll(Unroll { steps: 1, eta: &|_| xi, ..Unroll::default() });
        let at = Point { alpha: &[&[2.0]], theta: &[&[-2.0]], data: &[] };
        let answer = problem.hypergradient(&method, &at).unwrap();
        assert!((answer.gradient[0][0] - expected).abs() < 1e-14, "ξ = {xi}: {:?}", answer.gradient);
    }
    let first_order = Method::Unroll(Unroll { steps: 1, eta: &|_| 0.1, last: 0, ..Unroll::default() });
    let at = Point { alpha: &[&[2.0]], theta: &[&[2.0]], data: &[] };
    let answer = problem.hypergradient(&first_order, &at).unwrap();
    assert_eq!((answer.gradient[0][0], answer.work.products), (0.0, 0), "f_α = w − 2 at w = a = 2");
    assert_eq!(problem.hypergradient(&implicit(), &at).unwrap().gradient, [[2.0]]);
}

#[test]
fn scalar_root() {
    // The stationary point of ¼f x⁴ − ½x² − 2x is the root of f x³ − x − 2.
    let tape = Tape::new();
    let (f, x) = (tape.input(1, 1), tape.input(1, 1));
    let inner = 0.25 * f * x.powi(4) - 0.5 * x.powi(2) - 2.0 * x;
    let mut problem = Problem::<f64>::stationary(inner, x, f, x, (), Setup::default());
    let at = Point { alpha: &[&[2.0]], theta: &[&[1.165_373_043_062_414_7]], data: &[] };
    let answer = problem.hypergradient(&implicit(), &at).unwrap();
    assert!((answer.gradient[0][0] + 0.221_399_162_661_150_15).abs() < 1e-12, "{:?}", answer.gradient);
    assert_eq!(answer.outer, 1.165_373_043_062_414_7);
}

#[test]
fn networks_agree_with_resolved_differences() {
    for seed in 0..4 {
        let (mut problem, case) = network(seed, Setup::default());
        let (theta, _) = case.solve(&mut problem, &case.alpha);
        let data = case.data();
        let at = Point { alpha: &[&case.alpha], theta: &[&theta[..12], &theta[12..]], data: &data };
        let answer = problem.hypergradient(&implicit(), &at).unwrap();
        assert!(answer.ritz[0] > 0.0 && answer.inner_residual < 1e-10);
        for (i, &found) in answer.gradient[0].iter().enumerate() {
            let expected = case.difference(&mut problem, i, 1e-4);
            assert!((found - expected).abs() < 1e-6 * (1.0 + expected.abs()), "seed {seed}: {found} and {expected}");
        }
    }
}

#[test]
fn same_bits_for_every_par() {
    let run = |par| {
        let (mut problem, case) = network(9, Setup { par, ..Setup::default() });
        let (theta, _) = case.solve(&mut problem, &case.alpha);
        let data = case.data();
        let at = Point { alpha: &[&case.alpha], theta: &[&theta[..12], &theta[12..]], data: &data };
        let implicit = Method::Implicit(Implicit { solver: &Cg { par, ..Cg::default() }, ..Implicit::default() });
        let unroll = Method::Unroll(Unroll { steps: 20, ..Unroll::default() });
        [implicit, unroll].map(|method| problem.hypergradient(&method, &at).unwrap())
    };
    let alone = run(Par::Seq);
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| run(Par::Rayon)), alone, "{threads} threads");
    }
}

#[test]
fn gauss_newton_is_the_hessian_where_the_prediction_is_linear() {
    let record = |gauss_newton| {
        let tape = Tape::new();
        let (x, y, lambda, w) = (tape.input(10, 3), tape.input(10, 1), tape.input(1, 1), tape.input(3, 1));
        let prediction = x.matmul(w);
        let inner = 0.5 * (prediction - y).powi(2).mean() + 0.5 * lambda * w.powi(2).sum();
        let curvature = if gauss_newton { Curvature::GaussNewton(prediction) } else { Curvature::Exact };
        Problem::<f64>::stationary(inner, w.sum(), lambda, w, (x, y), Setup { curvature, ..Setup::default() })
    };
    let method = Method::Implicit(Implicit { stationarity: Stationarity::NotRequired, ..Implicit::default() });
    let at = Point { alpha: &[&[5.0]], theta: &[&[1.0, 2.0, 3.0]], data: &[&X, &Y] };
    let [exact, other] = [false, true].map(|gn| record(gn).hypergradient(&method, &at).unwrap().gradient[0][0]);
    assert!((exact - other).abs() < 1e-12 * exact.abs());
}

#[test]
fn objectives_that_miss_a_variable_give_exact_zeros() {
    let tape = Tape::new();
    let (alpha, beta, theta) = (tape.input(1, 1), tape.input(2, 1), tape.input(1, 1));
    let inner = (theta - alpha).powi(2);
    let at = Point { alpha: &[&[1.0], &[3.0, 4.0]], theta: &[&[1.0]], data: &[] };
    let mut only_beta = Problem::<f64>::stationary(inner, beta.sum(), (alpha, beta), theta, (), Setup::default());
    let answer = only_beta.hypergradient(&implicit(), &at).unwrap();
    assert_eq!(answer.gradient, [vec![0.0], vec![1.0, 1.0]]);
    assert_eq!((answer.adjoint, answer.work.products), (vec![0.0], 0));
    let mut only_theta = Problem::<f64>::stationary(inner, theta, (alpha, beta), theta, (), Setup::default());
    assert_eq!(only_theta.hypergradient(&implicit(), &at).unwrap().gradient, [vec![1.0], vec![0.0, 0.0]]);
    let unroll = Method::Unroll(Unroll { steps: 3, ..Unroll::default() });
    assert_eq!(only_theta.hypergradient(&unroll, &at).unwrap().gradient[1], [0.0, 0.0]);
}

#[test]
fn a_point_that_is_not_stationary_is_refused() {
    let mut problem = quadratic([1.0, 2.0]);
    let at = Point { alpha: &[&[1.0]], theta: &[&[1.0, 0.6]], data: &[] };
    let failure = problem.hypergradient(&implicit(), &at).unwrap_err();
    let Status::NotStationary { residual, tolerance } = failure.status else { panic!("{failure}") };
    assert!((residual - 0.2).abs() < 1e-15 && tolerance == 1e-6 && failure.unverified.is_none());
    assert!(failure.to_string().contains("train θ further"));
    for stationarity in [Stationarity::NotRequired, Stationarity::Within { tolerance: 0.1, scale: 10.0 }] {
        let method = Method::Implicit(Implicit { stationarity, ..Implicit::default() });
        assert!((problem.hypergradient(&method, &at).unwrap().gradient[0][0] - 1.5).abs() < 1e-12);
    }
}

#[test]
fn damping_on_failure_shows() {
    // H = diag(100, −0.01): 1e-3 of the largest is enough.
    let mut problem = quadratic([100.0, -0.01]);
    let at = Point { alpha: &[&[1.0]], theta: &[&[0.01, -100.0]], data: &[] };
    let answer = problem.hypergradient(&implicit(), &at).unwrap();
    assert!((answer.damping / 0.05 - 1.0).abs() < 1.0, "{}", answer.damping);
    let damped = 1.0 / (100.0 + answer.damping) + 1.0 / (answer.damping - 0.01);
    assert!((answer.gradient[0][0] / damped - 1.0).abs() < 1e-9);
    let Accuracy::Estimate { bias, .. } = answer.error else { panic!("{:?}", answer.error) };
    assert!(bias > 0.0);
    // H = diag(1, −100): no allowed damping is.
    let mut hopeless = quadratic([1.0, -100.0]);
    let at = Point { alpha: &[&[1.0]], theta: &[&[1.0, -0.01]], data: &[] };
    let failure = hopeless.hypergradient(&implicit(), &at).unwrap_err();
    assert_eq!(failure.tried.len(), 5, "{:?}", failure.tried);
    assert!(failure.tried[0] == 0.0 && (failure.tried[4] / failure.tried[1] - 1e3).abs() < 1e-9);
    assert!(matches!(failure.status, Status::NegativeCurvature { .. }), "{failure}");
    assert!(failure.unverified.is_some() && failure.to_string().contains("tried with damping"));
}

fn undamped<'a>() -> Implicit<'a, f64> {
    Implicit { damping: Damping::Fixed(0.0), ..Implicit::default() }
}

fn status(failure: Failure<f64>) -> Status<f64> {
    failure.status
}

#[test]
fn each_failure_has_its_status() {
    let mut negative = quadratic([1.0, -2.0]);
    let at = Point { alpha: &[&[1.0]], theta: &[&[1.0, -0.5]], data: &[] };
    let failure = negative.hypergradient(&Method::Implicit(undamped()), &at).unwrap_err();
    let Status::NegativeCurvature { direction, curvature } = status(failure) else { panic!() };
    assert!((direction[0].powi(2) - 2.0 * direction[1].powi(2) - curvature).abs() < 1e-14 && curvature < 0.0);

    let mut singular = quadratic([1.0, 0.0]);
    let method = Implicit { stationarity: Stationarity::NotRequired, ..undamped() };
    let failure = singular.hypergradient(&Method::Implicit(method), &at).unwrap_err();
    assert!(matches!(status(failure), Status::Singular(Singular::Breakdown { .. })));

    let short = Cg { stop: Stop::Residual { tolerance: 1e-10, iterations: 1 }, ..Cg::default() };
    let mut slow = quadratic([1.0, 2.0]);
    let at = Point { alpha: &[&[1.0]], theta: &[&[1.0, 0.5]], data: &[] };
    let failure = slow.hypergradient(&Method::Implicit(Implicit { solver: &short, ..undamped() }), &at).unwrap_err();
    assert!(matches!(status(failure), Status::IterationLimit { products: 1, .. }));
}

#[test]
fn an_inner_problem_that_interpolates_is_declared_or_probed() {
    // g = ½(θ₁ + αθ₂ − 1)²: a line of minima. f depends on what g determines, so the solve converges.
    let tape = Tape::new();
    let (alpha, theta) = (tape.input(1, 1), tape.input(2, 1));
    let fit = theta.slice(0, 1, 1) + alpha * theta.slice(1, 1, 1);
    let inner = 0.5 * (fit - 1.0).powi(2);
    let mut problem = Problem::<f64>::stationary(inner, fit.powi(2), alpha, theta, (), Setup::default());
    let at = Point { alpha: &[&[2.0]], theta: &[&[0.2, 0.4]], data: &[] };
    assert!(problem.hypergradient(&Method::Implicit(undamped()), &at).is_ok(), "a solve alone does not show it");
    let declared = Implicit { interpolates: true, ..Implicit::default() };
    let failure = problem.hypergradient(&Method::Implicit(declared), &at).unwrap_err();
    assert!(failure.to_string().contains("unroll"));
    assert_eq!(status(failure), Status::Singular(Singular::Declared));
    let w = noise(2, 1);
    let probed = Implicit { probe: Some(&w), ..Implicit::default() };
    let failure = problem.hypergradient(&Method::Implicit(probed), &at).unwrap_err();
    let Status::Singular(Singular::NullDirection { direction, .. }) = status(failure) else { panic!() };
    assert!((direction[0] + 2.0 * direction[1]).abs() < 1e-12, "{direction:?}");
    let mut regular = quadratic([1.0, 2.0]);
    let at = Point { alpha: &[&[1.0]], theta: &[&[1.0, 0.5]], data: &[] };
    assert!(regular.hypergradient(&Method::Implicit(probed), &at).is_ok());
}

#[test]
fn a_fixed_amount_of_work() {
    let (mut problem, case) = network(3, Setup::default());
    let theta = noise(15, 4);
    let data = case.data();
    let at = Point { alpha: &[&case.alpha], theta: &[&theta[..12], &theta[12..]], data: &data };
    let instance = Implicit {
        solver: &Cg::after(5),
        damping: Damping::Fixed(10.0),
        stationarity: Stationarity::NotRequired,
        ..Implicit::default()
    };
    let answer = problem.hypergradient(&Method::Implicit(instance), &at).unwrap();
    assert_eq!((answer.work.products, answer.damping), (5, 10.0));
}

#[test]
fn what_diverged_is_no_answer() {
    let mut problem = quadratic([1.0, 2.0]);
    let at = Point { alpha: &[&[1.0]], theta: &[&[1.0, 0.5]], data: &[] };
    let unroll = Method::Unroll(Unroll { steps: 2000, eta: &|_| 10.0, ..Unroll::default() });
    assert_eq!(status(problem.hypergradient(&unroll, &at).unwrap_err()), Status::NotFinite);
    let nowhere = Point { theta: &[&[f64::NAN, 0.5]], ..at };
    assert_eq!(status(problem.hypergradient(&implicit(), &nowhere).unwrap_err()), Status::NotFinite);
}

#[test]
fn single_precision_has_its_own_defaults() {
    let tape = Tape::new();
    let (alpha, theta, h) = (tape.input(1, 1), tape.input(3, 1), tape.constant(3, 1, &[0.5, 2.0, 7.0]));
    let inner = 0.5 * h.dot(theta.powi(2)) - alpha * theta.sum();
    let mut problem = Problem::<f32>::stationary(inner, theta.sum(), alpha, theta, (), Setup::default());
    let theta = [0.5f32, 2.0, 7.0].map(|h| 3.0 / h);
    let at = Point { alpha: &[&[3.0]], theta: &[&theta], data: &[] };
    let answer = problem.hypergradient(&Method::Implicit(Implicit::default()), &at).unwrap();
    assert!((answer.gradient[0][0] - (2.0 + 0.5 + 1.0 / 7.0)).abs() < 1e-5 && answer.damping == 0.0);
}

#[test]
fn the_referee_finds_agreement_where_there_is_a_minimum() {
    let (mut problem, case) = network(2, Setup::default());
    let (theta, _) = case.solve(&mut problem, &case.alpha);
    let data = case.data();
    let at = Point { alpha: &[&case.alpha], theta: &[&theta[..12], &theta[12..]], data: &data };
    let unroll = Unroll { steps: 400, ..Unroll::default() };
    let methods = [
        ("implicit", implicit()),
        ("reverse", Method::Unroll(unroll)),
        ("forward", Method::Unroll(Unroll { mode: Mode::Forward, ..unroll })),
        ("differences", Method::Differences(Differences { steps: 400, ..Differences::default() })),
        ("declared", Method::Implicit(Implicit { interpolates: true, ..Implicit::default() })),
        ("first order", Method::Unroll(Unroll { steps: 0, ..unroll })),
    ];
    let agreement = problem.referee(&methods, &at);
    for (a, b) in [(0, 1), (0, 2), (0, 3), (1, 2)] {
        assert!(agreement.distance(a, b).unwrap() < 1e-9, "\n{agreement}");
    }
    assert!(agreement.distance(0, 5).unwrap() > 1e-3 && agreement.distance(0, 4).is_none());
    let table = agreement.to_string();
    assert_eq!(table.lines().count(), 7);
    assert!(table.contains("declared     the inner problem was declared to interpolate"), "{table}");
}
