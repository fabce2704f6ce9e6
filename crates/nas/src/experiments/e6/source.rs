//! Sources: distributions that training samples come from in place of the target's, with exact risks on both.
//!
//! Target D: inputs X, standard normal, and y = α*ᵀ X θ* + σz with ‖θ*‖ = 1; the loss is min(r², b). A source D′ has
//! the inputs X′ = SX with labels y = (Qα*)ᵀ X′ θ* + σz. A rotation Q alone is a rotation of the target's inputs, QX,
//! that keeps their labels; scales S alone are a shift of the inputs under which the label of an input stays the same.
//! The model αᵀX′θ is the model (Sα)ᵀXθ, so a source is a superposition model with SQα* for α*. Residuals of both are
//! normal.

use crate::data::Planted;
use crate::dense::dot;
use crate::experiments::slopes::norm;
use crate::seed::Seed;
use crate::space::{Space, Sphere};
use crate::theory::clipped::ClippedSquare;
use faer::{Col, Scale};
use rand::seq::SliceRandom;

/// How a source differs from the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Its inputs are rotated, so that α* becomes a vector at this angle from it, in radians.
    Rotated {
        /// φ
        angle: f64,
    },
    /// Every other of its feature maps, in a random order, is scaled by this.
    Shifted {
        /// s
        scale: f64,
    },
    /// Not at all.
    Same,
}

/// A source and its target.
#[derive(Clone, Debug)]
pub struct Source {
    /// The target's law.
    pub target: Planted,
    /// The source's law, in standard normal inputs.
    pub own: Planted,
    /// S
    pub scales: Vec<f64>,
    /// The loss.
    pub clip: ClippedSquare,
}

/// What training on the source costs an architecture (science 2.5); its models are αθᵀ with ‖θ‖ at most a radius.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mismatches {
    /// DM(α) = L_D(argmin L_D′) − min L_D.
    pub pointwise: f64,
    /// DM⁺(α) = 2 sup |L_D − L_D′|, rounded up.
    pub uniform: f64,
}

/// The variance of a residual: v₀ − 2ct + sq, with t = ⟨θ*, θ⟩ and q = ‖θ‖².
#[derive(Clone, Copy, Debug)]
struct Variance {
    at_zero: f64,
    along: f64,
    size: f64,
}

impl Variance {
    fn of(planted: &Planted, alpha: &[f64]) -> Self {
        let at_zero = planted.residual_variance(alpha, &Col::zeros(planted.theta.nrows()));
        let along = planted.alpha.iter().zip(alpha).map(|(own, a)| own * a).sum();
        Self { at_zero, along, size: alpha.iter().map(|a| a * a).sum() }
    }

    fn at(self, t: f64, q: f64) -> f64 {
        self.at_zero - 2.0 * self.along * t + self.size * q
    }

    /// The k of the best model, θ = kθ*.
    fn best(self) -> f64 {
        self.along / self.size
    }
}

impl Source {
    /// A source of this kind for a target.
    pub fn new(kind: Kind, target: Planted, clip: ClippedSquare, seed: Seed) -> Self {
        let scales = match kind {
            Kind::Shifted { scale } => every_other(scale, target.alpha.len(), seed),
            _ => vec![1.0; target.alpha.len()],
        };
        let turned = match kind {
            Kind::Rotated { angle } => turned(&target.alpha, angle, seed),
            _ => target.alpha.clone(),
        };
        let own = target.clone().with_alpha(times(&scales, &turned));
        Self { target, own, scales, clip }
    }

    /// Sα: what α is in the standard normal inputs of the source.
    pub fn seen(&self, alpha: &[f64]) -> Vec<f64> {
        times(&self.scales, alpha)
    }

    /// L_D of a model.
    pub fn target_risk(&self, alpha: &[f64], theta: &Col<f64>) -> f64 {
        self.clip.expectation(self.target.residual_variance(alpha, theta))
    }

    /// L_D′ of a model.
    pub fn source_risk(&self, alpha: &[f64], theta: &Col<f64>) -> f64 {
        self.clip.expectation(self.own.residual_variance(&self.seen(alpha), theta))
    }

    /// min over θ of L_D.
    pub fn least_target_risk(&self, alpha: &[f64]) -> f64 {
        self.target_risk(alpha, &self.model(self.variances(alpha)[1].best()))
    }

    /// The variance of the residual of the best model on the source.
    pub fn least_source_variance(&self, alpha: &[f64]) -> f64 {
        let best = self.variances(alpha)[0].best();
        self.own.residual_variance(&self.seen(alpha), &self.model(best))
    }

    /// The least ‖θ‖ that leaves every architecture its best models on both distributions. It depends on no sample.
    pub fn radius(&self, architectures: &[Vec<f64>]) -> f64 {
        let both = architectures.iter().flat_map(|alpha| self.variances(alpha));
        both.map(|variance| variance.best().abs()).fold(0.0, f64::max)
    }

