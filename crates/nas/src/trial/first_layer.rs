//! The first layer of a network, as it starts, as a superposition of feature maps: what is proved and predicted for those.

use super::Setting;
use crate::data::Samples;
use crate::kernel::FeatureMaps;
use crate::model::Mlp;
use crate::spectral::{random_features, signal};
use crate::theory::kernel::Superposition;
use crate::theory::low_rank::{Signal, Sizes};
use faer::{Mat, MatRef};

/// What is known of ridge regression on the random features of the first layer, one mixture for all of its neurons. The network
/// trains its first layer too, so none of it holds for the network itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstLayer {
    /// What bounds how far those fits move with the coordinates of the search, with the ridge of the run.
    pub superposition: Superposition,
    /// What the moment matrix of the training rows says in the superposition model; `None` where labels are not one number, or
    /// something is not finite.
    pub signal: Option<(Sizes, Signal)>,
}

impl FirstLayer {
    pub(super) fn of(setting: &Setting, (model, theta): (&Mlp, &[f64]), [train, validation]: [&Samples; 2]) -> Self {
        let maps = [train, validation].map(|rows| random_features(model, theta, rows));
        let labels = MatRef::from_row_major_slice(&train.y, train.n, train.outputs);
        let signal = (train.outputs == 1).then(|| signal(&maps[0], labels.col(0)).ok()).flatten();
        Self { superposition: superposition(setting, &maps, labels), signal }
    }
}

/// From the maps of training and of validation rows, and the training labels.
fn superposition(setting: &Setting, maps: &[FeatureMaps; 2], labels: MatRef<'_, f64>) -> Superposition {
    let (h, n_train) = (maps[0].count(), maps[0].samples());
    // Σ βⱼ ψⱼ = Σ αᵢ φᵢ: the map of a coordinate is that of its own mixture.
    let one = |j: usize| (0..h).map(|i| f64::from(u8::from(i == j))).collect::<Vec<f64>>();
    let of_coordinate = |j: usize| {
        let alpha = setting.coordinates.alpha(&one(j));
        maps.iter().map(|maps| longest(&maps.combine(&alpha))).fold(0.0, f64::max)
    };
    let columns = (0..labels.ncols()).map(|k| labels.col(k).norm_l2());
    Superposition {
        feature_bound: (0..h).map(of_coordinate).fold(0.0, f64::max),
        mixture_bound: setting.shape.largest_one_norm(h),
        n_train,
        label_norm: columns.fold(0.0, f64::max),
        // The run has half the mean square plus half its ridge times |θ|², science 2.6 the sum of squares plus λ |θ|²; and
        // nothing is known of the least eigenvalue of every K_α.
        mu: n_train as f64 * setting.inner.ridge,
    }
}

/// The largest squared length of a row.
fn longest(rows: &Mat<f64>) -> f64 {
    (0..rows.nrows()).map(|row| rows.row(row).transpose().squared_norm_l2()).fold(0.0, f64::max)
}
