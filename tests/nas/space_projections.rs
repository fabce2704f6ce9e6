//! Projections: the nearest point, at every scale.
use crate::sets::{all, convex, distance, dot, norm, points, projected, vector};
use nas::seed::Seed;
use nas::space::{Ball, Cuboid, Finite, Infeasible, L1Ball, NonnegativeSphere, Simplex, Space, Sparse, Sphere};
use proptest::prelude::*;

const INF: f64 = f64::INFINITY;

fn scales() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![1e-6, 1.0, 4.0, 1e9])
}

/// All subsets of 0..h.
fn subsets(h: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..1usize << h).map(move |bits| (0..h).filter(|i| bits >> i & 1 == 1).collect())
}

fn on(support: &[usize], v: &[f64]) -> Vec<f64> {
    (0..v.len()).map(|i| if support.contains(&i) { v[i] } else { 0.0 }).collect()
}

fn scaled(v: &[f64], factor: f64) -> Vec<f64> {
    v.iter().map(|x| factor * x).collect()
}

proptest! {
    /// p = P(v) exactly when ⟨v − p, z − p⟩ ≤ 0 for every z of a convex set: random ones, and those farthest along v − p.
    #[test]
    fn convex_projections_keep_the_variational_inequality(h in 0usize..6, scale in scales(), seed in 0..100_000u64) {
        let mut stream = Seed::new(seed).stream();
        for (set, _) in convex(h) {
            let v = vector(set.space.coordinates(), scale, &mut stream);
            let p = projected(&*set.space, &v);
            let off: Vec<f64> = v.iter().zip(&p).map(|(v, p)| v - p).collect();
            let mut others: Vec<Vec<f64>> = (0..20).map(|_| set.space.sample(&mut stream)).collect();
            others.push(set.space.start());
            others.push(p.clone());
            set.space.vertex(&scaled(&off, -1.0), others.last_mut().unwrap());
            for z in others {
                let angle = dot(&off, &z) - dot(&off, &p);
                prop_assert!(angle <= 1e-13 * (1.0 + norm(&v)), "{}: {z:?} is on the side of {v:?} from {p:?}", set.name);
            }
        }
    }

    #[test]
    fn projections_lie_inside_and_stay(h in 0usize..6, scale in scales(), seed in 0..100_000u64) {
        let mut stream = Seed::new(seed).stream();
        for set in all(h) {
            let v = vector(set.space.coordinates(), scale, &mut stream);
            let p = projected(&*set.space, &v);
            prop_assert!((set.violation)(&p) <= 1e-14, "{}: {v:?} went to {p:?}", set.name);
            prop_assert!(distance(&projected(&*set.space, &p), &p) <= 1e-14, "{}: {p:?} moved", set.name);
        }
    }

    /// No sampled point of a set is nearer than the projection: those that are not convex too.
    #[test]
    fn no_sample_is_nearer(h in 0usize..6, scale in prop::sample::select(vec![1.0, 4.0]), seed in 0..100_000u64) {
        let mut stream = Seed::new(seed).stream();
        for set in all(h) {
            let v = vector(set.space.coordinates(), scale, &mut stream);
            let reached = distance(&v, &projected(&*set.space, &v));
            for _ in 0..20 {
                let z = set.space.sample(&mut stream);
                prop_assert!(reached <= distance(&v, &z) + 1e-14, "{}: {z:?} is nearer to {v:?}", set.name);
            }
        }
    }

    /// Against the best of all supports, each with its own closed form.
    #[test]
    fn nearest_points_of_supports(h in 1usize..6, s in 0usize..6, scale in scales(), seed in 0..100_000u64) {
        let s = s.min(h);
        let v = vector(h, scale, &mut Seed::new(seed).stream());
        let least = |candidates: Vec<Vec<f64>>| candidates.iter().map(|c| distance(&v, c)).fold(INF, f64::min);

        let small = subsets(h).filter(|set| set.len() <= s).map(|set| on(&set, &v));
        let sparse = small.map(|w| scaled(&w, (1.5 / norm(&w)).min(1.0))).collect();
        let reached = distance(&v, &projected(&Sparse::new(h, s, 1.5).unwrap(), &v));
        prop_assert!((reached - least(sparse)).abs() <= 1e-15 * (1.0 + reached), "sparse {v:?}");

        let positive = subsets(h).filter(|set| !set.is_empty() && set.iter().all(|&i| v[i] > 0.0)).map(|set| on(&set, &v));
        let faces = positive.map(|w| scaled(&w, 1.0 / norm(&w)));
        let corners = (0..h).map(|i| on(&[i], &vec![1.0; h]));
        let reached = distance(&v, &projected(&NonnegativeSphere::unit(h), &v));
        prop_assert!((reached - least(faces.chain(corners).collect())).abs() <= 1e-15 * (1.0 + reached), "orthant {v:?}");
    }

    #[test]
    fn the_nearest_listed_point(h in 0usize..4, seed in 0..100_000u64) {
        let v = vector(h, 3.0, &mut Seed::new(seed).stream());
        let listed = points(h);
        let order = |a: &&Vec<f64>, b: &&Vec<f64>| distance(&v, a).total_cmp(&distance(&v, b));
        prop_assert_eq!(&projected(&Finite::new(points(h)).unwrap(), &v), listed.iter().min_by(order).unwrap());
    }

    /// Infinite entries are the limit of equal large numbers, and nothing overflows on the way.
    #[test]
    fn infinities_are_limits(h in 1usize..6, seed in 0..100_000u64, far in prop::collection::vec(-1i8..=1, 13)) {
        let mut stream = Seed::new(seed).stream();
        for set in all(h).into_iter().filter(|set| !set.name.contains("sphere") && !set.name.contains("not convex")) {
            let near = vector(set.space.coordinates(), 1.0, &mut stream);
            let at = |size: f64| -> Vec<f64> {
                let entry = |(x, s): (&f64, &i8)| if *s == 0 { *x } else { f64::from(*s) * size };
                near.iter().zip(&far).map(entry).collect()
            };
            if set.name.contains("simplex") && at(INF).iter().all(|x| *x == -INF) {
                continue;
            }
            let limit = projected(&*set.space, &at(INF));
            prop_assert!(distance(&limit, &projected(&*set.space, &at(1e14))) < 1e-12, "{}: {:?}", set.name, at(INF));
            for size in [1e200, f64::MAX] {
                let p = projected(&*set.space, &at(size));
                prop_assert!(distance(&limit, &p) < 1e-13, "{}: {:?} went to {p:?}, not {limit:?}", set.name, at(size));
            }
        }
    }
}

