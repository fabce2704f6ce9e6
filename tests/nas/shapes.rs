//! Sets by name, and the search of a setting in each of them.
use crate::quadratic::EXACT;
use crate::trial::{quadratic, setting};
use nas::bilevel::Way;
use nas::hypergradient::Hypergradient;
use nas::inner::Optimiser;
use nas::outer::Solver;
use nas::search::{Bilevel, FirstStep, Options};
use nas::seed::Seed;
use nas::space::{NoShape, Shape};
use nas::trial::{Setting, Trial, Walk, discretised};
use std::convert::Infallible;
use std::ops::ControlFlow;

const SHAPES: [Shape; 9] = [
    Shape::Simplex,
    Shape::Sphere,
    Shape::NonnegativeSphere,
    Shape::Ball,
    Shape::L1Ball,
    Shape::Box,
    Shape::BoxSection,
    Shape::Sparse(1),
    Shape::Sparse(2),
];

#[test]
fn a_name_is_read_as_it_is_written() {
    let names =
        ["simplex", "sphere", "nonnegative-sphere", "ball", "l1-ball", "box", "box-section", "sparse:1", "sparse:2"];
    for (shape, name) in SHAPES.into_iter().zip(names) {
        assert_eq!((shape.to_string(), name.parse()), (name.to_owned(), Ok(shape)));
        let json = serde_json::to_string(&shape).unwrap();
        assert_eq!((&*json, serde_json::from_str::<Shape>(&json).unwrap()), (&*format!("{name:?}"), shape));
    }
    let nearest = |given: &str| given.parse::<Shape>().unwrap_err();
    assert_eq!(nearest("simplx"), NoShape { given: "simplx".into(), nearest: Some("simplex".into()) });
    for given in ["sparse", "sparse:", "sparse:0", "sparse:-1", "sparse:x"] {
        assert!(nearest(given).to_string().contains("such as sparse:3"), "{given}");
    }
    assert!(nearest("").to_string().contains("l1-ball, box, box-section and sparse:S"));
}

/// No point has a larger sum of sizes or a smaller length than the set says, and some point has just that.
#[test]
fn a_set_knows_its_norms() {
    let one_norm = |alpha: &[f64]| alpha.iter().map(|a| a.abs()).sum::<f64>();
    let length = |alpha: &[f64]| alpha.iter().map(|a| a * a).sum::<f64>().sqrt();
    for shape in SHAPES {
        for h in [1, 2, 5] {
            let (built, largest, least) = (shape.copies(h, 0.0, 1), shape.largest_one_norm(h), shape.least_norm(h));
            let (space, mut stream) = (built.space(), Seed::new(8).split(&shape.to_string()).stream());
            for _ in 0..50 {
                let alpha = space.sample(&mut stream);
                let (sum, long) = (one_norm(&alpha), length(&alpha));
                assert!(sum <= largest + 1e-12 && long >= least - 1e-12, "{shape}: {alpha:?}");
            }
            let mut farthest = space.start();
            // Where the sum is given, every other candidate is to be subtracted.
            let sign = |i: usize| if shape == Shape::BoxSection && i.is_multiple_of(2) { 1.0 } else { -1.0 };
            space.vertex(&(0..h).map(sign).collect::<Vec<_>>(), &mut farthest);
            assert!((one_norm(&farthest) - largest).abs() < 1e-12, "{shape}, {h}: {farthest:?}");
            let mut nearest = shape.even(h);
            if least == 0.0 {
                space.project(&vec![0.0; h], &mut nearest);
            }
            assert!((length(&nearest) - least).abs() < 1e-12, "{shape}, {h}: {nearest:?}");
        }
    }
}

