//! What is searched, and how: equal for all seeds.

use super::Strategy;
use crate::bilevel::Inner;
use crate::data::{DataError, Frame, Percent};
use crate::model::{Candidates, Coordinates, Mlp};
use crate::outer::Solver;
use crate::search::Options;
use crate::seed::Seed;
use crate::space::Shape;
use crate::tuning::Tuning;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The element type that networks are fitted in; hypergradients are in `f64` either way.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// `f32`: twice as fast.
    Single,
    /// `f64`, for tolerances below 1e-6.
    Double,
}

/// Where the coefficients begin.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum AlphaStart {
    /// All candidates in equal parts
    Even,
    /// Where one matrix of moments of the training rows points (algorithm D), polished by fits, if it points anywhere; else even
    Spectral,
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
    /// Where each mixture lives, in those coordinates.
    pub shape: Shape,
    /// How the mixtures move.
    pub solver: Solver,
    /// The weight of the entropy of the mixtures in the outer objective; 0 where they have negative coefficients.
    pub entropy: f64,
    /// Where searches by gradients begin.
    pub alpha_start: AlphaStart,
    /// How the mixtures are searched.
    pub strategy: Strategy,
    /// Other ways whose findings stand beside.
    pub rivals: Vec<Strategy>,
    /// Mixtures that a grid or a random search tries, the even one included.
    pub trials: usize,
    /// The outer solver's limits.
    pub outer: Options,
    /// Whether a search ends where its hypergradient is within the noise of the validation rows.
    pub stop_at_noise: bool,
    /// What else is tuned, at the mixture that was found.
    pub tuning: Tuning,
    /// How many candidates the discretised mixture keeps.
    pub keep: usize,
    /// Percent of the training rows whose class is replaced at random.
    pub flip_labels: f64,
}

impl Setting {
    /// The data with the label noise that is asked for among these training rows, and the rows that have it.
    pub(super) fn noisy<'f>(
        &self,
        frame: &'f Frame,
        train: &[usize],
        seed: Seed,
    ) -> Result<(Cow<'f, Frame>, Vec<usize>), DataError> {
        if self.flip_labels == 0.0 {
            return Ok((Cow::Borrowed(frame), Vec::new()));
        }
        let (noisy, rows) = frame.clone().flipped(train, self.flip_labels, seed.split("flips"))?;
        Ok((Cow::Owned(noisy), rows))
    }

    /// The network from so many features to so many outputs.
    pub fn model(&self, inputs: usize, outputs: usize) -> Mlp {
        let (hidden, bank) = (self.hidden.clone(), self.bank.clone());
        Mlp { inputs, hidden, outputs, bank, groups: self.groups, shared: self.shared }
    }
}
