//! A wrong hypergradient: one that the validation loss itself does not follow, as when −Jᵀq is left out (DARTS of first order) or
//! the fit was not stationary (science 6.9).

use super::{Diagnosis, Finding};
use crate::report::figure;

/// The direction is wrong below this cosine.
const COSINE: f64 = 0.9;
/// The size is wrong beyond this factor, either way.
const FACTOR: f64 = 2.0;

/// A hypergradient beside differences of the validation loss, of fits made anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Its norm over theirs.
    pub ratio: f64,
    /// The cosine between them.
    pub cosine: f64,
}

/// Compares a hypergradient with a reference; NaN where one of them is zero.
///
/// # Panics
/// When the lengths differ.
pub fn agreement(hypergradient: &[f64], reference: &[f64]) -> Agreement {
    assert_eq!(hypergradient.len(), reference.len(), "{} coordinates, {}", hypergradient.len(), reference.len());
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let [own, other] = [hypergradient, reference].map(|g| dot(g, g).sqrt());
    Agreement { ratio: own / other, cosine: dot(hypergradient, reference) / own / other }
}

impl Diagnosis for Agreement {
    fn name(&self) -> &'static str {
        "wrong hypergradient"
    }

    fn finding(&self) -> Finding {
        match *self {
            Self { ratio, cosine } if !(ratio.is_finite() && cosine.is_finite()) => Finding::Unknown,
            Self { cosine, .. } if cosine < COSINE => Finding::Found,
            Self { ratio, .. } if !(FACTOR.recip()..=FACTOR).contains(&ratio) => Finding::Found,
            _ => Finding::Clear,
        }
    }

    fn sentence(&self) -> String {
        if self.finding() == Finding::Unknown {
            return "The last hypergradient, or the differences to check it by, are zero or no numbers.".to_owned();
        }
        let measured = format!(
            "Beside differences of the validation loss at exact fits, the last hypergradient has {} times the size and a cosine of {}",
            figure(self.ratio),
            figure(self.cosine)
        );
        if self.finding() == Finding::Found {
            format!(
                "{measured}: it is not their derivative. Use --method gauss-newton or exact, and fits that end stationary (--inner-steps, --tol, \
                 --ridge)."
            )
        } else {
            format!("{measured}: it is the derivative it should be.")
        }
    }
}
