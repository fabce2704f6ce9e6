//! Sharpness: the outer loss curves more where a search ended than where it began, which comes before degenerate choices (Zela
//! et al. 2020; science 6.9).

use super::{Diagnosis, Finding};
use crate::report::figure;

/// A curvature that grew by more than this factor is a warning: what the authors' code stops at.
const GROWTH: f64 = 1.3;

/// λ_max(∇²F) at both ends of a search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sharpness {
    /// Where it began.
    pub first: f64,
    /// Where it ended.
    pub last: f64,
}

impl Diagnosis for Sharpness {
    fn name(&self) -> &'static str {
        "sharpness"
    }

    /// A factor means nothing where a curvature is not positive.
    fn finding(&self) -> Finding {
        match self.last / self.first {
            _ if !(self.first > 0.0 && self.last.is_finite()) => Finding::Unknown,
            growth if growth > GROWTH => Finding::Found,
            _ => Finding::Clear,
        }
    }

    fn sentence(&self) -> String {
        let measured = format!(
            "The largest curvature lambda_max of the validation loss in alpha was {} where the search began and {} where it ended",
            figure(self.first),
            figure(self.last)
        );
        match self.finding() {
            Finding::Found => format!(
                "{measured}: small changes of the mixture, such as its discretisation, cost more there. End earlier with fewer \
                 --outer-steps or --stop-at-noise, or raise --ridge."
            ),
            Finding::Clear => format!("{measured}: the search did not go where the loss is sharp."),
            Finding::Unknown => format!("{measured}, which cannot be compared."),
        }
    }
}
