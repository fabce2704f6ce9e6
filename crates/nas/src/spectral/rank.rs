//! The rank of a coefficient matrix, by validation.

use super::Estimate;
use crate::dense::{NotPositiveDefinite, apply};
use crate::kernel::{FeatureMaps, HoldOut, RidgeFit};
use crate::report::figure;
use crate::stats::{argmin, mean, standard_error, t_interval};
use faer::{Col, Mat};

/// The fit of one rank, and what it is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct RankFit {
    /// θ_j of each combination α_j, the strongest first: f(X) = Σ_j α_jᵀ X θ_j, whose number is the rank k.
    pub thetas: Vec<Col<f64>>,
    /// Its mean loss over the validation samples.
    pub loss: f64,
    /// The standard error of that mean; `None` below two samples.
    pub standard_error: Option<f64>,
}

/// Fits of every rank from 1 on, and the one that validation chooses.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranks {
    /// Rank k = 1, 2, …
    pub fits: Vec<RankFit>,
    /// The rank of the least validation loss, the smaller of equals.
    pub chosen: usize,
    /// The validation loss of rank 0: of predicting 0.
    pub nothing: f64,
    /// What the chosen rank loses less than rank 0 on a sample: the mean, paired over the validation samples.
    pub saved: f64,
    /// The 95 % t interval of that mean; `None` below two samples.
    pub interval: Option<[f64; 2]>,
}

impl Ranks {
    /// The chosen fit.
    pub fn best(&self) -> &RankFit {
        &self.fits[self.chosen - 1]
    }

    /// Whether the interval tells that the chosen rank predicts better than 0: `None` where there is no interval.
    pub fn predicts(&self) -> Option<bool> {
        self.interval.map(|[low, _]| low > 0.0)
    }

    /// What was chosen, and whether it means anything.
    pub fn sentence(&self) -> String {
        let RankFit { loss, standard_error, .. } = self.best();
        let error = standard_error.map_or_else(String::new, |error| format!(" ± {}", figure(error)));
        let (chosen, most) = (self.chosen, self.fits.len());
        let found = format!(
            "Rank {chosen} has the least validation loss of the ranks up to {most}: {}{error}, and {} of predicting 0",
            figure(*loss),
            figure(self.nothing),
        );
        match self.predicts() {
            Some(true) => format!("{found}."),
            Some(false) => format!(
                "{found}: the validation samples do not show that it predicts at all, so the rank means nothing. More training \
                 samples or a larger ridge may help."
            ),
            None => format!("{found}, by one validation sample, which tells nothing."),
        }
    }
}

/// The rank of M = Σ_j α_j θ_jᵀ by validation (science 6.6). For each k up to the number of combinations in `estimate`, but at
/// most p, the first k combinations α_j stay as they are, and all k p entries of their θ_j are fitted together on the samples of
/// `fit`: ridge regression on the features Φ_{α_j} side by side. The least loss on `validation` chooses among so many models,
/// which enters a bound by the logarithm of their number ([`crate::theory::Class::of_models`]).
///
/// The moment matrix of `estimate` may be that of the samples of `fit` (reuse) or of others (splitting), not that of `validation`.
///
/// # Errors
/// When a fit is singular: at λ = 0, features side by side that depend on each other.
///
/// # Panics
/// When `estimate` has no combination, the maps of both sets are not of its shape, or there is no validation sample or feature.
pub fn select_rank(
    estimate: &Estimate,
    fit: &RidgeFit<'_>,
    validation: &HoldOut<'_>,
) -> Result<Ranks, NotPositiveDefinite> {
    let (p, n) = (fit.maps.features(), validation.maps.samples());
    assert_eq!(p, validation.maps.features(), "a rank from maps of {p} features and of {}", validation.maps.features());
    let alphas = &estimate.alphas[..estimate.alphas.len().min(p)];
    assert!(!alphas.is_empty(), "a rank from {} combinations of maps of {p} features", estimate.alphas.len());
    assert!(n > 0, "a rank by no validation sample");
    let [ours, theirs] =
        [fit.maps, validation.maps].map(|maps| alphas.iter().map(|alpha| maps.combine(alpha)).collect::<Vec<_>>());
    let of_rank = |k: usize| {
        let side_by_side = |maps: &[Mat<f64>]| Mat::from_fn(maps[0].nrows(), k * p, |s, at| maps[at / p][(s, at % p)]);
        let maps = FeatureMaps::new(vec![side_by_side(&ours)]);
        let theta = RidgeFit { maps: &maps, ..*fit }.solve(&[1.0])?.theta;
        let off = apply(side_by_side(&theirs).as_ref(), theta.as_ref()) - validation.y;
        let losses: Vec<f64> = off.iter().map(|r| (r * r).min(validation.clip)).collect();
        let thetas = (0..k).map(|j| theta.subrows(j * p, p).to_owned()).collect();
        Ok((RankFit { thetas, loss: mean(&losses), standard_error: standard_error(&losses) }, losses))
    };
    let (fits, losses): (Vec<RankFit>, Vec<Vec<f64>>) =
        (1..=alphas.len()).map(of_rank).collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    let best = argmin(&fits.iter().map(|fit| fit.loss).collect::<Vec<f64>>()).unwrap_or(0);
    let nothing: Vec<f64> = validation.y.iter().map(|y| (y * y).min(validation.clip)).collect();
    let saved: Vec<f64> = nothing.iter().zip(&losses[best]).map(|(none, loss)| none - loss).collect();
    Ok(Ranks { fits, chosen: best + 1, nothing: mean(&nothing), saved: mean(&saved), interval: t_interval(&saved) })
}
