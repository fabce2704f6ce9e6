//! One seed of the main job, on small data with a known answer.
use nas::bilevel::{Inner, Way};
use nas::data::{CsvOptions, Frame, Percent, read_csv};
use nas::diagnose::{Diagnosis, Finding};
use nas::exactness::Tolerance;
use nas::hypergradient::Status;
use nas::inner::{FitOptions, Optimiser};
use nas::metrics;
use nas::model::{Coordinates, candidates};
use nas::outer::Solver;
use nas::search::{FirstStep, Options, Stop};
use nas::seed::Seed;
use nas::space::Shape;
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

/// Around the minimum of a search: its hypergradient is the derivative of the loss, its fits follow α, and its coefficients have
/// intervals that hold them.
#[test]
fn a_probe_sees_a_derivative_smooth_fits_and_intervals() {
    let frame = quadratic();
    let setting = setting(&frame, Way::Exact, Optimiser::Lbfgs, Shape::Simplex);
    // After one step, where the slope is not nothing yet.
    let early = Setting { outer: Options { steps: 1, ..setting.outer }, ..setting.clone() };
    let probe = |setting: &Setting| {
        let trial = Trial::run(&frame, setting, Seed::new(3), &()).unwrap();
        (trial.probe(&frame, setting, Seed::new(3)), trial)
    };
    let found = probe(&early).0.unwrap();
    assert_eq!(found.agreement.finding(), Finding::Clear, "{}", found.agreement.sentence());
    assert!(found.sharpness.first.is_finite() && found.sharpness.last.is_finite());
    let first_order = Setting { inner: Inner { way: Way::DartsFirst, ..early.inner }, ..early.clone() };
    let darts = probe(&first_order).0.unwrap();
    assert!(darts.agreement.cosine < found.agreement.cosine, "{:?} {:?}", darts.agreement, found.agreement);
    let (again, trial) = probe(&early);
    let (found, again) = (found.intervals, again.unwrap().intervals);
    match (found, again) {
        (Ok(a), Ok(b)) => {
            assert_eq!((&a.intervals, &a.standard_errors), (&b.intervals, &b.standard_errors), "not a function");
            let holds = |(alpha, [low, high]): (&f64, &[f64; 2])| low <= alpha && alpha <= high;
            assert!(trial.found.alpha.iter().zip(&a.intervals).all(holds), "{a:?}");
        }
        (Err(a), Err(b)) => assert_eq!(a, b),
        _ => panic!("not a function"),
    }
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
