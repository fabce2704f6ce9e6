//! One seed of the main job, on small data with a known answer.
use nas::bilevel::{Inner, OnData, Way};
use nas::data::{CsvOptions, Frame, Percent, read_csv};
use nas::diagnose::{Diagnosis, Finding};
use nas::exactness::Tolerance;
use nas::hypergradient::Status;
use nas::inner::{FitOptions, Optimiser};
use nas::metrics;
use nas::model::{Coordinates, Predictor, candidates};
use nas::outer::Solver;
use nas::search::{Bilevel, FirstStep, Options, Stop};
use nas::seed::Seed;
use nas::space::Shape;
use nas::stats::{standard_error, t_quantile_975};
use nas::theory::hessian::Hessian;
use nas::trial::{AlphaStart, Precision, Setting, Strategy, Trial, discretised};
use nas::tuning::Tuning;

use crate::files::File;
use crate::random::normal_number;
use std::sync::atomic::{AtomicUsize, Ordering};

static FILES: AtomicUsize = AtomicUsize::new(0);

const NAMES: [&str; 3] = ["identity", "square", "tanh"];

/// y = (x₁ + x₂)² + 3: of the candidates only the square fits it.
pub(crate) fn quadratic() -> Frame {
    squares(120)
}

fn squares(rows: usize) -> Frame {
    let row = |i: usize| {
        let (a, b) = ((i as f64 * 0.37).sin(), (i as f64 * 0.71).cos());
        format!("{a},{b},{}\n", (a + b).powi(2) + 3.0)
    };
    let text: String = ["a,b,y\n".to_owned()].into_iter().chain((0..rows).map(row)).collect();
    let file = File::new(&format!("quadratic-{}.csv", FILES.fetch_add(1, Ordering::Relaxed)), &text);
    read_csv(file.path(), &CsvOptions::default()).unwrap()
}

/// Pure noise, which no candidate fits better than another.
fn noisy() -> Frame {
    let mut stream = Seed::new(4).split("noisy").stream();
    let mut row = || {
        let [a, b, y] = [(); 3].map(|()| normal_number(&mut stream));
        format!("{a},{b},{y}\n")
    };
    let text: String = "a,b,y\n".to_owned() + &(0..120).map(|_| row()).collect::<String>();
    let file = File::new("noisy.csv", &text);
    read_csv(file.path(), &CsvOptions::default()).unwrap()
}

pub(crate) fn setting(frame: &Frame, way: Way, optimiser: Optimiser, shape: Shape) -> Setting {
    let lr = if optimiser == Optimiser::Adam { 0.02 } else { 0.1 };
    let fit = FitOptions { optimiser, lr, steps: 1000, tolerance: 1e-8 };
    Setting {
        percent: Percent::default(),
        hidden: vec![4],
        bank: candidates::bank(&NAMES).unwrap(),
        names: NAMES.map(String::from).into(),
        coordinates: Coordinates::own(NAMES.len()),
        groups: 1,
        shared: false,
        inner: Inner {
            loss: metrics::loss(frame.task()),
            ridge: 1e-3,
            fit,
            way,
            batch: 0,
            warm: false,
            tolerance: Tolerance::Fixed,
        },
        precision: Precision::Double,
        shape,
        solver: Solver::usual(shape),
        entropy: 0.0,
        alpha_start: AlphaStart::Even,
        strategy: Strategy::Gradient,
        rivals: Vec::new(),
        trials: 12,
        outer: Options { steps: 15, first: FirstStep::Eta(1.0), tolerance: 1e-6, halvings: 15 },
        stop_at_noise: false,
        tuning: Tuning::default(),
        keep: 1,
        flip_labels: 0.0,
    }
}

fn run(way: Way, optimiser: Optimiser, shape: Shape) -> Trial {
    let frame = quadratic();
    Trial::run(&frame, &setting(&frame, way, optimiser, shape), Seed::new(3), &()).unwrap()
}

#[test]
fn the_search_finds_what_fits() {
    for shape in [Shape::Simplex, Shape::Sphere] {
        let trial = run(Way::GaussNewton, Optimiser::Lbfgs, shape);
        let alpha = &trial.searched.alpha;
        let (first, last) = (trial.found.path[0].value, trial.found.hypergradient.value);
        assert!(last < first / 2.0, "{shape:?}: from {first:e} to {last:e}");
        // On the sphere four neurons can make the square of tanh and identity too.
        let square = alpha[1] > alpha[0].max(alpha[2]);
        assert!(square || shape == Shape::Sphere, "{shape:?}: {alpha:?}");
        assert_eq!(trial.preferred(), Some(1));
        let single = trial.baselines.iter().flatten().collect::<Vec<_>>();
        assert!(single[1].test.second > 0.99 && single[0].test.second < 0.9, "R2 alone: {single:?}");
        assert!(trial.searched.test.second > 0.98, "{shape:?}: {:?}", trial.searched.test);
        assert!(trial.found.path.windows(2).all(|w| w[1].value <= w[0].value), "the validation loss rose");
        assert_eq!(trial.discretised.alpha.iter().filter(|a| **a != 0.0).count(), 1);
        assert!(trial.health.products > 0 && trial.health.steps > 0);
    }
}

