//! Baselines: what is tried, and what is best.
use crate::quadratic::{EXACT, quadratic};
use crate::sets::points;
use nas::baseline::{Tried, best_of, exhaustive, grid, random};
use nas::hypergradient::Hypergradient;
use nas::search::{Bilevel, Stop};
use nas::seed::Seed;
use nas::space::{Copies, Cuboid, Finite, Lattice, Product, Simplex, Space};

fn binomial(n: usize, k: usize) -> usize {
    (1..=k).fold(1, |product, i| product * (n - k + i) / i)
}

/// As many compositions as the formula says, all different, all on the simplex, all multiples of 1/k.
#[test]
fn the_lattice_of_a_simplex() {
    for h in 1..5 {
        for parts in 1..7 {
            for simplex in [Simplex::unit(h), Simplex::new(h, 2.0, 0.1).unwrap()] {
                let points = simplex.lattice(parts);
                assert_eq!(points.len(), binomial(h + parts - 1, parts));
                assert_eq!(simplex.lattice_points(parts), points.len() as f64);
                assert!(points.windows(2).all(|pair| pair[0] < pair[1]), "not in order");
                let free = simplex.radius - h as f64 * simplex.floor;
                for p in &points {
                    assert!((p.iter().sum::<f64>() - simplex.radius).abs() < 1e-14);
                    let ks = p.iter().map(|x| (x - simplex.floor) / free * parts as f64);
                    assert!(ks.clone().all(|k| (k - k.round()).abs() < 1e-12 && k > -1e-12));
                }
            }
        }
    }
    assert_eq!(Simplex::unit(2).lattice(2), [[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]]);
}

#[test]
fn lattices_of_boxes_lists_and_products() {
    let cuboid = Cuboid::new(vec![[0.0, 1.0], [7.0, 7.0], [-1.0, 1.0]]).unwrap();
    let want: [[f64; 3]; 4] = [[0.0, 7.0, -1.0], [0.0, 7.0, 1.0], [1.0, 7.0, -1.0], [1.0, 7.0, 1.0]];
    assert_eq!(cuboid.lattice(1), want);
    assert_eq!(cuboid.lattice(4).len(), 25);
    assert_eq!(Cuboid::new(Vec::new()).unwrap().lattice(3), [[0.0; 0]]);
    assert_eq!(Finite::new(points(2)).unwrap().lattice(9), points(2));

    let two = Copies { space: Simplex::unit(2), copies: 2 };
    let factors: Vec<Box<dyn Lattice>> = vec![Box::new(Simplex::unit(2)), Box::new(Simplex::unit(2))];
    assert_eq!(
        two.lattice(1),
        [[0.0, 1.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 1.0, 0.0]]
    );
    for parts in [1, 2, 5] {
        let product: Vec<Box<dyn Lattice>> = vec![Box::new(Simplex::unit(3)), Box::new(cuboid.clone())];
        let product = Product { factors: product };
        let finite = Finite::new(points(2)).unwrap();
        for lattice in [&cuboid as &dyn Lattice, &two, &product, &finite] {
            assert_eq!(lattice.lattice_points(parts), lattice.lattice(parts).len() as f64);
        }
    }
    assert_eq!(Product { factors }.lattice(1), two.lattice(1));
}

#[test]
#[should_panic(expected = "a lattice of 0 parts")]
fn a_lattice_of_no_parts_panics() {
    Simplex::unit(2).lattice(0);
}

#[test]
fn every_point_of_a_list_is_tried() {
    let mut problem = quadratic(&[1.0, 2.0], &[0.4, -0.3]);
    let tried = exhaustive(&mut problem, &Finite::new(points(2)).unwrap()).unwrap();
    assert_eq!(tried.points, points(2));
    assert_eq!(tried.values, points(2).iter().map(|p| problem.value(p)).collect::<Vec<_>>());
    let best = tried.values[tried.best().unwrap()];
    assert!(tried.values.iter().all(|value| best <= *value));
}

