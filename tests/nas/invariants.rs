//! The invariants that science 5 ends with, on random problems of random sizes. Others stand with what they are of.
use crate::difference::{gradient, relative_error};
use crate::random::{normal, one_in, sphere};
use faer::{Col, Mat};
use nas::dense::{SymmetricEigen, apply, product};
use nas::experiments::{Superposition, e1};
use nas::kernel::validation::{Criterion, Selection};
use nas::kernel::{FeatureMaps, HoldOut, Mixing, RidgeFit, Superposed};
use nas::report::Progress;
use nas::search::Bilevel;
use nas::seed::Seed;
use nas::stats::{mean, power_law};
use proptest::prelude::*;
use tape::{
    Cg, Damping, Dense, Implicit, LinearSolver, Method, Neumann, Point, Problem, Setup, Stationarity, Tape, Unroll,
};

/// h maps of p features on n training and 4 validation samples.
#[derive(Debug)]
struct Drawn {
    train: FeatureMaps,
    validation: FeatureMaps,
    y: Col<f64>,
    y_validation: Col<f64>,
    alpha: Vec<f64>,
}

/// More features than samples, also than those twice: every combination interpolates, well conditioned.
fn any_interpolating() -> impl Strategy<Value = Drawn> {
    (1..5_usize, 1..6_usize, any::<u64>()).prop_map(|(h, n, seed)| Drawn::new(h, n, 2 * n + 3, Seed::new(seed)))
}

/// Fewer features than samples, or more: with a ridge.
fn any_drawn() -> impl Strategy<Value = Drawn> {
    (1..5_usize, 1..6_usize, 1..10_usize, any::<u64>()).prop_map(|(h, n, p, seed)| Drawn::new(h, n, p, Seed::new(seed)))
}

impl Drawn {
    fn new(h: usize, n: usize, p: usize, seed: Seed) -> Self {
        let maps = |part: &str, n: usize| {
            FeatureMaps::new((0..h).map(|i| normal(n, p, seed.split(part).split(&i.to_string()))).collect())
        };
        let column = |name: &str, n| normal(n, 1, seed.split(name)).col(0).to_owned();
        Self {
            train: maps("train", n),
            validation: maps("validation", 4),
            y: column("y", n),
            y_validation: column("y validation", 4),
            // On the sphere, away from 0.
            alpha: sphere(1, h, seed.split("alpha")).row(0).iter().copied().collect(),
        }
    }

    fn fit(&self, lambda: f64) -> RidgeFit<'_> {
        RidgeFit { maps: &self.train, y: self.y.as_ref(), lambda }
    }

    /// The validation loss and its gradient in closed form: by Cholesky.
    fn closed_form(&self, alpha: &[f64], lambda: f64) -> (f64, Vec<f64>) {
        let outer = HoldOut { maps: &self.validation, y: self.y_validation.as_ref(), clip: f64::INFINITY };
        let found = Superposed { fit: self.fit(lambda), outer }.evaluate(alpha).unwrap();
        (found.value, found.alpha)
    }

    /// The validation loss alone, through nothing but the fit.
    fn loss(&self, alpha: &[f64], lambda: f64) -> f64 {
        let theta = self.fit(lambda).solve(alpha).unwrap().theta;
        (apply(self.validation.combine(alpha).as_ref(), theta.as_ref()) - &self.y_validation).squared_norm_l2() / 4.0
    }

    /// The largest eigenvalue of the kernel.
    fn largest(&self) -> f64 {
        let phi = self.train.combine(&self.alpha);
        let kernel = product(phi.as_ref(), phi.transpose());
        SymmetricEigen::of(kernel.as_ref()).unwrap().values.last().copied().unwrap()
    }

    /// The gradient that a method of the tape finds from `theta`.
    fn by_tape(&self, lambda: f64, method: &Method<'_, f64>, theta: &[f64]) -> Vec<f64> {
        let (tape, h, p) = (Tape::new(), self.train.count(), self.train.features());
        let (alpha, weights) = (tape.input(h, 1), tape.input(p, 1));
        let off = |maps: &FeatureMaps, y: &Col<f64>| {
            let (n, values) = (maps.samples(), y.iter().copied().collect::<Vec<f64>>());
            let map = |i: usize| {
                let map = maps.map(i);
                let rows = map.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<f64>>());
                tape.constant(n, p, &rows.collect::<Vec<f64>>())
            };
            let term = |i: usize| map(i).matmul(weights) * alpha.slice(i, 1, 1);
            (0..h).map(term).fold(-tape.constant(n, 1, &values), |sum, term| sum + term)
        };
        let inner = 0.5 * off(&self.train, &self.y).powi(2).sum() + 0.5 * lambda * weights.powi(2).sum();
        let outer = off(&self.validation, &self.y_validation).powi(2).mean();
        let mut problem = Problem::<f64>::stationary(inner, outer, alpha, weights, (), Setup::default());
        let point = Point { alpha: &[&self.alpha], theta: &[theta], data: &[] };
        problem.hypergradient(method, &point).unwrap().gradient.swap_remove(0)
    }
}