    /// DM and DM⁺ of an architecture; the radius must leave it its best models.
    pub fn mismatches(&self, alpha: &[f64], radius: f64) -> Mismatches {
        let [on_source, on_target] = self.variances(alpha);
        let reached = self.target_risk(alpha, &self.model(on_source.best()));
        Mismatches {
            pointwise: reached - self.least_target_risk(alpha),
            uniform: 2.0 * self.largest_difference(on_source, on_target, radius),
        }
    }

    /// On the source, then on the target.
    fn variances(&self, alpha: &[f64]) -> [Variance; 2] {
        [Variance::of(&self.own, &self.seen(alpha)), Variance::of(&self.target, alpha)]
    }

    /// kθ*
    fn model(&self, k: f64) -> Col<f64> {
        Scale(k) * &self.target.theta
    }

    /// sup |L_D − L_D′| over ‖θ‖ ≤ ρ, rounded up by less than 1 % of what it can be.
    ///
    /// Both variances are affine in (t, q), which run over t² ≤ q ≤ ρ², and a risk grows with its variance: from a
    /// point inside one can go where one risk rises and the other does not. So the supremum lies on the boundary, q =
    /// t² or q = ρ². It is taken at points of t; between them risks change no faster than variances, since their slope
    /// is at most 1.
    fn largest_difference(&self, a: Variance, b: Variance, radius: f64) -> f64 {
        const POINTS: usize = 1000;
        let step = 2.0 * radius / POINTS as f64;
        let difference = |t: f64, q: f64| (self.clip.expectation(a.at(t, q)) - self.clip.expectation(b.at(t, q))).abs();
        let at = |k: usize| {
            let t = step * k as f64 - radius;
            difference(t, t * t).max(difference(t, radius * radius))
        };
        let slope = |v: Variance| 2.0 * v.along.abs() + 2.0 * v.size * radius;
        (0..=POINTS).map(at).fold(0.0, f64::max) + 0.5 * step * (slope(a) + slope(b))
    }
}

/// How far the risk of a fit by least squares can be above that of the best model, on the distribution of its n samples
/// and except with probability δ. In the superposition model the residual of the best model is independent of the p
/// features, so
///
/// v̂ − v = v ‖(GᵀG)⁻¹Gᵀz‖² ≤ v χ²_p / σ_min(G)²   with standard normal G (n × p) and z,
///
/// where χ²_p ≤ p + 2√(pt) + 2t (Laurent and Massart 2000) and σ_min(G) ≥ √n − √p − √(2t) (Davidson and Szarek 2001),
/// each except with probability e⁻ᵗ, t = ln(2/δ) (derived). Infinite where n is too small for it.
pub fn excess(clip: ClippedSquare, variance: f64, n: usize, p: usize, delta: f64) -> f64 {
    let (t, n, p) = ((2.0 / delta).ln(), n as f64, p as f64);
    let least = n.sqrt() - p.sqrt() - (2.0 * t).sqrt();
    if least <= 0.0 {
        return f64::INFINITY;
    }
    let relative = (p + 2.0 * (p * t).sqrt() + 2.0 * t) / (least * least);
    clip.expectation(variance * (1.0 + relative)) - clip.expectation(variance)
}

/// θ, or the point of the ball nearest to it: no further from the best model, which lies in the ball.
pub(super) fn within(theta: Col<f64>, radius: f64) -> Col<f64> {
    let norm = dot(theta.as_ref(), theta.as_ref()).sqrt();
    if norm > radius { Scale(radius / norm) * theta } else { theta }
}

/// `scale` for every other of h maps in a random order, 1 for the rest.
fn every_other(scale: f64, h: usize, seed: Seed) -> Vec<f64> {
    let mut scales: Vec<f64> = (0..h).map(|i| if i % 2 == 0 { scale } else { 1.0 }).collect();
    scales.shuffle(&mut seed.split("scales").stream());
    scales
}

/// A unit vector at this angle from the unit vector `alpha`, in a random direction.
fn turned(alpha: &[f64], angle: f64, seed: Seed) -> Vec<f64> {
    let other = Sphere::unit(alpha.len()).sample(&mut seed.split("direction").stream());
    let along: f64 = alpha.iter().zip(&other).map(|(a, o)| a * o).sum();
    let across: Vec<f64> = alpha.iter().zip(&other).map(|(a, o)| o - along * a).collect();
    let norm = norm(&across);
    alpha.iter().zip(&across).map(|(a, x)| angle.cos() * a + angle.sin() * x / norm).collect()
}

fn times(scales: &[f64], alpha: &[f64]) -> Vec<f64> {
    scales.iter().zip(alpha).map(|(s, a)| s * a).collect()
}
