//! Tolerances that fall on the way of a search (HOAG): their sequence, what they promise, and what they save.
use crate::difference::relative_error;
use nas::bilevel::{Inner, OnData, Way};
use nas::data::Samples;
use nas::exactness::{Exactness, Tolerance};
use nas::inner::{FitOptions, Optimiser};
use nas::model::{Loss, Mlp, candidates};
use nas::outer::ProjectedGradient;
use nas::search::{Bilevel, FirstStep, Options, search_from};
use nas::seed::Seed;
use nas::space::{Cuboid, Simplex, Space};
use nas::tuning::Tuning;

#[test]
fn fixed_tolerances_are_those_that_were_set() {
    let mut fixed = Exactness::new(Tolerance::Fixed);
    for error in [0.0, 1.0, f64::INFINITY] {
        assert!(fixed.accepts(error), "{error}");
        fixed.evaluated(&[1.0], error, &[1.0]);
        assert_eq!((fixed.of(1e-4), fixed.of(0.5), fixed.epsilon()), (1e-4, 0.5, 0.0));
    }
}

#[test]
fn what_is_allowed_falls_and_never_rises() {
    for rule in [Tolerance::Decreasing, Tolerance::Adaptive] {
        let mut state = Exactness::new(rule);
        assert_eq!((state.epsilon(), state.of(1e-4), state.of(1e-2), state.of(0.3)), (0.1, 256e-4, 0.05, 0.3));
        assert!(state.accepts(0.1) && state.of(1e-4) == 256e-4, "what is exact enough changes nothing");
        let mut before = state.of(1e-6);
        for k in 0..4 {
            assert!(!state.accepts(0.11), "{k}");
            let now = state.of(1e-6);
            assert!((now - before / 4.0).abs() < 1e-18, "{k}: {before}, then {now}");
            before = now;
        }
        assert_eq!((state.of(1e-6), state.epsilon()), (1e-6, 0.0), "as set in the end");
        assert!(state.accepts(f64::INFINITY), "and then nothing is solved twice");
    }
}

/// Exponentially by the steps, or when ε ‖g‖ ‖Δα‖ is more than a tenth of what F fell.
#[test]
fn the_sequences_are_those_of_their_rules() {
    let mut decreasing = Exactness::new(Tolerance::Decreasing);
    for k in 0..10 {
        assert!((decreasing.epsilon() - 0.1 * 0.8f64.powi(k)).abs() < 1e-15);
        decreasing.evaluated(&[0.0], 1.0, &[1.0]);
    }
    // (F after the step, ε after it), for a step of length 0.5 along a gradient of size 2 from F = 1: the error is ε.
    for (value, epsilon) in [(-0.01, 0.1), (0.01, 0.02), (1.0, 0.02), (2.0, 0.02), (f64::INFINITY, 0.02)] {
        let mut adaptive = Exactness::new(Tolerance::Adaptive);
        adaptive.evaluated(&[0.0, 0.0], 1.0, &[9.0, 9.0]);
        assert_eq!(adaptive.epsilon(), 0.1, "nothing to compare with at the start");
        adaptive.evaluated(&[0.3, 0.4], value, &[0.0, -2.0]);
        assert!((adaptive.epsilon() - epsilon).abs() < 1e-15, "F {value}: {}", adaptive.epsilon());
    }
}

fn samples(n: usize, from: usize) -> Samples {
    let x: Vec<f64> = (3 * from..3 * (from + n)).map(|i| (i as f64 * 0.73).sin()).collect();
    let label = |i: usize| {
        let (a, b) = (x[3 * i], x[3 * i + 1]);
        a * a - b + 0.5 * x[3 * i + 2] + 0.3 * ((from + i) as f64 * 2.9).cos()
    };
    let y: Vec<f64> = (0..n).map(label).collect();
    Samples { n, d: 3, outputs: 1, target: y.clone(), classes: Vec::new(), x, y }
}

fn inner(tolerance: Tolerance, tol: f64) -> Inner {
    let fit = FitOptions { optimiser: Optimiser::Lbfgs, lr: 0.1, steps: 5000, tolerance: tol };
    Inner { loss: Loss::Squared, ridge: 0.05, fit, way: Way::Exact, batch: 0, warm: false, tolerance }
}

