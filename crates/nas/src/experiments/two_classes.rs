//! The embedded digits as a problem of two classes.

use super::Error;
use super::slopes::norm;
use crate::data::{self, Cells, Dataset, Target};

/// The embedded digits, centred and on the unit sphere; −1 for those below 5, else 1.
pub(super) fn digits() -> Result<Dataset, Error> {
    let frame = data::digits()?;
    let rows = frame.rows();
    let columns: Vec<&Vec<f64>> = frame
        .features
        .columns
        .iter()
        .filter_map(|column| match &column.cells {
            Cells::Numeric(values) => Some(values),
            Cells::Categorical { .. } => None,
        })
        .collect();
    let means: Vec<f64> = columns.iter().map(|column| column.iter().sum::<f64>() / rows as f64).collect();
    let mut features = Vec::with_capacity(rows * columns.len());
    for row in 0..rows {
        let x: Vec<f64> = columns.iter().zip(&means).map(|(column, mean)| column[row] - mean).collect();
        let norm = norm(&x).max(f64::MIN_POSITIVE);
        features.extend(x.iter().map(|x| x / norm));
    }
    let Target::Classes { levels, cells } = &frame.target else { unreachable!("digits are classes") };
    let below_five = |level: &String| level.parse::<u32>().is_ok_and(|digit| digit < 5);
    let label = |class: &u32| if below_five(&levels[*class as usize]) { -1.0 } else { 1.0 };
    Ok(Dataset::new(features, cells.iter().map(label).collect(), columns.len()))
}
