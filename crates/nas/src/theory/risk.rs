//! How far validation loss and expected loss can lie apart, for every α at once (science 2.2).

use super::net::{Bound, Class, assert_delta, cheapest};

/// What the bound is made of.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The models f_α, with L, the Lipschitz constant of α ↦ f_α(x) over the whole support of x. None of it may depend on V.
    pub class: Class<'a>,
    /// b: losses lie in [0, b]. Clip a loss that is not bounded, see [`clipped`](super::clipped).
    pub loss_range: f64,
    /// Γ, the Lipschitz constant of the loss in the prediction.
    pub loss_lipschitz: f64,
    /// n_V, the number of validation samples, independent of the training set.
    pub n_validation: usize,
    /// δ, the probability that the bound fails.
    pub delta: f64,
}

impl Setting<'_> {
    /// # Panics
    /// When δ is not between 0 and 1, b not positive and finite, or Γ negative.
    pub(super) fn check(&self) {
        let Self { loss_range, loss_lipschitz, delta, .. } = *self;
        assert_delta(delta);
        assert!(loss_range > 0.0 && loss_range.is_finite(), "losses in [0, {loss_range}]: the range must be positive");
        assert!(loss_lipschitz >= 0.0, "Gamma = {loss_lipschitz}: a Lipschitz constant is not negative");
    }
}

/// A bound on sup_α |L(f_α) − L̂_V(f_α)|, two-sided, infinite without a sample:
///
/// min over ε of 2 Γ L ε + b √((ln N_ε + t) / (2 n_V)),  t = ln(2/δ).
///
/// Hoeffding's inequality on an ε-net, the union bound, and the way from α to its net point in both losses.
///
/// # Panics
/// When δ is not between 0 and 1, b not positive and finite, or Γ or L negative.
pub fn gap(setting: &Setting<'_>) -> Bound {
    setting.check();
    let Setting { ref class, loss_range: b, loss_lipschitz, n_validation, delta } = *setting;
    let t = (2.0 / delta).ln();
    let deviation = |log_number: f64| b * ((log_number + t) / (2.0 * n_validation as f64)).sqrt();
    let net = cheapest(class, loss_lipschitz, b, |drift, log_number| 2.0 * drift + deviation(log_number));
    let (approximation, deviation) = (2.0 * net.drift, deviation(net.log_number));
    Bound { net, approximation, deviation, delta, standing: class.standing() }
}

/// How much worse than the best α the α with the least validation loss can be, when it was found up to `slack`:
/// L(f_α̂) ≤ min_α L(f_α) + 2 gap + slack.
pub fn excess(gap: &Bound, slack: f64) -> f64 {
    2.0 * gap.total() + slack
}