/// The metric is in the target's own units: its mean squared error is (1 − R²) of the spread of y.
#[test]
fn errors_are_in_the_units_of_the_data() {
    let trial = run(Way::GaussNewton, Optimiser::Lbfgs, Shape::Simplex);
    let frame = quadratic();
    let test = trial.preprocess.apply(&frame, &trial.parts.test).unwrap();
    let mean = test.target.iter().sum::<f64>() / test.n as f64;
    let spread = test.target.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / test.n as f64;
    assert!(mean > 3.0, "not standardised");
    let entry = &trial.baselines[0].as_ref().unwrap().test;
    assert!((entry.metric.powi(2) / spread - (1.0 - entry.second)).abs() < 1e-12);
}

#[test]
fn every_way_and_optimiser_runs_and_lowers_the_validation_loss() {
    let pairs = [
        (Way::Exact, Optimiser::Lbfgs),
        (Way::Unroll, Optimiser::Gd),
        (Way::DartsFirst, Optimiser::Momentum),
        (Way::DartsSecond, Optimiser::Adam),
    ];
    for (way, optimiser) in pairs {
        let trial = run(way, optimiser, Shape::Simplex);
        let path = &trial.found.path;
        assert!(path.len() < 2 || path[path.len() - 1].value < path[0].value, "{way:?}: {path:?}");
        let found = &trial.found.hypergradient;
        assert!(found.value.is_finite(), "{way:?}");
        let unrolled = matches!(found.evidence.status, Status::Unrolled { .. });
        assert_eq!(unrolled, way != Way::Exact, "{way:?}: {}", found.evidence);
    }
}

/// The hypergradient on V is the mean of those on its pieces, where they have all its rows: 24 rows in 8 pieces.
#[test]
fn hypergradients_of_pieces_have_that_of_all_rows_for_their_mean() {
    let ways = [(Way::Exact, Optimiser::Lbfgs), (Way::GaussNewton, Optimiser::Lbfgs), (Way::Unroll, Optimiser::Gd)];
    for (way, optimiser) in ways {
        // After one step, where the terms of a hypergradient do not cancel yet.
        let frame = quadratic();
        let setting = setting(&frame, way, optimiser, Shape::Simplex);
        let setting = Setting { outer: Options { steps: 1, ..setting.outer }, ..setting };
        let trial = Trial::run(&frame, &setting, Seed::new(3), &()).unwrap();
        assert_eq!((trial.parts.validation.len(), trial.pieces.len()), (24, 8));
        for (i, whole) in trial.found.hypergradient.alpha.iter().enumerate() {
            let mean = nas::stats::mean(&trial.pieces.iter().map(|piece| piece[i]).collect::<Vec<_>>());
            let size = trial.pieces.iter().map(|piece| piece[i].abs()).fold(0.0, f64::max);
            assert!((mean - whole).abs() <= 1e-2 * size, "{way:?}: {mean} and {whole} in {size}");
        }
        assert!(trial.pieces[0] != trial.pieces[1], "{way:?}");
    }
}

/// With targets that are noise beside a line, all validation rows of the search say is noise: it ends before it moves, and
/// without the option it moves. Where the square shows, it begins.
#[test]
fn a_search_ends_where_its_hypergradient_is_noise() {
    let of = |frame: &Frame, stop_at_noise| {
        let plain = setting(frame, Way::GaussNewton, Optimiser::Lbfgs, Shape::Simplex);
        let setting = Setting { stop_at_noise, inner: Inner { ridge: 0.1, ..plain.inner }, ..plain };
        (Trial::run(frame, &setting, Seed::new(3), &()).unwrap(), setting)
    };
    let clear = squares(1200);
    let ((stopped, setting), (whole, _)) = (of(&clear, true), of(&clear, false));
    let floor = |trial: &Trial| setting.noise(&trial.found.alpha, &trial.pieces, [0.0; 2]).unwrap().floor;
    assert!(!stopped.found.path.is_empty(), "{:?} {}", whole.found.path, floor(&whole));
    assert!(stopped.found.path.len() <= whole.found.path.len());
    assert_eq!(stopped.found.path[..], whole.found.path[..stopped.found.path.len()], "the same way, as far as it goes");
    assert_ne!(whole.found.stop, Stop::Noise);

    let ((stopped, _), (whole, _)) = (of(&noisy(), true), of(&noisy(), false));
    assert_eq!((stopped.found.stop, stopped.found.path.len()), (Stop::Noise, 0));
    assert!(!whole.found.path.is_empty());
}

