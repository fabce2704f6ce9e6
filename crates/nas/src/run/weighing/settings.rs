//! The settings of `nas mkl`: flags, file, `--set` and the documented file come from this struct.

use crate::data::{Percent, Task};
use crate::model::candidates;
use crate::run::config::{from_list, list, path};
use crate::run::{Config, ConfigError, Settings};
use crate::space::Shape;
use clap::Args;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// By which error α and the weights of kernels are chosen; the documentation of a variant is its help text.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The error on the validation rows, as the paper chooses
    #[default]
    Validation,
    /// Leave-one-out; validation rows train as well
    Loo,
    /// Cross-validation in --folds parts; validation rows train as well
    Kfold,
    /// Generalised cross-validation; validation rows train as well
    Gcv,
}

impl By {
    /// What it is called in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Validation => "validation error",
            Self::Loo => "leave-one-out error",
            Self::Kfold => "cross-validation error",
            Self::Gcv => "generalised cross-validation",
        }
    }
}

/// Every setting of `nas mkl`. The documentation of a field is its help text.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeighSettings {
    /// CSV file or NumPy array (gzip too), or NumPy rows or IDX images with --labels; if not given, the embedded digits
    #[arg(long, value_name = "FILE", value_parser = path, help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// The targets of NumPy rows (.npy too), or the labels of IDX images
    #[arg(long, value_name = "FILE", value_parser = path, help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<PathBuf>,
    /// Column to predict: its name, or its number where there is no header; if not given, the last one
    #[arg(long, value_name = "COLUMN", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What the target is, where it is not what the reader takes it for
    #[arg(long, help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// Classes that count as 1, separated by commas; the others count as -1
    ///
    /// A kernel model has one output. Of two classes the second one is 1 if nothing is said, and of the embedded digits those from 5 on.
    #[arg(long, value_name = "CLASSES", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positive: Option<String>,
    /// Use a random sample of so many rows, with every class in its share; 0 for all
    ///
    /// Time grows with the cube of the rows, memory with their square.
    #[arg(long, value_name = "N", default_value_t = WeighSettings::default().rows, help_heading = "Data")]
    pub rows: usize,
    /// Percent of the rows to train, validate and test on
    ///
    /// Without --criterion validation the validation rows train as well.
    #[arg(long, value_name = "T/V/T", default_value_t = WeighSettings::default().split, help_heading = "Data")]
    pub split: Percent,
    /// Activations to mix by name, separated by commas
    ///
    /// Those of `nas search` that have a name: their tangent kernels are known in closed form, by Hermite series or by quadrature.
    #[arg(
        long, value_name = "LIST", value_parser = list, default_value = candidates::DEFAULT,
        hide_default_value = true, help_heading = "Model"
    )]
    #[serde(deserialize_with = "from_list")]
    pub candidates: std::vec::Vec<String>,
    /// Where the coefficients of the mixture live: simplex, sphere, nonnegative-sphere, ball, l1-ball, box or sparse:S
    #[arg(long, value_name = "SPACE", default_value_t = WeighSettings::default().space, help_heading = "Model")]
    pub space: Shape,
    /// By which error coefficients and weights are chosen
    #[arg(long, value_enum, default_value_t = WeighSettings::default().criterion, help_heading = "Model")]
    pub criterion: By,
    /// Parts of --criterion kfold
    #[arg(long, value_name = "K", default_value_t = WeighSettings::default().folds, help_heading = "Model")]
    pub folds: usize,
    /// Ridge lambda, in units of the mean of the kernel's diagonal
    ///
    /// If not given, the largest whose leave-one-out error on the training rows is within one percent of the least, with all
    /// candidates in equal parts.
    #[arg(long, value_name = "X", allow_negative_numbers = true, help_heading = "Model")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ridge: Option<f64>,
    /// Most steps of the coefficients
    #[arg(long, value_name = "N", default_value_t = WeighSettings::default().outer_steps, help_heading = "Model")]
    pub outer_steps: usize,
    /// Root seed; every random stream is split from it by name
    #[arg(
        long, value_name = "N", default_value_t = WeighSettings::default().seed, help_heading = "Run",
        value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64)
    )]
    pub seed: u64,
    /// Independent repetitions, each with a split of its own
    #[arg(long, value_name = "N", default_value_t = WeighSettings::default().seeds, help_heading = "Run")]
    pub seeds: usize,
    /// Worker threads, 0 for one per core; results do not depend on it
    #[arg(long, value_name = "N", default_value_t = WeighSettings::default().threads, help_heading = "Run")]
    pub threads: usize,
}

impl Default for WeighSettings {
    fn default() -> Self {
        let Config { split, candidates, space, seed, seeds, threads, .. } = Config::default();
        Self {
            data: None,
            labels: None,
            target: None,
            task: None,
            positive: None,
            rows: 500,
            split,
            candidates,
            space,
            criterion: By::default(),
            folds: 5,
            ridge: None,
            outer_steps: 100,
            seed,
            seeds,
            threads,
        }
    }
}

impl WeighSettings {
    /// What they have in common with a search.
    pub(super) fn as_search(&self) -> Config {
        let Self { data, labels, target, task, candidates, .. } = self.clone();
        let Self { rows, split, space, outer_steps, seed, seeds, threads, .. } = *self;
        Config {
            data,
            labels,
            target,
            task,
            rows,
            split,
            candidates,
            space,
            outer_steps,
            seed,
            seeds,
            threads,
            ..Config::default()
        }
    }
}

impl Settings for WeighSettings {
    const SHOWN_BY: &'static str = "nas mkl --help";

    fn check(&self) -> Result<(), ConfigError> {
        self.as_search().check()?;
        ConfigError::outside("folds", self.folds, 2..=1_000_000)?;
        let ridge = self.ridge.unwrap_or(1.0);
        ConfigError::unless(ridge.is_finite() && ridge > 0.0, "ridge", ridge, "a finite number above 0")
    }
}
