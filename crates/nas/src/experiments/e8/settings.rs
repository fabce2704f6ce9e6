//! The settings of E8.

use super::{EDGES, Images, OPERATIONS, Programs, Schedule, Supernet, measure_seed, outcome};
use crate::data::{Frame, SplitError, digits, read_idx};
use crate::experiments::{Error, Experiment, Lab, Outcome, RunAs, Units};
use crate::run::{self, ConfigError};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::path::PathBuf;

/// Every setting of E8. The documentation of a field is its help text, its default the pass criteria's setting.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[command(next_help_heading = "Settings (each also a key of --config and --set, with _ for -)")]
#[serde(default)]
pub struct Settings {
    /// Seed and threads
    #[command(flatten)]
    #[serde(flatten)]
    pub run_as: RunAs,
    /// Independent repetitions, each with a split of its own
    #[arg(long, default_value_t = Settings::default().seeds)]
    pub seeds: usize,
    /// Training images n_T, which the weights fit
    #[arg(long, default_value_t = Settings::default().n_train)]
    pub n_train: usize,
    /// Validation images n_V, which choose the architecture; the number h of hyperparameters is always among them
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Settings::default().n_validation)]
    pub n_validation: Vec<usize>,
    /// The same of the images of a file: there are more of them
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Settings::default().images_n_validation)]
    pub images_n_validation: Vec<usize>,
    /// Test images at most; the others are in no part
    #[arg(long, default_value_t = Settings::default().n_test)]
    pub n_test: usize,
    /// Cells, each with 70 hyperparameters
    #[arg(long, default_value_t = Settings::default().cells)]
    pub cells: usize,
    /// Width of the nodes of a cell
    #[arg(long, default_value_t = Settings::default().width)]
    pub width: usize,
    /// Steps of the weights, each followed by one of the hyperparameters
    #[arg(long, default_value_t = Settings::default().steps)]
    pub steps: usize,
    /// Steps of the weights alone at the end, at the hyperparameters that were found
    #[arg(long, default_value_t = Settings::default().settle)]
    pub settle: usize,
    /// Images of a mini-batch
    #[arg(long, default_value_t = Settings::default().batch)]
    pub batch: usize,
    /// Size of the first step of the weights (momentum 0.9); it falls to 1/25 of it along half a cosine
    #[arg(long, default_value_t = Settings::default().rate, allow_negative_numbers = true)]
    pub rate: f64,
    /// Weight decay
    #[arg(long, default_value_t = Settings::default().decay, allow_negative_numbers = true)]
    pub decay: f64,
    /// Size of the steps of the hyperparameters: Adam on softmax logits
    #[arg(long, default_value_t = Settings::default().alpha_rate, allow_negative_numbers = true)]
    pub alpha_rate: f64,
    /// Differentiate through one step of the weights (DARTS of second order); if not, take them for constants
    #[arg(long)]
    pub second_order: bool,
    /// IDX file of images (such as those of Fashion-MNIST) for a second half; without it that half is left out
    #[arg(long, value_name = "FILE", value_parser = path)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<PathBuf>,
    /// IDX file of their labels
    #[arg(long, value_name = "FILE", value_parser = path)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<PathBuf>,
}

impl Default for Settings {
    /// α travels as far as in DARTS: 1,500 steps of 0.004 for its 19,550 of 3e-4 (50 epochs of 391 batches).
    ///
    /// The steps that settle the weights were added after a run without them had failed, and changed no verdict: the largest
    /// training error went from 0.006 to 0.004 (bound 0), the slope from −0.756 to −0.782 (bound −0.7).
    fn default() -> Self {
        Self {
            run_as: RunAs::default(),
            seeds: 20,
            n_train: 500,
            n_validation: vec![20, 50, 100, 250, 500],
            images_n_validation: vec![20, 50, 100, 250, 500, 1000],
            n_test: 10_000,
            cells: 1,
            width: 16,
            steps: 1500,
            settle: 500,
            batch: 100,
            rate: 0.05,
            decay: 3e-4,
            alpha_rate: 0.004,
            second_order: false,
            images: None,
            labels: None,
        }
    }
}

/// Images of the embedded digits.
const DIGITS: usize = 1797;

impl Settings {
    /// h
    pub fn hyperparameters(&self) -> usize {
        self.cells * EDGES * OPERATIONS
    }

    /// The numbers of validation images, h among them, from few to many.
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = [&self.n_validation[..], &[self.hyperparameters()]].concat();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// How the weights are trained.
    pub fn schedule(&self) -> Schedule {
        let Self { steps, settle, batch, rate, decay, second_order, .. } = *self;
        Schedule { steps, settle, batch, rate, decay, second_order }
    }

