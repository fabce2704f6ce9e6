//! Derivatives of projections, and linear minimisation.
use crate::sets::{all, convex, distance, dot, norm, projected, vector};
use nas::seed::Seed;
use nas::space::{Ball, Cuboid, Finite, L1Ball, Simplex, Space, duality_gap, stationarity};
use proptest::prelude::*;

fn derivative(space: &dyn Space, v: &[f64], direction: &[f64]) -> Vec<f64> {
    let mut out = vec![f64::NAN; v.len()];
    space.project_jvp(v, direction, &mut out);
    out
}

/// v + t d
fn moved(v: &[f64], t: f64, d: &[f64]) -> Vec<f64> {
    v.iter().zip(d).map(|(v, d)| v + t * d).collect()
}

/// (P(v + t d) − P(v)) / t
fn slope(space: &dyn Space, v: &[f64], t: f64, d: &[f64]) -> Vec<f64> {
    let (there, here) = (projected(space, &moved(v, t, d)), projected(space, v));
    there.iter().zip(&here).map(|(there, here)| (there - here) / t).collect()
}

const STEP: f64 = 1e-6;

proptest! {
    /// Central differences, where those of the two sides agree; that they nearly always do is checked below.
    #[test]
    fn derivatives_are_limits_of_differences(h in 0usize..6, seed in 0..100_000u64) {
        let mut stream = Seed::new(seed).stream();
        for set in all(h) {
            let n = set.space.coordinates();
            let (v, d) = (vector(n, 2.0, &mut stream), vector(n, 1.0, &mut stream));
            let (right, left) = (slope(&*set.space, &v, STEP, &d), slope(&*set.space, &v, -STEP, &d));
            if distance(&right, &left) > 1e-3 * (1.0 + norm(&right)) || norm(&v) < 0.05 {
                continue;
            }
            let central: Vec<f64> = right.iter().zip(&left).map(|(a, b)| (a + b) / 2.0).collect();
            let got = derivative(&*set.space, &v, &d);
            prop_assert!(distance(&got, &central) < 1e-6 * (1.0 + norm(&central)), "{}: {got:?} {central:?}", set.name);
        }
    }
}

#[test]
fn differences_of_two_sides_agree_nearly_everywhere() {
    let mut stream = Seed::new(5).stream();
    for set in all(4) {
        let smooth = (0..1000).filter(|_| {
            let (v, d) = (vector(set.space.coordinates(), 2.0, &mut stream), vec![1.0; set.space.coordinates()]);
            distance(&slope(&*set.space, &v, STEP, &d), &slope(&*set.space, &v, -STEP, &d)) < 1e-3
        });
        assert!(smooth.count() > 980, "{}", set.name);
    }
}

/// T13 of the cases: the Jacobian on the simplex is diag(s) − s sᵀ/|s|, to the last bit.
#[test]
fn the_jacobian_on_the_simplex() {
    let mut stream = Seed::new(1).stream();
    for h in 1..7 {
        let simplex = Simplex::unit(h);
        for _ in 0..100 {
            let v = vector(h, 1.0, &mut stream);
            let support: Vec<f64> = projected(&simplex, &v).iter().map(|x| f64::from(u8::from(*x > 0.0))).collect();
            let size: f64 = support.iter().sum();
            for j in 0..h {
                let unit: Vec<f64> = (0..h).map(|i| f64::from(u8::from(i == j))).collect();
                let want = |i: usize| if i == j { support[i] } else { 0.0 } - support[i] * support[j] / size;
                assert_eq!(derivative(&simplex, &v, &unit), (0..h).map(want).collect::<Vec<_>>());
            }
        }
    }
    let half = derivative(&Simplex::unit(3), &[0.0, 0.0, f64::NEG_INFINITY], &[1.0, 0.0, 5.0]);
    assert_eq!(half, [0.5, -0.5, 0.0]);
}

