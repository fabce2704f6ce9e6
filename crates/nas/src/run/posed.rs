//! What a configuration means: its data, and the search on it.

use super::{Config, FitStart};
use crate::bilevel::Inner;
use crate::data::{CsvOptions, DataError, Frame, digits, read};
use crate::inner::FitOptions;
use crate::metrics;
use crate::model::Coordinates;
use crate::model::candidates::{self, CandidateError};
use crate::outer::Solver;
use crate::search::{FirstStep, Options};
use crate::seed::Seed;
use crate::trial::Setting;
use crate::tuning::Tuning;

/// The outer solver's limits, beside the number of its steps. The fits are inexact and each proposal costs one, so finer
/// limits buy nothing.
const OUTER: Options = Options { steps: 0, first: FirstStep::Distance(1.0), tolerance: 1e-3, halvings: 3 };

impl Config {
    /// Reads the data, or the sample of it that is asked for; of two sources, as large a sample of each.
    pub fn frame(&self) -> Result<Frame, DataError> {
        let options = CsvOptions { target: self.target.clone(), task: self.task };
        let frame = match &self.data {
            None => digits(),
            Some(file) => read(file, self.labels.as_deref(), &options),
        }?;
        let (rows, seed) = (if self.rows == 0 { usize::MAX } else { self.rows }, Seed::new(self.seed));
        let frame = frame.sample(rows, seed.split("sample"));
        let Some(file) = &self.train_data else { return Ok(frame) };
        let target = self.target.clone().unwrap_or_else(|| frame.target_name.clone());
        let options = CsvOptions { target: Some(target), task: Some(frame.task()) };
        frame.trained_on(read(file, None, &options)?.sample(rows, seed.split("training sample")))
    }

    /// The same with every setting that the data or another setting decides: what this search is, on any data of its size.
    #[must_use]
    pub fn effective(mut self, frame: &Frame) -> Self {
        let share = f64::from(self.split.train) / 100.0;
        let train = if frame.training_rows > 0 { frame.training_rows as f64 } else { frame.rows() as f64 * share };
        self.ridge.get_or_insert(train.recip().max(1e-3));
        self.outer = Some(self.solver());
        self
    }

    /// How many mixtures a grid or a random search may try.
    pub(super) fn most_trials(&self) -> usize {
        if self.trials == 0 { self.outer_steps + 1 } else { self.trials }
    }

    /// How the coefficients move: as asked for, or as suits their space.
    pub fn solver(&self) -> Solver {
        self.outer.unwrap_or_else(|| Solver::usual(self.space))
    }

    /// What these settings mean for this data.
    pub fn setting(&self, frame: &Frame) -> Result<Setting, CandidateError> {
        let ridge = self.clone().effective(frame).ridge.unwrap_or_default();
        let fit = FitOptions { optimiser: self.inner, lr: self.lr, steps: self.inner_steps, tolerance: self.tol };
        let (loss, warm) = (metrics::loss(frame.task()), self.fit_start == FitStart::Warm);
        let bank = candidates::bank(&self.candidates)?;
        Ok(Setting {
            percent: self.split,
            hidden: self.hidden.clone(),
            coordinates: Coordinates::new(&bank, &self.candidates, self.normalise)?,
            bank,
            names: self.candidates.clone(),
            groups: self.groups,
            shared: self.shared,
            inner: Inner { loss, ridge, fit, way: self.method, batch: self.batch, warm, tolerance: self.tolerance },
            precision: self.precision,
            shape: self.space,
            solver: self.solver(),
            entropy: self.entropy,
            alpha_start: self.start,
            strategy: self.strategy,
            rivals: self.rivals.clone(),
            trials: self.most_trials(),
            outer: Options { steps: self.outer_steps, ..OUTER },
            stop_at_noise: self.stop_at_noise,
            keep: self.keep,
            flip_labels: self.flip_labels,
            tuning: Tuning { ridge: self.tune_ridge, rows: self.weigh_rows, jointly: self.tune_jointly },
        })
    }
}
