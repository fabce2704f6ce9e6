//! What a run writes down of the theory: the part `theory` of `result.json`. Fields that came later are optional to read.

use crate::diagnose::Finding;
use serde::{Deserialize, Serialize};

/// What the theory guarantees for a search of this size, and what its diagnoses found.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct TheoryRecord {
    /// h_eff of the space of all mixtures: how many directions there are to choose in.
    pub effective_dimension: f64,
    /// The constant C that belongs to it: N_ε ≤ (C/ε)^h_eff.
    pub covering_constant: f64,
    /// The probability that a bound fails.
    pub delta: f64,
    /// Where the bounds clip the loss of a row.
    pub loss_range: f64,
    /// How far the validation loss was seen to move for each unit of α.
    pub lipschitz: f64,
    /// How far validation loss and expected loss may lie apart, for every α at once.
    pub gap: f64,
    /// What that is worth: `estimate` or `certificate`.
    pub standing: String,
    /// So many validation rows would halve it; `null` where none would.
    pub rows_for_half: Option<usize>,
    /// The same gap for the candidates alone, a certificate.
    pub candidates_gap: f64,
    /// The projected hypergradient of the best seed, where its search ended.
    pub slope: f64,
    /// What noise of its validation rows makes of a hypergradient; `null` where they are too few to tell.
    pub noise_floor: Option<f64>,
    /// The bound of its validation loss by the spread of its rows; `null` below two validation rows.
    #[serde(default)]
    pub by_variance: Option<VarianceRecord>,
    /// How far hypergradients may be from the expected ones, for every α at once: an estimate. `null` where it could not be measured.
    #[serde(default)]
    pub hypergradients: Option<SlopeRecord>,
    /// How far predictions were seen to move; `null` of no pair of models.
    #[serde(default)]
    pub predictions: Option<PredictionRecord>,
    /// DM(α), what training rows cost by being of another source: 0 where all rows are of one, `null` where that is not known.
    #[serde(default)]
    pub mismatch: Option<f64>,
    /// What the first layer of the best seed, as it started, says as a superposition of feature maps; `null` unless the spectral
    /// estimate was asked for.
    #[serde(default)]
    pub first_layer: Option<FirstLayerRecord>,
    /// How surely the coefficients of the best seed are known, given its training rows; `null` where that cannot be told.
    pub intervals: Option<IntervalRecord>,
    /// Bounds and intervals in words, a sentence or two each.
    pub sentences: Vec<String>,
    /// What was looked for.
    pub diagnoses: Vec<DiagnosisRecord>,
}

/// Confidence intervals of coefficients, and those that the validation rows do not tell apart.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct IntervalRecord {
    /// The lower ends at 95 %, as [`SearchResult::alpha`](crate::run::SearchResult::alpha).
    pub low: Vec<Vec<Vec<f64>>>,
    /// The upper ends.
    pub high: Vec<Vec<Vec<f64>>>,
    /// The pairs of candidates of one mixture of which nobody knows which should have more.
    pub confused: Vec<ConfusedRecord>,
}

/// Two candidates of a mixture that are not told apart.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ConfusedRecord {
    /// The mixture, counted from 0 through groups, then layers.
    pub mixture: usize,
    /// Their names.
    pub pair: [String; 2],
    /// `flat`: the loss does not change when one takes from the other; `wide`: more validation rows would tell.
    pub reason: String,
}

/// One diagnosis.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct DiagnosisRecord {
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub finding: Finding,
    /// What was seen, and what to do about it.
    pub sentence: String,
}

/// The empirical-Bernstein bound of the chosen mixture of the best seed (science 2.2).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct VarianceRecord {
    /// Its mean validation loss, every row clipped at [`TheoryRecord::loss_range`].
    pub val_loss: f64,
    /// The sample variance of those losses.
    pub variance: f64,
    /// How far the expected loss may be above `val_loss`.
    pub gap: f64,
}

/// The bound of hypergradients over the whole space (science 2.3).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SlopeRecord {
    /// How far the hypergradient on the validation rows may be from the expected one, in the coordinates of the search.
    pub gap: f64,
    /// G, the largest gradient of a row, as pieces of the validation rows suggest it.
    pub gradient_bound: f64,
    /// M, how far the hypergradient was seen to move for each unit of the coordinates.
    pub gradient_lipschitz: f64,
    /// Whether the last projected hypergradient of the best seed is below `gap`; `null` where the space is not convex.
    pub noise: Option<bool>,
}

/// How far the predictions of the validation rows were seen to move (science 2.1, A1).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PredictionRecord {
    /// Pairs of models that were compared, each of one start and one order of the data.
    pub pairs: usize,
    /// L, the largest ratio: the largest change of an output of a row, for each unit of the coordinates of the search.
    pub lipschitz: f64,
    /// The median ratio.
    pub median: f64,
    /// How many of the pairs near the chosen mixture lie further apart than their trend explains.
    pub jumps: usize,
    /// Γ, how far the clipped loss of a row moves for each unit of the largest change of an output: proved.
    pub loss_lipschitz: f64,
}

/// Ridge regression on the random features of the first layer (science 2.6 and 2.8).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct FirstLayerRecord {
    /// B, the largest squared length of the features of a row, training or validation.
    pub feature_bound: f64,
    /// R, the largest sum of absolute coordinates of a mixture.
    pub mixture_bound: f64,
    /// The norm of the training labels, the largest of the outputs.
    pub label_norm: f64,
    /// μ, training rows times the ridge.
    pub mu: f64,
    /// L̄, what then bounds the predictions for each unit of the sum of absolute coordinates; `null` without a ridge.
    pub lipschitz: Option<f64>,
    /// What its moment matrix shows; `null` where labels are not one number, or where no direction was found.
    pub signal: Option<SignalRecord>,
}

/// The signal of the superposition model.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SignalRecord {
    /// T, the part of the labels' variance that the combination of maps explains.
    pub signal: f64,
    /// σ², the rest.
    pub noise: f64,
    /// The expected squared sine of the direction found to the true one; `null` where the signal is too weak.
    pub misalignment: Option<f64>,
    /// The squared error predicted for the fit of least norm to as many other rows; `null` where it has no finite value.
    pub risk: Option<f64>,
}
