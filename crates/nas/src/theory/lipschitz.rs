//! How far predictions move with α: what is known of it, and what a sample of pairs shows (science 2.1, assumption A1; 4.2).

use super::Standing;
use crate::stats::{largest, median};

/// What is known of a Lipschitz constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lipschitz {
    /// Proved over all of Δ and the whole support of the data.
    Proved(f64),
    /// Measured on a sample, or assumed.
    Estimated(f64),
}

impl Lipschitz {
    /// The constant.
    pub fn constant(self) -> f64 {
        match self {
            Self::Proved(constant) | Self::Estimated(constant) => constant,
        }
    }

    /// What a bound with it is worth.
    pub fn standing(self) -> Standing {
        match self {
            Self::Proved(_) => Standing::Certificate,
            Self::Estimated(_) => Standing::Estimate,
        }
    }
}

/// Two hyperparameters, and what the models trained with them, from the same start and in the same order of data, predict on
/// the same samples.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// α and α′.
    pub alphas: [&'a [f64]; 2],
    /// f_α and f_α′ on the samples.
    pub predictions: [&'a [f64]; 2],
}

/// How the difference of two predictions is measured over samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The largest over samples: what A1 asks for.
    Largest,
    /// The root of the mean square: what does not grow with the number of samples, to plot (science 4.2).
    RootMeanSquare,
}

/// How far α and the predictions of a pair moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// ‖α − α′‖₂
    pub alpha: f64,
    /// The distance of the predictions.
    pub prediction: f64,
}

impl Pair<'_> {
    /// How far they lie apart; no samples are no distance.
    ///
    /// # Panics
    /// When the two α, or the two predictions, have different lengths.
    pub fn distance(&self, over: Over) -> Move {
        let alpha = differences("alpha", self.alphas).iter().map(|d| d * d).sum::<f64>().sqrt();
        let each = differences("prediction", self.predictions);
        let prediction = match over {
            _ if each.is_empty() => 0.0,
            Over::Largest => largest(&each),
            Over::RootMeanSquare => (each.iter().map(|d| d * d).sum::<f64>() / each.len() as f64).sqrt(),
        };
        Move { alpha, prediction }
    }
}

/// |a − b|, entry by entry.
fn differences(what: &str, [a, b]: [&[f64]; 2]) -> Vec<f64> {
    assert_eq!(a.len(), b.len(), "{what}: {} values against {}", a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).collect()
}

impl Move {
    /// |f_α − f_α′| / ‖α − α′‖; 0 where neither moved, ∞ where the same α gave two models.
    pub fn ratio(&self) -> f64 {
        if self.prediction == 0.0 { 0.0 } else { self.prediction / self.alpha }
    }
}

/// Two α nearer than this are one, and what lies between their models is rounding.
const NEAR: f64 = 1e-6;

/// The largest distances of every two of `models`, each an α and what its model predicts, all from the same start. Pairs of one α
/// say nothing, and neither does a model that diverged: both are left out.
///
/// # Panics
/// As [`Pair::distance`].
pub fn moves<'a>(models: impl IntoIterator<Item = [&'a [f64]; 2]>) -> Vec<Move> {
    let finite = |model: &[&[f64]; 2]| model.iter().all(|part| part.iter().all(|x| x.is_finite()));
    let models: Vec<[&[f64]; 2]> = models.into_iter().filter(finite).collect();
    let pairs = (0..models.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    let distance = |(i, j): (usize, usize)| {
        let [[a, f], [b, g]] = [models[j], models[i]];
        Pair { alphas: [a, b], predictions: [f, g] }.distance(Over::Largest)
    };
    pairs.map(distance).filter(|moved| moved.alpha > NEAR).collect()
}

/// Ratios over pairs. The largest is a lower bound on L, never a proof of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The largest ratio; NaN when a model diverged.
    pub largest: f64,
    /// The median ratio.
    pub median: f64,
}

impl Estimate {
    /// The largest ratio as what it is.
    pub fn lipschitz(&self) -> Lipschitz {
        Lipschitz::Estimated(self.largest)
    }
}

/// The ratios of pairs; `None` of none.
pub fn estimate(moves: &[Move]) -> Option<Estimate> {
    let ratios: Vec<f64> = moves.iter().map(Move::ratio).collect();
    (!moves.is_empty()).then(|| Estimate { largest: largest(&ratios), median: median(&ratios) })
}

/// A pair whose predictions lie further apart than the trend of the others explains: a saddle that was passed on another
/// side, a start that was drawn again. It breaks A1, and with it every bound that is not of a finite class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jump {
    /// Which pair, from 0.
    pub pair: usize,
    /// How far its predictions lie apart beyond the trend.
    pub height: f64,
}

/// A jump exceeds the trend by this factor, if nothing else is said: ratios of smooth training stay below twice their median
/// (science 4.7, E7).
pub const JUMP: f64 = 3.0;

/// The pairs that exceed `factor` times the linear trend, the median ratio of the wider half of the pairs.
///
/// A jump of height J adds J/‖α − α′‖ to a ratio, least where pairs are wide: give widths that differ by more than the factor,
/// or jumps everywhere will pass for a slope.
pub fn jumps(moves: &[Move], factor: f64) -> Vec<Jump> {
    let mut widest: Vec<&Move> = moves.iter().collect();
    widest.sort_by(|a, b| b.alpha.total_cmp(&a.alpha));
    widest.truncate(moves.len().div_ceil(2));
    let trend = median(&widest.iter().map(|moved| moved.ratio()).collect::<Vec<_>>());
    let beyond = |(pair, moved): (usize, &Move)| {
        let expected = trend * moved.alpha;
        // Not `>`: what is not a number is no trend either.
        let follows = moved.prediction <= factor * expected;
        (!follows).then_some(Jump { pair, height: moved.prediction - expected })
    };
    moves.iter().enumerate().filter_map(beyond).collect()
}
