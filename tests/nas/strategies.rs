//! Other ways of searching: grids, random points, joint training, each under the conditions of the search.
use crate::difference::{gradient, relative_error};
use crate::quadratic::Quadratic;
use crate::trial::{quadratic, setting};
use nas::bilevel::{Inner, OnData, Way};
use nas::data::Samples;
use nas::exactness::Tolerance;
use nas::hypergradient::{Hypergradient, Status};
use nas::inner::{FitOptions, Optimiser};
use nas::model::{Loss, Mlp, candidates};
use nas::search::{Bilevel, Stop};
use nas::seed::Seed;
use nas::space::{Lattice, Shape, Simplex};
use nas::trial::{Setting, Strategy, Trial, Walk};
use std::convert::Infallible;
use std::ops::ControlFlow;

/// A problem that remembers what it was asked.
struct Asked {
    problem: Quadratic,
    points: Vec<Vec<f64>>,
}

impl Bilevel for Asked {
    type Error = Infallible;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, Infallible> {
        self.points.push(alpha.to_vec());
        self.problem.evaluate(alpha)
    }
}

fn tried(trials: usize, walk: Walk<'_>, shape: Shape) -> (Vec<Vec<f64>>, f64) {
    let plain = setting(&quadratic(), Way::GaussNewton, Optimiser::Lbfgs, shape);
    let problem = crate::quadratic::quadratic(&[1.0; 3], &[0.1, 0.7, 0.2]);
    let mut asked = Asked { problem, points: Vec::new() };
    let found = Setting { trials, ..plain }.search(&mut asked, 1, walk, &mut |_, _| ControlFlow::Continue(())).unwrap();
    assert_eq!(found.stop, Stop::Exhausted);
    let least = asked.points.iter().map(|p| asked.problem.value(p)).fold(f64::INFINITY, f64::min);
    assert_eq!(found.hypergradient.value, least, "not the best of what was tried");
    (asked.points, least)
}

/// The even mixture, then the finest lattice that there are trials for: of 3 candidates it has 3, 6, 10, 15 points.
#[test]
fn a_grid_is_as_fine_as_its_trials_allow() {
    let simplex = Simplex { floor: 1e-4 / 3.0, ..Simplex::unit(3) };
    for (trials, points) in [(1, 1), (4, 4), (6, 4), (7, 7), (16, 16), (20, 16)] {
        let (asked, _) = tried(trials, Walk::Lattice, Shape::Simplex);
        assert_eq!(asked.len(), points, "{trials} trials");
        assert!(asked[0].iter().all(|a| (a - 1.0 / 3.0).abs() < 1e-15), "the even mixture is first");
    }
    assert_eq!(tried(16, Walk::Lattice, Shape::Simplex).0[1..], simplex.lattice(4)[..]);
    assert_eq!(tried(30, Walk::Lattice, Shape::Box).0.len(), 28, "the even one and 3 values for each of 3");
}

#[test]
fn random_trials_are_points_of_the_set_and_their_seed() {
    for shape in [Shape::Simplex, Shape::Sphere, Shape::L1Ball] {
        let (asked, least) = tried(50, Walk::Random(Seed::new(1)), shape);
        assert_eq!(asked.len(), 50, "{shape}");
        assert!(asked.iter().all(|alpha| shape.size(alpha) <= 1.0 + 1e-12), "{shape}");
        assert_eq!(tried(10, Walk::Random(Seed::new(1)), shape).0[..], asked[..10], "{shape}");
        assert!(least < tried(1, Walk::Random(Seed::new(1)), shape).1, "{shape}: 50 are no better than one");
    }
}

fn samples(n: usize) -> Samples {
    let x: Vec<f64> = (0..2 * n).map(|i| (i as f64 * 0.73).sin()).collect();
    let y: Vec<f64> = (0..n).map(|i| 1.5 * x[2 * i].powi(2) - x[2 * i + 1]).collect();
    Samples { n, d: 2, outputs: 1, target: y.clone(), classes: Vec::new(), x, y }
}

