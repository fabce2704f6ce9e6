//! What the training rows show of a mixture before any search.

use super::{AlphaStart, Setting, Strategy};
use crate::data::Samples;
use crate::kernel::FeatureMaps;
use crate::model::Mlp;
use crate::seed::Seed;
use crate::spectral::{NoDirection, NoPolish, Polish, direction, polish, random_features};
use faer::{Mat, MatRef};

/// The direction that the first layer of the network, as it starts, sees in the training rows (algorithm D), and what alternating
/// minimisation makes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// α, of unit norm and either sign; polished where that was possible.
    pub alpha: Vec<f64>,
    /// What the polish changed.
    pub polish: Result<Polish, NoPolish>,
}

impl Setting {
    /// Whether a search, its start or a rival is the spectral estimate.
    fn asks_for_spectral(&self) -> bool {
        let estimates = self.strategy == Strategy::Spectral || self.rivals.contains(&Strategy::Spectral);
        estimates || self.alpha_start == AlphaStart::Spectral
    }

    /// What the training rows show, where it is asked for.
    pub(super) fn shown(
        &self,
        model: &Mlp,
        theta: &[f64],
        train: &Samples,
        seed: Seed,
    ) -> Option<Result<Shown, NoDirection>> {
        self.asks_for_spectral().then(|| {
            let (maps, labels) = (random_features(model, theta, train), labels(train));
            let found = direction(&maps, labels, seed)?;
            let [(fit, of_fit), (judge, of_judge)] = [0, 1].map(|first| half(&maps, labels, first));
            let polish = polish(&found, (&fit, of_fit.as_ref()), (&judge, of_judge.as_ref()), self.inner.ridge);
            let alpha = polish.as_ref().map_or(found, |polish| polish.alpha.clone());
            Ok(Shown { alpha, polish })
        })
    }
}

/// Every other row, from `first` on. (Fits that judge themselves follow planted signals closer, but they led away from good mixtures
/// on real data, where no mixture is the true one. Judged by rows that they have not seen, they stay where they gain nothing.)
fn half(maps: &FeatureMaps, labels: MatRef<'_, f64>, first: usize) -> (FeatureMaps, Mat<f64>) {
    let rows = (maps.samples() + 1 - first) / 2;
    let pick = |all: MatRef<'_, f64>| Mat::from_fn(rows, all.ncols(), |row, j| all[(2 * row + first, j)]);
    (FeatureMaps::new((0..maps.count()).map(|i| pick(maps.map(i))).collect()), pick(labels))
}

/// A column for each output.
fn labels(rows: &Samples) -> MatRef<'_, f64> {
    MatRef::from_row_major_slice(&rows.y, rows.n, rows.outputs)
}
