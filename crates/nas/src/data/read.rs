//! A file of data in any format.

use super::contents;
use super::csv::{self, CsvOptions};
use super::error::DataError;
use super::frame::{Frame, Task};
use super::{idx, npy};
use std::path::Path;

/// Reads a file whose content says what it is: alone a CSV file ([`read_csv`](super::read_csv)) or a NumPy array
/// ([`read_npy`](super::read_npy)); with `labels` the rows of a NumPy array and their targets, or IDX images and their labels
/// ([`read_idx`](super::read_idx)).
///
/// # Panics
/// When the options name a target column beside `labels`.
pub fn read(file: &Path, labels: Option<&Path>, options: &CsvOptions) -> Result<Frame, DataError> {
    let raw = contents::raw(file)?;
    match labels {
        _ if npy::is_npy(&raw) => npy::from_bytes(file, raw, labels, options),
        None => csv::from_bytes(file, raw, options),
        Some(labels) => {
            npy::assert_one_target(labels, options);
            if options.task == Some(Task::Regression) {
                return Err(idx::idx(
                    labels,
                    "the labels of IDX images are classes; leave out the task regression".into(),
                ));
            }
            idx::from_bytes(file, raw, labels)
        }
    }
}