proptest! {
    #[test]
    fn without_a_ridge_predictions_know_neither_scale_nor_sign_of_alpha(
        drawn in any_interpolating(),
        size in -3.0..3.0_f64,
        negative in any::<bool>(),
    ) {
        let scale = if negative { -1.0 } else { 1.0 } * 10f64.powf(size);
        let predicted = |alpha: &[f64]| {
            let theta = drawn.fit(0.0).solve(alpha).unwrap().theta;
            apply(drawn.validation.combine(alpha).as_ref(), theta.as_ref())
        };
        let scaled: Vec<f64> = drawn.alpha.iter().map(|a| scale * a).collect();
        let (one, other) = (predicted(&drawn.alpha), predicted(&scaled));
        prop_assert!((&one - &other).norm_l2() <= 1e-9 * one.norm_l2(), "{one:?} and {other:?}");
    }

    /// The second alone would let the wrong formula pass (science 6.1).
    #[test]
    fn without_a_ridge_hypergradients_are_those_of_differences_and_orthogonal_to_alpha(drawn in any_interpolating()) {
        let (value, exact) = drawn.closed_form(&drawn.alpha, 0.0);
        prop_assert!((value - drawn.loss(&drawn.alpha, 0.0)).abs() <= 1e-12 * value);
        let by_difference = gradient(|alpha| drawn.loss(alpha, 0.0), &drawn.alpha, 2e-3);
        let size = exact.iter().map(|g| g.abs()).fold(value, f64::max);
        for (exact, difference) in exact.iter().zip(&by_difference) {
            prop_assert!((exact - difference).abs() <= 1e-6 * size, "{exact} and {difference}");
        }
        let along: f64 = exact.iter().zip(&drawn.alpha).map(|(g, a)| g * a).sum();
        prop_assert!(along.abs() <= 1e-10 * size, "{along:e} of {size:e}");
    }

    #[test]
    fn validation_loss_on_the_training_set_is_training_loss(
        interpolating in any_interpolating(),
        drawn in any_drawn(),
        lambda in 1e-2..2.0_f64,
    ) {
        for (drawn, lambda) in [(&interpolating, 0.0), (&drawn, lambda)] {
            let theta = drawn.fit(lambda).solve(&drawn.alpha).unwrap().theta;
            let off = apply(drawn.train.combine(&drawn.alpha).as_ref(), theta.as_ref()) - &drawn.y;
            let training = off.squared_norm_l2() / drawn.y.nrows() as f64;
            let outer = HoldOut { maps: &drawn.train, y: drawn.y.as_ref(), clip: f64::INFINITY };
            let value = Superposed { fit: drawn.fit(lambda), outer }.evaluate(&drawn.alpha).unwrap().value;
            prop_assert!((value - training).abs() <= 1e-13 * (1.0 + training));
            prop_assert!(lambda > 0.0 || value < 1e-15, "without a ridge every alpha interpolates: {value:e}");
        }
    }

    /// The shortcut through one factorization against n fits, each without one point.
    #[test]
    fn leave_one_out_is_n_fits(interpolating in any_interpolating(), drawn in any_drawn(), lambda in 1e-2..2.0_f64) {
        for (drawn, lambda) in [(&interpolating, 0.0), (&drawn, lambda)] {
            let (mixing, terms) = (Mixing::full(drawn.train.count()), drawn.train.gram(&drawn.train));
            let n = drawn.y.nrows();
            let (train, y_train) = (&terms, drawn.y.as_ref());
            let criterion = Criterion::LeaveOneOut;
            let mut selection = Selection { mixing: &mixing, train, y_train, lambda, criterion };
            let shortcut = selection.evaluate(&drawn.alpha).unwrap().value;
            let error = |out: usize| -> f64 {
                let rest: Vec<usize> = (0..n).filter(|i| *i != out).collect();
                let p = drawn.train.features();
                let without = |map| Mat::from_fn(rest.len(), p, |i, j| drawn.train.map(map)[(rest[i], j)]);
                let maps = FeatureMaps::new((0..drawn.train.count()).map(without).collect());
                let y = Col::from_fn(rest.len(), |i| drawn.y[rest[i]]);
                let theta = RidgeFit { maps: &maps, y: y.as_ref(), lambda }.solve(&drawn.alpha).unwrap().theta;
                let f = apply(drawn.train.combine(&drawn.alpha).as_ref(), theta.as_ref())[out];
                (drawn.y[out] - f).powi(2)
            };
            let refitted = (0..n).map(error).sum::<f64>() / (2 * n) as f64;
            prop_assert!((shortcut - refitted).abs() <= 1e-9 * refitted, "lambda {lambda}: {shortcut} and {refitted}");
        }
    }
}

