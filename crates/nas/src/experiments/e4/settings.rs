//! The settings of E4.

use super::width::measure;
use super::{Measured, outcome};
use crate::data::{QuadraticForm, Sizes};
use crate::experiments::prepared::Problem;
use crate::experiments::{Error, Experiment, Lab, Outcome, RunAs, Units};
use crate::run::{self, ConfigError};
use clap::Args;
use serde::{Deserialize, Serialize};

/// The least width whose deviations are part of the slopes.
const ASYMPTOTIC: usize = 256;

/// Every setting of E4. The documentation of a field is its help text, its default the pass criteria's setting.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[command(next_help_heading = "Settings (each also a key of --config and --set, with _ for -)")]
#[serde(default)]
pub struct Settings {
    /// Seed and threads
    #[command(flatten)]
    #[serde(flatten)]
    pub run_as: RunAs,
    /// Independent repetitions, each with data, architectures and a start for every width
    #[arg(long, default_value_t = Settings::default().seeds)]
    pub seeds: usize,
    /// Widths of the networks, even and ascending, at least two of them from 256 on
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Settings::default().widths)]
    pub widths: Vec<usize>,
    /// Random architectures
    #[arg(long, default_value_t = Settings::default().architectures)]
    pub architectures: usize,
    /// Candidate activations h: Hermite polynomials of degree 1 to h
    #[arg(long, default_value_t = Settings::default().candidates)]
    pub candidates: usize,
    /// Dimension d of the inputs on the unit sphere
    #[arg(long, default_value_t = Settings::default().dimension)]
    pub dimension: usize,
    /// Standard deviation of the label noise (the signal's is 1)
    #[arg(long, default_value_t = Settings::default().noise, allow_negative_numbers = true)]
    pub noise: f64,
    /// Training samples n_T
    #[arg(long, default_value_t = Settings::default().n_train)]
    pub n_train: usize,
    /// Validation samples n_V, on which networks and kernels are compared
    #[arg(long, default_value_t = Settings::default().n_validation)]
    pub n_validation: usize,
    /// Test samples
    #[arg(long, default_value_t = Settings::default().n_test)]
    pub n_test: usize,
    /// Gradient descent ends at this training error ...
    #[arg(long, default_value_t = Settings::default().goal, allow_negative_numbers = true)]
    pub goal: f64,
    /// ... or after so many steps
    #[arg(long, default_value_t = Settings::default().steps)]
    pub steps: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            run_as: RunAs::default(),
            seeds: 3,
            widths: vec![64, 128, 256, 512, 1024, 2048, 4096],
            architectures: 20,
            candidates: 4,
            dimension: 10,
            noise: 0.1,
            n_train: 100,
            n_validation: 100,
            n_test: 2000,
            goal: 1e-4,
            steps: 20_000,
        }
    }
}

impl Settings {
    pub(super) fn problem(&self) -> Problem {
        Problem {
            form: QuadraticForm { dimension: self.dimension, noise: self.noise },
            sizes: Sizes { train: self.n_train, validation: self.n_validation, test: self.n_test },
            candidates: self.candidates,
            // Descents have no ridge.
            lambda: 0.0,
        }
    }

    /// The positions of the widths whose deviations are part of the slopes.
    pub(super) fn asymptotic(&self) -> std::ops::Range<usize> {
        self.widths.partition_point(|&width| width < ASYMPTOTIC)..self.widths.len()
    }
}

impl run::Settings for Settings {
    const SHOWN_BY: &'static str = "nas config E4";

    fn check(&self) -> Result<(), ConfigError> {
        self.run_as.check()?;
        let ranges = [
            ("seeds", self.seeds, 1..=100_000),
            ("architectures", self.architectures, 2..=100_000),
            ("candidates", self.candidates, 1..=100),
            ("dimension", self.dimension, 2..=1000),
            ("n_train", self.n_train, 1..=10_000),
            ("n_validation", self.n_validation, 1..=10_000),
            ("n_test", self.n_test, 1..=100_000),
            ("steps", self.steps, 0..=100_000_000),
        ];
        ranges.into_iter().try_for_each(|(key, value, range)| ConfigError::outside(key, value, range))?;
        ConfigError::each_outside("widths", &self.widths, &(2..=100_000))?;
        let sound = self.widths.windows(2).all(|pair| pair[0] < pair[1])
            && self.widths.iter().all(|width| width.is_multiple_of(2))
            && self.asymptotic().len() > 1;
        if !sound {
            let need = format!("even and ascending, at least two of them from {ASYMPTOTIC} on");
            return Err(ConfigError::Range { key: "widths", value: format!("{:?}", self.widths), need });
        }
        ConfigError::negative("noise", self.noise)?;
        ConfigError::negative("goal", self.goal)
    }
}

impl Experiment for Settings {
    const ID: &'static str = "E4";

    fn quick() -> Self {
        Self { seeds: 2, widths: vec![64, 256, 512, 1024], ..Self::default() }
    }

    fn run_as(&mut self) -> &mut RunAs {
        &mut self.run_as
    }

    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error> {
        let widths = self.widths.len();
        let units = Units { count: self.seeds * widths, steps: self.architectures };
        let measured: Vec<Measured> = lab.measure("E4", units, |unit, progress| {
            measure(self, self.widths[unit % widths], unit / widths, progress)
        })?;
        let by_seed: Vec<Vec<Measured>> = measured.chunks(widths).map(<[Measured]>::to_vec).collect();
        Ok(vec![outcome(self, &by_seed)])
    }
}
