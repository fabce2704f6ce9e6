//! What the errors of many architectures say about choosing among them.

use super::{Bound, Criterion};
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

impl Errors {
    /// (validation error, test error) of every architecture.
    pub(super) fn pairs(&self) -> Vec<[f64; 2]> {
        self.validation.iter().zip(&self.test).map(|(validation, test)| [*validation, *test]).collect()
    }
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

/// The criteria of networks that E0 and E4 share, in `setting` if it is not empty: medians over seeds, except the first.
/// `net_kernel` are the rank correlations of validation errors of networks and kernel.
pub(super) fn network_criteria(rankings: &[Ranking], net_kernel: &[f64], setting: &str) -> Vec<Criterion> {
    let column = |get: fn(&Ranking) -> f64| rankings.iter().map(get).collect::<Vec<f64>>();
    let name = |name: &str| format!("{name}{setting}");
    vec![
        Criterion::of_largest(
            "Every network fits the training data.",
            name("largest train MSE, all architectures and seeds"),
            &column(|r| r.worst_train),
            Bound::AtMost(1e-4),
        ),
        Criterion::of_median(
            "Validation error follows test error ...",
            name("corr(validation MSE, test MSE), median"),
            &column(|r| r.validation_test),
            Bound::AtLeast(0.95),
        ),
        Criterion::of_median(
            "... and choosing by it is nearly as good as knowing test error.",
            name("test MSE of the choice by validation error, over the best, median"),
            &column(|r| r.validation_choice),
            Bound::AtMost(1.05),
        ),
        Criterion::of_median(
            "Networks rank the architectures as the kernel does.",
            name("Spearman(validation MSE of net, of kernel), median"),
            net_kernel,
            Bound::AtLeast(0.9),
        ),
    ]
}
