//! Features of every candidate, by the first layer of a network as it starts.

use crate::data::Samples;
use crate::dense::product;
use crate::kernel::FeatureMaps;
use crate::model::{Candidate, Mlp};
use faer::{Mat, MatRef};

/// So many neurons tell a direction; more cost time.
const NEURONS: usize = 64;

/// Φ_i = σ_i(X W + 1 bᵀ) of every candidate i, for the rows X of `samples` and the first layer (W, b) of the flat parameters
/// `theta`: n × p, of its first 64 neurons at most.
///
/// # Panics
/// When θ is shorter than the first layer, or the samples have other features.
pub fn random_features(model: &Mlp, theta: &[f64], samples: &Samples) -> FeatureMaps {
    let (d, width) = (model.inputs, model.hidden[0]);
    assert_eq!(d, samples.d, "features of a network with {d} inputs and of samples with {}", samples.d);
    let (weights, rest) = theta.split_at(d * width);
    let x = MatRef::from_row_major_slice(&samples.x, samples.n, d);
    let weights = MatRef::from_row_major_slice(weights, d, width).subcols(0, width.min(NEURONS));
    let z = product(x, weights);
    let features = |candidate: &Candidate| {
        Mat::from_fn(z.nrows(), z.ncols(), |row, neuron| candidate.at(z[(row, neuron)] + rest[neuron]))
    };
    FeatureMaps::new(model.bank.iter().map(features).collect())
}
