//! `nas data`.

use super::Answer;
use clap::Args;
use nas::data::Task;
use nas::run::Config;
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct DataFile {
    /// A CSV file or NumPy array (gzip too), NumPy rows or IDX images with --labels, or nothing for the embedded digits
    file: Option<PathBuf>,
    /// The targets of NumPy rows (.npy too), or the labels of IDX images
    #[arg(long, value_name = "FILE", requires = "file")]
    labels: Option<PathBuf>,
    /// Name of the target column, or its number where there is no header; the last one if not given
    #[arg(long, value_name = "COLUMN", requires = "file", conflicts_with = "labels")]
    target: Option<String>,
    /// What the target is, where it is not what the reader takes it for
    #[arg(long, requires = "file")]
    task: Option<Task>,
}

impl DataFile {
    /// Prints what the reader understood.
    pub(crate) fn describe(self) -> Answer {
        let Self { file: data, labels, target, task } = self;
        print!("{}", Config { data, labels, target, task, ..Config::default() }.frame()?.describe());
        Ok(true)
    }
}
