//! The settings of E11.

use super::{measure_seed, outcome};
use crate::experiments::{Error, Experiment, Lab, Outcome, Units};
use crate::run::{self, ConfigError};
use clap::Args;
use serde::{Deserialize, Serialize};

/// Every setting of E11. The documentation of a field is its help text, its default the pass criteria's setting.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[command(next_help_heading = "Settings (each also a key of --config and --set, with _ for -)")]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Root seed; every random stream is split from it by name
    #[arg(long, default_value_t = Settings::default().seed, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: u64,
    /// Worker threads, 0 for one per core; results do not depend on it, but for times
    #[arg(long, default_value_t = Settings::default().threads)]
    pub threads: usize,
    /// Independent repetitions
    #[arg(long, default_value_t = Settings::default().seeds)]
    pub seeds: usize,
    /// Feature maps h
    #[arg(long, default_value_t = Settings::default().maps)]
    pub maps: usize,
    /// Features p of a map, at least three times the training samples
    #[arg(long, default_value_t = Settings::default().features)]
    pub features: usize,
    /// Training samples n_T
    #[arg(long, default_value_t = Settings::default().n_train)]
    pub n_train: usize,
    /// Validation samples n_V
    #[arg(long, default_value_t = Settings::default().n_validation)]
    pub n_validation: usize,
    /// Standard deviation of the label noise (the signal's is 1)
    #[arg(long, default_value_t = Settings::default().noise, allow_negative_numbers = true)]
    pub noise: f64,
    /// Ridge lambda of the half with a ridge
    #[arg(long, default_value_t = Settings::default().lambda, allow_negative_numbers = true)]
    pub lambda: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 0,
            threads: 0,
            seeds: 20,
            maps: 4,
            features: 60,
            n_train: 20,
            n_validation: 15,
            noise: 0.1,
            lambda: 5.0,
        }
    }
}

impl run::Settings for Settings {
    const SHOWN_BY: &'static str = "nas config E11";

    fn check(&self) -> Result<(), ConfigError> {
        let ranges = [
            ("threads", self.threads, 0..=1024),
            ("seeds", self.seeds, 1..=100_000),
            ("maps", self.maps, 1..=1000),
            ("n_train", self.n_train, 1..=10_000),
            ("n_validation", self.n_validation, 1..=10_000),
            ("features", self.features, 3 * self.n_train..=30_000),
        ];
        ranges.into_iter().try_for_each(|(key, value, range)| ConfigError::outside(key, value, range))?;
        ConfigError::negative("noise", self.noise)?;
        let positive = self.lambda.is_finite() && self.lambda > 0.0;
        ConfigError::unless(positive, "lambda", self.lambda, "a finite number above 0")
    }
}

impl Experiment for Settings {
    const ID: &'static str = "E11";

    fn quick() -> Self {
        Self { seeds: 5, ..Self::default() }
    }

    fn under(self, seed: u64, threads: usize) -> Self {
        Self { seed, threads, ..self }
    }

    fn run_as(&self) -> (u64, usize) {
        (self.seed, self.threads)
    }

    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error> {
        let measured = lab.measure("E11", Units { count: self.seeds, steps: 1 }, |number, progress| {
            let measured = measure_seed(self, number)?;
            progress.advance();
            Ok(measured)
        })?;
        Ok(vec![outcome(self, &measured)])
    }
}
