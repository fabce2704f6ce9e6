//! Mini-batches: random rows of the data, every row once an epoch.

use crate::seed::{Seed, Stream};
use rand::seq::SliceRandom;
use tape::Float;

/// How rows are dealt into batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batches {
    /// Rows of the data.
    pub all: usize,
    /// Rows of a batch, at least one and at most all.
    pub size: usize,
    /// The order of the rows: the same in every fit.
    pub seed: Seed,
}

impl Batches {
    /// The rows of a fit, from the beginning.
    pub(super) fn rows(&self) -> Rows {
        Rows { order: (0..self.all).collect(), at: self.all, size: self.size, stream: self.seed.stream() }
    }
}

/// The order of rows in one fit.
#[derive(Debug)]
pub(super) struct Rows {
    order: Vec<usize>,
    /// Rows of this epoch that were dealt.
    at: usize,
    size: usize,
    stream: Stream,
}

impl Rows {
    /// Batches of an epoch; rows that do not fill one wait for the next shuffle.
    pub(super) fn per_epoch(&self) -> usize {
        (self.order.len() / self.size).max(1)
    }

    /// The next batch of each matrix.
    pub(super) fn next<T: Float>(&mut self, data: &[&[T]]) -> Vec<Vec<T>> {
        if self.at + self.size > self.order.len() {
            self.order.shuffle(&mut self.stream);
            self.at = 0;
        }
        let chosen = &self.order[self.at..self.at + self.size];
        self.at += self.size;
        let of = |matrix: &&[T]| {
            let width = matrix.len() / self.order.len();
            chosen.iter().flat_map(|row| &matrix[row * width..(row + 1) * width]).copied().collect()
        };
        data.iter().map(of).collect()
    }
}
