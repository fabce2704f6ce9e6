//! Every rule behind one door.

use super::alignment::{AlignmentOptions, align, alignf};
use super::easy::{EasyOptions, easy};
use super::lp::{LpOptions, lp};
use super::normalised::Constant;
use super::simple::{SimpleOptions, simple};
use crate::dense::NotPositiveDefinite;
use crate::kernel::validation::{Criterion, Selection};
use crate::kernel::{Gram, Mixing};
use crate::outer::ProjectedGradient;
use crate::search::{self, search};
use crate::space::Simplex;
use faer::ColRef;
use std::fmt;

/// How weights of kernels are chosen.
#[derive(Clone, Copy, Debug)]
pub enum Method<'a> {
    /// d_m = 1/h: the baseline.
    Uniform,
    /// Each kernel by its own alignment with the labels.
    Align,
    /// The mixture that is best aligned with the labels.
    Alignf(AlignmentOptions),
    /// The least training objective of ridge regression on the simplex.
    Simple(SimpleOptions),
    /// The same on the sphere of an lp norm.
    Lp(LpOptions),
    /// Each kernel by how far apart it holds the labels above their mean and the others.
    Easy(EasyOptions),
    /// The least validation error on the simplex: the paper's train-validation optimisation of d.
    Validation {
        /// What is minimised. The criteria without a validation set take the centring for given.
        criterion: Criterion<'a>,
        /// The search from d_m = 1/h.
        search: search::Options,
    },
}

impl fmt::Display for Method<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uniform => f.write_str("uniform"),
            Self::Align => f.write_str("align"),
            Self::Alignf(_) => f.write_str("alignf"),
            Self::Simple(_) => f.write_str("SimpleMKL"),
            Self::Lp(LpOptions { p, .. }) => write!(f, "lp-MKL, p = {p}"),
            Self::Easy(_) => f.write_str("EasyMKL"),
            Self::Validation { criterion, .. } => f.write_str(match criterion {
                Criterion::HoldOut { .. } => "validation",
                Criterion::LeaveOneOut => "leave-one-out",
                Criterion::KFold(_) => "cross-validation",
                Criterion::Gcv => "GCV",
            }),
        }
    }
}

/// Why there are no weights.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum MklError {
    /// A kernel says nothing.
    #[error(transparent)]
    Constant(#[from] Constant),
    /// No kernel has a positive alignment with the labels.
    #[error(
        "no kernel is aligned with the labels: all weights would be 0; see whether the labels vary, or add a kernel"
    )]
    NothingAligned,
    /// Ridge regression failed.
    #[error(transparent)]
    Singular(#[from] NotPositiveDefinite),
    /// An iteration did not reach its tolerance.
    #[error(
        "{method} reached {reached:e} in {iterations} iterations, not the tolerance {tolerance:e}: raise one of the two"
    )]
    NotConverged {
        /// Which rule.
        method: &'static str,
        /// Its limit of iterations.
        iterations: usize,
        /// The tolerance, in the measure of the rule.
        tolerance: f64,
        /// What was reached.
        reached: f64,
    },
}

/// The weights d ≥ 0 that a method gives to terms and labels, both centred ([`Normalised`](super::Normalised)), for ridge λ > 0:
/// of sum 1, or of lp norm 1. A validation set must be centred likewise.
///
/// # Panics
/// When numbers of labels and points differ.
pub fn weights(method: &Method<'_>, terms: &Gram, y: ColRef<'_, f64>, lambda: f64) -> Result<Vec<f64>, MklError> {
    assert_eq!(y.nrows(), terms.rows(), "{} labels for {} training points", y.nrows(), terms.rows());
    let h = terms.terms();
    match *method {
        Method::Uniform => Ok(vec![1.0 / h as f64; h]),
        Method::Align => align(terms, y),
        Method::Alignf(options) => alignf(terms, y, options),
        Method::Simple(options) => simple(terms, y, lambda, options),
        Method::Lp(options) => lp(terms, y, lambda, options),
        Method::Easy(options) => easy(terms, y, options),
        Method::Validation { criterion, search: ref options } => {
            let mixing = Mixing::Weights { count: h };
            let mut selection = Selection { mixing: &mixing, train: terms, y_train: y, lambda, criterion };
            let space = Simplex::unit(h);
            let outer = ProjectedGradient { space: &space };
            Ok(search(&mut selection, &space, &outer, options, &mut |_, _| {})?.alpha)
        }
    }
}
