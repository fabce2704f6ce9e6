//! κ and NNGP of pairs of activations, against printed digits, two other quadratures, series, sampling and Price's theorem.
use crate::difference::derivative;
use crate::random::normal_number;
use nas::kernel::ntk::{Gauss, Order, Table, coefficients, kappa, nngp};
use nas::seed::Seed;
use std::f64::consts::PI;
use tape::Activation::{
    self, Elu, Erf, Gelu, Hermite, Identity, LeakyRelu, Relu, Sigmoid, Silu, Sin, Softplus, Square, Tanh,
};
use tape::Real;

const ALL: [Activation; 15] = [
    Relu,
    LeakyRelu(Real::new(0.1)),
    Tanh,
    Sigmoid,
    Softplus,
    Silu,
    Gelu,
    Elu(Real::new(1.0)),
    Elu(Real::new(0.5)),
    Sin,
    Identity,
    Square,
    Erf,
    Hermite(1),
    Hermite(3),
];

fn pairs() -> impl Iterator<Item = (Activation, Activation)> {
    (0..ALL.len()).flat_map(|i| (i..ALL.len()).map(move |j| (ALL[i], ALL[j])))
}

#[test]
fn printed_digits_of_dual_activations() {
    // At ρ = 0, ½, 0.9.
    let values: [(Activation, [f64; 3], f64); 7] = [
        (Relu, [0.1591549430919, 0.3044988905221, 0.4547691994223], 5e-14),
        (Erf, [0.0, 0.2163468959388, 0.4096655293983], 5e-14),
        (Sin, [0.0, 0.1917002497821, 0.3776343994067], 5e-14),
        (Tanh, [0.0, 0.18632441320, 0.34920335058], 5e-12),
        (Gelu, [0.07957747155, 0.22729491502, 0.38096887059], 5e-12),
        (Softplus, [0.64973140706, 0.78007816521, 0.89213142407], 5e-12),
        (Silu, [0.04269222282, 0.18316966309, 0.31853842789], 5e-12),
    ];
    let slopes: [(Activation, [f64; 3], f64); 3] = [
        (Relu, [0.25, 0.3333333333333, 0.4282168534356], 5e-14),
        (Erf, [0.4244131815784, 0.4501581580786, 0.5305164769730], 5e-14),
        (Sin, [0.3678794411714, 0.4148304099305, 0.5272030186293], 5e-14),
    ];
    type Dual = fn(Activation, Activation, f64) -> f64;
    for (dual, table) in [(nngp as Dual, &values[..]), (kappa as Dual, &slopes[..])] {
        for &(a, expected, within) in table {
            for (rho, expected) in [0.0, 0.5, 0.9].into_iter().zip(expected) {
                let found = dual(a, a, rho);
                assert!((found - expected).abs() <= within, "{a:?} at {rho}: {found} is not {expected}");
            }
        }
    }
    for (rho, square) in [(0.0, 1.0), (0.5, 1.5), (0.9, 2.62)] {
        assert!((nngp(Square, Square, rho) - square).abs() < 1e-14);
    }
}

#[test]
fn printed_digits_of_mixed_slopes() {
    // Science 6.5 at ρ = 0.3.
    let cases = [
        (Relu, Relu, 0.2984933),
        (Erf, Erf, 0.4331649),
        (Relu, Erf, 0.3257350),
        (Relu, Square, 0.2393654),
        (Sin, Sin, 0.3845585),
        (Relu, Sin, 0.3032653),
        (Erf, Sin, 0.4071702),
    ];
    for (i, j, expected) in cases {
        let found = kappa(i, j, 0.3);
        assert!((found - expected).abs() < 5.1e-8, "{i:?}-{j:?}: {found} is not {expected}");
    }
}

#[test]
fn printed_digits_of_hermite_coefficients() {
    let relu = coefficients(Relu, Order::Value, 5);
    for (c, expected) in relu.iter().zip([0.398942280401, 0.5, 0.282094791774, 0.0, -0.081433751984]) {
        assert!((c - expected).abs() < 5.1e-13);
    }
    let tanh = coefficients(Tanh, Order::Value, 6);
    for (l, expected) in [(1, 0.605705509602), (3, -0.148437190787), (5, 0.062547523753)] {
        assert!((tanh[l] - expected).abs() < 5.1e-13, "tanh {l}: {}", tanh[l]);
    }
    assert!(coefficients(Tanh, Order::Value, 0).is_empty());
}

