//! What is bounded: losses of linear and quadratic models whose worst deviation is known exactly.

use super::Settings;
use super::suprema::{MOST_SIDES, largest_over_ball, largest_over_box, largest_over_simplex, one_norm, top};
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
    supremum: Supremum,
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

/// The worst deviation on a validation set.
type Supremum = Box<dyn Fn(&Draws) -> f64 + Send + Sync>;

/// The spaces, all of h coordinates.
struct Spaces {
    ball: Ball,
    /// Of side 2/h about 0.
    cuboid: Cuboid,
    simplex: Simplex,
}

/// Every bound of the experiment.
pub(super) fn all(settings: &Settings) -> Vec<Case> {
    let h = settings.coordinates;
    let side = 1.0 / h as f64;
    // No side is empty, whatever h is.
    let Ok(cuboid) = Cuboid::new(vec![[-side, side]; h]) else { return Vec::new() };
    let spaces = Spaces { ball: Ball::unit(h), cuboid, simplex: Simplex::unit(h) };
    risks(settings, &spaces).into_iter().chain(slopes(settings, &spaces)).collect()
}

fn moved_by(space: &dyn Space, lipschitz: f64) -> Class<'_> {
    Class::Continuous { space, lipschitz: Lipschitz::Proved(lipschitz) }
}

fn half_norm() -> Supremum {
    Box::new(|draws| 0.5 * norm(&draws.mean))
}

/// Losses (1 + ⟨a, ψ⟩)/2 lie in [0, 1], with Γ = ½ for the prediction ⟨a, ψ⟩, and mean ½.
fn risks(settings: &Settings, spaces: &Spaces) -> Vec<Case> {
    let Settings { n_validation, delta, coordinates: h, .. } = *settings;
    let case = |name, class: Class<'_>, sample, supremum: Supremum| {
        let setting = risk::Setting { class, loss_range: 1.0, loss_lipschitz: 0.5, n_validation, delta };
        Case { name, bound: risk::gap(&setting).total(), sample, supremum }
    };
    let (root, side) = ((h as f64).sqrt(), 1.0 / h as f64);
    let half_top = || -> Supremum { Box::new(|draws| 0.5 * top(&draws.mean)) };
    let half_one_norm = Box::new(move |draws: &Draws| 0.5 * side * one_norm(&draws.mean));
    vec![
        case("risk, ball", moved_by(&spaces.ball, 1.0), Sample::Sphere, half_norm()),
        case("risk, box", moved_by(&spaces.cuboid, root), Sample::Signs, half_one_norm),
        case("risk, simplex", moved_by(&spaces.simplex, root), Sample::Signs, half_top()),
        // Its vertices alone, of which nothing is Lipschitz; losses are 0 and 1, as spread as they can be.
        case("risk, finite set", Class::of_models(h), Sample::Signs, half_top()),
        case("risk, one model", Class::of_models(1), Sample::Coin, Box::new(|draws| 0.5 * draws.mean[0].abs())),
    ]
}

/// Linear losses (1 + ⟨a, ψ⟩)/2 have gradients ψ/2, the same for every a: M = 0, G = ‖ψ‖/2, and the deviation is that of the mean.
///
/// Quadratic losses (1 + ⟨a, ψ⟩)²/4 have gradients ψ(1 + ⟨a, ψ⟩)/2, so that M = ‖ψ‖²/2 and G = ‖ψ‖ (1 + max |⟨a, ψ⟩|)/2. Unit ψ: that
/// maximum is 1 in the ball and ‖a‖ ≤ 1/√h in the box. Signs, with ‖ψ‖ = √h: it is 1 in the simplex.
fn slopes(settings: &Settings, spaces: &Spaces) -> Vec<Case> {
    let Settings { n_validation, delta, coordinates: h, .. } = *settings;
    let case = |name, class: Class<'_>, gradient_bound, sample, supremum: Supremum| {
        let setting = hypergradient::Setting { class, gradient_bound, n_validation, delta };
        Case { name, bound: hypergradient::gap(&setting).total(), sample, supremum }
    };
    let Spaces { ball, cuboid, simplex } = spaces;
    let (root, half) = ((h as f64).sqrt(), 0.5 * h as f64);
    let (unit, signs) = (Sample::Sphere, Sample::Signs);
    let mut cases = vec![
        case("hypergradient, linear loss, ball", moved_by(ball, 0.0), 0.5, unit, half_norm()),
        case("hypergradient, linear loss, box", moved_by(cuboid, 0.0), 0.5 * root, signs, half_norm()),
        case("hypergradient, linear loss, simplex", moved_by(simplex, 0.0), 0.5, unit, half_norm()),
        case("hypergradient, linear loss, finite set", Class::of_models(h), 0.5 * root, signs, half_norm()),
    ];
    let by_simplex = || quadratic(signs, largest_over_simplex);
    let (of_ball, of_simplex) = (moved_by(ball, 0.5), moved_by(simplex, half));
    cases.extend([
        case("hypergradient, quadratic loss, ball", of_ball, 1.0, unit, quadratic(unit, largest_over_ball)),
        case("hypergradient, quadratic loss, simplex", of_simplex, root, signs, by_simplex()),
        case("hypergradient, quadratic loss, finite set", Class::of_models(h), root, signs, by_simplex()),
    ]);
    if h <= MOST_SIDES {
        let over_box = move |b: &[f64], matrix: &[f64]| largest_over_box(b, matrix, 1.0 / h as f64);
        let (class, bound) = (moved_by(cuboid, 0.5), 0.5 * (1.0 + 1.0 / root));
        cases.push(case("hypergradient, quadratic loss, box", class, bound, unit, quadratic(unit, over_box)));
    }
    cases
}

/// The worst ∇L_V − ∇L = (ψ̄ + (S − E S) a)/2 of quadratic losses, S the mean of ψψᵀ and E S = I/h or I; `largest` is max ‖b + B a‖.
fn quadratic(sample: Sample, largest: impl Fn(&[f64], &[f64]) -> f64 + Send + Sync + 'static) -> Supremum {
    Box::new(move |draws| {
        let h = draws.mean.len();
        let expected = if sample == Sample::Sphere { 1.0 / h as f64 } else { 1.0 };
        let mut off = draws.second.clone();
        (0..h).for_each(|i| off[i * h + i] -= expected);
        0.5 * largest(&draws.mean, &off)
    })
}
