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
    /// The norm of what is between them.
    pub error: f64,
    /// How far the draw of the validation rows moves a hypergradient: a standard error; 0 where nobody knows.
    pub noise: f64,
}

/// Compares a hypergradient with a reference, along the space; the ratio and the cosine are NaN where one of them is zero.
///
/// # Panics
/// When the lengths differ.
pub fn agreement(hypergradient: &[f64], reference: &[f64], noise: f64) -> Agreement {
    assert_eq!(hypergradient.len(), reference.len(), "{} coordinates, {}", hypergradient.len(), reference.len());
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let [own, other] = [hypergradient, reference].map(|g| dot(g, g).sqrt());
    let between: Vec<f64> = hypergradient.iter().zip(reference).map(|(a, b)| a - b).collect();
    let error = dot(&between, &between).sqrt();
    Agreement { ratio: own / other, cosine: dot(hypergradient, reference) / own / other, error, noise }
}

impl Diagnosis for Agreement {
    fn name(&self) -> &'static str {
        "wrong hypergradient"
    }

    fn finding(&self) -> Finding {
        match *self {
            Self { error, noise, .. } if error < noise => Finding::Clear,
            Self { ratio, cosine, .. } if !(ratio.is_finite() && cosine.is_finite()) => Finding::Unknown,
            Self { cosine, .. } if cosine < COSINE => Finding::Found,
            Self { ratio, .. } if !(FACTOR.recip()..=FACTOR).contains(&ratio) => Finding::Found,
            _ => Finding::Clear,
        }
    }

    fn sentence(&self) -> String {
        if self.finding() == Finding::Unknown {
            return "The last hypergradient, or the differences to check it by, are zero or no numbers.".to_owned();
        }
        if self.error < self.noise {
            return format!(
                "The last hypergradient is within {} of differences of the validation loss at exact fits: less than the {} by which the draw \
                 of the validation rows moves it.",
                figure(self.error),
                figure(self.noise)
            );
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