#[test]
fn a_nan_keeps_the_point() {
    let mut stream = Seed::new(3).stream();
    for h in 1..5 {
        for set in all(h) {
            let before = set.space.sample(&mut stream);
            let mut point = before.clone();
            set.space.project(&vec![f64::NAN; before.len()], &mut point);
            assert_eq!(point, before, "{}", set.name);
            if set.name.contains("product") || set.name.contains("two") {
                continue;
            }
            for i in 0..h {
                let mut v = vec![5.0; h];
                v[i] = f64::NAN;
                set.space.project(&v, &mut point);
                assert_eq!(point, before, "{}", set.name);
            }
        }
    }
}

/// T13 of the cases: a box with lower limits above −1 and upper ones below 3.
#[test]
fn known_points() {
    let square = Cuboid::new(vec![[0.0, 2.0]; 3]).unwrap();
    assert_eq!(projected(&square, &[-1.0, 2.0, 3.0]), [0.0, 2.0, 2.0]);
    assert_eq!(projected(&Ball::unit(2), &[3.0, -4.0]), [0.6, -0.8]);
    assert_eq!(projected(&Ball::unit(2), &[INF, 7.0]), [1.0, 0.0]);
    assert_eq!(projected(&Ball::unit(2), &[0.3, -0.4]), [0.3, -0.4]);
    assert_eq!(projected(&L1Ball::unit(3), &[2.0, -1.5, 0.1]), [0.75, -0.25, 0.0]);
    assert_eq!(projected(&L1Ball::unit(2), &[INF, -INF]), [0.5, -0.5]);
    assert_eq!(projected(&Sparse::new(3, 1, 9.0).unwrap(), &[2.0, -2.0, 1.0]), [2.0, 0.0, 0.0]);
    assert_eq!(projected(&NonnegativeSphere::unit(3), &[-3.0, -1.0, -1.0]), [0.0, 1.0, 0.0]);
    assert_eq!(projected(&NonnegativeSphere::unit(3), &[3.0, 4.0, -9.0]), [0.6, 0.8, 0.0]);
    let two = Finite::new(vec![vec![0.0, 1.0], vec![1.0, 0.0]]).unwrap();
    assert_eq!(projected(&two, &[5.0, 5.0]), [0.0, 1.0]);
    assert_eq!(projected(&two, &[1e300, 0.9e300]), [1.0, 0.0]);
}

