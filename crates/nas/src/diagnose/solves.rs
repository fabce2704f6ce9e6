//! Whether hypergradients stand on stationary fits and on linear systems that could be solved (science 6.9).

use super::{Diagnosis, Finding};
use crate::bilevel::Health;
use crate::report::figure;

/// A larger relative error can turn a step around.
const LARGEST_ERROR: f64 = 0.5;
/// More fits above their tolerance than this share are no accident.
const MOST_LOOSE: f64 = 0.5;

/// How the hypergradients of a search were obtained, over all its seeds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Solves {
    /// Values of α that were asked for.
    pub evaluations: usize,
    /// Those without a verified hypergradient.
    pub skipped: usize,
    /// Those whose Hessian was damped: biased.
    pub damped: usize,
    /// The largest ρ of H + ρI that was solved for H.
    pub damping: f64,
    /// Those whose fit ended above its tolerance.
    pub loose: usize,
    /// The largest ‖∇g‖ of the fits where searches ended, and what part of that at the start of the fit it is; `None` where
    /// nothing was fitted.
    pub slope: Option<[f64; 2]>,
    /// The largest estimate of the relative error where a search ended; `None` where there is none.
    pub error: Option<f64>,
}

/// Adds up what searches have recorded.
pub fn solves<'a>(searches: impl IntoIterator<Item = &'a Health>) -> Solves {
    searches.into_iter().fold(Solves::default(), |sum, health| Solves {
        evaluations: sum.evaluations + health.evaluations,
        skipped: sum.skipped + health.skipped,
        damped: sum.damped + health.damped,
        damping: sum.damping.max(health.damping),
        slope: [sum.slope, health.fit.as_ref().map(|fit| [fit.residual * fit.scale, fit.residual])]
            .into_iter()
            .flatten()
            .reduce(|a, b| if b[0] > a[0] { b } else { a }),
        loose: sum.loose + health.loose,
        error: [sum.error, health.error].into_iter().flatten().reduce(f64::max),
    })
}

impl Solves {
    fn is_loose(&self) -> bool {
        self.loose as f64 > MOST_LOOSE * self.evaluations as f64
    }

    fn is_inexact(&self) -> bool {
        self.error.is_some_and(|error| error > LARGEST_ERROR)
    }
}

impl Diagnosis for Solves {
    fn name(&self) -> &'static str {
        "hypergradients"
    }

    fn finding(&self) -> Finding {
        if self.evaluations == 0 {
            return Finding::Unknown;
        }
        let wrong = self.skipped > 0 || self.damped > 0 || self.is_loose() || self.is_inexact();
        if wrong { Finding::Found } else { Finding::Clear }
    }

    fn sentence(&self) -> String {
        let Self { evaluations, skipped, damped, damping, loose, slope, error } = *self;
        if evaluations == 0 {
            return "No hypergradient was asked for.".to_owned();
        }
        let by = if damped > 0 { format!(" (by {} at most)", figure(damping)) } else { String::new() };
        let counted = format!(
            "Of {evaluations} hypergradients {skipped} failed and {damped} were damped{by}; {loose} stood on fits that ended above \
             their tolerance"
        );
        let stationary = slope.map_or_else(String::new, |[norm, part]| {
            format!(
                " Where a search ended its fit was stationary to a gradient of norm {}, {} of that where the fit began.",
                figure(norm),
                figure(part)
            )
        });
        let advice = if skipped > 0 || damped > 0 {
            ". The Hessian of the fit is close to singular or the fit far from stationary: raise --ridge or --inner-steps."
        } else if self.is_loose() || self.is_inexact() {
            ". They are rough: raise --inner-steps, lower --tol, or use --precision double."
        } else {
            ", which is as it should be."
        };
        let error =
            error.map_or_else(String::new, |error| format!(" (relative error at the end about {})", figure(error)));
        format!("{counted}{error}{advice}{stationary}")
    }
}
