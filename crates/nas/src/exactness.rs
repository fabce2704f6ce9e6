//! How exact the hypergradients of a search are on its way, after HOAG (Pedregosa, *Hyperparameter optimization with approximate
//! gradient*, ICML 2016): far from its end a rough one points downhill as well, and the errors that are allowed fall to nothing.
//!
//! Fit and adjoint system are solved to s times the tolerances that were set, with a looseness s ≥ 1 that never rises. While the
//! error of θ or of the adjoint q, relative and as it is estimated, exceeds ε_k, s falls and both are solved on from where they
//! stand. At s = 1 they are as exact as without any of this. The error of the hypergradient itself is at most C ‖θ − θ*‖ + C′ ‖q − q*‖
//! (science 6.1) with factors that nobody knows: it is of the size of ε_k, not below it for certain.

use serde::{Deserialize, Serialize};

/// s at the start of a search.
const LOOSEST: f64 = 256.0;
/// By what s falls when a hypergradient is not exact enough.
const TIGHTEN: f64 = 4.0;
/// No system is solved less exactly than this, however large s is: the error estimates mean nothing then.
const ROUGHEST: f64 = 0.05;
/// ε₀, the relative error of the first θ and q.
const FIRST: f64 = 0.1;
/// ε_k = ε₀ · FALL^k (HOAG's exponential decrease).
const FALL: f64 = 0.8;
/// The part of the fall of F along a step that the error of its slope may be ...
const SHARE: f64 = 0.1;
/// ... and by what ε falls when it is more.
const ADAPT: f64 = 0.2;

/// How the errors that are allowed fall; the documentation of a variant is its help text.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Tolerance {
    /// They do not: every fit and every system to the tolerance that is set
    #[default]
    Fixed,
    /// A tenth for the first hypergradient, then a fifth less each time, to the tolerance that is set (HOAG)
    Decreasing,
    /// Less when the error of the slope is no longer small beside the fall of the loss in the last step
    Adaptive,
}

/// The state of a search's tolerances.
#[derive(Clone, Debug, PartialEq)]
pub struct Exactness {
    rule: Tolerance,
    /// s
    looseness: f64,
    /// ε_k
    epsilon: f64,
    /// α and F of the last evaluation.
    last: Option<(Vec<f64>, f64)>,
}

impl Exactness {
    /// At the start of a search.
    pub fn new(rule: Tolerance) -> Self {
        let (looseness, epsilon) = if rule == Tolerance::Fixed { (1.0, 0.0) } else { (LOOSEST, FIRST) };
        Self { rule, looseness, epsilon, last: None }
    }

    /// ε_k, the relative error that θ and q of the next hypergradient may have; 0 where it is to be as exact as the tolerances make it.
    pub fn epsilon(&self) -> f64 {
        if self.looseness > 1.0 { self.epsilon } else { 0.0 }
    }

    /// To what a system is solved now that is to be solved to `tolerance` in the end.
    pub fn of(&self, tolerance: f64) -> f64 {
        (self.looseness * tolerance).min(ROUGHEST).max(tolerance)
    }

    /// Whether a hypergradient of this estimated relative error, ∞ where there is none, is exact enough; else s falls.
    pub fn accepts(&mut self, error: f64) -> bool {
        if self.looseness == 1.0 || error <= self.epsilon {
            return true;
        }
        self.looseness = (self.looseness / TIGHTEN).max(1.0);
        false
    }

    /// After the evaluation of F and its gradient g at α: the ε of the next one. The adaptive rule compares ε ‖g‖ ‖Δα‖, by how much
    /// the slope may be wrong along the way from the last α, with what F fell there.
    pub fn evaluated(&mut self, alpha: &[f64], value: f64, gradient: &[f64]) {
        match (self.rule, &self.last) {
            (Tolerance::Fixed, _) => return,
            (Tolerance::Decreasing, _) => self.epsilon *= FALL,
            (Tolerance::Adaptive, Some((before, was))) => {
                let distance = alpha.iter().zip(before).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                let size = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
                if self.epsilon * size * distance > SHARE * (was - value).max(0.0) {
                    self.epsilon *= ADAPT;
                }
            }
            (Tolerance::Adaptive, None) => {}
        }
        self.last = Some((alpha.to_vec(), value));
    }
}
