//! Overfitting of the outer problem: coefficients that suit the validation rows better than any others (science 6.9).

use super::{Diagnosis, Finding, above_zero, between};
use crate::report::figure;
use crate::stats::{mean, t_interval};

/// Loss of the searched mixture on rows that nobody chose by, minus that on the validation rows, of one fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overfitting {
    /// The mean over the seeds.
    pub gap: f64,
    /// Its 95 % t interval; `None` below two seeds.
    pub interval: Option<[f64; 2]>,
    /// What the theory bounds the gap of a seed by, up to the noise of the test rows.
    pub bound: f64,
    /// h_eff of Δ.
    pub effective_dimension: f64,
    /// n_V
    pub n_validation: usize,
}

/// From the losses of every seed; `None` without a seed.
///
/// # Panics
/// When the numbers of seeds differ.
pub fn overfitting(
    validation: &[f64],
    test: &[f64],
    bound: f64,
    effective_dimension: f64,
    n_validation: usize,
) -> Option<Overfitting> {
    assert_eq!(validation.len(), test.len(), "{} validation losses, {} test losses", validation.len(), test.len());
    let gaps: Vec<f64> = test.iter().zip(validation).map(|(test, validation)| test - validation).collect();
    let interval = t_interval(&gaps);
    (!gaps.is_empty()).then(|| Overfitting { gap: mean(&gaps), interval, bound, effective_dimension, n_validation })
}

impl Overfitting {
    /// Whether there are as many directions to choose in as rows to choose by.
    pub fn too_few_rows(&self) -> bool {
        self.effective_dimension >= self.n_validation as f64
    }

    /// Whether the mean gap is more than the theory allows: validation and test rows are then not drawn alike, or losses are
    /// larger than their range.
    pub fn beyond_bound(&self) -> bool {
        self.gap > self.bound
    }
}

impl Diagnosis for Overfitting {
    fn name(&self) -> &'static str {
        "outer overfitting"
    }

    fn finding(&self) -> Finding {
        if self.too_few_rows() || self.beyond_bound() { Finding::Found } else { above_zero(self.interval) }
    }

    fn sentence(&self) -> String {
        let (dimension, rows) = (figure(self.effective_dimension), self.n_validation);
        let measured = format!(
            "The same networks lose {} more on test rows than on validation rows ({}; the theory allows {})",
            figure(self.gap),
            between(self.interval),
            figure(self.bound)
        );
        if self.too_few_rows() {
            return format!(
                "{measured}. {rows} validation rows cannot choose in {dimension} dimensions: give validation more of --split, use \
                 --shared or fewer --groups."
            );
        }
        if self.beyond_bound() {
            return format!(
                "{measured}: that is more than chance. See whether test rows come from elsewhere than validation rows."
            );
        }
        match self.finding() {
            Finding::Found => format!(
                "{measured}: the coefficients suit the validation rows too well. Give validation more of --split, or leave out \
                 candidates."
            ),
            Finding::Clear => format!("{measured}: the seeds show no overfitting of the validation rows."),
            Finding::Unknown => format!("{measured}: run more --seeds to tell."),
        }
    }
}
