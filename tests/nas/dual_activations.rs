//! The table of dual activations E[φ(u) φ(v)] (cases T11) at every correlation by every way there is, each to what it promises.
use nas::kernel::ntk::{Gauss, Order, Table, coefficients, coefficients_of, expectations, kappa, nngp};
use std::f64::consts::{E, FRAC_1_SQRT_2, FRAC_2_SQRT_PI};
use tape::Activation::{self, Erf, Gelu, Relu, Silu, Sin, Softplus, Square, Tanh};

const RHO: [f64; 3] = [0.0, 0.5, 0.9];

/// A row of the table: the function, what of the bank it is, and its digits at the three correlations.
struct Row {
    name: &'static str,
    f: fn(f64) -> f64,
    of: Option<(Activation, Order)>,
    printed: [f64; 3],
}

const fn row(name: &'static str, f: fn(f64) -> f64, of: Option<(Activation, Order)>, printed: [f64; 3]) -> Row {
    Row { name, f, of, printed }
}

/// Half a unit of the last digit that the table gives: thirteen for what has a formula, eleven for the rest.
const THIRTEEN: f64 = 5.1e-14;
const ELEVEN: f64 = 5.1e-12;

fn erf(u: f64) -> f64 {
    Erf.reference(u)[0]
}

/// At ρ = 0.9 the table gives .4282168534369 for the step; its own formula, (π − arccos ρ) / 2π, is .4282168534356, as here. Numbers
/// above 1 are given with twelve decimals.
const FORMULAS: [Row; 8] = [
    row("relu", |u| u.max(0.0), Some((Relu, Order::Value)), [0.1591549430919, 0.3044988905221, 0.4547691994223]),
    row("step", |u| f64::from(u > 0.0), Some((Relu, Order::Slope)), [0.25, 0.3333333333333, 0.4282168534356]),
    row("erf", erf, Some((Erf, Order::Value)), [0.0, 0.2163468959388, 0.4096655293983]),
    row(
        "erf'",
        |u| FRAC_2_SQRT_PI * (-u * u).exp(),
        Some((Erf, Order::Slope)),
        [0.4244131815784, 0.4501581580786, 0.5305164769730],
    ),
    row("sin", f64::sin, Some((Sin, Order::Value)), [0.0, 0.1917002497821, 0.3776343994067]),
    row("cos", f64::cos, Some((Sin, Order::Slope)), [0.3678794411714, 0.4148304099305, 0.5272030186293]),
    row("exp", f64::exp, None, [E, 4.481689070338, 6.685894442279]),
    row("square", |u| u * u, Some((Square, Order::Value)), [1.0, 1.5, 2.62]),
];

const QUADRATURES: [Row; 4] = [
    row("tanh", f64::tanh, Some((Tanh, Order::Value)), [0.0, 0.18632441320, 0.34920335058]),
    row(
        "gelu",
        |u| u / 2.0 * (1.0 + erf(u * FRAC_1_SQRT_2)),
        Some((Gelu, Order::Value)),
        [0.07957747155, 0.22729491502, 0.38096887059],
    ),
    row(
        "softplus",
        |u| u.max(0.0) + (-u.abs()).exp().ln_1p(),
        Some((Softplus, Order::Value)),
        [0.64973140706, 0.78007816521, 0.89213142407],
    ),
    row("silu", |u| u / (1.0 + (-u).exp()), Some((Silu, Order::Value)), [0.04269222282, 0.18316966309, 0.31853842789]),
];

/// Every entry of the table: row, correlation, digits, and how far from the truth these may be.
fn entries() -> impl Iterator<Item = (&'static Row, f64, f64, f64)> {
    let all = FORMULAS.iter().map(|row| (row, THIRTEEN)).chain(QUADRATURES.iter().map(|row| (row, ELEVEN)));
    all.flat_map(|(row, digits)| {
        let each = RHO.into_iter().zip(row.printed);
        each.map(move |(rho, printed)| (row, rho, printed, if printed > 1.0 { 10.0 * digits } else { digits }))
    })
}

fn assert_near(way: &str, (row, rho, printed, digits): (&Row, f64, f64, f64), found: f64, promised: f64) {
    let (name, within) = (row.name, digits + promised);
    assert!((found - printed).abs() <= within, "{name} at {rho} by {way}: {found} is not {printed} within {within:e}");
}

