//! Where a search by gradients may begin: the combination of maps that the moment matrix shows, if it shows one.

use super::Moments;
use super::estimate::strongest;
use crate::dense::{NoEigenvalues, product};
use crate::kernel::FeatureMaps;
use crate::seed::Seed;
use crate::theory::low_rank::{Signal, Sizes};
use faer::{ColRef, Mat, MatRef};
use rand::seq::SliceRandom;

/// Orders of the labels that the true one is compared with: on labels that say nothing, it beats them all once in 100 times.
const ORDERS: usize = 99;

/// Directions of the maps with less than this part of the largest second moment are left out: candidates that are nearly the same
/// would get large coefficients of opposite signs there, made of noise.
pub(super) const SHOWN: f64 = 1e-2;

/// Why there is no direction to begin with.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NoDirection {
    /// The spectrum of the moment matrix has no gap above that of noise.
    #[error(
        "the training rows single out no combination of candidates (the first singular value is {value:.3e}, and {reached} of \
         {ORDERS} shuffles of the labels reach it); the search begins at the even mixture, as with --start even"
    )]
    NoGap {
        /// The first singular value.
        value: f64,
        /// How many orders of the labels reach it.
        reached: usize,
    },
    /// A feature is not finite.
    #[error("a candidate is not finite on the training rows ({0}); the search begins at the even mixture")]
    NotFinite(#[from] NoEigenvalues),
}

/// The unit α for which the labels (n × k, a column for each output) depend most on Φ_α: algorithm D of science 3 for maps that are
/// correlated and have means, which those of one network do. Maps and labels are centred, the maps whitened over each other, and
/// the moment matrices of the outputs stand side by side. The sign makes the sum of α positive.
///
/// The spectrum has a gap when its first value lies above those of 99 random orders of the labels. (The threshold of science 2.8
/// is for independent features.)
///
/// # Errors
/// When it has none, or a number is not finite.
///
/// # Panics
/// When there is no sample, or not a label for each.
pub fn direction(maps: &FeatureMaps, labels: MatRef<'_, f64>, seed: Seed) -> Result<Vec<f64>, NoDirection> {
    let (n, centred) = (maps.samples(), maps.centred());
    assert_eq!(n, labels.nrows(), "a direction of {n} samples and {} labels", labels.nrows());
    assert!(n > 0 && labels.ncols() > 0, "a direction of {n} samples with {} labels each", labels.ncols());
    let labels = FeatureMaps::new(vec![labels.to_owned()]).centred();
    let labels = labels.map(0);
    let back = Moments::of(&centred, labels.col(0)).inverse_root(SHOWN)?;
    let top = |labels: MatRef<'_, f64>| strongest(moment(&centred, labels, &back).as_ref(), Some(&back), 1);

    let estimate = top(labels)?;
    let value = estimate.values[0];
    let (mut order, mut stream): (Vec<usize>, _) = ((0..n).collect(), seed.stream());
    let mut reached = 0;
    for _ in 0..ORDERS {
        order.shuffle(&mut stream);
        let shuffled = Mat::from_fn(n, labels.ncols(), |row, k| labels[(order[row], k)]);
        reached += usize::from(top(shuffled.as_ref())?.values[0] >= value);
    }
    if reached > 0 {
        return Err(NoDirection::NoGap { value, reached });
    }
    estimate.alphas.into_iter().next().ok_or(NoDirection::NoGap { value, reached })
}

/// What the superposition model reads of the same moment matrix, for labels of one number (science 2.8): maps and labels are
/// centred and the maps whitened over each other, which gives the features the unit variance of the model. Not its independence:
/// features of one network are correlated, and noise alone then reaches further than the model has it. What it calls a signal
/// is one only where [`direction`] finds one too.
///
/// # Errors
/// When a number is not finite.
///
/// # Panics
/// When there is no sample, or not a label for each.
pub fn signal(maps: &FeatureMaps, labels: ColRef<'_, f64>) -> Result<(Sizes, Signal), NoEigenvalues> {
    let (samples, centred) = (maps.samples(), maps.centred());
    assert_eq!(samples, labels.nrows(), "the signal of {samples} samples and {} labels", labels.nrows());
    let labels = FeatureMaps::new(vec![labels.as_mat().to_owned()]).centred();
    let labels = labels.map(0);
    let back = Moments::of(&centred, labels.col(0)).inverse_root(SHOWN)?;
    let largest = strongest(moment(&centred, labels, &back).as_ref(), None, 1)?.values[0].powi(2);
    let sizes = Sizes { samples, maps: maps.count(), features: maps.features() };
    let y: Vec<f64> = labels.col(0).iter().copied().collect();
    Ok((sizes, sizes.signal(&y, largest)))
}

/// M Mᵀ of the whitened moment matrices M_k = C^(−1/2) (1/n) Σ y_k X of all outputs k, side by side.
fn moment(maps: &FeatureMaps, labels: MatRef<'_, f64>, back: &Mat<f64>) -> Mat<f64> {
    let scale = 1.0 / maps.samples() as f64;
    let rows: Vec<Mat<f64>> = (0..maps.count()).map(|i| product(maps.map(i).transpose(), labels)).collect();
    let (p, k) = (maps.features(), labels.ncols());
    let first = Mat::from_fn(maps.count(), p * k, |i, at| scale * rows[i][(at % p, at / p)]);
    let seen = product(back.as_ref(), first.as_ref());
    product(seen.as_ref(), seen.transpose())
}