/// At a kink: what is just at a limit is held there.
#[test]
fn derivatives_at_kinks() {
    let square = Cuboid::new(vec![[0.0, 1.0]; 3]).unwrap();
    assert_eq!(derivative(&square, &[0.0, 0.5, 1.0], &[1.0; 3]), [0.0, 1.0, 0.0]);
    assert_eq!(derivative(&Ball::unit(2), &[1.0, 0.0], &[3.0, 4.0]), [0.0, 4.0]);
    assert_eq!(derivative(&L1Ball::unit(2), &[0.5, -0.5], &[1.0, 1.0]), [1.0, 1.0]);
    assert_eq!(derivative(&L1Ball::unit(2), &[0.5, -0.5], &[1.0, -1.0]), [0.0, 0.0]);
    assert_eq!(derivative(&Simplex::unit(3), &[1.0, 1.0, 0.5], &[1.0, 0.0, 9.0]), [0.5, -0.5, 0.0]);
    // Inside, nothing is held; a ball of radius 0 holds everything.
    assert_eq!(derivative(&Ball::unit(2), &[0.0, 0.0], &[3.0, 4.0]), [3.0, 4.0]);
    assert_eq!(derivative(&Ball::new(1, 0.0).unwrap(), &[0.0], &[1.0]), [0.0]);
}

#[test]
fn a_nan_has_no_derivative() {
    for set in all(3) {
        let n = set.space.coordinates();
        assert_eq!(derivative(&*set.space, &vec![f64::NAN; n], &vec![1.0; n]), vec![0.0; n], "{}", set.name);
    }
}

proptest! {
    /// No sample is lower along g than the vertex, nor is the projection of a point far down.
    #[test]
    fn vertices_minimise(h in 0usize..6, seed in 0..100_000u64) {
        let mut stream = Seed::new(seed).stream();
        for set in all(h) {
            let g = vector(set.space.coordinates(), 1.0, &mut stream);
            let mut s = set.space.start();
            set.space.vertex(&g, &mut s);
            prop_assert!((set.violation)(&s) <= 1e-14, "{}: {s:?}", set.name);
            let far = projected(&*set.space, &g.iter().map(|g| -1e6 * g).collect::<Vec<_>>());
            for z in (0..20).map(|_| set.space.sample(&mut stream)).chain([far]) {
                prop_assert!(dot(&g, &s) <= dot(&g, &z) + 1e-13, "{}: {z:?} is below {s:?} along {g:?}", set.name);
            }
        }
    }

    /// On convex sets both measures of stationarity vanish together: stationarity² ≤ gap ≤ (‖g‖ + 2r) stationarity.
    #[test]
    fn the_gap_and_the_stationarity_bound_each_other(h in 0usize..6, seed in 0..100_000u64) {
        let mut stream = Seed::new(seed).stream();
        for (set, space) in convex(h) {
            let (alpha, g) = (set.space.sample(&mut stream), vector(set.space.coordinates(), 1.0, &mut stream));
            let (gap, step) = (duality_gap(&*space, &alpha, &g), stationarity(&*space, &alpha, &g));
            prop_assert!(step * step <= gap + 1e-14, "{}: {step} {gap}", set.name);
            prop_assert!(gap <= (norm(&g) + 2.0 * set.space.radius()) * step + 1e-14, "{}: {step} {gap}", set.name);
        }
    }
}

/// Ties go to the lowest index, and where g says nothing the point stays.
#[test]
fn vertices_of_ties() {
    for set in all(3) {
        let n = set.space.coordinates();
        let before = set.space.sample(&mut Seed::new(2).stream());
        for g in [0.0, f64::NAN] {
            let mut point = before.clone();
            set.space.vertex(&vec![g; n], &mut point);
            assert_eq!(point, before, "{}", set.name);
        }
    }
    let mut point = [0.2, 0.3, 0.5];
    Simplex::unit(3).vertex(&[2.0, 1.0, 1.0], &mut point);
    assert_eq!(point, [0.0, 1.0, 0.0]);
    L1Ball::unit(3).vertex(&[1.0, -1.0, 0.0], &mut point);
    assert_eq!(point, [-1.0, 0.0, 0.0]);
    let listed = Finite::new(vec![vec![2.0, 2.0], vec![0.0, 1.0], vec![1.0, 0.0]]).unwrap();
    let mut point = [2.0, 2.0];
    listed.vertex(&[1.0, 1.0], &mut point);
    assert_eq!(point, [0.0, 1.0]);
}