/// Samples have size 1 on a surface and at most 1 elsewhere, whatever h and the number of copies; the even mixture is one of
/// them, but for sparse sets.
#[test]
fn a_set_holds_what_its_size_says() {
    for shape in SHAPES {
        for (h, copies) in [(1, 0), (1, 1), (2, 1), (5, 1), (3, 4)] {
            let built = shape.copies(h, 0.0, copies);
            let space = built.space();
            assert_eq!(space.coordinates(), h * copies, "{shape}");
            let mut stream = Seed::new(7).split(&shape.to_string()).stream();
            for _ in 0..20 {
                for mixture in space.sample(&mut stream).chunks(h) {
                    let size = shape.size(mixture);
                    let off = if shape.is_surface() { (size - 1.0).abs() } else { (size - 1.0).max(0.0) };
                    assert!(off < 1e-12, "{shape}: {mixture:?} has size {size}");
                    assert!(shape.is_signed() || mixture.iter().all(|a| *a >= 0.0), "{shape}: {mixture:?}");
                }
            }
            let even = shape.even(h);
            let mut nearest = even.repeat(copies);
            space.project(&even.repeat(copies), &mut nearest);
            let moved = nearest.iter().zip(even.iter().cycle()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            let dense = matches!(shape, Shape::Sparse(support) if support < h);
            assert!(copies == 0 || dense == (moved > 1e-12), "{shape}: even {even:?}, nearest {nearest:?}");
        }
    }
}

/// A solver that fits proposes points of the set; Frank-Wolfe does so on no other one.
#[test]
fn solvers_fit_where_they_can_move() {
    for shape in SHAPES {
        assert!(Solver::usual(shape).fits(shape) && Solver::ProjectedGradient.fits(shape), "{shape}");
        let weights = shape == Shape::Simplex;
        assert_eq!((Solver::ExponentiatedGradient.fits(shape), Solver::AdamLogits.fits(shape)), (weights, weights));
        let space = shape.copies(3, 0.0, 1);
        let (space, mut stream) = (space.space(), Seed::new(3).stream());
        let middle_is_outside = |(a, b): (Vec<f64>, Vec<f64>)| {
            let middle: Vec<f64> = a.iter().zip(&b).map(|(a, b)| f64::midpoint(*a, *b)).collect();
            let mut nearest = middle.clone();
            space.project(&middle, &mut nearest);
            nearest.iter().zip(&middle).any(|(a, b)| (a - b).abs() > 1e-6)
        };
        let pairs: Vec<(Vec<f64>, Vec<f64>)> =
            (0..30).map(|_| (space.sample(&mut stream), space.sample(&mut stream))).collect();
        assert_eq!(Solver::FrankWolfe.fits(shape), !pairs.into_iter().any(middle_is_outside), "{shape}");
    }
}

/// F(α) = ½ ‖α − t‖²: its minimum is the point of the set nearest to t.
struct Distance(Vec<f64>);

impl Distance {
    fn value(&self, alpha: &[f64]) -> f64 {
        alpha.iter().zip(&self.0).map(|(a, t)| (a - t).powi(2) / 2.0).sum()
    }
}

impl Bilevel for Distance {
    type Error = Infallible;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, Infallible> {
        let slope = alpha.iter().zip(&self.0).map(|(a, t)| a - t).collect();
        Ok(Hypergradient { value: self.value(alpha), alpha: slope, lambda: 0.0, evidence: EXACT })
    }
}

fn in_shape(shape: Shape, solver: Solver) -> Setting {
    let frame = quadratic();
    let plain = setting(&frame, Way::GaussNewton, Optimiser::Lbfgs, shape);
    let outer = Options { steps: 3000, first: FirstStep::Distance(0.5), tolerance: 1e-7, halvings: 40 };
    Setting { outer, solver, ..plain }
}

#[test]
fn every_search_finds_the_nearest_point_of_its_set() {
    let target = [1.3, -0.2, 0.4, 0.1, 0.5, 0.2];
    for shape in SHAPES {
        for solver in Solver::ALL.into_iter().filter(|solver| solver.fits(shape)) {
            let setting = in_shape(shape, solver);
            let mut nearest = target.to_vec();
            setting.space(2).space().project(&target, &mut nearest);
            let mut gaps = Vec::new();
            let mut problem = Distance(target.to_vec());
            let mut watch = |_: &Distance, point: nas::search::Reached<'_>| {
                gaps.push((point.gap, point.hypergradient.value));
                ControlFlow::Continue(())
            };
            let found = setting.search(&mut problem, 2, Walk::Steps { from: None }, &mut watch).unwrap();
            let least = problem.value(&nearest);
            let excess = found.hypergradient.value - least;
            assert!(excess.abs() < 1e-3, "{shape} by {solver:?}: {:?}, not {nearest:?}", found.alpha);
            // The gap is a certificate at every point: F is convex.
            if setting.space(2).convex().is_some() {
                assert!(gaps.iter().all(|(gap, value)| value - least <= gap + 1e-9), "{shape} by {solver:?}");
                assert!(found.gap < 0.1 && (excess - found.gap) < 1e-9, "{shape} by {solver:?}: {}", found.gap);
            }
        }
    }
}

