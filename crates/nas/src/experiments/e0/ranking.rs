//! What the errors of many architectures say about choosing among them.

use crate::stats::{argmin, largest, pearson};
use serde::{Deserialize, Serialize};

/// Mean squared errors of every architecture.
#[derive(Clone, Debug, Default)]
pub(super) struct Errors {
    pub(super) train: Vec<f64>,
    pub(super) validation: Vec<f64>,
    pub(super) test: Vec<f64>,
}

/// How training and validation error rank the architectures, judged by test error.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Ranking {
    /// Largest training error.
    pub worst_train: f64,
    /// Correlation of training and test error.
    pub train_test: f64,
    /// Correlation of validation and test error.
    pub validation_test: f64,
    /// Least test error.
    pub best: f64,
    /// Test error of the architecture with the least training error, over the best.
    pub train_choice: f64,
    /// Test error of the architecture with the least validation error, over the best.
    pub validation_choice: f64,
}

impl Ranking {
    pub(super) fn of(errors: &Errors) -> Self {
        let test = |choice: Option<usize>| choice.map_or(f64::NAN, |i| errors.test[i]);
        let best = test(argmin(&errors.test));
        Self {
            worst_train: largest(&errors.train),
            train_test: pearson(&errors.train, &errors.test),
            validation_test: pearson(&errors.validation, &errors.test),
            best,
            train_choice: test(argmin(&errors.train)) / best,
            validation_choice: test(argmin(&errors.validation)) / best,
        }
    }
}