/// A search and what it took.
struct Run {
    alpha: Vec<f64>,
    inner_steps: usize,
    /// How many hypergradients were allowed to be rough.
    rough: usize,
}

/// Runs a search, and checks every hypergradient against one of a tight solve, `exact`.
fn run<'a>(
    mut problem: OnData<'a, f64>,
    mut exact: OnData<'a, f64>,
    space: &dyn Space,
    start: Vec<f64>,
    first: f64,
) -> Run {
    let options = Options { steps: 100, first: FirstStep::Distance(first), tolerance: 1e-4, halvings: 30 };
    let (mut rough, mut all) = (0, 0);
    let mut watch = |problem: &OnData<'a, f64>, point: nas::search::Reached<'_>| {
        let truth = exact.evaluate(point.alpha).unwrap().alpha;
        let (error, allowed) = (relative_error(&point.hypergradient.alpha, &truth), problem.health.epsilon);
        // What is allowed is of θ and of the adjoint, as estimated: the gradient's own error follows by a factor near 1.
        assert!(
            error <= (2.0 * allowed).max(1e-3),
            "step {}: an error of {error} where {allowed} is allowed",
            point.step
        );
        rough += usize::from(allowed > 0.0);
        all += 1;
    };
    let outer = ProjectedGradient { space };
    let found = search_from(start, &mut problem, space, &outer, &options, &mut watch).unwrap();
    assert!(all > 3, "a search of {all} points shows nothing");
    Run { alpha: found.alpha, inner_steps: problem.health.steps, rough }
}

/// Each rule ends where fixed tolerances do, with fewer steps of fits.
fn assert_saves(run: impl Fn(Tolerance) -> Run, within: f64) {
    let fixed = run(Tolerance::Fixed);
    assert_eq!(fixed.rough, 0);
    for rule in [Tolerance::Decreasing, Tolerance::Adaptive] {
        let found = run(rule);
        let off = found.alpha.iter().zip(&fixed.alpha).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off < within, "{rule:?}: {:?}, and {:?} with fixed ones", found.alpha, fixed.alpha);
        assert!(found.rough > 0, "{rule:?} never used what it allows");
        assert!(
            found.inner_steps < fixed.inner_steps,
            "{rule:?}: {} steps, not {}",
            found.inner_steps,
            fixed.inner_steps
        );
    }
}

/// Ridge regression, its ridge and the weights of its rows chosen by the validation loss.
#[test]
fn a_ridge_problem_ends_in_the_same_place() {
    let bank = candidates::bank(&["identity"]).unwrap();
    let model = Mlp { inputs: 3, hidden: Vec::new(), outputs: 1, bank, groups: 1, shared: false };
    let (train, validation) = (samples(30, 0), samples(20, 100));
    let tuning = Tuning { ridge: true, rows: true, jointly: false };
    let limits = [vec![[-3.0, 3.0]], vec![[0.0, 1.0]; 30]].concat();
    let (cuboid, theta) = (Cuboid::new(limits).unwrap(), vec![0.0; model.parameters()]);
    let pose =
        |tolerance, tol| tuning.problem(&model, inner(tolerance, tol), &[], [&train, &validation], theta.clone());
    let start = [vec![0.0], vec![0.5; 30]].concat();
    assert_saves(|rule| run(pose(rule, 1e-7), pose(Tolerance::Fixed, 1e-12), &cuboid, start.clone(), 0.3), 2e-2);
}

#[test]
fn a_small_network_ends_in_the_same_place() {
    let bank = candidates::bank(&["tanh", "square", "identity"]).unwrap();
    let model = Mlp { inputs: 3, hidden: vec![2], outputs: 1, bank, groups: 1, shared: false };
    let (train, validation) = (samples(30, 0), samples(20, 100));
    let (simplex, theta) = (Simplex::unit(3), model.start(Seed::new(2)));
    let pose = |tolerance, tol| -> OnData<'_, f64> {
        OnData::new(&model, inner(tolerance, tol), [&train, &validation], theta.clone(), Seed::new(1))
    };
    assert_saves(|rule| run(pose(rule, 1e-7), pose(Tolerance::Fixed, 1e-12), &simplex, simplex.start(), 0.2), 2e-2);
}