/// ∫ over [a, b] by the double exponential rule, which shares no node with Gauss's.
fn double_exponential(f: impl Fn(f64) -> f64, a: f64, b: f64) -> f64 {
    let (middle, half, step) = ((a + b) / 2.0, (b - a) / 2.0, 1.0 / 14.0);
    let term = |k: i32| {
        let t = step * f64::from(k);
        let s = PI / 2.0 * t.sinh();
        f(middle + half * s.tanh()) * t.cosh() / s.cosh().powi(2)
    };
    half * step * PI / 2.0 * (-48..=48).map(term).sum::<f64>()
}

fn density(u: f64) -> f64 {
    (-u * u / 2.0).exp() / (2.0 * PI).sqrt()
}

/// E[f(u) g(ρu + √(1−ρ²) w)], both integrals cut at the kinks.
fn nested(f: impl Fn(f64) -> f64, g: impl Fn(f64) -> f64, rho: f64) -> f64 {
    const FAR: f64 = 9.0;
    let s = (1.0 - rho * rho).sqrt();
    let inner = |u: f64| {
        let (kink, at) = ((-rho * u / s).clamp(-FAR, FAR), |w: f64| density(w) * g(rho * u + s * w));
        double_exponential(at, -FAR, kink) + double_exponential(at, kink, FAR)
    };
    let outer = |u: f64| density(u) * f(u) * inner(u);
    double_exponential(outer, -FAR, 0.0) + double_exponential(outer, 0.0, FAR)
}

/// Two independent quadratures, closed forms included, on every pair.
#[test]
fn every_pair_agrees_with_a_nested_quadrature() {
    for (i, j) in pairs() {
        for order in [Order::Value, Order::Slope] {
            let oracle = nested(|u| order.of(i, u), |v| order.of(j, v), -0.35);
            let found = if order == Order::Value { nngp(i, j, -0.35) } else { kappa(i, j, -0.35) };
            assert!((found - oracle).abs() < 1e-11, "{i:?}-{j:?} {order:?}: {found} is not {oracle}");
        }
    }
}

/// The rule of science 6.5 for smooth pairs: 64 nodes each way.
#[test]
fn smooth_pairs_agree_with_sixty_four_hermite_nodes() {
    let (rule, rho) = (Gauss::hermite(64), 0.6f64);
    let points = || rule.nodes.iter().zip(&rule.weights);
    for (i, j) in pairs().filter(|(i, j)| [i, j].iter().all(|a| !matches!(a, Relu | LeakyRelu(_) | Elu(_)))) {
        let inner = |u: f64| -> f64 {
            points().map(|(w, p)| p * Order::Slope.of(j, rho * u + (1.0 - rho * rho).sqrt() * w)).sum()
        };
        let oracle: f64 = points().map(|(&u, p)| p * Order::Slope.of(i, u) * inner(u)).sum();
        let within = if i == Tanh || j == Tanh { 1e-7 } else { 1e-10 };
        assert!((kappa(i, j, rho) - oracle).abs() < within, "{i:?}-{j:?}");
    }
}

/// κ_ij(ρ) = Σ_l c_{i,l} c_{j,l} ρ^l, a third way.
#[test]
fn every_pair_agrees_with_its_hermite_series() {
    for order in [Order::Value, Order::Slope] {
        let c: Vec<Vec<f64>> = ALL.iter().map(|&a| coefficients(a, order, 100)).collect();
        for (i, j) in (0..ALL.len()).flat_map(|i| (i..ALL.len()).map(move |j| (i, j))) {
            for rho in [-0.6f64, 0.0, 0.5] {
                let series: f64 = (0..100).map(|l| c[i][l] * c[j][l] * rho.powi(l as i32)).sum();
                let (a, b) = (ALL[i], ALL[j]);
                let found = if order == Order::Value { nngp(a, b, rho) } else { kappa(a, b, rho) };
                assert!((found - series).abs() < 1e-12, "{a:?}-{b:?} {order:?} at {rho}: {found} is not {series}");
            }
        }
    }
}

