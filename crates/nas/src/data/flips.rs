//! Label noise: classes replaced at random, to see what a search and its data cleaning make of them.

use super::error::{DataError, Place};
use super::frame::{Frame, Target};
use crate::seed::Seed;
use rand::RngExt;
use rand::seq::SliceRandom;
use std::path::Path;

impl Frame {
    /// The same with the classes of `percent` of these rows, rounded to a whole number, replaced: each by one of the others, all
    /// of them alike. Answers the rows as well, in ascending order.
    ///
    /// # Errors
    /// When the target is a number.
    pub fn flipped(mut self, rows: &[usize], percent: f64, seed: Seed) -> Result<(Self, Vec<usize>), DataError> {
        let Target::Classes { levels, cells } = &mut self.target else {
            return Err(DataError::NoClasses(Place::column(Path::new(&self.features.source), &self.target_name)));
        };
        let (mut stream, mut chosen) = (seed.stream(), rows.to_vec());
        chosen.shuffle(&mut stream);
        chosen.truncate((percent / 100.0 * rows.len() as f64).round() as usize);
        chosen.sort_unstable();
        let classes = levels.len() as u32;
        for &row in &chosen {
            cells[row] = (cells[row] + stream.random_range(1..classes.max(2))) % classes;
        }
        Ok((self, chosen))
    }
}
