//! Constraint sets: projections, samples, effective dimension.
use nas::seed::Seed;
use nas::space::{Simplex, Space, Sphere, stationarity};
use proptest::prelude::*;

fn projected(space: &dyn Space, v: &[f64]) -> Vec<f64> {
    let mut point = space.start();
    space.project(v, &mut point);
    point
}

fn close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance)
}

const INF: f64 = f64::INFINITY;

struct Case {
    v: &'static [f64],
    want: &'static [f64],
}

#[test]
fn simplex_projections_of_known_points() {
    let cases = [
        Case { v: &[0.0, 0.0, -INF], want: &[0.5, 0.5, 0.0] },
        Case { v: &[0.2, 0.3, 0.5], want: &[0.2, 0.3, 0.5] },
        Case { v: &[1.0, 1.0, 1.0, 1.0], want: &[0.25; 4] },
        Case { v: &[2.0, 0.0], want: &[1.0, 0.0] },
        Case { v: &[0.6, 0.8], want: &[0.4, 0.6] },
        Case { v: &[-5.0], want: &[1.0] },
        Case { v: &[1e9, 1e9 - 0.5], want: &[0.75, 0.25] },
        Case { v: &[1e300, -1e300], want: &[1.0, 0.0] },
        Case { v: &[INF, 0.0, INF], want: &[0.5, 0.0, 0.5] },
    ];
    for Case { v, want } in cases {
        let got = projected(&Simplex::unit(v.len()), v);
        assert!(close(&got, want, 1e-15), "{v:?} went to {got:?}, not {want:?}");
    }
}

#[test]
fn a_floor_is_kept() {
    let simplex = Simplex { floor: 0.1, ..Simplex::unit(3) };
    assert!(close(&projected(&simplex, &[9.0, 0.0, 0.0]), &[0.8, 0.1, 0.1], 1e-15));
}

#[test]
fn undefined_projections_keep_the_previous_point() {
    for v in [&[f64::NAN, 0.0], &[f64::NEG_INFINITY, f64::NEG_INFINITY]] {
        assert_eq!(projected(&Simplex::unit(2), v), [0.5, 0.5]);
    }
    for v in [&[0.0, 0.0], &[f64::NAN, 1.0], &[f64::INFINITY, 1.0]] {
        let mut point = [0.6, 0.8];
        Sphere::unit(2).project(v, &mut point);
        assert_eq!(point, [0.6, 0.8]);
    }
}

#[test]
fn the_sphere_has_no_scale() {
    for scale in [1e-300, 1.0, 1e300] {
        assert!(close(&projected(&Sphere::unit(2), &[3.0 * scale, -4.0 * scale]), &[0.6, -0.8], 1e-15));
    }
    assert!(close(&projected(&Sphere { radius: 2.0, ..Sphere::unit(2) }, &[0.0, 5.0]), &[0.0, 2.0], 0.0));
}

#[test]
fn uniform_samples_have_the_moments_of_their_law() {
    let (h, n) = (4, 20_000);
    let mut stream = Seed::new(0).stream();
    let (simplex, sphere) = (Simplex::unit(h), Sphere::unit(h));
    let (mut first, mut second) = (0.0, 0.0);
    for _ in 0..n {
        first += simplex.sample(&mut stream)[0].powi(2) / n as f64; // Dirichlet(1,1,1,1): E d² = 2 / (h (h + 1))
        second += sphere.sample(&mut stream)[0].powi(4) / n as f64; // E α⁴ = 3 / (h (h + 2))
    }
    assert!((first - 0.1).abs() < 0.005, "{first}");
    assert!((second - 0.125).abs() < 0.006, "{second}");
}

/// N_ε ≤ (C/ε)^h_eff against covering numbers that are known exactly: the segment, and the circle.
#[test]
fn effective_dimensions_bound_known_covering_numbers() {
    for k in 1..50 {
        let eps = 1.0 / f64::from(k);
        let bound = |space: &dyn Space| {
            let d = space.effective_dimension();
            (d.constant / eps).powf(d.exponent)
        };
        let segment = (2f64.sqrt() / (2.0 * eps)).ceil();
        let circle = (std::f64::consts::PI / (2.0 * (eps / 2.0).asin())).ceil();
        assert!(segment <= bound(&Simplex::unit(2)) && circle <= bound(&Sphere::unit(2)));
    }
}

#[test]
fn a_gradient_along_the_normal_is_stationary() {
    assert!(stationarity(&Sphere::unit(2), &[0.6, 0.8], &[-0.3, -0.4]) < 1e-15);
    assert!(stationarity(&Simplex::unit(3), &[0.5, 0.5, 0.0], &[1.0, 1.0, 7.0]) < 1e-15);
    assert!(stationarity(&Simplex::unit(3), &[0.5, 0.5, 0.0], &[1.0, 1.0, 0.5]) > 0.1);
}

fn vectors() -> impl Strategy<Value = (Vec<f64>, f64)> {
    (prop::collection::vec(-3.0..3.0f64, 1..9), prop::sample::select(vec![1e-6, 1.0, 1e9]))
}

proptest! {
    /// p = P(v) exactly when ⟨v − p, z − p⟩ ≤ 0 for every z of a convex set; the vertices are enough.
    #[test]
    fn simplex_projection_keeps_the_variational_inequality((v, scale) in vectors(), floor in 0.0..0.1f64) {
        let v: Vec<f64> = v.iter().map(|x| x * scale).collect();
        let simplex = Simplex { floor, ..Simplex::unit(v.len()) };
        let p = projected(&simplex, &v);
        prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-14 && p.iter().all(|x| *x >= floor));
        for vertex in 0..v.len() {
            let z = |i| if i == vertex { 1.0 - (v.len() - 1) as f64 * floor } else { floor };
            let angle: f64 = (0..v.len()).map(|i| (v[i] - p[i]) * (z(i) - p[i])).sum();
            prop_assert!(angle <= 1e-13 * scale.max(1.0), "{angle}");
        }
        prop_assert!(close(&projected(&simplex, &p), &p, 1e-15));
    }

    #[test]
    fn sphere_projection_is_nearest((v, scale) in vectors(), seed in 0..1000u64) {
        prop_assume!(v.iter().any(|x| *x != 0.0));
        let v: Vec<f64> = v.iter().map(|x| x * scale).collect();
        let sphere = Sphere::unit(v.len());
        let p = projected(&sphere, &v);
        let dot = |z: &[f64]| v.iter().zip(z).map(|(a, b)| a * b).sum::<f64>();
        prop_assert!((p.iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-14);
        prop_assert!(dot(&sphere.sample(&mut Seed::new(seed).stream())) <= dot(&p) * (1.0 + 1e-14));
    }
}
