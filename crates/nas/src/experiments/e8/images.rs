//! Images with classes, and how they are dealt into parts.

use super::training::Parts;
use crate::data::{Cells, Frame, Target};
use crate::seed::Seed;
use rand::seq::SliceRandom;

/// Images as a supernet takes them.
#[derive(Clone, Debug, PartialEq)]
pub struct Images {
    /// Pixels, n × d, row by row, from 0 to 1.
    pub x: Vec<f64>,
    /// The class of each, from 0.
    pub classes: Vec<usize>,
    /// Number d of pixels.
    pub pixels: usize,
    /// Number of classes.
    pub outputs: usize,
}

impl Images {
    /// From a data set whose columns are pixels; they are divided by the largest one. What is no number is left out,
    /// and numbers for targets have no classes.
    pub fn of(frame: &Frame) -> Self {
        let columns = frame.features.columns.iter().filter_map(|column| match &column.cells {
            Cells::Numeric(values) => Some(values),
            Cells::Categorical { .. } => None,
        });
        let columns: Vec<&Vec<f64>> = columns.collect();
        let top = columns.iter().flat_map(|column| column.iter()).copied().fold(f64::MIN_POSITIVE, f64::max);
        let row = |row: usize| columns.iter().map(move |column| column[row] / top);
        let (classes, outputs) = match &frame.target {
            Target::Classes { levels, cells } => (cells.iter().map(|&class| class as usize).collect(), levels.len()),
            Target::Numbers(_) => (Vec::new(), 0),
        };
        Self { x: (0..frame.rows()).flat_map(row).collect(), classes, pixels: columns.len(), outputs }
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// The pixels of some images.
    pub fn pixels_of(&self, images: &[usize]) -> Vec<f64> {
        images.iter().flat_map(|i| &self.x[i * self.pixels..(i + 1) * self.pixels]).copied().collect()
    }

    /// The classes of some images, one-hot.
    pub fn one_hot(&self, images: &[usize]) -> Vec<f64> {
        let row = |&i: &usize| (0..self.outputs).map(move |k| if self.classes[i] == k { 1.0 } else { 0.0 });
        images.iter().flat_map(row).collect()
    }

    /// Deals images at random: n_T train, n_V validate, at most `n_test` of the others test. The training images, and
    /// the first ones of the others, are the same for every n_V.
    ///
    /// # Panics
    /// When no image is left for the test.
    pub fn deal(&self, n_train: usize, n_validation: usize, n_test: usize, seed: Seed) -> Parts {
        let taken = n_train + n_validation;
        assert!(taken < self.len(), "{} images for {n_train} + {n_validation} and a test", self.len());
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.shuffle(&mut seed.stream());
        let test = order[taken..].iter().copied().take(n_test).collect();
        let validation = order[n_train..taken].to_vec();
        order.truncate(n_train);
        Parts { train: order, validation, test }
    }
}
