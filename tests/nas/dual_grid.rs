//! What is asked below the table of dual activations (cases T11): monomials, polynomials, waves. Mixtures by cross duals are among the
//! invariants.
use nas::kernel::ntk::expectations;
use std::f64::consts::{FRAC_PI_4, SQRT_2, TAU};
use tape::Activation::Sin;

const RHO: [f64; 6] = [-1.0, -0.4, 0.0, 0.5, 0.9, 1.0];

fn dual(f: &dyn Fn(f64) -> f64, rho: f64) -> f64 {
    expectations(&[f], rho.acos())[(0, 0)]
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|k| k as f64).product()
}

/// He_k in u^n: C(n, k) (n − k − 1)!!, which is n! / (k! 2^m m!) with n = k + 2m.
fn hermite_part(n: usize, k: usize) -> f64 {
    if k > n || (n - k) % 2 == 1 {
        return 0.0;
    }
    let m = (n - k) / 2;
    factorial(n) / (factorial(k) * 2f64.powi(m as i32) * factorial(m))
}

/// E[p(u) p(v)] of a polynomial with these coefficients, by Hermite polynomials: Σ_k k! (Σ_n a_n part(n, k))² ρ^k.
fn polynomial_dual(a: &[f64], rho: f64) -> f64 {
    let part = |k: usize| (0..a.len()).map(|n| a[n] * hermite_part(n, k)).sum::<f64>();
    (0..a.len()).map(|k| factorial(k) * part(k).powi(2) * rho.powi(k as i32)).sum()
}

#[test]
fn monomials_and_polynomials() {
    let monomial = |degree: usize| (0..=degree).map(|n| f64::from(u8::from(n == degree))).collect::<Vec<f64>>();
    let lists: [&[f64]; 7] = [&[], &[0.0], &[-2.0], &[0.0, 1.0], &[1.0, -1.0], &[-0.5, 1.2], &[1.3, 0.0, -1.2, -0.5]];
    for a in (0..=5).map(monomial).chain(lists.map(<[f64]>::to_vec)) {
        for rho in RHO {
            let exact = polynomial_dual(&a, rho);
            let found = dual(&|u| a.iter().rev().fold(0.0, |sum, a| sum * u + a), rho);
            // In units of E[p²], which bounds all.
            let size = polynomial_dual(&a, 1.0).max(1.0);
            assert!((found - exact).abs() < 1e-12 * size, "{a:?} at {rho}: {found} is not {exact}");
        }
    }
}

/// ∫ cos^k over [0, end].
fn cosine_power(k: usize, end: f64) -> f64 {
    match k {
        0 => end,
        1 => end.sin(),
        _ => (end.cos().powi(k as i32 - 1) * end.sin() + (k as f64 - 1.0) * cosine_power(k - 2, end)) / k as f64,
    }
}

/// E[relu(u)^n relu(v)^n] = n! / 2π ∫ (ρ + cos ψ)^n over [0, π − φ]: the radius of polar coordinates gives 2^n n!, and a product of
/// cosines is half a sum (the arc-cosine kernels of Cho and Saul 2009). Degree 0 is the step.
#[test]
fn rectified_monomials() {
    for n in 0..=5 {
        for rho in RHO {
            let end = std::f64::consts::PI - rho.acos();
            let choose = |k: usize| factorial(n) / (factorial(k) * factorial(n - k));
            let term = |k: usize| choose(k) * rho.powi((n - k) as i32) * cosine_power(k, end);
            let exact = (0..=n).map(term).sum::<f64>() * factorial(n) / TAU;
            // In units of E[u^2n], which bounds all.
            let size = hermite_part(2 * n, 0);
            let found = dual(&|u| if u > 0.0 { u.powi(n as i32) } else { 0.0 }, rho);
            assert!((found - exact).abs() < 1e-12 * size, "degree {n} at {rho}: {found} is not {exact}");
        }
    }
}

/// √2 sin(√(2γ) u + π/4) has the Gaussian kernel exp(−2γ(1 − ρ)).
#[test]
fn waves_with_a_gaussian_kernel() {
    for gamma in [1e-6, 1e-3, 0.1, 0.5, 1.0, 2.0f64] {
        for rho in RHO {
            let found = dual(&|u| SQRT_2 * ((2.0 * gamma).sqrt() * u + FRAC_PI_4).sin(), rho);
            let exact = (-2.0 * gamma * (1.0 - rho)).exp();
            assert!((found - exact).abs() < 1e-12, "γ {gamma} at {rho}: {found} is not {exact}");
        }
    }
}

/// a sin(b u + c): ½ a² (exp(−b²(1 − ρ)) − cos(2c) exp(−b²(1 + ρ))).
#[test]
fn waves_of_any_size_length_and_phase() {
    for a in [-1.5, 0.3] {
        for b in [0.0, 0.7, 2.0f64] {
            for c in [-0.9, 0.0, 0.4, std::f64::consts::FRAC_PI_2] {
                for rho in RHO {
                    let found = dual(&|u| a * (b * u + c).sin(), rho);
                    let [near, far] = [1.0 - rho, 1.0 + rho].map(|x| (-b * b * x).exp());
                    let exact = 0.5 * a * a * (near - (2.0 * c).cos() * far);
                    assert!((found - exact).abs() < 1e-12, "{a} sin({b} u + {c}) at {rho}: {found} is not {exact}");
                }
            }
        }
    }
}

/// The activation is one of the waves of the grid.
#[test]
fn the_sine_is_in_the_grid() {
    for rho in RHO {
        let exact = 0.5 * ((rho - 1.0).exp() - (-1.0 - rho).exp());
        assert!((nas::kernel::ntk::nngp(Sin, Sin, rho) - exact).abs() < 1e-15);
    }
}
