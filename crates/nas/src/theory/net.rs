//! What the uniform bounds share: the models they hold for, a net of them, and the ε at which it serves best.

use super::lipschitz::Lipschitz;
use crate::space::Space;

/// The models that a bound holds for, all at once.
#[derive(Clone, Copy)]
pub enum Class<'a> {
    /// So many models, named before V is seen: nothing has to be Lipschitz.
    Finite {
        /// ln N, their number; choices multiply, so their logarithms add up.
        log_models: f64,
    },
    /// One model for every α of a space.
    Continuous {
        /// Δ
        space: &'a dyn Space,
        /// How far what is bounded moves with α, in the Euclidean norm: predictions (L) or gradients of the loss (M).
        lipschitz: Lipschitz,
    },
}

impl Class<'_> {
    /// A finite class.
    ///
    /// # Panics
    /// When there is no model.
    pub fn of_models(models: usize) -> Self {
        assert!(models > 0, "a class of 0 models");
        Self::Finite { log_models: (models as f64).ln() }
    }

    /// What a bound for the class is worth.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Finite { .. } => Standing::Certificate,
            Self::Continuous { lipschitz, .. } => lipschitz.standing(),
        }
    }
}

/// What a bound is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds with the probability that it states.
    Certificate,
    /// A Lipschitz constant in it was measured on a sample, or assumed: it holds if that constant does.
    Estimate,
}

/// A net of a class: so many of its models that each is near one of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Net {
    /// How near, in α; 0 where every model is in the net, ∞ where one stands for all.
    pub epsilon: f64,
    /// ln N_ε, the logarithm of their number.
    pub log_number: f64,
    /// How far what is bounded moves over ε.
    pub(super) drift: f64,
}

/// A bound that holds for every model of a class at once, except with probability δ over the draw of V.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// The net that gave the least bound.
    pub net: Net,
    /// What it costs to move from a model to the net and back.
    pub approximation: f64,
    /// How far sample and expectation lie apart on the net.
    pub deviation: f64,
    /// δ
    pub delta: f64,
    /// What it is worth.
    pub standing: Standing,
}

impl Bound {
    /// The bound itself.
    pub fn total(&self) -> f64 {
        self.approximation + self.deviation
    }
}

/// The grid of ε is geometric, with so many steps to a factor of e: the bound is flat at its least value, and half a step
/// away from it is within 10⁻⁵ of it where the covering number does not jump.
const STEPS_PER_E_FOLD: f64 = 128.0;

/// The finest net lets what is bounded move by this part of its range, far below what any number of samples resolves.
const FINEST: f64 = 1e-9;

/// The net with the least `cost(drift, ln N)`, a function that falls in neither, over a grid of ε on which drift = scale · L · ε
/// goes from `range` / 2 down.
///
/// The grid depends on nothing that a bound should fall or grow with, so its least value is monotone where the cost is.
pub(super) fn cheapest(class: &Class<'_>, scale: f64, range: f64, cost: impl Fn(f64, f64) -> f64) -> Net {
    let (space, rate) = match *class {
        Class::Finite { log_models } => return Net { epsilon: 0.0, log_number: log_models, drift: 0.0 },
        Class::Continuous { space, lipschitz } => (space, scale * lipschitz.constant()),
    };
    assert!(rate >= 0.0, "a Lipschitz constant of {rate}: it must be a number, not negative");
    if rate == 0.0 {
        return Net { epsilon: f64::INFINITY, log_number: 0.0, drift: 0.0 };
    }
    let mut best = Net { epsilon: 0.0, log_number: f64::INFINITY, drift: 0.0 };
    let mut least = f64::INFINITY;
    let steps = (STEPS_PER_E_FOLD * -FINEST.ln()) as usize;
    for step in 0..=steps {
        let drift = 0.5 * range * (-(step as f64) / STEPS_PER_E_FOLD).exp();
        let epsilon = drift / rate;
        let log_number = space.log_covering_number(epsilon);
        // Finer nets are not smaller: even without a drift they would cost as much.
        if cost(0.0, log_number) >= least {
            break;
        }
        let cost = cost(drift, log_number);
        if cost < least {
            (least, best) = (cost, Net { epsilon, log_number, drift });
        }
    }
    best
}

/// Refuses what is no probability of failure.
pub(super) fn assert_delta(delta: f64) {
    assert!(delta > 0.0 && delta < 1.0, "delta = {delta}: a probability of failure lies between 0 and 1");
}
