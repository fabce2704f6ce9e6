//! Ridges per layer and weights of rows: the formula of the loss, its hypergradient, and planted label noise.
use crate::difference::{gradient, relative_error};
use crate::trial::{quadratic, setting};
use nas::bilevel::{Inner, OnData, Way};
use nas::data::{Frame, Parts, Percent, Preprocess, Samples, Target, digits};
use nas::exactness::Tolerance;
use nas::inner::{FitOptions, Optimiser};
use nas::model::{Coordinates, Loss, Mlp, Normalise, Predictor, candidates};
use nas::search::Bilevel;
use nas::seed::Seed;
use nas::space::{Shape, Simplex};
use nas::trial::{Setting, Trial};
use nas::tuning::{Mixtures, Suspect, Tuned, Tuning};
use rand::RngExt;
use rand::seq::SliceRandom;

const BOTH: Tuning = Tuning { ridge: true, rows: true, jointly: false };

fn samples(n: usize, from: usize) -> Samples {
    let x: Vec<f64> = (2 * from..2 * (from + n)).map(|i| (i as f64 * 0.73).sin()).collect();
    let y: Vec<f64> = (0..n).map(|i| 1.5 * x[2 * i] - x[2 * i + 1] + 0.4 * ((from + i) as f64 * 2.9).cos()).collect();
    Samples { n, d: 2, outputs: 1, target: y.clone(), classes: Vec::new(), x, y }
}

fn model() -> Mlp {
    let bank = candidates::bank(&["tanh", "x*exp(-x^2)"]).unwrap();
    Mlp { inputs: 2, hidden: vec![1], outputs: 1, bank, groups: 1, shared: false }
}

const ALPHA: [f64; 2] = [0.8, 0.3];
const START: [f64; 5] = [0.9, -0.3, 0.1, 0.8, -0.1];

fn inner(tolerance: f64) -> Inner {
    let fit = FitOptions { optimiser: Optimiser::Lbfgs, lr: 0.1, steps: 20_000, tolerance };
    Inner { loss: Loss::Squared, ridge: 0.1, fit, way: Way::Exact, batch: 0, warm: false, tolerance: Tolerance::Fixed }
}

fn problem<'a>(tuning: Tuning, parts: [&'a Samples; 2]) -> OnData<'a, f64> {
    tuning.problem(&model(), inner(1e-11), &ALPHA, parts, START.to_vec())
}

/// g(r, w, θ) by a plain loop: the first layer has three parameters, the last one two.
fn plain(theta: &[f64], hyper: &[f64], rows: &Samples) -> f64 {
    let f = Predictor::<f64>::new(&model(), rows.n).predict(theta, &ALPHA, &rows.x);
    let losses = f.iter().zip(&rows.y).map(|(f, y)| (f - y).powi(2) / 2.0);
    let fit = losses.zip(&hyper[2..]).map(|(loss, w)| w * loss).sum::<f64>() / rows.n as f64;
    let squares = |theta: &[f64]| theta.iter().map(|x| x * x).sum::<f64>();
    fit + 0.05 * (10f64.powf(hyper[0]) * squares(&theta[..3]) + 10f64.powf(hyper[1]) * squares(&theta[3..]))
}

#[test]
fn the_loss_is_its_formula_and_the_fit_its_minimum() {
    let (train, validation) = (samples(7, 0), samples(6, 100));
    let mut problem = problem(BOTH, [&train, &validation]);
    let mut stream = Seed::new(1).stream();
    for _ in 0..5 {
        let hyper: Vec<f64> = (0..9)
            .map(|i| if i < 2 { stream.random_range(-1.0..1.0) } else { stream.random_range(0.0..1.0) })
            .collect();
        let fit = problem.fit(&hyper);
        let want = plain(&fit.theta, &hyper, &train);
        assert!((fit.loss - want).abs() < 1e-12 * (1.0 + want), "{} and {want}", fit.loss);
        let slope = gradient(|theta| plain(theta, &hyper, &train), &fit.theta, 1e-3);
        assert!(slope.iter().all(|s| s.abs() < 1e-7), "not stationary: {slope:?}");
    }
    // Where nothing is changed it is the loss of the search.
    let begin = BOTH.start(&model(), 7);
    assert_eq!(begin, [vec![0.0; 2], vec![1.0; 7]].concat());
    let mut search: OnData<'_, f64> =
        OnData::new(&model(), inner(1e-11), [&train, &validation], START.to_vec(), Seed::new(1));
    assert!((problem.fit(&begin).loss - search.fit(&ALPHA).loss).abs() < 1e-12);
    for nothing in [Tuning::default(), Tuning { ridge: false, rows: false, jointly: false }] {
        assert!(!nothing.any() && nothing.start(&model(), 7).is_empty());
    }
}

