//! The settings of E12.

use super::{measure_seed, outcome};
use crate::experiments::{Error, Experiment, Lab, Outcome, RunAs};
use crate::run::{self, ConfigError};
use clap::Args;
use serde::{Deserialize, Serialize};

/// Every setting of E12. The documentation of a field is its help text, its default the pass criteria's setting.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[command(next_help_heading = "Settings (each also a key of --config and --set, with _ for -)")]
#[serde(default)]
pub struct Settings {
    /// Seed and threads
    #[command(flatten)]
    #[serde(flatten)]
    pub run_as: RunAs,
    /// Independent repetitions
    #[arg(long, default_value_t = Settings::default().seeds)]
    pub seeds: usize,
    /// Feature maps h
    #[arg(long, default_value_t = Settings::default().maps)]
    pub maps: usize,
    /// Maps s that are right, and that the sparse search may take
    #[arg(long, default_value_t = Settings::default().sparsity)]
    pub sparsity: usize,
    /// Features p of a map; the ridge is half of it
    #[arg(long, default_value_t = Settings::default().features)]
    pub features: usize,
    /// Training samples n_T
    #[arg(long, default_value_t = Settings::default().n_train)]
    pub n_train: usize,
    /// Validation samples n_V, fewer than maps
    #[arg(long, default_value_t = Settings::default().n_validation)]
    pub n_validation: usize,
    /// Standard deviation of the label noise (the signal's is 1)
    #[arg(long, default_value_t = Settings::default().noise, allow_negative_numbers = true)]
    pub noise: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            run_as: RunAs::default(),
            seeds: 20,
            maps: 200,
            sparsity: 5,
            features: 80,
            n_train: 60,
            n_validation: 60,
            noise: 0.1,
        }
    }
}

impl run::Settings for Settings {
    const SHOWN_BY: &'static str = "nas config E12";

    fn check(&self) -> Result<(), ConfigError> {
        self.run_as.check()?;
        let ranges = [
            ("seeds", self.seeds, 1..=100_000),
            ("sparsity", self.sparsity, 1..=1000),
            ("maps", self.maps, 4 * self.sparsity..=10_000),
            ("features", self.features, 1..=10_000),
            ("n_train", self.n_train, 1..=10_000),
            ("n_validation", self.n_validation, 1..=10_000),
        ];
        ranges.into_iter().try_for_each(|(key, value, range)| ConfigError::outside(key, value, range))?;
        ConfigError::negative("noise", self.noise)
    }
}

impl Experiment for Settings {
    const ID: &'static str = "E12";

    fn quick() -> Self {
        Self { seeds: 8, ..Self::default() }
    }

    fn run_as(&mut self) -> &mut RunAs {
        &mut self.run_as
    }

    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error> {
        let measured = lab.measure_seeds("E12", self.seeds, |number| measure_seed(self, number))?;
        Ok(vec![outcome(self, &measured)])
    }
}