#[test]
fn a_grid_tries_the_lattice() {
    let mut problem = quadratic(&[1.0, 2.0], &[0.3, 0.7]);
    let tried = grid(&mut problem, &Simplex::unit(2), 10).unwrap();
    assert_eq!(tried.points, Simplex::unit(2).lattice(10));
    assert_eq!(tried.best(), Some(3));
}

#[test]
fn random_points_are_those_of_the_stream() {
    let (mut problem, cuboid) = (quadratic(&[1.0; 2], &[0.3, 0.7]), Cuboid::new(vec![[0.0, 1.0]; 2]).unwrap());
    let mut try_some = |samples| random(&mut problem, &cuboid, samples, &mut Seed::new(4).stream()).unwrap();
    let (few, many) = (try_some(10), try_some(1000));
    assert_eq!(few.points[..], many.points[..10]);
    let mut stream = Seed::new(4).stream();
    assert!(few.points.iter().all(|p| *p == cuboid.sample(&mut stream)));
    let best = |tried: &Tried| tried.values[tried.best().unwrap()];
    assert!(best(&many) <= best(&few) && best(&many) < 0.01);
    assert_eq!(try_some(0), Tried { points: Vec::new(), values: Vec::new() });
}

#[test]
fn what_has_no_value_is_not_best() {
    let tried = |values: &[f64]| Tried { points: vec![Vec::new(); values.len()], values: values.to_vec() };
    assert_eq!(tried(&[]).best(), None);
    assert_eq!(tried(&[f64::NAN, f64::INFINITY]).best(), None);
    assert_eq!(tried(&[f64::NAN, 2.0, 1.0, 1.0]).best(), Some(2));
}

/// It tells of every point that is better than all before it, in the words of a search.
#[test]
fn the_best_of_points_is_told_as_it_is_found() {
    let (space, mut problem) = (Simplex::unit(2), quadratic(&[1.0, 1.0], &[0.9, 0.1]));
    let list: Vec<Vec<f64>> = [0.5, 0.4, 0.8, 0.8, 0.7, 0.9, 0.0].map(|a| vec![a, 1.0 - a]).into();
    let mut seen = Vec::new();
    let mut watch = |_: &crate::quadratic::Quadratic, point: nas::search::Reached<'_>| {
        assert!(point.gap >= 0.0 && point.eta == 0.0);
        seen.push((point.step, point.alpha[0]));
    };
    let found = best_of(&mut problem, &space, list.clone(), &mut watch).unwrap();
    assert_eq!(seen, [(0, 0.5), (1, 0.8), (2, 0.9)]);
    assert_eq!((found.alpha, found.stop, found.path.len()), (vec![0.9, 1.0 - 0.9], Stop::Exhausted, 2));
    assert_eq!(
        found.path.iter().map(|step| step.value).collect::<Vec<_>>(),
        [0.5, 0.8].map(|a| problem.value(&[a, 1.0 - a]))
    );
    let least = list.iter().map(|p| problem.value(p)).fold(f64::INFINITY, f64::min);
    assert_eq!(found.hypergradient.value, least);
}

#[test]
#[should_panic(expected = "the best of no points")]
fn no_points_have_no_best() {
    best_of(&mut quadratic(&[1.0], &[1.0]), &Simplex::unit(1), Vec::new(), &mut |_, _| {}).unwrap();
}

/// A problem that cannot be solved at negative α.
struct Fails;

impl Bilevel for Fails {
    type Error = &'static str;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, &'static str> {
        let here = Hypergradient { value: alpha[0], alpha: vec![1.0], lambda: 0.0, evidence: EXACT };
        if alpha[0] < 0.0 { Err("negative") } else { Ok(here) }
    }
}

#[test]
fn errors_come_through() {
    let list = |points: &[f64]| Finite::new(points.iter().map(|x| vec![*x]).collect()).unwrap();
    assert_eq!(exhaustive(&mut Fails, &list(&[1.0, -1.0])).unwrap_err(), "negative");
    assert_eq!(exhaustive(&mut Fails, &list(&[1.0, 0.5])).unwrap().best(), Some(1));
}
