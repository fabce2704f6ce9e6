//! What is bounded: losses of linear and quadratic models whose worst deviation is known exactly.

use super::Settings;
use super::suprema::{largest_over_ball, one_norm, top};
use crate::experiments::slopes::norm;
use crate::seed::Stream;
use crate::space::{Ball, Cuboid, Simplex, Space, Sphere};
use crate::theory::lipschitz::Lipschitz;
use crate::theory::{Class, hypergradient, risk};
use rand::RngExt;

/// A bound, and how what it bounds is drawn.
pub struct Case {
    /// What is bounded, and over which space.
    pub name: &'static str,
    /// The certified bound.
    pub bound: f64,
    sample: Sample,
    supremum: Box<dyn Fn(&Draws) -> f64 + Send + Sync>,
}

/// How a sample ψ is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// Uniform on the unit sphere.
    Sphere,
    /// Independent signs.
    Signs,
    /// One coin, of which ψ = ±1 is the only coordinate.
    Coin,
}

/// Moments of a validation set.
pub(super) struct Draws {
    /// The mean of ψ.
    mean: Vec<f64>,
    /// The mean of ψψᵀ, row by row.
    second: Vec<f64>,
}

impl Case {
    /// The worst deviation on a validation set that is drawn.
    pub fn draw(&self, settings: &Settings, stream: &mut Stream) -> f64 {
        (self.supremum)(&self.sample.draw(settings, stream))
    }
}

impl Sample {
    fn draw(self, settings: &Settings, stream: &mut Stream) -> Draws {
        let h = if self == Self::Coin { 1 } else { settings.coordinates };
        let (mut mean, mut second) = (vec![0.0; h], vec![0.0; h * h]);
        let share = 1.0 / settings.n_validation as f64;
        for _ in 0..settings.n_validation {
            let psi = match self {
                Self::Sphere => Sphere::unit(h).sample(stream),
                Self::Signs | Self::Coin => (0..h).map(|_| if stream.random() { 1.0 } else { -1.0 }).collect(),
            };
            for i in 0..h {
                mean[i] += share * psi[i];
                (0..h).for_each(|j| second[i * h + j] += share * psi[i] * psi[j]);
            }
        }
        Draws { mean, second }
    }
}

/// Every bound of the experiment.
///
/// Losses (1 + ⟨a, ψ⟩)/2 lie in [0, 1], with Γ = ½ for the prediction ⟨a, ψ⟩, mean ½, and gradients ψ/2; losses (1 + ⟨a, ψ⟩)²/4 have
/// gradients ψ(1 + ⟨a, ψ⟩)/2, of norm at most G = 1 and with M = ½ for unit ψ.
pub(super) fn all(settings: &Settings) -> Vec<Case> {
    let h = settings.coordinates;
    let ball = Ball::unit(h);
    let (simplex, side) = (Simplex::unit(h), 1.0 / h as f64);
    let mut cases = Vec::new();
    let mut risk = |name, class: Class<'_>, sample, supremum: Box<dyn Fn(&Draws) -> f64 + Send + Sync>| {
        let Settings { n_validation, delta, .. } = *settings;
        let bound =
            risk::gap(&risk::Setting { class, loss_range: 1.0, loss_lipschitz: 0.5, n_validation, delta }).total();
        cases.push(Case { name, bound, sample, supremum });
    };
    let moved_by = |space, lipschitz| Class::Continuous { space, lipschitz: Lipschitz::Proved(lipschitz) };
    let half_norm = |draws: &Draws| 0.5 * norm(&draws.mean);
    risk("risk, ball", moved_by(&ball, 1.0), Sample::Sphere, Box::new(half_norm));
    let root = (h as f64).sqrt();
    if let Ok(cuboid) = Cuboid::new(vec![[-side, side]; h]) {
        let class = Class::Continuous { space: &cuboid, lipschitz: Lipschitz::Proved(root) };
        risk("risk, box", class, Sample::Signs, Box::new(move |draws| 0.5 * side * one_norm(&draws.mean)));
    }
    risk("risk, simplex", moved_by(&simplex, root), Sample::Signs, Box::new(|draws| 0.5 * top(&draws.mean)));
    // Its vertices alone, of which nothing is Lipschitz; losses are 0 and 1, as spread as they can be.
    risk("risk, finite set", Class::of_models(h), Sample::Signs, Box::new(|draws| 0.5 * top(&draws.mean)));
    risk("risk, one model", Class::of_models(1), Sample::Coin, Box::new(|draws| 0.5 * draws.mean[0].abs()));

    let mut slope = |name, class, gradient_bound, supremum: Box<dyn Fn(&Draws) -> f64 + Send + Sync>| {
        let Settings { n_validation, delta, .. } = *settings;
        let bound = hypergradient::gap(&hypergradient::Setting { class, gradient_bound, n_validation, delta }).total();
        cases.push(Case { name, bound, sample: Sample::Sphere, supremum });
    };
    slope("hypergradient, linear loss, ball", moved_by(&ball, 0.0), 0.5, Box::new(half_norm));
    // ∇L_V − ∇L = (ψ̄ + (S − I/h) a) / 2.
    let quadratic = move |draws: &Draws| {
        let mut off = draws.second.clone();
        (0..h).for_each(|i| off[i * h + i] -= side);
        0.5 * largest_over_ball(&draws.mean, &off)
    };
    slope("hypergradient, quadratic loss, ball", moved_by(&ball, 0.5), 1.0, Box::new(quadratic));
    cases
}
