//! The spectral estimate as a referee: whether a search ended at a mixture that one matrix of moments beats (science 3,
//! algorithm D).

use super::{Diagnosis, Finding};
use crate::report::figure;
use crate::stats::{mean, standard_error};

/// Mixtures whose coordinates have at least this cosine are the same advice.
const ALIKE: f64 = 0.95;

/// The spectral estimate of one seed beside the mixture that was found there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opinion {
    /// The cosine of the angle between them, in the coordinates of the search.
    pub cosine: f64,
    /// The validation loss of the estimate minus that of the found mixture, each after a fit of its own; `None` where that of the
    /// estimate diverged.
    pub difference: Option<f64>,
}

/// What the estimates of all seeds say together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Referee {
    /// Seeds.
    pub seeds: usize,
    /// Seeds whose training rows show a direction: only these count below.
    pub shown: usize,
    /// The mean cosine; `None` when no seed shows a direction.
    pub cosine: Option<f64>,
    /// The mean difference of the validation losses.
    pub difference: Option<f64>,
    /// Its standard error, paired by seed; `None` below two seeds.
    pub standard_error: Option<f64>,
}

/// From the opinion of every seed, `None` where the training rows show no direction.
pub fn referee(opinions: &[Option<Opinion>]) -> Referee {
    let shown: Vec<Opinion> = opinions.iter().copied().flatten().collect();
    let cosines: Vec<f64> = shown.iter().map(|opinion| opinion.cosine).collect();
    let differences: Vec<f64> = shown.iter().filter_map(|opinion| opinion.difference).collect();
    let average = |values: &[f64]| (!values.is_empty()).then(|| mean(values));
    Referee {
        seeds: opinions.len(),
        shown: shown.len(),
        cosine: average(&cosines),
        difference: average(&differences),
        standard_error: standard_error(&differences),
    }
}

impl Diagnosis for Referee {
    fn name(&self) -> &'static str {
        "spectral referee"
    }

    /// Found when the estimate points elsewhere and is better by more than the standard error.
    fn finding(&self) -> Finding {
        match (self.cosine, self.difference, self.standard_error) {
            (Some(cosine), Some(difference), Some(error)) => {
                let beaten = difference + error < 0.0 && cosine < ALIKE;
                if beaten { Finding::Found } else { Finding::Clear }
            }
            _ => Finding::Unknown,
        }
    }

    fn sentence(&self) -> String {
        let Some(cosine) = self.cosine else { return self.silence() };
        let some = match self.seeds - self.shown {
            0 => String::new(),
            silent => format!(" (the training rows of {silent} of {} seeds show none)", self.seeds),
        };
        let Some(difference) = self.difference else {
            return format!(
                "The spectral estimate{some} has a cosine of {cosine:.2} with the found mixture, and every fit with it \
                 diverged."
            );
        };
        let error = self.standard_error.map_or_else(String::new, |error| format!(" ± {}", figure(error)));
        let measured = format!(
            "The spectral estimate{some} has a cosine of {cosine:.2} with the found mixture and a validation loss that is {} by \
             {}{error}",
            if difference < 0.0 { "lower" } else { "higher" },
            figure(difference.abs()),
        );
        match (self.finding(), self.standard_error) {
            (Finding::Found, _) => format!(
                "{measured}: one matrix of moments beats the search, which stopped too early or elsewhere. Begin there with \
                 --start spectral, or take more --outer-steps."
            ),
            (_, None) => format!("{measured}: run more --seeds to tell."),
            (_, Some(error)) if difference > error => {
                format!("{measured}: what the search adds to it is worth its price.")
            }
            _ if cosine >= ALIKE => format!("{measured}: both say the same."),
            _ => format!("{measured}: different mixtures that the seeds do not tell apart by their losses."),
        }
    }
}

impl Referee {
    /// What it means that no seed shows a direction.
    fn silence(&self) -> String {
        let nothing = match self.seeds {
            1 => "The training rows single out no combination of candidates".to_owned(),
            seeds => {
                format!("In none of the {seeds} seeds do the training rows single out a combination of candidates")
            }
        };
        format!(
            "{nothing}, so the spectral estimate is the even mixture and says nothing about the search. More training rows may \
             show one; until then, trust what the search found as far as its intervals go."
        )
    }
}
