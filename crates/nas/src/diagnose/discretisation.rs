//! The discretisation gap: what a mixture loses when only its largest candidates are kept, at once and after the weights are
//! fitted again (science 6.9).

use super::{Diagnosis, Finding, above_zero, between};
use crate::report::figure;
use crate::stats::{mean, t_interval};

/// Validation loss of the discretised mixture minus that of the whole one, paired by seed, each with weights of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Discretisation {
    /// The mean over the seeds.
    pub gap: f64,
    /// The 95 % paired t interval; `None` below two seeds.
    pub interval: Option<[f64; 2]>,
    /// The mean of the same before the weights are fitted again: those of the whole mixture; `None` where no seed has them.
    pub at_once: Option<f64>,
}

/// From the validation losses of every seed, and what the discretised mixture loses `at_once`; `None` without a seed.
///
/// # Panics
/// When the numbers of seeds differ.
pub fn discretisation(whole: &[f64], discretised: &[f64], at_once: &[f64]) -> Option<Discretisation> {
    assert_eq!(whole.len(), discretised.len(), "{} whole mixtures, {} discretised", whole.len(), discretised.len());
    let gaps: Vec<f64> = discretised.iter().zip(whole).map(|(few, all)| few - all).collect();
    let at_once = (!at_once.is_empty()).then(|| mean(at_once));
    (!gaps.is_empty()).then(|| Discretisation { gap: mean(&gaps), interval: t_interval(&gaps), at_once })
}

impl Diagnosis for Discretisation {
    fn name(&self) -> &'static str {
        "discretisation gap"
    }

    fn finding(&self) -> Finding {
        above_zero(self.interval)
    }

    fn sentence(&self) -> String {
        let fitted = format!("{} ({})", figure(self.gap), between(self.interval));
        let measured = match self.at_once {
            Some(at_once) => format!(
                "Keeping the largest candidates only changes the validation loss by {} with the weights of the whole mixture, and by \
                 {fitted} when they are fitted again",
                figure(at_once)
            ),
            None => format!("Keeping the largest candidates only changes the validation loss by {fitted}"),
        };
        match self.finding() {
            Finding::Found => {
                format!("{measured}: the small candidates matter. Deploy the whole mixture, or raise --keep.")
            }
            Finding::Clear => format!("{measured}: no loss that the seeds can tell. The discretised mixture will do."),
            Finding::Unknown => format!("{measured}: run more --seeds to tell."),
        }
    }
}