/// κ and NNGP: by formula for relu, step, erf, erf′, sin, cos and square, which promise rounding, else by quadrature, 1e-12.
#[test]
fn by_the_pair_functions() {
    for entry in entries() {
        let Some((activation, order)) = entry.0.of else { continue };
        let dual = if order == Order::Value { nngp } else { kappa };
        let promised = if QUADRATURES.iter().any(|row| row.name == entry.0.name) { 1e-12 } else { 1e-15 };
        assert_near("formula", entry, dual(activation, activation, entry.1), promised);
    }
}

/// The quadrature in polar coordinates promises 1e-12 for all of them, with the kinks of relu and the jump of the step.
#[test]
fn by_quadrature_in_polar_coordinates() {
    for entry in entries() {
        let found = expectations(&[&entry.0.f], entry.1.acos())[(0, 0)];
        assert_near("polar quadrature", entry, found, 1e-12 * entry.2.max(1.0));
    }
}

/// The table over the angle promises 1e-12.
#[test]
fn by_the_table_over_the_angle() {
    for entry in entries() {
        let Some((activation, order)) = entry.0.of else { continue };
        let found = Table::new(&[activation], order).at(&[entry.1.acos()])[(0, 0)];
        assert_near("table", entry, found, 1e-12);
    }
}

/// Σ_l c_l² ρ^l of 120 terms leaves a tail of at most (E[φ²] − Σ c_l²) |ρ|^120 (Parseval): for the step, the slowest of all, 1e-7 at
/// ρ = 0.9 and nothing that counts at ½; for smooth functions nothing anywhere.
#[test]
fn by_hermite_series() {
    const TERMS: usize = 120;
    for entry in entries() {
        let (row, rho, ..) = entry;
        let c = coefficients_of(&row.f, TERMS);
        if let Some((activation, order)) = row.of {
            let known = coefficients(activation, order, TERMS);
            assert!(c.iter().zip(&known).all(|(a, b)| (a - b).abs() < 1e-12), "{}", row.name);
        }
        let sum = |rho: f64| c.iter().rev().fold(0.0, |sum, c| sum * rho + c * c);
        let missing = (expectations(&[&row.f], 0.0)[(0, 0)] - sum(1.0)).max(0.0);
        let tail = missing * rho.abs().powi(TERMS as i32);
        assert!(tail < 2e-7 && (rho > 0.5 || tail < 1e-30), "{} at {rho}: {tail:e}", row.name);
        assert_near("Hermite series", entry, sum(rho), tail + 1e-12 * entry.2.max(1.0));
    }
}

/// n nodes each way, as in science 6.5.
fn gauss_hermite(n: usize, f: fn(f64) -> f64, rho: f64) -> f64 {
    let rule = Gauss::hermite(n);
    let points = || rule.nodes.iter().zip(&rule.weights);
    let inner = |u: f64| points().map(|(w, p)| p * f(rho * u + (1.0 - rho * rho).sqrt() * w)).sum::<f64>();
    points().map(|(&u, p)| p * f(u) * inner(u)).sum()
}

/// 64 nodes give smooth functions to 1e-12, but for tanh, whose poles at ±iπ/2 are near: 1e-9.
#[test]
fn by_gauss_and_hermite() {
    for entry in entries().filter(|(row, ..)| !["relu", "step"].contains(&row.name)) {
        let promised = if entry.0.name == "tanh" { 1e-9 } else { 1e-12 };
        assert_near("Gauss-Hermite", entry, gauss_hermite(64, entry.0.f, entry.1), promised);
    }
}

/// Polynomials cannot follow a kink: an error of size 1/n stays, so twice the nodes halve it and 64 leave the third digit wrong. For the
/// step it is larger still, but at ρ = 0, where the rule's symmetry counts half of the nodes exactly.
#[test]
fn gauss_and_hermite_fail_at_kinks() {
    for (row, rho, printed, _) in entries().filter(|(row, ..)| ["relu", "step"].contains(&row.name)) {
        let off = |n: usize| (gauss_hermite(n, row.f, rho) - printed).abs();
        let (one, two) = (off(64), off(128));
        match (row.name, rho) {
            ("step", 0.0) => assert!(one < 1e-13, "{one:e}"),
            ("step", _) => assert!(one > 1e-4 && one < 2e-2, "step at {rho}: {one:e}"),
            _ => {
                assert!(one > 4e-4 && one < 3e-3, "relu at {rho}: {one:e}");
                assert!((1.8..2.3).contains(&(one / two)), "relu at {rho}: {one:e}, then {two:e}");
            }
        }
    }
}
