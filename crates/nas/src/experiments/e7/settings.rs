//! The settings of E7.

use super::sweep::{Candidates, Cell, measure};
use super::{Measured, outcome};
use crate::experiments::{Error, Experiment, Lab, Outcome, RunAs, Units};
use crate::run::{self, ConfigError};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Samples of a part: both find room among the 1,797 embedded digits.
const MOST: usize = 898;

/// Every setting of E7. The documentation of a field is its help text, its default the pass criteria's setting.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[command(next_help_heading = "Settings (each also a key of --config and --set, with _ for -)")]
#[serde(default)]
pub struct Settings {
    /// Seed and threads
    #[command(flatten)]
    #[serde(flatten)]
    pub run_as: RunAs,
    /// Independent repetitions, each with a split and a start of its own
    #[arg(long, default_value_t = Settings::default().seeds)]
    pub seeds: usize,
    /// Widths of the networks, even and ascending; the last is compared with the one before
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Settings::default().widths)]
    pub widths: Vec<usize>,
    /// Percent of alpha between two points of its grid on [0, 1], a divisor of 100
    #[arg(long, default_value_t = Settings::default().spacing)]
    pub spacing: usize,
    /// Distances eps of two alpha in percent, ascending; the first is compared with the last
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Settings::default().distances)]
    pub distances: Vec<usize>,
    /// Training samples n_T
    #[arg(long, default_value_t = Settings::default().n_train)]
    pub n_train: usize,
    /// Samples on which predictions are compared
    #[arg(long, default_value_t = Settings::default().n_validation)]
    pub n_validation: usize,
    /// Steps of gradient descent of every network
    #[arg(long, default_value_t = Settings::default().steps)]
    pub steps: usize,
    /// Ridge lambda of the kernel surrogate
    #[arg(long, default_value_t = Settings::default().lambda, allow_negative_numbers = true)]
    pub lambda: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            run_as: RunAs::default(),
            seeds: 5,
            widths: vec![64, 256, 1024],
            spacing: 5,
            distances: vec![2, 5, 10],
            n_train: 500,
            n_validation: 500,
            steps: 300,
            lambda: 0.1,
        }
    }
}

impl Settings {
    /// The grid of alpha, in percent.
    pub fn grid(&self) -> impl Iterator<Item = usize> {
        (0..=100).step_by(self.spacing)
    }

    /// The other alpha of a pair: above where there is room, else below (science 4.2).
    pub fn partner(alpha: usize, distance: usize) -> usize {
        if alpha + distance <= 100 { alpha + distance } else { alpha - distance }
    }

    /// Every alpha that is trained, ascending.
    pub(super) fn alphas(&self) -> Vec<usize> {
        let partners = |alpha| self.distances.iter().map(move |&distance| Self::partner(alpha, distance));
        let all: BTreeSet<usize> = self.grid().flat_map(|alpha| [alpha].into_iter().chain(partners(alpha))).collect();
        all.into_iter().collect()
    }

    /// The cells of a seed.
    pub(super) fn cells(&self) -> Vec<Cell> {
        let of = |candidates| self.widths.iter().map(move |&width| Cell { candidates, width });
        Candidates::ALL.into_iter().flat_map(of).collect()
    }
}

impl run::Settings for Settings {
    const SHOWN_BY: &'static str = "nas config E7";

    fn check(&self) -> Result<(), ConfigError> {
        self.run_as.check()?;
        let ranges = [
            ("seeds", self.seeds, 1..=100_000),
            ("spacing", self.spacing, 1..=50),
            ("n_train", self.n_train, 1..=MOST),
            ("n_validation", self.n_validation, 1..=MOST),
            ("steps", self.steps, 1..=100_000_000),
        ];
        ranges.into_iter().try_for_each(|(key, value, range)| ConfigError::outside(key, value, range))?;
        ConfigError::each_outside("widths", &self.widths, &(2..=100_000))?;
        ConfigError::each_outside("distances", &self.distances, &(1..=50))?;
        let ascending = |values: &[usize]| values.len() > 1 && values.windows(2).all(|pair| pair[0] < pair[1]);
        let list = |key, values: &[usize], holds, need: &str| {
            let error = || ConfigError::Range { key, value: format!("{values:?}"), need: need.to_owned() };
            if holds { Ok(()) } else { Err(error()) }
        };
        list("widths", &self.widths, ascending(&self.widths), "at least two numbers, ascending")?;
        let even = self.widths.iter().all(|width| width.is_multiple_of(2));
        list("widths", &self.widths, even, "even, since neurons come in pairs")?;
        list("distances", &self.distances, ascending(&self.distances), "at least two numbers, ascending")?;
        ConfigError::unless(
            100_usize.is_multiple_of(self.spacing),
            "spacing",
            self.spacing as f64,
            "a divisor of 100",
        )?;
        let positive = self.lambda.is_finite() && self.lambda > 0.0;
        ConfigError::unless(positive, "lambda", self.lambda, "a finite number above 0")
    }
}

impl Experiment for Settings {
    const ID: &'static str = "E7";

    fn quick() -> Self {
        Self { seeds: 2, widths: vec![256, 1024], spacing: 20, n_train: 200, steps: 150, ..Self::default() }
    }

    fn run_as(&mut self) -> &mut RunAs {
        &mut self.run_as
    }

    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error> {
        let cells = self.cells();
        let units = Units { count: self.seeds * cells.len(), steps: 2 * self.alphas().len() };
        let measured: Vec<Measured> = lab.measure("E7", units, |unit, progress| {
            measure(self, cells[unit % cells.len()], unit / cells.len(), progress)
        })?;
        let by_seed: Vec<Vec<Measured>> = measured.chunks(cells.len()).map(<[Measured]>::to_vec).collect();
        Ok(vec![outcome(self, &by_seed)])
    }
}
