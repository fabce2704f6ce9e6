//! How mixtures are searched: by hypergradients, or by what is to show that those are worth their price.

use super::Setting;
use super::judge::Entry;
use super::search::Walk;
use crate::bilevel::{Health, Inner, NoStart, OnData};
use crate::data::Samples;
use crate::model::Mlp;
use crate::search::{Found, Reached, Stop};
use crate::seed::Seed;
use crate::space::Lattice;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use tape::Element;

/// A way of searching; the documentation of a variant is its help text.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// By hypergradients: the search of this program
    Gradient,
    /// Every point of a lattice in the space, as fine as --trials allows; on the simplex or the box
    Grid,
    /// Random points of the space, --trials of them
    Random,
    /// Coefficients and weights together, on training and validation rows at once: what the split is there to avoid
    Joint,
    /// Not at all: where one matrix of moments of the training rows points (algorithm D), if it points anywhere; else even
    Spectral,
}

impl Strategy {
    /// What a table calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Gradient => "gradient search",
            Self::Grid => "grid search",
            Self::Random => "random search",
            Self::Joint => "joint training",
            Self::Spectral => "spectral estimate",
        }
    }
}

/// What another way of searching found, under the same conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Rival {
    /// The way.
    pub strategy: Strategy,
    /// Where it ended.
    pub found: Found,
    /// Values of α that it asked for, each with a fit.
    pub evaluations: usize,
    /// What that is worth; `None` where its fit diverged.
    pub entry: Option<Entry>,
}

/// The rows and the beginning that all ways of searching share.
pub(super) struct Arena<'a> {
    pub(super) setting: &'a Setting,
    pub(super) model: &'a Mlp,
    pub(super) train: &'a Samples,
    pub(super) validation: &'a Samples,
    /// Training and validation rows.
    pub(super) both: &'a Samples,
    /// θ₀
    pub(super) theta: &'a [f64],
    /// The direction in which searches by gradients begin.
    pub(super) from: Option<&'a [f64]>,
    /// The direction that the training rows show.
    pub(super) shown: Option<&'a [f64]>,
    pub(super) seed: Seed,
}

impl Arena<'_> {
    /// Searches in this way. A joint training is a search too: at the least loss over θ the slope in α is the partial one (the
    /// envelope theorem), so the same solver walks down the loss of all rows.
    pub(super) fn search<T: Element>(
        &self,
        strategy: Strategy,
        follow: &mut dyn FnMut(&OnData<'_, T>, Reached<'_>) -> ControlFlow<Stop>,
    ) -> Result<(Found, Health), NoStart> {
        let Self { setting, model, train, validation, both, from, shown, seed, .. } = *self;
        let (inner, start, batches): (Inner, _, _) = (setting.inner, self.theta.to_vec(), seed.split("batches"));
        let mut problem = match strategy {
            Strategy::Joint => OnData::<T>::joint(model, inner, both, start, batches),
            _ => OnData::<T>::new(model, inner, [train, validation], start, batches),
        };
        let walk = match strategy {
            Strategy::Gradient | Strategy::Joint => Walk::Steps { from },
            Strategy::Grid => Walk::Lattice,
            Strategy::Random => Walk::Random(seed.split("random")),
            Strategy::Spectral => Walk::Still { at: shown },
        };
        let found = setting.search(&mut problem, model.mixtures(), walk, follow)?;
        Ok((found, problem.health))
    }
}

/// The most parts to a side with at most so many points; one part when even that has more.
pub(super) fn parts(lattice: &dyn Lattice, most: usize) -> usize {
    let fits = |parts: usize| lattice.lattice_points(parts) <= most as f64;
    // More parts are more points, except in a set that is one point: `most` parts are enough for any other.
    (1..=most).take_while(|&parts| fits(parts)).last().unwrap_or(1)
}
