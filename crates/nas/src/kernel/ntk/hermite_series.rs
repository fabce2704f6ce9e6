//! Hermite coefficients of activations: E[f(u) h_l(u)] with the normalised probabilists' polynomials h_l = He_l / √(l!).

use super::Order;
use super::quadrature::Gauss;
use tape::Activation;

/// Panels on each side of 0, where kinks are; they end where h_l(u) times the density has vanished.
const PANELS: i32 = 5;

/// Their width.
const WIDTH: f64 = 3.2;

/// Nodes of a panel: enough for the waves of h_l up to l = 120.
const NODES: usize = 40;

/// The first `count` Hermite coefficients of σ or σ′: in closed form for polynomials and for relu (science 6.5), else those of
/// [`coefficients_of`].
pub fn coefficients(activation: Activation, order: Order, count: usize) -> Vec<f64> {
    if let Some(mut known) = polynomial(activation, order) {
        known.resize(count, 0.0);
        return known;
    }
    match (activation, order) {
        (Activation::Relu, Order::Value) => (0..count).map(relu).collect(),
        // (σ′)_l = √(l+1) σ_{l+1}
        (Activation::Relu, Order::Slope) => (0..count).map(|l| ((l + 1) as f64).sqrt() * relu(l + 1)).collect(),
        _ => coefficients_of(&|u| order.of(activation, u), count),
    }
}

/// All coefficients of a polynomial; `None` for other activations.
pub(super) fn polynomial(activation: Activation, order: Order) -> Option<Vec<f64>> {
    let single = |l: u32, c: f64| [vec![0.0; l as usize], vec![c]].concat();
    match (activation, order) {
        (Activation::Identity, Order::Value) => Some(single(1, 1.0)),
        (Activation::Identity, Order::Slope) => Some(single(0, 1.0)),
        (Activation::Square, Order::Value) => Some(vec![1.0, 0.0, 2f64.sqrt()]),
        (Activation::Square, Order::Slope) => Some(single(1, 2.0)),
        (Activation::Hermite(n), Order::Value) => Some(single(n, f64::from(n).sqrt().recip())),
        (Activation::Hermite(n), Order::Slope) => Some(single(n.saturating_sub(1), 1.0)),
        _ => None,
    }
}

/// 1/√(2π), ½, and (−1)^{l/2−1} (l−3)!! / √(2π l!) for even l ≥ 2.
fn relu(l: usize) -> f64 {
    let first = std::f64::consts::TAU.sqrt().recip();
    match l {
        0 => first,
        1 => 0.5,
        _ if l % 2 == 1 => 0.0,
        // (l−3)!!/√(l!) from its predecessor: a factor (l−3)/√(l(l−1)).
        _ => (4..=l).step_by(2).fold(first / 2f64.sqrt(), |c, l| {
            let l = l as f64;
            -c * (l - 3.0) / (l * (l - 1.0)).sqrt()
        }),
    }
}

/// The first `count` Hermite coefficients of a function that is smooth on both sides of 0, by quadrature on both: to 1e-12 for
/// `count` ≤ 120, unless it grows so fast that the range of 16 cuts it.
pub fn coefficients_of(f: &dyn Fn(f64) -> f64, count: usize) -> Vec<f64> {
    let rule = Gauss::legendre(NODES);
    let mut sums = vec![0.0; count];
    let panels = (-PANELS..PANELS).map(f64::from);
    for (u, w) in panels.flat_map(|k| rule.on(WIDTH * k, WIDTH * (k + 1.0))) {
        let weight = w * (-u * u / 2.0).exp() / std::f64::consts::TAU.sqrt() * f(u);
        let (mut before, mut h) = (0.0, 1.0);
        for (l, sum) in sums.iter_mut().enumerate() {
            *sum += weight * h;
            let l = l as f64;
            (before, h) = (h, (u * h - l.sqrt() * before) / (l + 1.0).sqrt());
        }
    }
    sums
}
