//! Gauss rules and expectations of correlated normal variables.
use nas::kernel::ntk::{Gauss, expectations};
use std::f64::consts::{FRAC_PI_3, PI, TAU};

/// E[u^k] for a standard normal u: (k − 1)!!.
fn normal_moment(k: usize) -> f64 {
    if k % 2 == 1 { 0.0 } else { (1..k).step_by(2).map(|i| i as f64).product() }
}

fn moment(rule: &Gauss, k: i32) -> f64 {
    rule.nodes.iter().zip(&rule.weights).map(|(x, w)| w * x.powi(k)).sum()
}

#[test]
fn rules_are_exact_up_to_twice_their_size_and_no_further() {
    for n in [1, 2, 3, 8, 20] {
        let (hermite, legendre) = (Gauss::hermite(n), Gauss::legendre(n));
        for k in 0..2 * n {
            // Terms of an odd moment cancel: their size is that of the next even one.
            let (normal, size) = (normal_moment(k), normal_moment(k + k % 2));
            assert!((moment(&hermite, k as i32) - normal).abs() < 1e-13 * size, "hermite {n}, degree {k}");
            let uniform = if k % 2 == 1 { 0.0 } else { 1.0 / (k + 1) as f64 };
            assert!((moment(&legendre, k as i32) - uniform).abs() < 1e-15, "legendre {n}, degree {k}");
        }
        assert!((moment(&hermite, 2 * n as i32) / normal_moment(2 * n) - 1.0).abs() > 1e-7, "hermite {n} at 2n");
    }
}

#[test]
fn an_empty_rule_has_no_nodes() {
    assert_eq!(Gauss::hermite(0), Gauss { nodes: vec![], weights: vec![] });
}

/// The normalised Hermite polynomials h_0 … h_40 are orthonormal under the rule of 64 nodes.
#[test]
fn hermite_polynomials_are_orthonormal_under_sixty_four_nodes() {
    let rule = Gauss::hermite(64);
    let h = |n: usize, x: f64| {
        let (mut before, mut h) = (0.0, 1.0);
        for k in 0..n {
            (before, h) = (h, (x * h - (k as f64).sqrt() * before) / ((k + 1) as f64).sqrt());
        }
        h
    };
    for (i, j) in (0..=40).step_by(5).flat_map(|i| (0..=40).map(move |j| (i, j))) {
        let inner: f64 = rule.nodes.iter().zip(&rule.weights).map(|(&x, w)| w * h(i, x) * h(j, x)).sum();
        assert!((inner - f64::from(u8::from(i == j))).abs() < 1e-13, "<h_{i}, h_{j}> = {inner}");
    }
    assert!((rule.weights.iter().sum::<f64>() - 1.0).abs() < 1e-14);
}

#[test]
fn a_moved_rule_integrates_over_its_interval() {
    let integral: f64 = Gauss::legendre(12).on(0.5, 2.0).map(|(x, w)| w * x.exp()).sum();
    assert!((integral - (2f64.exp() - 0.5f64.exp())).abs() < 1e-14);
}

/// Moments of correlated normal variables (Isserlis), an orthant probability (Sheppard), and steps against powers.
#[test]
fn expectations_know_moments_and_orthants() {
    let (one, id, cube) = (|_: f64| 1.0, |u: f64| u, |u: f64| u * u * u);
    let step = |u: f64| if u > 0.0 { 1.0 } else { 0.0 };
    for angle in [0.0, 1e-9, 0.4, FRAC_PI_3, 2.5, PI] {
        let (rho, sin) = (angle.cos(), angle.sin());
        let all = expectations(&[&one, &id, &cube, &step], angle);
        let expected = [
            [1.0, 0.0, 0.0, 0.5],
            [0.0, rho, 3.0 * rho, rho / TAU.sqrt()],
            [0.0, 3.0 * rho, 9.0 * rho + 6.0 * rho.powi(3), rho * (3.0 - rho * rho) / TAU.sqrt()],
            [0.5, rho / TAU.sqrt(), rho * (2.0 + sin * sin) / TAU.sqrt(), (PI - angle) / TAU],
        ];
        for (i, j) in (0..4).flat_map(|i| (0..4).map(move |j| (i, j))) {
            assert!((all[(i, j)] - expected[i][j]).abs() < 2e-14, "({i}, {j}) at {angle}: {}", all[(i, j)]);
        }
    }
}

/// E[eᵘ eᵛ] = e^{1+ρ}, and the slopes −sin of the cosine, whose E is sinh(ρ) / e.
#[test]
fn expectations_know_functions_that_are_no_activations() {
    let (exp, sin) = (|u: f64| u.exp(), |u: f64| -u.sin());
    for (rho, printed) in [(0.0f64, std::f64::consts::E), (0.5, 4.481689070338), (0.9, 6.685894442279)] {
        let all = expectations(&[&exp, &sin], rho.acos());
        assert!((all[(0, 0)] - printed).abs() < 1e-12 && (all[(0, 0)] - (1.0 + rho).exp()).abs() < 1e-12);
        assert!((all[(1, 1)] - rho.sinh() / std::f64::consts::E).abs() < 1e-14);
    }
}

/// Other variances by scaling: for erf, (2/π) arcsin(2c / √((1 + 2a)(1 + 2b))) with variances a, b and covariance c.
#[test]
fn expectations_know_other_variances() {
    let erf = |u: f64| tape::Activation::Erf.reference(u)[0];
    for (a, b, angle) in [(1.0f64, 1.0f64, 0.7f64), (0.3, 2.5, 1.9), (4.0, 0.1, 0.2)] {
        let (wide, narrow) = (|u: f64| erf(a.sqrt() * u), |v: f64| erf(b.sqrt() * v));
        let c = (a * b).sqrt() * angle.cos();
        let exact = 2.0 / PI * (2.0 * c / ((1.0 + 2.0 * a) * (1.0 + 2.0 * b)).sqrt()).asin();
        let found = expectations(&[&wide, &narrow], angle)[(0, 1)];
        assert!((found - exact).abs() < 1e-12, "({a}, {b}, {angle}): {found} is not {exact}");
    }
}

#[test]
#[should_panic(expected = "is not between 0 and π")]
fn an_angle_beyond_pi_is_a_bug() {
    let _ = expectations(&[], 3.2);
}

#[test]
fn no_function_no_expectation() {
    assert_eq!(expectations(&[], 1.0).nrows(), 0);
}
