//! The settings of E10.

use super::{measure_seed, outcome};
use crate::experiments::{Error, Experiment, Lab, Outcome, RunAs};
use crate::run::{self, ConfigError};
use clap::Args;
use serde::{Deserialize, Serialize};

/// Every setting of E10. The documentation of a field is its help text, its default the pass criteria's setting.
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
    /// Superposition: feature maps h
    #[arg(long, default_value_t = Settings::default().maps)]
    pub maps: usize,
    /// Superposition: features p of a map
    #[arg(long, default_value_t = Settings::default().features)]
    pub features: usize,
    /// Superposition: training samples n_T
    #[arg(long, default_value_t = Settings::default().n_train)]
    pub n_train: usize,
    /// Superposition: validation samples n_V; all samples together at least a fifth below p
    #[arg(long, default_value_t = Settings::default().n_validation)]
    pub n_validation: usize,
    /// Hermite activations: dimension d of the inputs on the unit sphere
    #[arg(long, default_value_t = Settings::default().dimension)]
    pub dimension: usize,
    /// Hermite activations: training samples, and as many to validate
    #[arg(long, default_value_t = Settings::default().n_hermite)]
    pub n_hermite: usize,
    /// Hermite activations: test samples
    #[arg(long, default_value_t = Settings::default().n_test)]
    pub n_test: usize,
    /// Standard deviation of the label noise (the signal's is 1)
    #[arg(long, default_value_t = Settings::default().noise, allow_negative_numbers = true)]
    pub noise: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            run_as: RunAs::default(),
            seeds: 20,
            maps: 10,
            features: 200,
            n_train: 100,
            n_validation: 60,
            dimension: 10,
            n_hermite: 100,
            n_test: 2000,
            noise: 0.1,
        }
    }
}

impl run::Settings for Settings {
    const SHOWN_BY: &'static str = "nas config E10";

    fn check(&self) -> Result<(), ConfigError> {
        self.run_as.check()?;
        let most = (4 * self.features / 5).saturating_sub(self.n_train);
        let ranges = [
            ("seeds", self.seeds, 1..=100_000),
            ("maps", self.maps, 2..=1000),
            ("features", self.features, 5..=10_000),
            ("n_train", self.n_train, 1..=4 * self.features / 5 - 1),
            ("n_validation", self.n_validation, 1..=most),
            ("dimension", self.dimension, 2..=1000),
            ("n_hermite", self.n_hermite, 2..=5000),
            ("n_test", self.n_test, 1..=1_000_000),
        ];
        ranges.into_iter().try_for_each(|(key, value, range)| ConfigError::outside(key, value, range))?;
        ConfigError::negative("noise", self.noise)
    }
}

impl Experiment for Settings {
    const ID: &'static str = "E10";

    fn quick() -> Self {
        Self { seeds: 8, ..Self::default() }
    }

    fn run_as(&mut self) -> &mut RunAs {
        &mut self.run_as
    }

    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error> {
        let measured = lab.measure_seeds("E10", self.seeds, |number| measure_seed(self, number))?;
        Ok(vec![outcome(self, &measured)])
    }
}