/// What is lost at once by keeping a few candidates: the losses of the search's own fit with and without the others.
#[test]
fn the_gap_before_retraining_is_that_of_one_fit() {
    let frame = quadratic();
    let setting = setting(&frame, Way::GaussNewton, Optimiser::Lbfgs, Shape::Ball);
    let setting = Setting { outer: Options { steps: 2, ..setting.outer }, ..setting };
    let trial = Trial::run(&frame, &setting, Seed::new(3), &()).unwrap();
    let validation = trial.preprocess.apply(&frame, &trial.parts.validation).unwrap();
    let model = setting.model(validation.d, validation.outputs);
    let theta = &trial.health.fit.as_ref().unwrap().theta;
    let loss = |alpha: &[f64]| {
        let f = Predictor::<f64>::new(&model, validation.n).predict(theta, alpha, &validation.x);
        nas::metrics::scores(&trial.preprocess, &f, &validation).loss
    };
    let few = discretised(&trial.found.alpha, &setting.coordinates, 1, Shape::Ball);
    let (want, got) = (loss(&few) - loss(&trial.found.alpha), trial.at_once.unwrap());
    assert!((got - want).abs() < 1e-12 * (1.0 + want.abs()) && got != 0.0, "{got}, not {want}");
    let unrolled = Inner {
        way: Way::Unroll,
        fit: FitOptions { optimiser: Optimiser::Gd, lr: 0.05, steps: 30, ..setting.inner.fit },
        ..setting.inner
    };
    let unrolled = Setting { inner: unrolled, ..setting.clone() };
    assert_eq!(Trial::run(&frame, &unrolled, Seed::new(3), &()).unwrap().at_once, None);
}

/// Around the point where a search ended its hypergradient is the derivative of the loss, and one of first order is not.
#[test]
fn a_probe_sees_a_derivative() {
    let frame = quadratic();
    let setting = setting(&frame, Way::Exact, Optimiser::Lbfgs, Shape::Simplex);
    // After one step, where the slope is not nothing yet.
    let early = Setting { outer: Options { steps: 1, ..setting.outer }, ..setting.clone() };
    let probe = |setting: &Setting| {
        let trial = Trial::run(&frame, setting, Seed::new(3), &()).unwrap();
        trial.probe(&frame, setting, Seed::new(3)).unwrap()
    };
    let found = probe(&early);
    assert_eq!(found.agreement.finding(), Finding::Clear, "{}", found.agreement.sentence());
    assert!(found.sharpness.first.is_finite() && found.sharpness.last.is_finite());
    let first_order = Setting { inner: Inner { way: Way::DartsFirst, ..early.inner }, ..early.clone() };
    let darts = probe(&first_order);
    assert!(darts.agreement.cosine < found.agreement.cosine, "{:?} {:?}", darts.agreement, found.agreement);
}

/// With many coefficients the curvature where the search began is that of a power iteration: as of the Hessian by differences.
#[test]
fn the_curvature_of_many_coefficients_is_that_of_the_hessian() {
    let frame = quadratic();
    let plain = setting(&frame, Way::Exact, Optimiser::Lbfgs, Shape::Simplex);
    let options = Options { steps: 1, ..plain.outer };
    let wide =
        Setting { hidden: vec![22], groups: 22, outer: options, inner: Inner { ridge: 0.1, ..plain.inner }, ..plain };
    let seed = Seed::new(3);
    let trial = Trial::run(&frame, &wide, seed, &()).unwrap();
    let found = trial.probe(&frame, &wide, seed).unwrap().sharpness.first;
    let rows = |rows: &[usize]| trial.preprocess.apply(&frame, rows).unwrap();
    let (train, validation) = (rows(&trial.parts.train), rows(&trial.parts.validation));
    let model = wide.model(train.d, train.outputs);
    let (inner, even) = (Inner { warm: true, ..wide.inner }, vec![1.0 / 3.0; model.coefficients()]);
    assert_eq!(even.len(), 66);
    let start = model.start(seed.split("start"));
    let mut problem = OnData::<f64>::new(&model, inner, [&train, &validation], start, seed.split("batches"));
    let mut slope = |alpha: &[f64]| problem.evaluate(alpha).map(|found| found.alpha);
    slope(&even).unwrap();
    let want = Hessian::difference(&even, slope, 0.02, 0.0).unwrap().largest_eigenvalue().unwrap();
    assert!((found - want).abs() < 0.05 * want.abs(), "{found}, not {want}");
}

