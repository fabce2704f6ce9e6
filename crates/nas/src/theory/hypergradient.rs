//! How far the hypergradient on V and the expected one can lie apart, for every α at once, and when a slope is noise
//! (science 2.3).

use super::net::{Bound, Class, assert_delta, cheapest};

/// What the bounds are made of: g(α; x, y) = ∇_α ℓ(y, f_α(x)) of one sample.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The α for which they hold, with M, the Lipschitz constant of α ↦ g(α; x, y) over all samples.
    pub class: Class<'a>,
    /// G, the largest ‖g‖₂.
    pub gradient_bound: f64,
    /// n_V, the number of validation samples, independent of the training set.
    pub n_validation: usize,
    /// δ, the probability that a bound fails.
    pub delta: f64,
}

/// A bound on sup_α ‖∇L̂_V(f_α) − ∇L(f_α)‖₂, infinite without a sample:
///
/// min over ε of 2 M ε + G (1 + √(2 (ln N_ε + t))) / √n_V,  t = ln(1/δ).
///
/// The mean of that norm is at most G/√n_V, and no sample moves it by more than 2G/n_V (McDiarmid's inequality).
///
/// # Panics
/// When δ is not between 0 and 1, G not positive and finite, or M negative.
pub fn gap(setting: &Setting<'_>) -> Bound {
    let t = (1.0 / setting.delta).ln();
    bound(setting, |g, n, log_number| g * (1.0 + (2.0 * (log_number + t)).sqrt()) / n.sqrt())
}

/// The same by a 1/2-net of the sphere of directions in R^h, 5^h points: a looser bound, to compare with.
///
/// min over ε of 2 M ε + 2 G √(2 (h ln 5 + ln N_ε + t) / n_V),  t = ln(2/δ).
///
/// # Panics
/// As [`gap`].
pub fn gap_by_directions(setting: &Setting<'_>, coordinates: usize) -> Bound {
    let t = (2.0 / setting.delta).ln() + coordinates as f64 * 5f64.ln();
    bound(setting, |g, n, log_number| 2.0 * g * (2.0 * (log_number + t) / n).sqrt())
}

/// The least sum of 2 M ε and `deviation(G, n_V, ln N_ε)`.
fn bound(setting: &Setting<'_>, deviation: impl Fn(f64, f64, f64) -> f64) -> Bound {
    let Setting { ref class, gradient_bound: g, n_validation, delta } = *setting;
    assert_delta(delta);
    assert!(g > 0.0 && g.is_finite(), "gradients of norm {g} at most: the bound must be positive and finite");
    let deviation = |log_number: f64| deviation(g, n_validation as f64, log_number);
    // Two vectors of norm G are at most 2 G apart.
    let net = cheapest(class, 1.0, 2.0 * g, |drift, log_number| 2.0 * drift + deviation(log_number));
    let (approximation, deviation) = (2.0 * net.drift, deviation(net.log_number));
    Bound { net, approximation, deviation, delta, standing: class.standing() }
}

/// What the norm of a hypergradient on V says about the expected one.
///
/// It holds for projected gradients (α − P(α − ηg))/η on a convex space too: a projection brings no two points further apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The expected norm is at least this.
    pub at_least: f64,
    /// The expected norm is at most this.
    pub at_most: f64,
}

impl Reading {
    /// Reads a norm on V by the bound of its sample.
    pub fn new(norm: f64, bound: &Bound) -> Self {
        Self { at_least: (norm - bound.total()).max(0.0), at_most: norm + bound.total() }
    }

    /// Whether the expected slope may be zero: going on would follow the sample, not the distribution, and the outer loop
    /// should end.
    pub fn is_noise(&self) -> bool {
        self.at_least == 0.0
    }
}
