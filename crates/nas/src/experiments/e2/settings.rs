//! The settings of E2.

use super::{measure_seed, outcome};
use crate::experiments::{Error, Experiment, Lab, Outcome, RunAs, Superposition, Units};
use crate::run::{self, ConfigError};
use clap::Args;
use serde::{Deserialize, Serialize};

/// Every setting of E2. The documentation of a field is its help text, its default the pass criteria's setting.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[command(next_help_heading = "Settings (each also a key of --config and --set, with _ for -)")]
#[serde(default)]
pub struct Settings {
    /// Seed and threads
    #[command(flatten)]
    #[serde(flatten)]
    pub run_as: RunAs,
    /// Independent repetitions; distances are averaged over them
    #[arg(long, default_value_t = Settings::default().seeds)]
    pub seeds: usize,
    /// The problems
    #[command(flatten)]
    #[serde(flatten)]
    pub problems: Superposition,
    /// Random points of the sphere, of which the worst counts
    #[arg(long, default_value_t = Settings::default().points)]
    pub points: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { run_as: RunAs::default(), seeds: 50, problems: Superposition::default(), points: 20 }
    }
}

impl run::Settings for Settings {
    const SHOWN_BY: &'static str = "nas config E2";

    fn check(&self) -> Result<(), ConfigError> {
        self.run_as.check()?;
        self.problems.check()?;
        let ranges = [("seeds", self.seeds, 1..=100_000), ("points", self.points, 1..=1_000_000)];
        ranges.into_iter().try_for_each(|(key, value, range)| ConfigError::outside(key, value, range))
    }
}

impl Experiment for Settings {
    const ID: &'static str = "E2";

    fn quick() -> Self {
        Self { seeds: 12, problems: Superposition::quick(), ..Self::default() }
    }

    fn run_as(&mut self) -> &mut RunAs {
        &mut self.run_as
    }

    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error> {
        let units = Units { count: self.seeds, steps: self.problems.maps.len() };
        let measured = lab.measure("E2", units, |number, progress| measure_seed(self, number, progress))?;
        Ok(vec![outcome(self, &measured)])
    }
}
