//! The settings of E3.

use super::cases::all;
use super::{Observed, outcome};
use crate::experiments::{Error, Experiment, Lab, Outcome, RunAs, Units};
use crate::run::{self, ConfigError};
use clap::Args;
use serde::{Deserialize, Serialize};

/// Every setting of E3. The documentation of a field is its help text, its default the pass criteria's setting.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[command(next_help_heading = "Settings (each also a key of --config and --set, with _ for -)")]
#[serde(default)]
pub struct Settings {
    /// Seed and threads
    #[command(flatten)]
    #[serde(flatten)]
    pub run_as: RunAs,
    /// Validation sets that are drawn for every bound
    #[arg(long, default_value_t = Settings::default().draws)]
    pub draws: usize,
    /// Coordinates h of alpha
    #[arg(long, default_value_t = Settings::default().coordinates)]
    pub coordinates: usize,
    /// Validation samples n_V
    #[arg(long, default_value_t = Settings::default().n_validation)]
    pub n_validation: usize,
    /// Probability with which a bound may fail
    #[arg(long, default_value_t = Settings::default().delta, allow_negative_numbers = true)]
    pub delta: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { run_as: RunAs::default(), draws: 1000, coordinates: 10, n_validation: 200, delta: 0.05 }
    }
}

/// Draws that are measured in one unit.
const CHUNK: usize = 50;

impl run::Settings for Settings {
    const SHOWN_BY: &'static str = "nas config E3";

    fn check(&self) -> Result<(), ConfigError> {
        self.run_as.check()?;
        let ranges = [
            ("draws", self.draws, 100..=1_000_000),
            ("coordinates", self.coordinates, 1..=1000),
            ("n_validation", self.n_validation, 1..=1_000_000),
        ];
        ranges.into_iter().try_for_each(|(key, value, range)| ConfigError::outside(key, value, range))?;
        let inside = self.delta > 0.0 && self.delta < 1.0;
        ConfigError::unless(inside, "delta", self.delta, "a probability between 0 and 1")
    }
}

impl Experiment for Settings {
    const ID: &'static str = "E3";

    fn quick() -> Self {
        Self { coordinates: 5, n_validation: 100, ..Self::default() }
    }

    fn run_as(&mut self) -> &mut RunAs {
        &mut self.run_as
    }

    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error> {
        let cases = all(self);
        let chunks = self.draws.div_ceil(CHUNK);
        let units = Units { count: cases.len() * chunks, steps: 1 };
        let rows = lab.measure("E3", units, |unit, progress| {
            let (case, chunk) = (&cases[unit / chunks], unit % chunks);
            let seed = self.run_as.study("e3").split(case.name).split(&format!("chunk {chunk}"));
            let (mut stream, last) = (seed.stream(), self.draws.min((chunk + 1) * CHUNK));
            let drawn: Vec<f64> = (chunk * CHUNK..last).map(|_| case.draw(self, &mut stream)).collect();
            progress.advance();
            Ok(drawn)
        })?;
        let suprema = rows.chunks(chunks).map(<[Vec<f64>]>::concat);
        let observed: Vec<Observed> =
            cases.iter().zip(suprema).map(|(case, suprema)| Observed::new(case, suprema)).collect();
        Ok(vec![outcome(self, &observed)])
    }
}