/// Slopes have the coefficients √(l+1) c_{l+1} of their activation.
#[test]
fn coefficients_of_slopes_follow_from_those_of_values() {
    for a in ALL {
        let (values, slopes) = (coefficients(a, Order::Value, 31), coefficients(a, Order::Slope, 30));
        for (l, slope) in slopes.iter().enumerate() {
            assert!((slope - ((l + 1) as f64).sqrt() * values[l + 1]).abs() < 1e-12, "{a:?} {l}");
        }
    }
}

/// d/dρ E[σ_i(u) σ_j(v)] = E[σ_i'(u) σ_j'(v)] (Price 1958).
#[test]
fn the_derivative_of_nngp_is_kappa() {
    for (i, j) in pairs() {
        let slope = derivative(|rho| nngp(i, j, rho), 0.4, 0.04);
        assert!((slope - kappa(i, j, 0.4)).abs() < 1e-8, "{i:?}-{j:?}: {slope}");
    }
}

/// Quadrature, which leaky relu takes, against relu's closed form.
#[test]
fn coefficients_of_high_degree_keep_their_digits() {
    for order in [Order::Value, Order::Slope] {
        let [closed, computed] = [Relu, LeakyRelu(Real::new(0.0))].map(|a| coefficients(a, order, 120));
        assert!(closed.iter().zip(&computed).all(|(a, b)| (a - b).abs() < 1e-12), "{order:?}");
    }
}

#[test]
fn expectations_agree_with_sampling() {
    const DRAWS: usize = 100_000;
    let (rho, mut stream) = (0.7f64, Seed::new(5).split("pairs").stream());
    let mut draw = || -> [f64; 2] {
        let [u, w]: [f64; 2] = std::array::from_fn(|_| normal_number(&mut stream));
        [u, rho * u + (1.0 - rho * rho).sqrt() * w]
    };
    let draws: Vec<[f64; 2]> = (0..DRAWS).map(|_| draw()).collect();
    for (i, j) in [(Relu, Tanh), (Gelu, Sin), (Elu(Real::new(1.0)), LeakyRelu(Real::new(0.1))), (Silu, Square)] {
        let products: Vec<f64> = draws.iter().map(|&[u, v]| Order::Slope.of(i, u) * Order::Slope.of(j, v)).collect();
        let (mean, error) = (nas::stats::mean(&products), nas::stats::standard_error(&products).unwrap());
        assert!((mean - kappa(i, j, rho)).abs() < 4.0 * error, "{i:?}-{j:?}: {mean} ± {error}");
    }
}

/// At ±1 the two variables are one.
#[test]
fn perfectly_correlated_variables_are_one() {
    let rule = Gauss::legendre(150);
    let line: Vec<(f64, f64)> = rule.on(-10.0, 0.0).chain(rule.on(0.0, 10.0)).collect();
    for (i, j) in pairs() {
        for sign in [1.0, -1.0] {
            let of = |u: f64| density(u) * Order::Slope.of(i, u) * Order::Slope.of(j, sign * u);
            let oracle: f64 = line.iter().map(|&(u, w)| w * of(u)).sum();
            assert!((kappa(i, j, sign) - oracle).abs() < 1e-12, "{i:?}-{j:?} at {sign}");
        }
    }
}

#[test]
fn tables_are_exact_to_twelve_digits() {
    let angles: Vec<f64> =
        [0.0, 1e-9, 1e-4].into_iter().chain((1..40).map(|k| PI * f64::from(k) / 40.0)).chain([PI]).collect();
    let all: Vec<Activation> = ALL.into_iter().chain([Hermite(16)]).collect();
    let pairs = (0..all.len()).flat_map(|i| (i..all.len()).map(move |j| (i, j)));
    for order in [Order::Value, Order::Slope] {
        let values = Table::new(&all, order).at(&angles);
        for (pair, (i, j)) in pairs.clone().enumerate() {
            let (i, j) = (all[i], all[j]);
            for (k, angle) in angles.iter().enumerate().step_by(6) {
                let direct = if order == Order::Value { nngp(i, j, angle.cos()) } else { kappa(i, j, angle.cos()) };
                // Near 0 and π the cosine that `direct` is asked for has lost the angle.
                let within = if angle.sin() < 1e-3 { 1e-8 } else { 1e-12 };
                assert!((values[(k, pair)] - direct).abs() < within, "{i:?}-{j:?} {order:?} at {angle}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "is not between -1 and 1")]
fn a_correlation_above_one_is_a_bug() {
    let _ = kappa(Relu, Relu, 1.1);
}
