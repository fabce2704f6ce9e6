//! The settings of E2.

use super::{measure_seed, outcome};
use crate::data::Bilinear;
use crate::experiments::superposition::Sizes;
use crate::experiments::{Error, Experiment, Lab, Outcome, Units};
use crate::run::{self, ConfigError};
use clap::Args;
use serde::{Deserialize, Serialize};

/// Every setting of E2. The documentation of a field is its help text, its default the pass criteria's setting.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[command(next_help_heading = "Settings (each also a key of --config and --set, with _ for -)")]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Root seed; every random stream is split from it by name
    #[arg(long, default_value_t = Settings::default().seed, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: u64,
    /// Worker threads, 0 for one per core; results do not depend on it
    #[arg(long, default_value_t = Settings::default().threads)]
    pub threads: usize,
    /// Independent repetitions; distances are averaged over them
    #[arg(long, default_value_t = Settings::default().seeds)]
    pub seeds: usize,
    /// Numbers h of feature maps
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Settings::default().maps)]
    pub maps: Vec<usize>,
    /// Numbers n_V of validation samples
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Settings::default().n_validation)]
    pub n_validation: Vec<usize>,
    /// Features p of a map
    #[arg(long, default_value_t = Settings::default().features)]
    pub features: usize,
    /// Training samples n_T, fewer than features: every combination fits them
    #[arg(long, default_value_t = Settings::default().n_train)]
    pub n_train: usize,
    /// Standard deviation of the label noise (the signal's is 1)
    #[arg(long, default_value_t = Settings::default().noise, allow_negative_numbers = true)]
    pub noise: f64,
    /// Random points of the sphere, of which the worst counts
    #[arg(long, default_value_t = Settings::default().points)]
    pub points: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 0,
            threads: 0,
            seeds: 50,
            maps: vec![2, 5, 10, 20, 40],
            n_validation: vec![20, 50, 100, 200, 400, 800],
            features: 100,
            n_train: 50,
            noise: 0.1,
            points: 20,
        }
    }
}

impl Settings {
    /// The problem of this many maps.
    pub(super) fn sizes(&self, maps: usize) -> Sizes {
        Sizes {
            model: Bilinear { maps, features: self.features, noise: self.noise },
            n_train: self.n_train,
            n_validation: self.n_validation.iter().copied().max().unwrap_or(0),
            points: self.points,
        }
    }
}

impl run::Settings for Settings {
    const SHOWN_BY: &'static str = "nas config E2";

    fn check(&self) -> Result<(), ConfigError> {
        ConfigError::each_outside("maps", &self.maps, &(1..=1000))?;
        ConfigError::each_outside("n_validation", &self.n_validation, &(1..=100_000))?;
        let ranges = [
            ("threads", self.threads, 0..=1024),
            ("seeds", self.seeds, 1..=100_000),
            ("features", self.features, 2..=10_000),
            ("n_train", self.n_train, 1..=self.features.saturating_sub(1)),
            ("points", self.points, 1..=1_000_000),
        ];
        for (key, value, range) in ranges {
            ConfigError::outside(key, value, range)?;
        }
        ConfigError::negative("noise", self.noise)
    }
}

impl Experiment for Settings {
    const ID: &'static str = "E2";

    fn quick() -> Self {
        Self { seeds: 12, n_validation: vec![25, 50, 100, 200, 400], maps: vec![2, 5, 10, 20], ..Self::default() }
    }

    fn under(self, seed: u64, threads: usize) -> Self {
        Self { seed, threads, ..self }
    }

    fn run_as(&self) -> (u64, usize) {
        (self.seed, self.threads)
    }

    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error> {
        let units = Units { count: self.seeds, steps: self.maps.len() };
        let measured = lab.measure("E2", units, |number, progress| measure_seed(self, number, progress))?;
        Ok(vec![outcome(self, &measured)])
    }
}
