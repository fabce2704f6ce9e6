//! The train-validation-test split.

use super::{Dataset, Percent};
use crate::seed::Stream;
use rand::seq::SliceRandom;

/// How many samples each part gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// n_T: the inner problem fits these.
    pub train: usize,
    /// n_V: the outer problem ranks architectures on these.
    pub validation: usize,
    /// Samples that no search sees.
    pub test: usize,
}

impl Sizes {
    /// All samples needed.
    pub fn total(&self) -> usize {
        self.train + self.validation + self.test
    }
}

/// Why a data set cannot be split.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// A part would be empty.
    #[error("the {part} part of the split is empty; give it at least one sample")]
    Empty {
        /// Which part.
        part: &'static str,
    },
    /// There are fewer samples than the parts need together.
    #[error("the split needs {needed} samples but the data set has {available}; ask for smaller parts")]
    TooFew {
        /// Samples that the parts need.
        needed: usize,
        /// Samples there are.
        available: usize,
    },
    /// Shares that are no shares.
    #[error("the split {given:?} is not three whole percentages above 0 with the sum 100; write for example 60/20/20")]
    Percent {
        /// What was given.
        given: String,
    },
    /// A part gets no row.
    #[error(
        "{rows} rows are too few for the split {percent}: the {part} part would be empty; add rows or give that part a larger share"
    )]
    TooFewRows {
        /// Rows there are.
        rows: usize,
        /// The shares.
        percent: Percent,
        /// The part that would be empty.
        part: &'static str,
    },
}

/// A data set in three disjoint parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// T: the inner problem fits it.
    pub train: Dataset,
    /// V: the outer problem ranks architectures on it.
    pub validation: Dataset,
    /// What no search sees.
    pub test: Dataset,
}

impl Split {
    /// Deals `data` into disjoint random parts; samples left over are in none.
    pub fn random(data: &Dataset, sizes: Sizes, stream: &mut Stream) -> Result<Self, SplitError> {
        let parts = [("train", sizes.train), ("validation", sizes.validation), ("test", sizes.test)];
        if let Some(&(part, _)) = parts.iter().find(|(_, size)| *size == 0) {
            return Err(SplitError::Empty { part });
        }
        if sizes.total() > data.len() {
            return Err(SplitError::TooFew { needed: sizes.total(), available: data.len() });
        }
        let mut order: Vec<usize> = (0..data.len()).collect();
        order.shuffle(stream);
        let (train, rest) = order.split_at(sizes.train);
        let (validation, rest) = rest.split_at(sizes.validation);
        Ok(Self {
            train: data.select(train),
            validation: data.select(validation),
            test: data.select(&rest[..sizes.test]),
        })
    }
}
