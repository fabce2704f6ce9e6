//! From training to test: what the inner problem adds to the gap of the outer one, also when the training set comes from
//! another distribution (science 2.4 and 2.5).

use super::net::assert_delta;
use crate::stats::argmin;

/// What is known of one architecture, named before T and V are seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Architecture {
    /// min over F_α of L_D, the loss of its best model.
    pub approximation: f64,
    /// C_α, which must not depend on T: with one that does, the α that minimises the sum would be random.
    pub complexity: f64,
    /// What it loses because T was not drawn from D.
    pub mismatch: Mismatch,
}

/// What training on D′ instead of D costs, and with it what the guarantee of the inner problem has to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mismatch {
    /// T is drawn from D.
    None,
    /// DM(α) = L_D(argmin L_D′) − min L_D. The guarantee must be on D:
    /// L_D(f_α) ≤ L_D(argmin L_D′) + (C_α + C₀ √t)/√n_T.
    Pointwise(f64),
    /// DM⁺(α) = 2 sup over F_α of |L_D − L_D′|. A guarantee on D′ is enough:
    /// L_D′(f_α) ≤ min L_D′ + (C_α + C₀ √t)/√n_T.
    Uniform(f64),
}

impl Mismatch {
    /// DM of a finite F_α from the losses of its models on D′ (`source`) and on D (`target`). Where several are best on D′, the
    /// worst of them on D.
    ///
    /// # Panics
    /// When there is no model, or a different number of losses.
    pub fn pointwise(source: &[f64], target: &[f64]) -> Self {
        assert_models(source, target);
        let least = source.iter().copied().fold(f64::INFINITY, f64::min);
        let reached = source.iter().zip(target).filter(|(on_source, _)| **on_source == least).map(|(_, l)| *l);
        let best = target.iter().copied().fold(f64::INFINITY, f64::min);
        Self::Pointwise(reached.fold(f64::NEG_INFINITY, f64::max) - best)
    }

    /// DM⁺ of a finite F_α, likewise.
    ///
    /// # Panics
    /// As [`pointwise`](Self::pointwise).
    pub fn uniform(source: &[f64], target: &[f64]) -> Self {
        assert_models(source, target);
        Self::Uniform(2.0 * source.iter().zip(target).map(|(s, t)| (s - t).abs()).fold(0.0, f64::max))
    }

    /// The cost.
    pub fn cost(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Pointwise(cost) | Self::Uniform(cost) => cost,
        }
    }
}

fn assert_models(source: &[f64], target: &[f64]) {
    assert_eq!(source.len(), target.len(), "losses of {} models on D' and of {} on D", source.len(), target.len());
    assert!(!source.is_empty(), "the mismatch of no model");
}

/// The guarantee of the inner problem: for each architecture, except with probability δ over the draw of T, its loss is at
/// most min over F_α of L + (C_α + C₀ √t)/√n_T, t = ln(1/δ).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inner {
    /// C₀
    pub confidence_cost: f64,
    /// n_T
    pub n_train: usize,
    /// δ
    pub delta: f64,
}

/// What the outer problem adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outer {
    /// A bound on sup_α |L_D − L̂_V|.
    pub gap: f64,
    /// The probability that it fails.
    pub delta: f64,
    /// How far the validation loss of α̂ is above the least one.
    pub slack: f64,
}

/// A bound on L_D(f_α̂), and what it consists of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EndToEnd {
    /// The architecture that gives it, from 0: the only one whose complexity is paid.
    pub architecture: usize,
    /// Its best model: min L_D.
    pub approximation: f64,
    /// Its fit: (C_α + C₀ √t)/√n_T.
    pub training: f64,
    /// Which mismatch entered.
    pub mismatch: Mismatch,
    /// The choice: 2 gap + slack.
    pub validation: f64,
    /// The probability that it fails.
    pub delta: f64,
}

impl EndToEnd {
    /// The bound itself.
    pub fn total(&self) -> f64 {
        self.approximation + self.training + self.mismatch.cost() + self.validation
    }
}

/// min over architectures of { min L_D + (C_α + C₀ √t)/√n_T + mismatch } + 2 gap + slack. Any architectures of Δ may be named,
/// also a few: naming more can only lower the bound.
///
/// # Panics
/// When there is no architecture, or when a δ is not between 0 and 1.
pub fn bound(architectures: &[Architecture], inner: &Inner, outer: &Outer) -> EndToEnd {
    assert!(!architectures.is_empty(), "an end-to-end bound for no architecture");
    assert_delta(inner.delta);
    assert_delta(outer.delta);
    let t = (1.0 / inner.delta).ln();
    let of = |(architecture, a): (usize, &Architecture)| EndToEnd {
        architecture,
        approximation: a.approximation,
        training: (a.complexity + inner.confidence_cost * t.sqrt()) / (inner.n_train as f64).sqrt(),
        mismatch: a.mismatch,
        validation: 2.0 * outer.gap + outer.slack,
        delta: inner.delta + outer.delta,
    };
    let each: Vec<EndToEnd> = architectures.iter().enumerate().map(of).collect();
    let totals: Vec<f64> = each.iter().map(EndToEnd::total).collect();
    each[argmin(&totals).unwrap_or(0)]
}

/// The same for a search that is over, from what it measured: L(f_α̂) ≤ L̂_V(f_α̂) + gap, and L̂_V taken apart by the training loss.
/// Nothing is assumed of the inner problem, so nothing is said of what the best model of another α would have lost. Validation
/// rows are from D, so a mismatch DM(α̂) of the training rows is part of what fitting cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// L̂_T(f_α̂), on the rows it was fitted to.
    pub training: f64,
    /// L̂_V(f_α̂)
    pub validation: f64,
    /// A bound on sup_α |L − L̂_V|.
    pub gap: f64,
    /// The probability that it fails.
    pub delta: f64,
    /// Whether training rows are drawn from D too, so that DM is 0.
    pub one_source: bool,
}

impl Measured {
    /// What fitting cost on rows that were not fitted to: L̂_V − L̂_T.
    pub fn fitting(&self) -> f64 {
        self.validation - self.training
    }

    /// The bound on L(f_α̂).
    pub fn total(&self) -> f64 {
        self.validation + self.gap
    }
}
