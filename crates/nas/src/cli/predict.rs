//! `nas predict`.

use super::Answer;
use clap::Args;
use nas::run::predict;
use std::path::PathBuf;

/// What to predict with, from and to.
#[derive(Args)]
pub(crate) struct Prediction {
    /// Folder of a finished run
    #[arg(value_name = "DIR")]
    run: PathBuf,
    /// CSV file or NumPy array with the columns of the training (a target is not needed), or IDX images
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// CSV file to write: a prediction for every row, and the probability of each class
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Replace --out if it is there
    #[arg(long)]
    force: bool,
}

impl Prediction {
    pub(crate) fn write(&self) -> Answer {
        let rows = predict(&self.run, &self.data, &self.out, self.force)?;
        println!("{rows} predictions written to {}", self.out.display());
        Ok(true)
    }
}