/// T13 of the cases: at scale 1 and 1e9 the sum is 1 and every coordinate between 0 and 1.
#[test]
fn simplex_projections_of_large_vectors_sum_to_one() {
    let mut stream = Seed::new(13).stream();
    for scale in [1.0, 1e9] {
        for h in [1, 2, 50, 1000] {
            let p = projected(&Simplex::unit(h), &vector(h, scale, &mut stream));
            assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-13 && p.iter().all(|x| (0.0..=1.0).contains(x)));
        }
    }
}

/// Sets without points are reported, not made.
#[test]
fn infeasible_sets_are_errors() {
    let bad = Cuboid::new(vec![[0.0, 1.0], [2.0, 1.0]]);
    assert_eq!(bad, Err(Infeasible::Limits { coordinate: 1, lower: 2.0, upper: 1.0 }));
    assert!(Cuboid::new(vec![[0.0, INF]]).is_err() && Cuboid::new(vec![[f64::NAN, 0.0]]).is_err());
    let floors = Simplex::new(3, 1.0, 0.4);
    assert_eq!(floors, Err(Infeasible::Floor { coordinates: 3, floor: 0.4, radius: 1.0 }));
    assert!(Simplex::new(3, 1.0, -0.1).is_err() && Simplex::new(3, 1.0, f64::NAN).is_err());
    assert_eq!(Simplex::new(0, 1.0, 0.0), Err(Infeasible::NoCoordinates));
    assert_eq!(Finite::new(Vec::new()), Err(Infeasible::NoPoints));
    let ragged = Finite::new(vec![vec![0.0], vec![]]);
    assert_eq!(ragged, Err(Infeasible::Ragged { point: 1, found: 0, coordinates: 1 }));
    let far = Finite::new(vec![vec![0.0, INF]]);
    assert_eq!(far, Err(Infeasible::NotFinite { point: 0, coordinate: 1, value: INF }));
    assert_eq!(Sparse::new(2, 3, 1.0), Err(Infeasible::Support { support: 3, coordinates: 2 }));
    for radius in [-1.0, INF] {
        let error = Infeasible::Radius { radius };
        assert_eq!(Ball::new(2, radius), Err(error));
        assert_eq!(L1Ball::new(2, radius), Err(error));
        assert_eq!(Sparse::new(2, 1, radius), Err(error));
        assert_eq!(Sphere::new(2, radius), Err(error));
        assert_eq!(NonnegativeSphere::new(2, radius), Err(error));
        assert_eq!(Simplex::new(2, radius, 0.0), Err(error));
    }
    let advice = floors.unwrap_err().to_string();
    assert!(advice.contains("give a floor between 0 and 0.333"), "{advice}");
}

/// h floors of R/h leave nothing to distribute, whatever the rounding.
#[test]
fn full_floors_are_a_point() {
    for h in 1..200 {
        for radius in [1.0, 0.7, 3.3] {
            let simplex = Simplex::new(h, radius, radius / h as f64).unwrap();
            assert!(projected(&simplex, &vec![1.0; h]).iter().all(|x| (x - radius / h as f64).abs() < 1e-15));
        }
    }
}

#[test]
#[should_panic(expected = "3 entries for a space of 2 coordinates")]
fn a_wrong_length_panics() {
    Ball::unit(2).project(&[0.0; 3], &mut [0.0; 2]);
}