/// Where two candidates share the work their coefficients are known to within an interval, and the third is held at its floor: the
/// delta method along the one direction that is free, with the pieces of V and the curvature of the loss by differences.
#[test]
fn intervals_are_those_of_the_free_direction() {
    let (frame, seed) = (mixed(), Seed::new(5));
    let plain = setting(&frame, Way::Exact, Optimiser::Lbfgs, Shape::Simplex);
    let (outer, inner) = (Options { steps: 60, ..plain.outer }, Inner { ridge: 1e-2, ..plain.inner });
    let setting = Setting { outer, inner, ..plain };
    let trial = Trial::run(&frame, &setting, seed, &()).unwrap();
    let probe = || trial.probe(&frame, &setting, seed).unwrap().intervals.unwrap();
    let (found, again) = (probe(), probe());
    assert_eq!(
        (&found.intervals, &found.standard_errors),
        (&again.intervals, &again.standard_errors),
        "not a function"
    );
    let alpha = &trial.found.alpha;
    assert_eq!((trial.found.stop, found.eigenvalues.len(), found.standard_errors[0]), (Stop::Stationary, 1, 0.0));
    assert!(alpha[1] > 0.3 && alpha[2] > 0.3, "{alpha:?}");

    let along = |slope: &[f64]| (slope[1] - slope[2]) * 0.5f64.sqrt();
    let pieces: Vec<f64> = trial.pieces.iter().map(|piece| along(piece)).collect();
    let rows = |rows: &[usize]| trial.preprocess.apply(&frame, rows).unwrap();
    let (train, validation) = (rows(&trial.parts.train), rows(&trial.parts.validation));
    let model = setting.model(train.d, train.outputs);
    let inner = Inner { warm: true, ..setting.inner };
    let start = model.start(seed.split("start"));
    let mut problem = OnData::<f64>::new(&model, inner, [&train, &validation], start, seed.split("batches"));
    problem.resume(&trial.health.fit.as_ref().unwrap().theta);
    let mut slope = |step: f64| {
        let moved = [alpha[0], alpha[1] + step * 0.5f64.sqrt(), alpha[2] - step * 0.5f64.sqrt()];
        along(&problem.evaluate(&moved).unwrap().alpha)
    };
    let curvature = (slope(0.02) - slope(-0.02)) / 0.04;
    assert!((found.eigenvalues[0] - curvature).abs() < 0.02 * curvature, "{:?}, not {curvature}", found.eigenvalues);
    let want = standard_error(&pieces).unwrap() / curvature * 0.5f64.sqrt();
    let t = t_quantile_975(pieces.len() - 1).unwrap();
    for i in [1, 2] {
        let (error, [low, high]) = (found.standard_errors[i], found.intervals[i]);
        assert!((error - want).abs() < 0.03 * want, "{error}, not {want}");
        assert!((low - (alpha[i] - t * error)).abs() < 1e-12 && (high - (alpha[i] + t * error)).abs() < 1e-12);
        assert!(0.0 < low && high < 1.0, "{low} to {high} says nothing");
    }
}

/// Half of what a square and half of what a hyperbolic tangent fits.
pub(crate) fn mixed() -> Frame {
    let file = File::new(&format!("mixed-{}.csv", FILES.fetch_add(1, Ordering::Relaxed)), mixed_rows());
    read_csv(file.path(), &CsvOptions::default()).unwrap()
}

pub(crate) fn mixed_rows() -> String {
    let mut stream = Seed::new(6).split("mixed").stream();
    let mut row = || {
        let [a, b, noise] = [(); 3].map(|()| normal_number(&mut stream));
        format!("{a},{b},{}\n", 0.3 * (a + b).powi(2) + 2.0 * (2.0 * (a - b)).tanh() + 0.3 * noise)
    };
    "a,b,y\n".to_owned() + &(0..200).map(|_| row()).collect::<String>()
}

#[test]
fn a_seed_is_its_numbers() {
    let once = || run(Way::GaussNewton, Optimiser::Lbfgs, Shape::Simplex);
    assert_eq!(once(), once());
}

#[test]
fn a_discretised_mixture_stays_in_its_set() {
    let (alpha, own) = ([0.5, 0.1, 0.4, 0.2, 0.7, 0.1], Coordinates::own(3));
    assert_eq!(discretised(&alpha, &own, 1, Shape::Simplex), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    let two = discretised(&alpha, &own, 2, Shape::Simplex);
    assert!((two[0] - 5.0 / 9.0).abs() < 1e-15 && two[1] == 0.0 && (two[3] - 2.0 / 9.0).abs() < 1e-15);
    let sphere = discretised(&[0.6, -0.8, 0.0], &own, 1, Shape::Sphere);
    assert_eq!(sphere, [0.0, -1.0, 0.0]);
}
