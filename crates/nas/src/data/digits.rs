//! The embedded data set.

use super::csv::{CsvOptions, from_bytes};
use super::error::DataError;
use super::frame::{Frame, Task};
use std::path::Path;

/// Optical Recognition of Handwritten Digits, the test set: 1,797 images of 8 x 8 pixels from 0 to 16, ten classes.
///
/// From scikit-learn (`sklearn/datasets/data/digits.csv.gz`, BSD-3-Clause); originally UCI "Optical Recognition of
/// Handwritten Digits" by E. Alpaydin and C. Kaynak, 1998 (CC BY 4.0). See DIGITS.md beside this file.
const DIGITS: &[u8] = include_bytes!("digits.csv.gz");

/// The handwritten digits: 1,797 images of 8 x 8 pixels, ten classes; pixels are called p0 to p63, the target "digit".
///
/// Sources: scikit-learn (BSD-3-Clause), originally UCI "Optical Recognition of Handwritten Digits" by E. Alpaydin and
/// C. Kaynak (CC BY 4.0).
pub fn digits() -> Result<Frame, DataError> {
    let options = CsvOptions { target: None, task: Some(Task::Classification) };
    let mut frame = from_bytes(Path::new("digits"), DIGITS.to_vec(), &options)?;
    frame.target_name = "digit".into();
    frame.features.columns.iter_mut().enumerate().for_each(|(p, column)| column.name = format!("p{p}"));
    frame.notes = vec![
        "1,797 handwritten digits of 8 x 8 pixels from 0 to 16, embedded in this program".into(),
        "sources: scikit-learn (BSD-3-Clause), originally UCI Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak (CC BY 4.0)".into(),
    ];
    Ok(frame)
}
