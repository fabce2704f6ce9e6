//! The settings of E9.

use super::{Source, measure_seed, outcome};
use crate::experiments::{Error, Experiment, Lab, Outcome, RunAs};
use crate::run::{self, ConfigError};
use clap::Args;
use serde::{Deserialize, Serialize};

/// Every setting of E9. The documentation of a field is its help text, its default the pass criteria's setting.
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
    /// Samples n = n_T + n_V
    #[arg(long, default_value_t = Settings::default().samples)]
    pub samples: usize,
    /// Percent of them that validate
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Settings::default().percents)]
    pub percents: Vec<usize>,
    /// Planted: dimension d of the inputs on the unit sphere
    #[arg(long, default_value_t = Settings::default().dimension)]
    pub dimension: usize,
    /// Planted: test samples
    #[arg(long, default_value_t = Settings::default().n_test)]
    pub n_test: usize,
    /// Standard deviation of the label noise (the signal's is 1)
    #[arg(long, default_value_t = Settings::default().noise, allow_negative_numbers = true)]
    pub noise: f64,
}

impl Default for Settings {
    /// The fit of the planner was fixed without the pilot that science 4.7 asks for. One on other seeds (--seed 999, 5 of them) was
    /// made after the published run, and changed nothing: what the proposals lose is −0.10 of what they may lose on the planted
    /// data, and 1.24 times that on the digits, where the best ratio has a test error of 0.198 and the proposals one of 0.211.
    fn default() -> Self {
        Self {
            run_as: RunAs::default(),
            seeds: 40,
            samples: 200,
            percents: vec![2, 5, 10, 20, 30, 50, 70, 90],
            dimension: 10,
            n_test: 2000,
            noise: 0.1,
        }
    }
}

impl Settings {
    /// n_V at a ratio: at least one, and not all.
    pub fn validation(&self, percent: usize) -> usize {
        (self.samples * percent).div_ceil(100).clamp(1, self.samples - 1)
    }
}

impl run::Settings for Settings {
    const SHOWN_BY: &'static str = "nas config E9";

    fn check(&self) -> Result<(), ConfigError> {
        self.run_as.check()?;
        ConfigError::each_outside("percents", &self.percents, &(1..=99))?;
        let ranges = [
            ("seeds", self.seeds, 2..=100_000),
            // The embedded digits are 1,797.
            ("samples", self.samples, 20..=1500),
            ("dimension", self.dimension, 2..=1000),
            ("n_test", self.n_test, 1..=1_000_000),
        ];
        ranges.into_iter().try_for_each(|(key, value, range)| ConfigError::outside(key, value, range))?;
        ConfigError::negative("noise", self.noise)
    }
}

impl Experiment for Settings {
    const ID: &'static str = "E9";

    fn quick() -> Self {
        Self { seeds: 20, ..Self::default() }
    }

    fn run_as(&mut self) -> &mut RunAs {
        &mut self.run_as
    }

    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error> {
        let measured =
            |study, source| lab.measure_seeds(study, self.seeds, |number| measure_seed(self, source, number));
        let planted = measured("E9, planted", Source::Planted)?;
        Ok(vec![outcome(self, &planted, &measured("E9, digits", Source::Digits)?)])
    }
}
