//! Adam on softmax logits: how DARTS moves its architectures.

use crate::search::{Bilevel, Found, Reached, Step, Stop};
use crate::space::{Product, Simplex, Space, duality_gap, stationarity};
use std::ops::Range;

/// α = softmax(z) on every simplex, and Adam on the logits z (Kingma and Ba 2015, algorithm 1; for architecture search Liu et
/// al. 2019, science 6.3 and 6.8): steps of a fixed size, whether F falls or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamLogits {
    /// At most this many steps.
    pub steps: usize,
    /// The step length η.
    pub rate: f64,
    /// β₁ and β₂, the memories of the mean and of the mean square.
    pub betas: [f64; 2],
    /// ε, added to the root of the mean square.
    pub epsilon: f64,
    /// w of the w z that is added to the gradient in z. It draws α to the middle, so the minimum of F is not stationary.
    pub decay: f64,
    /// Gradients in z that are longer are shortened to this norm.
    pub clip: f64,
    /// The search is stationary when ‖α − P(α − g)‖ is at most this.
    pub tolerance: f64,
}

impl Default for AdamLogits {
    /// β₂ = 0.9: the gradient in the logit of a weight fades with the weight, and a mean square that remembers its size at the
    /// start for a thousand steps (0.999) leaves steps that hardly move.
    fn default() -> Self {
        let (betas, epsilon) = ([0.9, 0.9], 1e-8);
        Self { steps: 300, rate: 0.1, betas, epsilon, decay: 0.0, clip: f64::INFINITY, tolerance: 1e-6 }
    }
}

/// Logits and what Adam remembers of their gradients.
struct Logits {
    z: Vec<f64>,
    mean: Vec<f64>,
    square: Vec<f64>,
}

impl AdamLogits {
    /// The settings of DARTS: η = 3e-4, β = (0.5, 0.999), decay 1e-3.
    pub fn darts() -> Self {
        Self { rate: 3e-4, betas: [0.5, 0.999], decay: 1e-3, ..Self::default() }
    }

    /// [`Self::search_from`] the centre.
    pub fn search<P: Bilevel>(
        &self,
        problem: &mut P,
        space: &Product<Simplex>,
        watch: &mut dyn FnMut(&P, Reached<'_>),
    ) -> Result<Found, P::Error> {
        self.search_from(&space.start(), problem, space, watch)
    }

    /// Minimises F over a product of simplices from `alpha`, whose weights at the floor get a logit far below the others. As F may
    /// rise, what is found is the stationary point where the search stopped or, at the step limit, the best point that it met.
    pub fn search_from<P: Bilevel>(
        &self,
        alpha: &[f64],
        problem: &mut P,
        space: &Product<Simplex>,
        watch: &mut dyn FnMut(&P, Reached<'_>),
    ) -> Result<Found, P::Error> {
        let zeros = vec![0.0; space.coordinates()];
        let mut logits = Logits { z: logits(space, alpha), mean: zeros.clone(), square: zeros };
        let mut alpha = softmax(space, &logits.z);
        let mut here = problem.evaluate(&alpha)?;
        let (mut best, mut path) = ((alpha.clone(), here.clone()), Vec::new());
        let stop = loop {
            let stationarity = stationarity(space, &alpha, &here.alpha);
            let eta = if path.is_empty() { 0.0 } else { self.rate };
            let gap = duality_gap(space, &alpha, &here.alpha);
            watch(problem, Reached { step: path.len(), alpha: &alpha, hypergradient: &here, stationarity, gap, eta });
            // A point without a hypergradient has an infinite value and is no answer, though its gradient is 0.
            let stationary = stationarity <= self.tolerance && here.value.is_finite();
            if stationary || here.value < best.1.value {
                best = (alpha.clone(), here.clone());
            }
            if stationary {
                break Stop::Stationary;
            }
            if path.len() == self.steps {
                break Stop::StepLimit;
            }
            path.push(Step { value: here.value, stationarity, eta: self.rate });
            let gradient = pulled_back(space, &logits.z, &here.alpha);
            self.step(path.len(), &gradient, &mut logits);
            alpha = softmax(space, &logits.z);
            here = problem.evaluate(&alpha)?;
        };
        let (alpha, hypergradient) = best;
        let gap = duality_gap(space, &alpha, &hypergradient.alpha);
        Ok(Found { alpha, hypergradient, gap, path, stop })
    }

    /// Adam's step `k`, from 1.
    fn step(&self, k: usize, gradient: &[f64], logits: &mut Logits) {
        let shortened = (self.clip / gradient.iter().map(|g| g.powi(2)).sum::<f64>().sqrt()).min(1.0);
        // 1 − βᵏ without cancellation.
        let [bias1, bias2] = self.betas.map(|beta| -f64::exp_m1(k as f64 * beta.ln()));
        let [beta1, beta2] = self.betas;
        let state = logits.z.iter_mut().zip(logits.mean.iter_mut().zip(&mut logits.square));
        for ((z, (mean, square)), g) in state.zip(gradient) {
            let g = shortened * g + self.decay * *z;
            *mean = beta1 * *mean + (1.0 - beta1) * g;
            *square = beta2 * *square + (1.0 - beta2) * g.powi(2);
            *z -= self.rate * (*mean / bias1) / ((*square / bias2).sqrt() + self.epsilon);
        }
    }
}

/// Shares in proportion to eᶻ.
fn shares(z: &[f64]) -> Vec<f64> {
    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let grown: Vec<f64> = z.iter().map(|z| (z - top).exp()).collect();
    let sum: f64 = grown.iter().sum();
    grown.iter().map(|x| x / sum).collect()
}

/// The z of α = α(z) with the largest logit of each simplex at 0; a share is taken for at least 10⁻⁶.
fn logits(space: &Product<Simplex>, alpha: &[f64]) -> Vec<f64> {
    const LEAST: f64 = 1e-6;
    let of = |(simplex, part): (&Simplex, Range<usize>)| -> Vec<f64> {
        let share = |a: &f64| ((a - simplex.floor) / simplex.free()).max(LEAST).ln();
        let z: Vec<f64> = alpha[part].iter().map(share).collect();
        let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        z.iter().map(|z| if *z == top { 0.0 } else { z - top }).collect()
    };
    space.parts().flat_map(of).collect()
}

/// α(z): on every simplex, what is free in proportion to eᶻ.
fn softmax(space: &Product<Simplex>, z: &[f64]) -> Vec<f64> {
    let weights = |(simplex, part): (&Simplex, Range<usize>)| -> Vec<f64> {
        shares(&z[part]).iter().map(|share| simplex.floor + simplex.free() * share).collect()
    };
    space.parts().flat_map(weights).collect()
}

/// dF/dz from g = dF/dα: p (g − ⟨p, g⟩) with the shares p, times what is free.
fn pulled_back(space: &Product<Simplex>, z: &[f64], gradient: &[f64]) -> Vec<f64> {
    let pulled = |(simplex, part): (&Simplex, Range<usize>)| -> Vec<f64> {
        let (p, g) = (shares(&z[part.clone()]), &gradient[part]);
        let mean: f64 = p.iter().zip(g).map(|(p, g)| p * g).sum();
        p.iter().zip(g).map(|(p, g)| simplex.free() * p * (g - mean)).collect()
    };
    space.parts().flat_map(pulled).collect()
}