/// A direction is where the search begins, of any size and sign of no meaning to the set.
#[test]
fn a_search_begins_where_it_is_told() {
    for shape in SHAPES {
        for (from, is_signed) in [([2.0, 1.0, 0.0], false), ([2.0, -1.0, 0.5], true)] {
            let setting = in_shape(shape, Solver::usual(shape));
            let mut first = None;
            let mut watch = |_: &Distance, point: nas::search::Reached<'_>| {
                first.get_or_insert(point.alpha.to_vec());
                ControlFlow::Continue(())
            };
            setting.search(&mut Distance(vec![0.0; 6]), 2, Walk::Steps { from: Some(&from) }, &mut watch).unwrap();
            let first = first.unwrap();
            assert_eq!(first[..3], first[3..], "{shape}: every mixture");
            let kept: Vec<f64> = match shape {
                Shape::Sparse(1) => vec![from[0], 0.0, 0.0],
                Shape::Sparse(2) => vec![from[0], from[1], 0.0],
                // (4, −2, 1)/3 has a coefficient above 1, and what is cut off goes to the others alike.
                Shape::BoxSection if is_signed => vec![1.0, -0.5, 0.5],
                _ if shape.is_signed() || !is_signed => from.to_vec(),
                _ => from.iter().map(|a| a.max(0.0)).collect(),
            };
            let cosine = kept.iter().zip(&first).map(|(a, b)| a * b).sum::<f64>()
                / (Shape::Sphere.size(&kept) * Shape::Sphere.size(&first[..3]));
            assert!((cosine - 1.0).abs() < 1e-7, "{shape}: {first:?} does not point like {kept:?}");
        }
    }
}

/// w Σ αᵢ ln(h αᵢ) with a large w: the even mixture, whatever F says; with w < 0 a vertex.
#[test]
fn entropy_spreads_or_gathers() {
    let spread = |entropy: f64| {
        let setting = Setting { entropy, ..in_shape(Shape::Simplex, Solver::ProjectedGradient) };
        setting
            .search(&mut Distance(vec![0.5, 0.3, 0.2]), 1, Walk::Steps { from: None }, &mut |_, _| {
                ControlFlow::Continue(())
            })
            .unwrap()
            .alpha
    };
    assert!(spread(100.0).iter().all(|a| (a - 1.0 / 3.0).abs() < 1e-2), "{:?}", spread(100.0));
    assert!(spread(-1.0)[0] > 0.99, "{:?}", spread(-1.0));
}

/// On data, in every set: the validation loss falls, and what is compared is in the set.
#[test]
fn every_set_can_be_searched_on_data() {
    let frame = quadratic();
    for shape in SHAPES {
        let trial =
            Trial::run(&frame, &setting(&frame, Way::GaussNewton, Optimiser::Lbfgs, shape), Seed::new(3), &()).unwrap();
        let (path, last) = (&trial.found.path, trial.found.hypergradient.value);
        // A sparse set is entered by a step, from where no other need lead down.
        let entered = matches!(shape, Shape::Sparse(_)) && path.is_empty();
        assert!(entered || !path.is_empty() && last < path[0].value, "{shape}: {path:?}");
        for entry in [&trial.searched, &trial.discretised].into_iter().chain(trial.baselines.iter().flatten()) {
            assert!(shape.size(&entry.alpha) <= 1.0 + 1e-12, "{shape}: {:?}", entry.alpha);
        }
        let alone = trial.baselines[2].as_ref().unwrap();
        assert_eq!(alone.alpha, [0.0, 0.0, 1.0], "{shape}: alone is as large as it may be");
    }
    let own = nas::model::Coordinates::own(2);
    assert_eq!(discretised(&[0.3, 0.4], &own, 1, Shape::Ball), [0.0, 0.5], "the size of the whole");
    // Of 0.9, −0.85 and 0.8 the first two, with the sum 1 between −1 and 1: what is nearest to them.
    let section = discretised(&[0.9, -0.85, 0.8], &nas::model::Coordinates::own(3), 2, Shape::BoxSection);
    assert!(section.iter().zip([1.0, 0.0, 0.0]).all(|(a, want)| (a - want).abs() < 1e-12), "{section:?}");
    assert_eq!(discretised(&[0.0, 0.0], &own, 1, Shape::Box), [0.0, 0.0]);
}