/// The envelope theorem, against differences of the loss at the fit: min over θ of the inner loss of all rows.
#[test]
fn the_slope_of_a_joint_training_is_that_of_its_least_loss() {
    let bank = candidates::bank(&["tanh", "square"]).unwrap();
    let model = Mlp { inputs: 2, hidden: vec![2], outputs: 1, bank, groups: 1, shared: false };
    let rows = samples(25);
    let fit = FitOptions { optimiser: Optimiser::Lbfgs, lr: 0.1, steps: 5000, tolerance: 1e-11 };
    for way in [Way::GaussNewton, Way::Unroll] {
        let inner =
            Inner { loss: Loss::Squared, ridge: 0.05, fit, way, batch: 0, warm: false, tolerance: Tolerance::Fixed };
        let start = model.start(Seed::new(2));
        let mut joint: OnData<'_, f64> = OnData::joint(&model, inner, &rows, start.clone(), Seed::new(3));
        for alpha in [[0.4, 0.6], [0.8, 0.3]] {
            let here = joint.evaluate(&alpha).unwrap();
            assert_eq!(here.evidence.status, Status::Exact);
            let mut beside: OnData<'_, f64> = OnData::joint(&model, inner, &rows, start.clone(), Seed::new(3));
            assert!(
                (here.value - beside.fit(&alpha).loss).abs() < 1e-12,
                "the value is the whole loss, ridge included"
            );
            let loss = std::cell::RefCell::new(beside);
            let slope = gradient(|alpha| loss.borrow_mut().fit(alpha).loss, &alpha, 1e-4);
            assert!(relative_error(&here.alpha, &slope) < 1e-5, "{:?}, by differences {slope:?}", here.alpha);
        }
    }
}

/// Each from the same split and start; none asks for more than its budget, and none ends above the even mixture by its own measure.
#[test]
fn rivals_keep_to_their_budget() {
    let frame = quadratic();
    let plain = setting(&frame, Way::GaussNewton, Optimiser::Lbfgs, Shape::Simplex);
    let rivals = vec![Strategy::Grid, Strategy::Random, Strategy::Joint];
    let setting = Setting { rivals: rivals.clone(), trials: 8, ..plain.clone() };
    let trial = Trial::run(&frame, &setting, Seed::new(3), &()).unwrap();
    let alone = Trial::run(&frame, &plain, Seed::new(3), &()).unwrap();
    assert_eq!((&trial.searched, &trial.baselines), (&alone.searched, &alone.baselines));
    assert_eq!(trial.rivals.iter().map(|rival| rival.strategy).collect::<Vec<_>>(), rivals);
    for rival in &trial.rivals {
        let (path, last) = (&rival.found.path, rival.found.hypergradient.value);
        assert!(path.is_empty() || last < path[0].value, "{:?}", rival.strategy);
        assert_eq!(rival.entry.as_ref().unwrap().alpha, rival.found.alpha);
        assert!(rival.strategy == Strategy::Joint || rival.evaluations <= 8, "{:?}", rival.evaluations);
        // The same problem begins at the same value.
        if rival.strategy != Strategy::Joint && !path.is_empty() {
            assert_eq!(path[0].value, alone.found.path[0].value);
        }
    }
    let joint = &trial.rivals[2].found;
    assert_eq!(joint.hypergradient.evidence.status, Status::Exact);
    for strategy in rivals {
        let as_search =
            Trial::run(&frame, &Setting { strategy, trials: 8, ..plain.clone() }, Seed::new(3), &()).unwrap();
        let rival = trial.rivals.iter().find(|rival| rival.strategy == strategy).unwrap();
        assert_eq!(as_search.found, rival.found, "{strategy:?} as the search finds what it finds as a rival");
    }
}
