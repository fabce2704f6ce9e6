//! Logistic regression by Newton's method: against L-BFGS, differences, and its own theory.
use crate::difference::{derivative, gradient, relative_error};
use crate::random::normal;
use faer::{Col, Mat, col};
use nas::dense::{apply, dot};
use nas::inner::{FitOptions, Fitter, OnRows, Optimiser};
use nas::kernel::{FeatureMaps, LogisticFit, Newton, NoMinimum};
use nas::seed::Seed;
use tape::Tape;

const ALPHA: [f64; 2] = [0.8, -0.5];

/// Two maps of p features on n samples, and labels that a random direction decides, a fifth of them turned.
fn data(n: usize, p: usize, seed: u64) -> (FeatureMaps, Col<f64>) {
    let seed = Seed::new(seed);
    let maps = FeatureMaps::new(["one", "other"].map(|name| normal(n, p, seed.split(name))).to_vec());
    let truth = normal(p, 1, seed.split("truth"));
    let f = apply(maps.combine(&ALPHA).as_ref(), truth.col(0));
    let y = Col::from_fn(n, |i| if (f[i] > 0.0) == (i % 5 != 3) { 1.0 } else { -1.0 });
    (maps, y)
}

/// The objective, term by term.
fn objective(phi: &Mat<f64>, y: &Col<f64>, lambda: f64, theta: &[f64]) -> f64 {
    let f = apply(phi.as_ref(), faer::ColRef::from_slice(theta));
    let losses: f64 = (0..y.nrows()).map(|i| (1.0 + (-y[i] * f[i]).exp()).ln()).sum();
    losses + 0.5 * lambda * theta.iter().map(|x| x * x).sum::<f64>()
}

/// On both sides of n = p, with none, one and two of either.
#[test]
fn it_is_where_the_gradient_of_the_objective_vanishes() {
    for (n, p) in [(0, 0), (0, 2), (1, 1), (2, 1), (1, 2), (30, 4), (5, 9)] {
        for lambda in [0.05, 2.0] {
            let (maps, y) = data(n, p, 1);
            let fit = LogisticFit { maps: &maps, y: y.as_ref(), lambda };
            let found = fit.solve(&ALPHA, Newton::default()).unwrap();
            let (phi, theta) = (maps.combine(&ALPHA), found.theta.iter().copied().collect::<Vec<f64>>());
            assert!((found.loss - objective(&phi, &y, lambda, &theta)).abs() < 1e-12 * (1 + n) as f64);
            let slope = gradient(|theta| objective(&phi, &y, lambda, theta), &theta, 1e-2);
            assert!(slope.iter().all(|g| g.abs() < 1e-9 * (1 + n) as f64), "n {n}, p {p}, λ {lambda}: {slope:?}");
        }
    }
}

#[test]
fn it_agrees_with_lbfgs() {
    for (n, p, lambda) in [(40, 3, 0.0), (40, 3, 0.3), (6, 10, 0.1)] {
        let (maps, y) = data(n, p, 2);
        let phi = maps.combine(&ALPHA);
        let newton = LogisticFit { maps: &maps, y: y.as_ref(), lambda }.solve(&ALPHA, Newton::default()).unwrap();
        let tape = Tape::new();
        let (alpha, theta) = (tape.input(1, 1), tape.input(p, 1));
        let (x, labels) = (tape.input(n, p), tape.input(n, 1));
        let losses = (-(labels * x.matmul(theta))).exp().ln_1p().sum();
        let loss = losses + theta.dot(theta) * (0.5 * lambda);
        let options = FitOptions { optimiser: Optimiser::Lbfgs, lr: 0.0, steps: 500, tolerance: 1e-11 };
        let mut fitter = Fitter::<f64>::new(OnRows { loss, data: (x, labels) }, alpha, theta, options);
        let rows: Vec<f64> = phi.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<f64>>()).collect();
        let y: Vec<f64> = y.iter().copied().collect();
        let fit = fitter.fit(vec![0.0; p], &[1.0], &[&rows, &y]);
        let off = fit.theta.iter().zip(newton.theta.iter()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off < 1e-8, "n {n}, p {p}, λ {lambda}: {off:e} after {} steps", fit.steps);
        assert!(newton.slopes.len() < fit.steps, "{} Newton steps", newton.slopes.len());
    }
}

/// ‖∇‖ of the next step is at most a constant times its square: the number of digits doubles.
#[test]
fn convergence_is_quadratic() {
    let (maps, y) = data(60, 4, 3);
    let fit = LogisticFit { maps: &maps, y: y.as_ref(), lambda: 0.5 };
    let slopes = fit.solve(&ALPHA, Newton { tolerance: 1e-14, ..Newton::default() }).unwrap().slopes;
    assert!(slopes.len() <= 8, "{slopes:?}");
    // In units of the first, above rounding, once the basin is reached.
    let part: Vec<f64> = slopes.iter().map(|slope| slope / slopes[0]).collect();
    let near: Vec<_> = part.windows(2).filter(|pair| pair[0] < 0.1 && pair[1] > 1e-13).collect();
    assert!(near.len() >= 2 && near.iter().all(|pair| pair[1] < 2.0 * pair[0].powi(2)), "{part:?}");
}