/// Against the validation loss of the problem solved anew beside.
#[test]
fn hypergradients_are_the_differences_of_the_refitted_problem() {
    let (train, validation) = (samples(8, 0), samples(6, 100));
    let mut stream = Seed::new(2).stream();
    let some = |ridge, rows| Tuning { ridge, rows, jointly: false };
    let all = |ridge, rows| Tuning { jointly: true, ..some(ridge, rows) };
    let cases = [(true, true), (true, false), (false, true)];
    for tuning in cases.iter().flat_map(|&(ridge, rows)| [some(ridge, rows), all(ridge, rows)]) {
        let mut problem = problem(tuning, [&train, &validation]);
        let ridges = if tuning.ridge { 2 } else { 0 };
        let own = ridges + if tuning.rows { 8 } else { 0 };
        let size = own + if tuning.jointly { 2 } else { 0 };
        let hyper: Vec<f64> = (0..size)
            .map(|i| if i < ridges { stream.random_range(-0.5..0.5) } else { stream.random_range(0.3..0.9) })
            .collect();
        let found = problem.evaluate(&hyper).unwrap().alpha;
        let mut outer = |hyper: &[f64]| {
            let theta = problem.fit(hyper).theta;
            let alpha = if tuning.jointly { &hyper[own..] } else { &ALPHA[..] };
            let f = Predictor::<f64>::new(&model(), 6).predict(&theta, alpha, &validation.x);
            f.iter().zip(&validation.y).map(|(f, y)| (f - y).powi(2)).sum::<f64>() / 12.0
        };
        let central = |i: usize| {
            let mut at = |shift: f64| {
                let mut moved = hyper.clone();
                moved[i] += shift;
                outer(&moved)
            };
            (at(1e-3) - at(-1e-3)) / 2e-3
        };
        let want: Vec<f64> = (0..size).map(central).collect();
        let error = relative_error(&found, &want);
        assert!(error < 2e-3, "{tuning:?}: {found:?}, not {want:?}: {error:e}");
    }
}

#[test]
fn suspects_are_rows_of_low_weight_the_lowest_first() {
    let tuned =
        Tuned { ridge: Vec::new(), weights: vec![1.0, 0.2, 0.5, 0.0, 0.49], alpha: Vec::new(), validation: [1.0, 0.5] };
    let want = [(3, 0.0), (1, 0.2), (4, 0.49)].map(|(row, weight)| Suspect { row, weight });
    assert_eq!(tuned.suspects(), want);
    assert!(Tuned { weights: Vec::new(), ..tuned }.suspects().is_empty());
}

/// P(a flipped row has a lower weight than a clean one), ties counted half.
fn auc(weights: &[f64], flipped: &[bool]) -> f64 {
    let of = |kind: bool| weights.iter().zip(flipped).filter(move |(_, f)| **f == kind).map(|(w, _)| *w);
    let (mut won, mut pairs) = (0.0, 0.0);
    for bad in of(true) {
        for clean in of(false) {
            won += if bad < clean { 1.0 } else { f64::from(u8::from(bad == clean)) / 2.0 };
            pairs += 1.0;
        }
    }
    won / pairs
}

/// A fifth of the training labels of the digits is changed, every one to another class.
#[test]
fn flipped_labels_are_found() {
    const CLASSES: usize = 10;
    for seed in [1, 2] {
        let seed = Seed::new(seed);
        let frame = digits().unwrap().sample(500, seed.split("sample"));
        let percent = Percent { train: 50, validation: 40, test: 10 };
        let parts = Parts::draw(&frame, percent, seed.split("split")).unwrap();
        let preprocess = Preprocess::fit(&frame, &parts.train).unwrap();
        let mut train = preprocess.apply(&frame, &parts.train).unwrap();
        let validation = preprocess.apply(&frame, &parts.validation).unwrap();
        let mut stream = seed.split("noise").stream();
        let mut order: Vec<usize> = (0..train.n).collect();
        order.shuffle(&mut stream);
        let mut flipped = vec![false; train.n];
        for &row in &order[..train.n / 5] {
            let class = (train.classes[row] + stream.random_range(1..CLASSES)) % CLASSES;
            train.classes[row] = class;
            (0..CLASSES).for_each(|c| train.y[row * CLASSES + c] = f64::from(u8::from(c == class)));
            flipped[row] = true;
        }
        let bank = candidates::bank(&["tanh"]).unwrap();
        let model = Mlp { inputs: train.d, hidden: vec![8], outputs: CLASSES, bank, groups: 1, shared: false };
        let fit = FitOptions { optimiser: Optimiser::Lbfgs, lr: 0.1, steps: 500, tolerance: 1e-4 };
        let inner = Inner {
            loss: Loss::CrossEntropy,
            ridge: 0.01,
            fit,
            way: Way::GaussNewton,
            batch: 0,
            warm: false,
            tolerance: Tolerance::Fixed,
        };
        let tuning = Tuning { ridge: false, rows: true, jointly: false };
        let start = model.start(seed.split("start"));
        let (coordinates, space) = (Coordinates::own(1), Box::new(Simplex::unit(1)));
        let mixtures = Mixtures { alpha: &[1.0], coordinates: &coordinates, space };
        let tuned = tuning.run::<f64>(&model, inner, mixtures, [&train, &validation], start, 15).unwrap();
        let [before, after] = tuned.validation;
        assert!(after < before, "the validation loss went from {before} to {after}");
        assert!(tuned.weights.len() == train.n && tuned.weights.iter().all(|w| (0.0..=1.0).contains(w)));
        let area = auc(&tuned.weights, &flipped);
        let suspects = tuned.suspects();
        let right = suspects.iter().filter(|suspect| flipped[suspect.row]).count();
        let precision = right as f64 / suspects.len() as f64;
        println!("AUC {area:.3}, {right} of {} suspects flipped, loss {before:.3} to {after:.3}", suspects.len());
        assert!(area > 0.8, "AUC {area}");
        assert!(
            suspects.len() >= 20 && precision > 0.5,
            "{right} of {} suspects were flipped: chance is 0.2",
            suspects.len()
        );
    }
}