    /// What is compiled for these images, one for each of [`Self::sizes`].
    pub fn programs(&self, images: &Images) -> Vec<Programs<f32>> {
        let Self { cells, width, .. } = *self;
        let net = Supernet { inputs: images.pixels, width, outputs: images.outputs, cells };
        let sizes = self.sizes();
        sizes.iter().map(|&n_validation| Programs::new(net, &self.schedule(), n_validation, images.len())).collect()
    }

    /// Those of the half with the images of a file.
    fn of_images(&self) -> Self {
        Self { n_validation: self.images_n_validation.clone(), ..self.clone() }
    }

    /// Measures one data set.
    fn half(&self, study: &'static str, frame: &Frame, lab: &Lab) -> Result<Vec<super::Measured>, Error> {
        let images = Images::of(frame);
        let needed = self.n_train + self.sizes().last().copied().unwrap_or(0) + 1;
        if images.len() < needed {
            return Err(SplitError::TooFew { needed, available: images.len() }.into());
        }
        let programs = self.programs(&images);
        let units = Units { count: self.seeds, steps: programs.len() };
        lab.measure(study, units, |number, progress| Ok(measure_seed(self, &images, &programs, number, progress)))
    }
}

/// A path from a flag; an empty one unsets what a file says.
fn path(text: &str) -> Result<PathBuf, Infallible> {
    Ok(text.into())
}

impl run::Settings for Settings {
    const SHOWN_BY: &'static str = "nas config E8";

    fn check(&self) -> Result<(), ConfigError> {
        self.run_as.check()?;
        ConfigError::outside("cells", self.cells, 1..=4)?;
        ConfigError::outside("n_train", self.n_train, 1..=1000)?;
        // One image at least is left for the test; how many there are in a file is not known before it is read.
        ConfigError::each_outside("n_validation", &self.n_validation, &(1..=DIGITS - self.n_train - 1))?;
        ConfigError::each_outside("images_n_validation", &self.images_n_validation, &(1..=1_000_000))?;
        let ranges = [
            ("seeds", self.seeds, 2..=100_000),
            ("n_test", self.n_test, 1..=1_000_000),
            ("width", self.width, 1..=1000),
            ("steps", self.steps, 1..=1_000_000),
            ("settle", self.settle, 0..=1_000_000),
            ("batch", self.batch, 1..=self.n_train),
        ];
        ranges.into_iter().try_for_each(|(key, value, range)| ConfigError::outside(key, value, range))?;
        let positive = |value: f64| value.is_finite() && value > 0.0;
        ConfigError::unless(positive(self.rate), "rate", self.rate, "a finite number above 0")?;
        ConfigError::unless(positive(self.alpha_rate), "alpha_rate", self.alpha_rate, "a finite number above 0")?;
        ConfigError::negative("decay", self.decay)?;
        let (one, other) = match (&self.images, &self.labels) {
            (Some(images), None) => (format!("images = {}", images.display()), "no labels"),
            (None, Some(labels)) => (format!("labels = {}", labels.display()), "no images"),
            _ => return Ok(()),
        };
        let need = "give both files, or neither to leave that half out";
        Err(ConfigError::Clash { one, other: other.to_owned(), need })
    }
}

impl Experiment for Settings {
    const ID: &'static str = "E8";

    fn quick() -> Self {
        Self {
            seeds: 10,
            n_validation: vec![20, 100, 500],
            images_n_validation: vec![20, 100, 1000],
            ..Self::default()
        }
    }

    fn run_as(&mut self) -> &mut RunAs {
        &mut self.run_as
    }

    /// The digits, then the images of a file, if there is one: so many of them that all parts are full.
    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error> {
        let mut outcomes = vec![outcome(self, "digits", 0.0, &self.half("E8, digits", &digits()?, lab)?)];
        match (&self.images, &self.labels) {
            (Some(images), Some(labels)) => {
                let frame = read_idx(images, labels)?;
                let own = self.of_images();
                let most = own.n_train + own.sizes().last().copied().unwrap_or(0) + own.n_test;
                let frame = frame.sample(most, self.run_as.study("e8").split("images"));
                let name = frame.name.clone();
                outcomes.push(outcome(&own, &name, 0.01, &own.half("E8, images", &frame, lab)?));
            }
            _ => outcomes[0]
                .notes
                .push("The half with Fashion-MNIST is left out: give --images and --labels, its two IDX files.".into()),
        }
        Ok(outcomes)
    }
}