proptest! {
    #![proptest_config(one_in(10))]

    #[test]
    fn with_a_ridge_every_linear_solver_agrees_with_cholesky(drawn in any_drawn(), lambda in 0.5..5.0_f64) {
        let (_, exact) = drawn.closed_form(&drawn.alpha, lambda);
        let theta: Vec<f64> = drawn.fit(lambda).solve(&drawn.alpha).unwrap().theta.iter().copied().collect();
        let (cg, neumann, dense) = (Cg::to(1e-12), Neumann::to(1e-12), Dense::default());
        let solvers: [&dyn LinearSolver<f64>; 3] = [&cg, &neumann, &dense];
        for (name, solver) in ["CG", "Neumann", "dense"].into_iter().zip(solvers) {
            let (damping, stationarity) = (Damping::Fixed(0.0), Stationarity::NotRequired);
            let method = Method::Implicit(Implicit { solver, damping, stationarity, ..Implicit::default() });
            let error = relative_error(&drawn.by_tape(lambda, &method, &theta), &exact);
            prop_assert!(error < 1e-8, "{name} is off by {error:e}");
        }
    }

    /// With a ridge that of the implicit formula, without one that of the dual form: descent from 0 ends in least norm.
    #[test]
    fn unrolled_training_approaches_the_closed_form(
        interpolating in any_interpolating(),
        drawn in any_drawn(),
        lambda in 0.5..5.0_f64,
    ) {
        for (drawn, lambda) in [(&interpolating, 0.0), (&drawn, lambda)] {
            let zeros = vec![0.0; drawn.train.features()];
            let (value, exact) = drawn.closed_form(&drawn.alpha, lambda);
            let rate = (drawn.largest() + lambda).recip();
            let error = |steps| {
                let eta = |_: usize| rate;
                let unroll = Method::Unroll(Unroll { steps, eta: &eta, ..Unroll::default() });
                let found = drawn.by_tape(lambda, &unroll, &zeros);
                // One map alone has no gradient without a ridge, so errors are relative to the loss.
                found.iter().zip(&exact).map(|(f, e)| (f - e).abs()).fold(0.0, f64::max) / value
            };
            let errors = [5, 50, 5000].map(error);
            prop_assert!(errors[2] < 1e-6, "lambda {lambda}: {errors:?}");
            prop_assert!(errors[0] > errors[2] || errors[0] < 1e-9, "lambda {lambda}: {errors:?}");
        }
    }
}

proptest! {
    #![proptest_config(one_in(64))]

    /// E1 at small sizes: the largest gap over the sphere falls as the root of n_V grows.
    #[test]
    fn the_largest_gap_falls_as_one_over_the_root_of_the_samples(h in 2..6_usize, n_train in 10..20_usize, more in 5..20_usize) {
        let sizes = vec![40, 160, 640];
        let (maps, n_validation, features) = (vec![h], sizes.clone(), n_train + more);
        let problems = Superposition { maps, n_validation, features, n_train, ..Default::default() };
        let settings = e1::Settings { problems, points: 30, steps: 15, ..e1::Settings::default() };
        let seeds: Vec<_> = (0..40).map(|k| e1::measure_seed(&settings, k, &Progress::silent()).unwrap()).collect();
        let at = |n: usize| mean(&seeds.iter().map(|seed| seed.gaps[0][n].sphere).collect::<Vec<f64>>());
        let x: Vec<f64> = sizes.iter().map(|&n| n as f64).collect();
        let slope = power_law(&x, &[at(0), at(1), at(2)]).slope;
        prop_assert!((slope + 0.5).abs() < 0.1, "slope {slope}");
    }
}