/// A ridge, however small, gives separated classes a minimum; without it there is none.
#[test]
fn separated_classes_need_a_ridge() {
    let maps = FeatureMaps::new(vec![Mat::from_fn(6, 2, |i, k| if k == 0 { i as f64 - 2.5 } else { 1.0 })]);
    let y = col![-1.0, -1.0, -1.0, 1.0, 1.0, 1.0];
    let at = |lambda| LogisticFit { maps: &maps, y: y.as_ref(), lambda }.solve(&[1.0], Newton::default());
    assert_eq!(at(0.0).unwrap_err(), NoMinimum::Separated);
    let mut before = 0.0;
    for lambda in [1.0, 1e-2, 1e-4, 1e-6, 1e-8] {
        let found = at(lambda).unwrap();
        assert!(found.slopes.len() < 40, "λ {lambda}: {} steps", found.slopes.len());
        assert!(found.theta.norm_l2() > before, "θ grows without end as the ridge goes");
        before = found.theta.norm_l2();
    }
    // More features than samples separate whatever the labels are.
    let (maps, y) = data(4, 9, 4);
    for lambda in [1e-2, 1e-6] {
        assert!(LogisticFit { maps: &maps, y: y.as_ref(), lambda }.solve(&ALPHA, Newton::default()).is_ok());
    }
}

/// From far off the full step overshoots: the line search is what keeps the objective falling.
#[test]
fn features_of_very_different_sizes_converge() {
    let (maps, y) = data(50, 3, 5);
    let stretched = |map: Mat<f64>| Mat::from_fn(50, 3, |i, j| map[(i, j)] * [1e-2, 1.0, 1e3][j]);
    let maps = FeatureMaps::new((0..2).map(|i| stretched(maps.map(i).to_owned())).collect());
    let found = LogisticFit { maps: &maps, y: y.as_ref(), lambda: 1e-3 }.solve(&ALPHA, Newton::default()).unwrap();
    assert!(found.slopes.len() < 20 && found.slopes[found.slopes.len() - 1] <= 1e-11 * found.slopes[0]);
}

#[test]
fn failures_say_what_happened() {
    let (maps, y) = data(30, 3, 6);
    let fit = LogisticFit { maps: &maps, y: y.as_ref(), lambda: 0.1 };
    let found = fit.solve(&ALPHA, Newton { steps: 2, ..Newton::default() });
    let Err(NoMinimum::StepLimit { steps: 2, residual }) = found else { panic!("{found:?}") };
    assert!(residual > 1e-11 && residual < 1.0);
    let twice = FeatureMaps::new(vec![Mat::from_fn(9, 2, |i, _| (i as f64 * 1.7).sin())]);
    let y = Col::from_fn(9, |i| if i % 2 == 0 { 1.0 } else { -1.0 });
    let flat = LogisticFit { maps: &twice, y: y.as_ref(), lambda: 0.0 }.solve(&[1.0], Newton::default());
    assert!(matches!(flat, Err(NoMinimum::Singular(_))), "{flat:?}");
    assert!(flat.unwrap_err().to_string().contains("raise the ridge lambda"));
}

#[test]
fn derivatives_through_it_agree_with_differences() {
    for (n, p) in [(1, 1), (25, 4), (5, 9)] {
        let (maps, y) = data(n, p, 7);
        let c = normal(p, 1, Seed::new(8));
        let fit = |lambda| LogisticFit { maps: &maps, y: y.as_ref(), lambda };
        let along = |alpha: &[f64], lambda| {
            let options = Newton { tolerance: 1e-13, ..Newton::default() };
            dot(c.col(0), fit(lambda).solve(alpha, options).unwrap().theta.as_ref())
        };
        let pulled = fit(0.4).pull_back(&fit(0.4).solve(&ALPHA, Newton::default()).unwrap(), c.col(0));
        let error = relative_error(&pulled.alpha, &gradient(|alpha| along(alpha, 0.4), &ALPHA, 1e-2));
        assert!(error < 1e-8, "n {n}, p {p}: {error:e}");
        let slope = derivative(|lambda| along(&ALPHA, lambda), 0.4, 1e-2);
        assert!((pulled.lambda - slope).abs() < 1e-8 * slope.abs().max(1.0), "{} {slope}", pulled.lambda);
        assert!(pulled.evidence.inner_residual <= 1e-11 && pulled.evidence.adjoint_residual < 1e-12);
    }
}

#[test]
#[should_panic(expected = "a label of 0.5 is neither 1 nor -1")]
fn labels_are_signs() {
    let maps = FeatureMaps::new(vec![Mat::zeros(1, 1)]);
    let _ = LogisticFit { maps: &maps, y: col![0.5].as_ref(), lambda: 1.0 }.solve(&[1.0], Newton::default());
}
