//! The hypergradients of a run against the expected ones, for every α at once.

use super::DELTA;
use super::record::SlopeRecord;
use crate::space::{Built, Space, stationarity};
use crate::theory::hypergradient::{Reading, Setting, gap};
use crate::theory::lipschitz::Lipschitz;
use crate::theory::{Class, words};
use crate::trial::{self, Probe, Trial};

/// The projected hypergradient where a search began and where it ended.
pub(super) fn slopes(setting: &trial::Setting, space: &dyn Space, trial: &Trial) -> [f64; 2] {
    let (found, coordinates) = (&trial.found, &setting.coordinates);
    let last = stationarity(space, &coordinates.beta(&found.alpha), &coordinates.pull_back(&found.hypergradient.alpha));
    [found.path.first().map_or(last, |step| step.stationarity), last]
}

/// The bound of science 2.3 over the whole space, and what it makes of the last slope; the noise floor is of one α only.
pub(super) fn over_the_space(
    setting: &trial::Setting,
    built: &Built,
    trials: &[Trial],
    (slope, probe): (f64, Option<&Probe>),
) -> (Option<SlopeRecord>, String) {
    let measured = [largest_gradient(setting, trials), probe.map_or(f64::NAN, |probe| probe.gradient_lipschitz)];
    let [gradient_bound, gradient_lipschitz] = measured;
    if !(measured.iter().all(|x| x.is_finite()) && gradient_bound > 0.0) {
        let nothing = "Nothing bounds the hypergradients over the whole space: their size on pieces of the validation rows, or how \
                       far they move with alpha, could not be measured. Give validation more of --split, or see the notes of the run.";
        return (None, nothing.to_owned());
    }
    let class = Class::Continuous { space: built.space(), lipschitz: Lipschitz::Estimated(gradient_lipschitz) };
    let n_validation = trials.iter().map(|trial| trial.parts.validation.len()).min().unwrap_or(0);
    let all = Setting { class, gradient_bound, n_validation, delta: DELTA };
    let bound = gap(&all);
    // Only projections onto convex sets bring no two points further apart.
    let reading = built.convex().map(|_| Reading::new(slope, &bound));
    let said = reading.as_ref().map_or_else(
        || {
            "The space is not convex, and so the bound says nothing of the projected slopes that the search saw."
                .to_owned()
        },
        |reading| format!("For the last slope, whichever alpha the search had ended at: {}", words::reading(reading)),
    );
    let said = format!("{} {said}", words::hypergradient(&all, &bound));
    let noise = reading.map(|reading| reading.is_noise());
    (Some(SlopeRecord { gap: bound.total(), gradient_bound, gradient_lipschitz, noise }), said)
}

/// G, for a row: the largest hypergradient of a piece of V times the root of its rows. G/√n_V is then what the bound would have for
/// the pieces as its samples, which were measured; rows of their own were not.
fn largest_gradient(setting: &trial::Setting, trials: &[Trial]) -> f64 {
    let of = |trial: &Trial| {
        let rows = trial.parts.validation.len() / trial.pieces.len().max(1);
        let norm = |piece: &Vec<f64>| setting.coordinates.pull_back(piece).iter().map(|g| g * g).sum::<f64>().sqrt();
        (rows as f64).sqrt() * trial.pieces.iter().map(norm).fold(0.0, f64::max)
    };
    trials.iter().map(of).fold(0.0, f64::max)
}
