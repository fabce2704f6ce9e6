//! What is searched, and how: equal for all seeds.

use super::within::{Within, in_alpha};
use crate::bilevel::Inner;
use crate::data::Percent;
use crate::diagnose::{Noise, noise};
use crate::model::{Candidates, Coordinates, Mlp};
use crate::outer::{Each, ExponentiatedGradient, Outer, ProjectedGradient};
use crate::search::{Bilevel, Found, Options, Reached, Stop, search_while};
use crate::space::{Copies, Simplex, Space, Sphere};
use crate::tuning::Tuning;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Where the mixtures live and how they move.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Constraint {
    /// The simplex, by exponentiated gradient.
    Simplex,
    /// The simplex, by projected gradient.
    ProjectedSimplex,
    /// The unit sphere, by projected gradient.
    Sphere,
}

/// The element type that networks are fitted in; hypergradients are in `f64` either way.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// `f32`: twice as fast.
    Single,
    /// `f64`, for tolerances below 1e-6.
    Double,
}

/// What is searched and how; equal for all seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The shares of the parts.
    pub percent: Percent,
    /// Widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// The candidates.
    pub bank: Candidates,
    /// Their names.
    pub names: Vec<String>,
    /// The coordinates in which their mixtures are searched.
    pub coordinates: Coordinates,
    /// Mixtures of a layer.
    pub groups: usize,
    /// Whether layers share them.
    pub shared: bool,
    /// The inner problem.
    pub inner: Inner,
    /// The element type of every program.
    pub precision: Precision,
    /// Where α lives.
    pub constraint: Constraint,
    /// The outer solver's limits.
    pub outer: Options,
    /// Whether a search ends where its hypergradient is within the noise of the validation rows.
    pub stop_at_noise: bool,
    /// What else is tuned, at the mixture that was found.
    pub tuning: Tuning,
    /// How many candidates the discretised mixture keeps.
    pub keep: usize,
}

impl Setting {
    /// The network from so many features to so many outputs.
    pub fn model(&self, inputs: usize, outputs: usize) -> Mlp {
        let (hidden, bank) = (self.hidden.clone(), self.bank.clone());
        Mlp { inputs, hidden, outputs, bank, groups: self.groups, shared: self.shared }
    }

    /// The simplex of one mixture; with its floor, which exponentiated gradient needs.
    fn simplex(&self) -> Simplex {
        let h = self.bank.len();
        Simplex { floor: 1e-4 / h as f64, ..Simplex::unit(h) }
    }

    /// Where `mixtures` mixtures live, in the coordinates of the setting.
    pub fn space(&self, mixtures: usize) -> Box<dyn Space> {
        match self.constraint {
            Constraint::Simplex | Constraint::ProjectedSimplex => {
                Box::new(Copies { space: self.simplex(), copies: mixtures })
            }
            Constraint::Sphere => Box::new(Copies { space: Sphere::unit(self.bank.len()), copies: mixtures }),
        }
    }

    /// The noise floor of the search at α, from the hypergradients at α on `pieces` of V of equal size; `slopes` are the norms of
    /// the projected hypergradients where it began and ended. `None` below two pieces.
    pub fn noise(&self, alpha: &[f64], pieces: &[Vec<f64>], slopes: [f64; 2]) -> Option<Noise> {
        let pieces: Vec<Vec<f64>> = pieces.iter().map(|piece| self.coordinates.pull_back(piece)).collect();
        let space = self.space(alpha.len() / self.bank.len().max(1));
        noise(&*space, &self.coordinates.beta(alpha), &pieces, slopes)
    }

    /// The search over `mixtures` mixtures, in the coordinates of the setting; all that it says is about α. It ends where `follow`
    /// gives a reason.
    pub fn search<P: Bilevel>(
        &self,
        problem: &mut P,
        mixtures: usize,
        follow: &mut dyn FnMut(&P, Reached<'_>) -> ControlFlow<Stop>,
    ) -> Result<Found, P::Error> {
        let space = &*self.space(mixtures);
        let simplex = self.simplex();
        let multiplicative = Each { outer: ExponentiatedGradient { simplex }, coordinates: self.bank.len() };
        let outer: &dyn Outer = match self.constraint {
            Constraint::Simplex => &multiplicative,
            Constraint::ProjectedSimplex | Constraint::Sphere => &ProjectedGradient { space },
        };
        let coordinates = &self.coordinates;
        let mut follow = |within: &mut Within<'_, P>, reached: Reached<'_>| {
            let (alpha, own) = (coordinates.alpha(reached.alpha), in_alpha(coordinates, reached.hypergradient));
            follow(within.problem, Reached { alpha: &alpha, hypergradient: &own, ..reached })
        };
        let mut within = Within { problem, coordinates };
        let found = search_while(space.start(), &mut within, space, outer, &self.outer, &mut follow)?;
        let hypergradient = in_alpha(coordinates, &found.hypergradient);
        Ok(Found { alpha: coordinates.alpha(&found.alpha), hypergradient, ..found })
    }
}
