//! Uniform samples: inside, and with the moments and the volumes of their law.
use crate::sets::{all, norm};
use nas::seed::Seed;
use nas::space::{Ball, Copies, Cuboid, Finite, L1Ball, NonnegativeSphere, Space, Sparse};

const DRAWS: usize = 20_000;

/// The mean of f over samples.
fn mean(space: &dyn Space, f: impl Fn(&[f64]) -> f64) -> f64 {
    let mut stream = Seed::new(11).stream();
    (0..DRAWS).map(|_| f(&space.sample(&mut stream))).sum::<f64>() / DRAWS as f64
}

/// Within five standard errors of a mean of numbers that differ from it by `spread`.
fn assert_mean(space: &dyn Space, f: impl Fn(&[f64]) -> f64, want: f64, spread: f64) {
    let got = mean(space, f);
    assert!((got - want).abs() < 5.0 * spread / (DRAWS as f64).sqrt(), "{got} is not {want}");
}

fn within(radius: f64, size: impl Fn(&[f64]) -> f64) -> impl Fn(&[f64]) -> f64 {
    move |p| f64::from(u8::from(size(p) <= radius))
}

#[test]
fn samples_and_starts_lie_inside() {
    let mut stream = Seed::new(9).stream();
    for h in 0..6 {
        for set in all(h) {
            assert!((set.violation)(&set.space.start()) <= 1e-14, "{} starts outside", set.name);
            for _ in 0..100 {
                let p = set.space.sample(&mut stream);
                assert_eq!(p.len(), set.space.coordinates());
                assert!((set.violation)(&p) <= 1e-14, "{}: {p:?}", set.name);
            }
        }
    }
}

/// The part of a ball within half its radius is 2^−h of the volume, in every norm.
#[test]
fn balls_are_filled_evenly() {
    let l1 = |p: &[f64]| p.iter().map(|x| x.abs()).sum::<f64>();
    for h in 1..5 {
        let share = 0.5f64.powi(h as i32);
        assert_mean(&Ball::new(h, 2.0).unwrap(), within(1.0, norm), share, 0.5);
        assert_mean(&L1Ball::new(h, 2.0).unwrap(), within(1.0, l1), share, 0.5);
    }
}

/// Second moments by integration: R²/(h + 2) in a ball, 2R²/((h + 1)(h + 2)) in an l1 ball; first moments 0; no correlation.
#[test]
fn balls_have_the_moments_of_the_uniform_law() {
    let h = 3;
    let spaces: [(&dyn Space, f64); 2] =
        [(&Ball::new(h, 2.0).unwrap(), 4.0 / 5.0), (&L1Ball::new(h, 2.0).unwrap(), 8.0 / 20.0)];
    for (space, second) in spaces {
        for i in 0..h {
            assert_mean(space, |p| p[i].powi(2), second, 1.0);
            assert_mean(space, |p| p[i], 0.0, 1.0);
            assert_mean(space, |p| p[i] * p[(i + 1) % h], 0.0, 1.0);
        }
    }
}

#[test]
fn other_sets_have_the_moments_of_the_uniform_law() {
    let sides = Cuboid::new(vec![[-1.0, 3.0], [2.0, 2.0]]).unwrap();
    assert_mean(&sides, |p| p[0], 1.0, 1.2);
    assert_mean(&sides, |p| (p[0] - 1.0).powi(2), 4.0 / 3.0, 1.2);
    // The longest side there is.
    let long = Cuboid::new(vec![[-f64::MAX, f64::MAX]]).unwrap();
    assert_mean(&long, |p| p[0] / f64::MAX, 0.0, 1.0);
    // One of C(4, 2) supports, then R²/(s + 2).
    let sparse = Sparse::new(4, 2, 2.0).unwrap();
    for i in 0..4 {
        assert_mean(&sparse, |p| f64::from(u8::from(p[i] != 0.0)), 0.5, 0.5);
        assert_mean(&sparse, |p| p[i].powi(2), 0.5, 1.0);
    }
    // Of the sphere in R³ every coordinate is uniform on [−1, 1]; without signs, on [0, 1].
    let orthant = NonnegativeSphere::unit(3);
    for i in 0..3 {
        assert_mean(&orthant, |p| p[i], 0.5, 0.3);
        assert_mean(&orthant, |p| p[i].powi(2), 1.0 / 3.0, 0.3);
    }
    let listed = Finite::new(vec![vec![0.0], vec![1.0], vec![10.0]]).unwrap();
    for value in [0.0, 1.0, 10.0] {
        assert_mean(&listed, |p| f64::from(u8::from(p[0] == value)), 1.0 / 3.0, 0.5);
    }
    let two = Copies { space: Ball::unit(1), copies: 2 };
    assert_mean(&two, |p| p[0] * p[1], 0.0, 1.0 / 3.0);
}