/// Labels that no network fits without losing something: there is something to tune.
fn noisy() -> Frame {
    let mut frame = quadratic();
    if let Target::Numbers(values) = &mut frame.target {
        values.iter_mut().enumerate().for_each(|(i, y)| *y += (i as f64 * i as f64).sin());
    }
    frame
}

/// After the search, which stays as it is.
#[test]
fn a_trial_tunes_what_it_is_asked_to() {
    let frame = noisy();
    let plain = setting(&frame, Way::GaussNewton, Optimiser::Lbfgs, Shape::Simplex);
    let run = |tuning| Trial::run(&frame, &Setting { tuning, ..plain.clone() }, Seed::new(3), &()).unwrap();
    let (without, with) = (run(Tuning::default()), run(BOTH));
    assert_eq!(without.tuned, None);
    assert_eq!(Trial { tuned: None, ..with.clone() }, without, "the comparison is the same");
    let tuned = with.tuned.unwrap();
    assert_eq!((tuned.ridge.len(), tuned.weights.len()), (2, with.parts.train.len()));
    assert!(tuned.ridge.iter().all(|ridge| (0.99e-6..=1.01).contains(ridge)), "{:?}", tuned.ridge);
    assert!(tuned.validation[1] < tuned.validation[0], "{:?}", tuned.validation);
    assert!((tuned.validation[0] - with.found.hypergradient.value).abs() < 1e-6, "it begins where the search ended");
    let ridge = run(Tuning { ridge: true, rows: false, jointly: false }).tuned.unwrap();
    assert!(ridge.weights.is_empty() && ridge.ridge.len() == 2 && ridge.alpha.is_empty());
}

/// Moved together with the ridges from where a search ended early, the mixture stays in its set in whatever coordinates, and the
/// loss that was found is that of a network fitted anew with both.
#[test]
fn mixtures_move_with_the_ridges() {
    let frame = noisy();
    let plain = setting(&frame, Way::GaussNewton, Optimiser::Lbfgs, Shape::Simplex);
    let early = nas::search::Options { steps: 1, ..plain.outer };
    for normalise in [Normalise::None, Normalise::Moment] {
        let coordinates = Coordinates::new(&plain.bank, &plain.names, normalise).unwrap();
        let early = Setting { coordinates: coordinates.clone(), outer: early, ..plain.clone() };
        let trial = Trial::run(&frame, &early, Seed::new(3), &()).unwrap();
        let rows = |rows: &[usize]| trial.preprocess.apply(&frame, rows).unwrap();
        let (train, validation) = (rows(&trial.parts.train), rows(&trial.parts.validation));
        let model = early.model(train.d, train.outputs);
        let tune = |jointly| {
            let tuning = Tuning { ridge: true, rows: false, jointly };
            let space = early.space(1).into_space();
            let mixtures = Mixtures { alpha: &trial.found.alpha, coordinates: &coordinates, space };
            let start = model.start(Seed::new(3).split("start"));
            tuning.run::<f64>(&model, early.inner, mixtures, [&train, &validation], start, 15).unwrap()
        };
        let (alone, jointly) = (tune(false), tune(true));
        assert_eq!(alone.validation[0], jointly.validation[0], "both begin at the found mixture");
        assert!(jointly.validation[1] < jointly.validation[0] && alone.alpha.is_empty(), "{jointly:?}");
        let r: Vec<f64> = jointly.ridge.iter().map(|ridge| (ridge / early.inner.ridge).log10()).collect();
        let (both, start) =
            (Tuning { ridge: true, rows: false, jointly: true }, model.start(Seed::new(3).split("start")));
        let mut anew = both.problem::<f64>(&model, early.inner, &[], [&train, &validation], start);
        let value = anew.evaluate(&[&*r, &jointly.alpha].concat()).unwrap().value;
        assert!((value - jointly.validation[1]).abs() < 1e-6, "{value}, not {:?}", jointly.validation);
        let beta = coordinates.beta(&jointly.alpha);
        let mut inside = beta.clone();
        early.space(1).space().project(&beta, &mut inside);
        assert!(beta.iter().zip(&inside).all(|(b, p)| (b - p).abs() < 1e-12), "{beta:?} left the set");
        assert_ne!(jointly.alpha, trial.found.alpha);
    }
}
