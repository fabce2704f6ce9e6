//! The settings of E5.

use super::{Cell, Draw, draw, estimator_outcome, search_outcome, search_seed};
use crate::experiments::run_as::but_for_times;
use crate::experiments::{Error, Experiment, Lab, Outcome, RunAs, Units};
use crate::run::{self, ConfigError};
use clap::Args;
use serde::{Deserialize, Serialize};

/// Every setting of E5. The documentation of a field is its help text, its default the pass criteria's setting.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[command(
    next_help_heading = "Settings (each also a key of --config and --set, with _ for -)",
    mut_args(but_for_times)
)]
#[serde(default)]
pub struct Settings {
    /// Seed and threads
    #[command(flatten)]
    #[serde(flatten)]
    pub run_as: RunAs,
    /// Numbers n of samples, as many to train as to validate
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Settings::default().samples)]
    pub samples: Vec<usize>,
    /// Numbers h of feature maps
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Settings::default().maps)]
    pub maps: Vec<usize>,
    /// Features p of a map, in percent of n
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Settings::default().features_percent)]
    pub features_percent: Vec<usize>,
    /// Standard deviation of the label noise (the signal's is 1)
    #[arg(long, default_value_t = Settings::default().noise, allow_negative_numbers = true)]
    pub noise: f64,
    /// Draws of every size
    #[arg(long, default_value_t = Settings::default().draws)]
    pub draws: usize,
    /// Seeds of the searches, which run at the least n
    #[arg(long, default_value_t = Settings::default().search_seeds)]
    pub search_seeds: usize,
    /// Random starts that the search from the estimator competes with
    #[arg(long, default_value_t = Settings::default().starts)]
    pub starts: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            run_as: RunAs::default(),
            samples: vec![200, 400],
            maps: vec![5, 10, 20, 40],
            features_percent: vec![50, 200, 400],
            noise: 0.3,
            draws: 400,
            search_seeds: 20,
            starts: 20,
        }
    }
}

/// Draws that are measured in one unit.
const CHUNK: usize = 10;

impl Settings {
    /// Every size.
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for &samples in &self.samples {
            for percent in &self.features_percent {
                for &maps in &self.maps {
                    cells.push(Cell { samples, maps, features: samples * percent / 100, noise: self.noise });
                }
            }
        }
        cells
    }

    /// The sizes that are searched: those of the least n where the estimator is judged.
    pub fn searched(&self) -> Vec<Cell> {
        let least = self.samples.iter().copied().min();
        self.cells().into_iter().filter(|cell| Some(cell.samples) == least && cell.judged()).collect()
    }

    fn chunk(&self, cell: &Cell, chunk: usize) -> Result<Vec<Draw>, Error> {
        let seed = self.run_as.study("e5").split(&format!("{cell:?}"));
        let draws = chunk * CHUNK..self.draws.min((chunk + 1) * CHUNK);
        draws.map(|number| draw(cell, seed.split(&format!("draw {number}")))).collect()
    }
}

impl run::Settings for Settings {
    const SHOWN_BY: &'static str = "nas config E5";

    fn check(&self) -> Result<(), ConfigError> {
        self.run_as.check()?;
        ConfigError::each_outside("samples", &self.samples, &(10..=100_000))?;
        ConfigError::each_outside("maps", &self.maps, &(2..=1000))?;
        ConfigError::each_outside("features_percent", &self.features_percent, &(10..=10_000))?;
        ConfigError::negative("noise", self.noise)?;
        let ranges = [
            ("draws", self.draws, 2..=1_000_000),
            ("search_seeds", self.search_seeds, 0..=100_000),
            ("starts", self.starts, 1..=100_000),
        ];
        ranges.into_iter().try_for_each(|(key, value, range)| ConfigError::outside(key, value, range))
    }
}

impl Experiment for Settings {
    const ID: &'static str = "E5";

    fn quick() -> Self {
        Self { samples: vec![200], draws: 100, search_seeds: 5, starts: 8, ..Self::default() }
    }

    fn run_as(&mut self) -> &mut RunAs {
        &mut self.run_as
    }

    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error> {
        let (cells, chunks) = (self.cells(), self.draws.div_ceil(CHUNK));
        let units = Units { count: cells.len() * chunks, steps: 1 };
        let rows = lab.measure("E5, estimator", units, |unit, progress| {
            let draws = self.chunk(&cells[unit / chunks], unit % chunks)?;
            progress.advance();
            Ok(draws)
        })?;
        let draws: Vec<Vec<Draw>> = rows.chunks(chunks).map(<[Vec<Draw>]>::concat).collect();
        let estimator = estimator_outcome(self, &cells.into_iter().zip(draws).collect::<Vec<_>>());

        let cells = self.searched();
        let units = Units { count: cells.len() * self.search_seeds, steps: 1 };
        let rows = lab.measure("E5, searches", units, |unit, progress| {
            let (cell, number) = (&cells[unit / self.search_seeds], unit % self.search_seeds);
            let seed = self.run_as.study("e5 searches").split(&format!("{cell:?}, seed {number}"));
            let searched = search_seed(cell, self.starts, seed)?;
            progress.advance();
            Ok(searched)
        })?;
        if rows.is_empty() {
            return Ok(vec![estimator]);
        }
        let by_cell = cells.into_iter().zip(rows.chunks(self.search_seeds).map(<[_]>::to_vec)).collect::<Vec<_>>();
        Ok(vec![estimator, search_outcome(self, &by_cell)])
    }
}
