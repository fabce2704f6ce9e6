//! The bound of [`risk`](super::risk) for losses that vary little (science 2.2; Maurer and Pontil 2009).

use super::net::{Bound, Net, cheapest};
use super::risk::Setting;

/// A bound on L(f_α) − L̂_V(f_α), one-sided, for every α at once, with its net fixed before V is seen.
///
/// With x = ln(2 N_ε) + t and t = ln(1/δ), at each α with V̂ar its sample variance on V (over n_V − 1):
///
/// √(2 V̂ar x / n_V) + 7 b x / (3 (n_V − 1)) + 2 Γ L ε + Γ L ε √(2 x / (n_V − 1)).
///
/// The last term is there because √V̂ar is Lipschitz, and α is not a point of the net.
#[derive(Clone, Copy, Debug)]
pub struct Bernstein {
    net: Net,
    terms: Terms,
    standing: super::Standing,
}

/// What the formula needs beside the net and the variance.
#[derive(Clone, Copy, Debug)]
struct Terms {
    loss_range: f64,
    n_validation: f64,
    delta: f64,
}

impl Terms {
    /// ln(2 N) + t
    fn log_events(&self, log_number: f64) -> f64 {
        log_number + (2.0 / self.delta).ln()
    }

    /// n_V − 1, which nobody divides by below two samples.
    fn freedom(&self) -> f64 {
        (self.n_validation - 1.0).max(0.0)
    }

    fn approximation(&self, drift: f64, log_number: f64) -> f64 {
        // Nothing to move to costs nothing, even without samples.
        if drift == 0.0 {
            return 0.0;
        }
        2.0 * drift + drift * (2.0 * self.log_events(log_number) / self.freedom()).sqrt()
    }

    fn deviation(&self, log_number: f64, variance: f64) -> f64 {
        let x = self.log_events(log_number);
        (2.0 * variance * x / self.n_validation.max(1.0)).sqrt() + 7.0 * self.loss_range * x / (3.0 * self.freedom())
    }
}

impl Bernstein {
    /// Fixes ε: the best one if every variance were `prior_variance`, in squared units of the loss; b²/4, the largest that an
    /// expected variance can be, when nothing is known. The prior must not come from V.
    ///
    /// # Panics
    /// As [`risk::gap`](super::risk::gap), and when the prior is negative.
    pub fn before(setting: &Setting<'_>, prior_variance: Option<f64>) -> Self {
        setting.check();
        let Setting { ref class, loss_range, loss_lipschitz, n_validation, delta } = *setting;
        let prior = prior_variance.unwrap_or(0.25 * loss_range * loss_range);
        assert!(prior >= 0.0, "a prior variance of {prior}");
        let terms = Terms { loss_range, n_validation: n_validation as f64, delta };
        let cost = |drift, log_number| terms.approximation(drift, log_number) + terms.deviation(log_number, prior);
        Self { net: cheapest(class, loss_lipschitz, loss_range, cost), terms, standing: class.standing() }
    }

    /// The bound at an α whose losses on V have this sample variance (over n_V − 1); infinite below two samples.
    ///
    /// # Panics
    /// When the variance is negative.
    pub fn after(&self, variance: f64) -> Bound {
        assert!(variance >= 0.0, "a sample variance of {variance}");
        let Self { net, terms, standing } = *self;
        let (approximation, deviation) =
            (terms.approximation(net.drift, net.log_number), terms.deviation(net.log_number, variance));
        Bound { net, approximation, deviation, delta: terms.delta, standing }
    }
}
