//! A spectral direction, improved by fits.

use super::direction::SHOWN;
use super::estimate::unit;
use super::{Moments, alternate};
use crate::dense::{NoEigenvalues, NotPositiveDefinite, apply, product};
use crate::kernel::{FeatureMaps, HoldOut, RidgeFit};
use faer::{Col, ColRef, MatRef};

/// Most rounds of the alternation: each is a fit for every output.
const ROUNDS: usize = 20;

/// What alternating minimisation made of a direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Polish {
    /// α of unit norm, its sum not negative: the best of the way, the direction itself included.
    pub alpha: Vec<f64>,
    /// The mean squared error on the judging samples of the fit to the others, summed over the outputs: of the direction, and of α.
    /// The second is never above the first.
    pub loss: [f64; 2],
    /// The cosine of the angle between the direction and α, up to the sign, which no sample tells.
    pub cosine: f64,
    /// Rounds up to α; 0 where the direction stayed.
    pub rounds: usize,
}

/// Why a direction stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NoPolish {
    /// A feature is not finite.
    #[error("a candidate is not finite ({0})")]
    NotFinite(#[from] NoEigenvalues),
    /// There is no fit, or no combination of least squares.
    #[error("the rows do not tell the weights of a fit: {0}")]
    Singular(#[from] NotPositiveDefinite),
    /// No map varies over the samples.
    #[error("no candidate varies over the rows")]
    Constant,
}

/// Samples of feature maps with their labels, n × k: a column for each output.
pub type Labelled<'a> = (&'a FeatureMaps, MatRef<'a, f64>);

/// A direction (of [`super::direction`], say) after alternating minimisation (science 6.6): θ by ridge regression on the samples
/// `fit`, where `ridge` is that of their mean loss, α by least squares on the samples `judge`. On one set of samples given twice it
/// is alternating least squares; then, with as many features as samples, every α fits them and there is nothing to choose by.
///
/// Each set is centred. The maps are whitened over each other, so that Φ_α has one size for every α that is tried, and candidates
/// that are nearly the same stay out, as in [`super::direction`].
///
/// # Errors
/// When a number is not finite, a fit is singular, or no map varies.
///
/// # Panics
/// When the sets have other maps or outputs, not as many labels as samples, or no sample or output, or when there is not a
/// coefficient for each map.
pub fn polish(direction: &[f64], fit: Labelled<'_>, judge: Labelled<'_>, ridge: f64) -> Result<Polish, NoPolish> {
    let (h, k) = (direction.len(), fit.1.ncols());
    for (maps, labels) in [fit, judge] {
        assert_eq!(maps.count(), h, "a polish of {h} coefficients for {} maps", maps.count());
        assert_eq!(maps.samples(), labels.nrows(), "{} samples and {} labels", maps.samples(), labels.nrows());
        assert!(maps.samples() > 0 && k > 0, "a polish with {} samples of {k} labels each", maps.samples());
        assert_eq!(labels.ncols(), k, "samples of {k} labels and of {}", labels.ncols());
    }
    let sets = [fit, judge].map(|(maps, labels)| (maps.centred(), FeatureMaps::new(vec![labels.to_owned()]).centred()));
    let mut moments = Moments::new(h, fit.0.features());
    sets.iter().for_each(|(maps, labels)| moments.add(maps, labels.map(0).col(0)));
    let white = moments.whitener(SHOWN)?;
    if white.ncols() == 0 {
        return Err(NoPolish::Constant);
    }

    let whitened = sets.each_ref().map(|(maps, _)| maps.mixed(white.as_ref()));
    let label = |set: usize, k: usize| -> ColRef<'_, f64> { sets[set].1.map(0).col(k) };
    let outputs = |k: usize| {
        let fit = RidgeFit { maps: &whitened[0], y: label(0, k), lambda: ridge * fit.0.samples() as f64 };
        (fit, HoldOut { maps: &whitened[1], y: label(1, k), clip: f64::INFINITY })
    };
    let outputs: Vec<(RidgeFit<'_>, HoldOut<'_>)> = (0..k).map(outputs).collect();
    let own = Col::from_fn(h, |i| direction[i]);
    let begun = apply(product(white.transpose(), moments.second_moment().as_ref()).as_ref(), own.as_ref());
    let begun: Vec<f64> = begun.iter().map(|b| b / begun.norm_l2().max(f64::MIN_POSITIVE)).collect();
    let [before, found] = [alternate(&begun, &outputs, 0)?, alternate(&begun, &outputs, ROUNDS)?];
    let beta = Col::from_fn(found.alpha.len(), |j| found.alpha[j]);
    let alpha = unit(if found.rounds == 0 { own.clone() } else { apply(white.as_ref(), beta.as_ref()) });
    let inner: f64 = alpha.iter().zip(direction).map(|(a, b)| a * b).sum();
    let cosine = inner.abs() / own.norm_l2().max(f64::MIN_POSITIVE);
    Ok(Polish { alpha, loss: [before.loss, found.loss], cosine, rounds: found.rounds })
}
