//! Single and double precision, and the value of F where a fit is not at its minimum.
use crate::trial::{quadratic, setting};
use nas::bilevel::{Inner, OnData, Way};
use nas::data::Samples;
use nas::exactness::Tolerance;
use nas::inner::{FitOptions, Optimiser};
use nas::model::{Loss, Mlp, Predictor, candidates};
use nas::search::Bilevel;
use nas::seed::Seed;
use nas::space::Shape;
use nas::trial::{Precision, Setting, Trial};

#[test]
fn precisions_agree_within_what_single_allows() {
    let frame = quadratic();
    let run = |precision| {
        let setting = setting(&frame, Way::GaussNewton, Optimiser::Lbfgs, Shape::Simplex);
        // At the start of the search: after some steps the ways part, as they do between two machines.
        let fit = FitOptions { tolerance: 1e-4, ..setting.inner.fit };
        let (inner, outer) = (Inner { fit, ..setting.inner }, nas::search::Options { steps: 0, ..setting.outer });
        Trial::run(&frame, &Setting { precision, inner, outer, ..setting }, Seed::new(3), &()).unwrap()
    };
    let (single, double) = (run(Precision::Single), run(Precision::Double));
    assert_ne!(single.theta, double.theta, "not two precisions");
    let close = |a: f64, b: f64| (a - b).abs() < 2e-3 * (1.0 + b.abs());
    let (a, b) = (&single.found.hypergradient, &double.found.hypergradient);
    assert!(close(a.value, b.value), "F: {} and {}", a.value, b.value);
    assert!(a.alpha.iter().zip(&b.alpha).all(|(a, b)| close(*a, *b)), "dF/dα: {:?} and {:?}", a.alpha, b.alpha);
    let scores =
        |trial: &Trial| [trial.searched.train_loss, trial.searched.validation.loss, trial.searched.test.metric];
    assert!(scores(&single).iter().zip(scores(&double)).all(|(a, b)| close(*a, b)), "{single:?}\n{double:?}");
}

fn samples(n: usize, from: usize) -> Samples {
    let x: Vec<f64> = (2 * from..2 * (from + n)).map(|i| (i as f64 * 0.73).sin()).collect();
    let y: Vec<f64> = (0..n).map(|i| 1.5 * x[2 * i] - x[2 * i + 1] + 0.4 * ((from + i) as f64 * 2.9).cos()).collect();
    Samples { n, d: 2, outputs: 1, target: y.clone(), classes: Vec::new(), x, y }
}

/// One neuron: with a ridge its minimum is a point, where the Hessian is positive definite.
fn neuron() -> Mlp {
    let bank = candidates::bank(&["tanh"]).unwrap();
    Mlp { inputs: 2, hidden: vec![1], outputs: 1, bank, groups: 1, shared: false }
}

fn problem<T: tape::Element>(optimiser: Optimiser, tolerance: f64, warm: bool) -> OnData<'static, T> {
    let fit = FitOptions { optimiser, lr: 0.05, steps: 20_000, tolerance };
    let inner =
        Inner { loss: Loss::Squared, ridge: 0.1, fit, way: Way::Exact, batch: 0, warm, tolerance: Tolerance::Fixed };
    let start = vec![0.9, -0.3, 0.1, 0.8, -0.1];
    let rows: &[Samples; 2] = Box::leak(Box::new([samples(30, 0), samples(20, 100)]));
    OnData::new(&neuron(), inner, rows.each_ref(), start, Seed::new(1))
}

/// The validation loss at θ.
fn plain(theta: &[f64]) -> f64 {
    let rows = samples(20, 100);
    let outputs = Predictor::<f64>::new(&neuron(), rows.n).predict(theta, &[1.0], &rows.x);
    outputs.iter().zip(&rows.y).map(|(f, y)| (f - y).powi(2)).sum::<f64>() / (2.0 * rows.n as f64)
}

/// What the fit leaves enters the validation loss in first order, and F by its square.
#[test]
fn the_error_of_f_is_the_square_of_that_of_the_fit() {
    let exact = plain(&problem::<f64>(Optimiser::Lbfgs, 1e-11, false).fit(&[1.0]).theta);
    let errors = [1e-2, 1e-3, 1e-4].map(|tolerance| {
        let mut problem = problem::<f64>(Optimiser::Gd, tolerance, false);
        let corrected = problem.evaluate(&[1.0]).unwrap().value;
        let fit = problem.health.fit.clone().unwrap();
        assert!(fit.residual <= tolerance && fit.residual > tolerance / 5.0, "{tolerance:e}: {:e}", fit.residual);
        [(plain(&fit.theta) - exact).abs() / fit.residual, (corrected - exact).abs() / fit.residual.powi(2)]
    });
    for order in 0..2 {
        let of = errors.map(|error| error[order]);
        let (least, most) = (of.iter().copied().fold(f64::MAX, f64::min), of.iter().copied().fold(0.0, f64::max));
        assert!(least > 0.0 && most / least < 10.0, "no power {}: {of:?}", order + 1);
    }
    let [plain, corrected] = errors[2];
    assert!(corrected * 1e-4 < plain / 100.0, "the correction is worth little at 1e-4: {errors:?}");
}

/// A warm fit at the same α begins at its end: it is done at once, and its tolerance does not shrink with its start.
#[test]
fn a_warm_fit_is_measured_from_the_first_start() {
    let mut problem = problem::<f32>(Optimiser::Lbfgs, 1e-4, true);
    let first = problem.evaluate(&[1.0]).unwrap();
    let (steps, scale) = (problem.health.steps, problem.health.fit.as_ref().unwrap().scale);
    let again = problem.evaluate(&[1.0]).unwrap();
    assert_eq!((problem.health.steps, problem.health.skipped), (steps, 0));
    assert_eq!(problem.health.fit.as_ref().unwrap().scale, scale);
    assert!((again.value - first.value).abs() < 1e-6);
    // A little further on, where the gradient at the start is nearly nothing.
    problem.evaluate(&[1.0 + 1e-4]).unwrap();
    assert_eq!(problem.health.skipped, 0, "{}", problem.health.reason);
}
