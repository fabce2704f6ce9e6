//! Which rows train, validate and test.

use super::frame::{Frame, Target};
use super::split::SplitError;
use crate::seed::Seed;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const NAMES: [&str; 3] = ["train", "validation", "test"];

/// The shares of the three parts in percent; written as in 60/20/20.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Percent {
    /// Share of the rows that the inner problem fits.
    pub train: u32,
    /// Share of the rows that the outer problem ranks architectures on.
    pub validation: u32,
    /// Share of the rows that no search sees.
    pub test: u32,
}

impl Percent {
    fn shares(self) -> [u32; 3] {
        [self.train, self.validation, self.test]
    }

    fn check(self) -> Result<Self, SplitError> {
        let shares = self.shares();
        // Each is at most 100, so the sum does not overflow.
        let fits = shares.iter().all(|share| (1..=100).contains(share)) && shares.iter().sum::<u32>() == 100;
        if fits { Ok(self) } else { Err(SplitError::Percent { given: self.to_string() }) }
    }
}

impl Default for Percent {
    fn default() -> Self {
        Self { train: 60, validation: 20, test: 20 }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.train, self.validation, self.test)
    }
}

impl FromStr for Percent {
    type Err = SplitError;

    fn from_str(text: &str) -> Result<Self, SplitError> {
        let error = || SplitError::Percent { given: text.to_owned() };
        let shares = text.split('/').map(|share| share.trim().parse().ok()).collect::<Option<Vec<u32>>>();
        match shares.as_deref() {
            Some(&[train, validation, test]) => Self { train, validation, test }.check(),
            _ => Err(error()),
        }
    }
}

impl TryFrom<String> for Percent {
    type Error = SplitError;

    fn try_from(text: String) -> Result<Self, SplitError> {
        text.parse()
    }
}

impl From<Percent> for String {
    fn from(percent: Percent) -> Self {
        percent.to_string()
    }
}

impl Percent {
    /// Validation and test in the same proportion, where the training rows are of another source.
    fn without_training(self) -> [u32; 3] {
        let rest = self.validation + self.test;
        let validation = ((100 * self.validation + rest / 2) / rest).clamp(1, 99);
        [0, validation, 100 - validation]
    }
}

/// The rows of the three parts: disjoint, together all rows, each in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// The rows that the inner problem fits.
    pub train: Vec<usize>,
    /// The rows that the outer problem ranks architectures on.
    pub validation: Vec<usize>,
    /// The rows that no search sees.
    pub test: Vec<usize>,
}

impl Parts {
    /// Deals the rows at random. Each class is dealt by itself, so that every part has its share of it to within one row,
    /// and the training part at least one. Where the training rows are of another source they are all of the training part, and
    /// the others are dealt to validation and test.
    pub fn draw(frame: &Frame, percent: Percent, seed: Seed) -> Result<Self, SplitError> {
        let shares = percent.check()?.shares();
        let shares = if frame.training_rows > 0 { percent.without_training() } else { shares };
        let (mut stream, mut parts) = (seed.stream(), [const { Vec::new() }; 3]);
        let mut owed = [0; 3];
        for mut rows in strata(&frame.target) {
            rows.retain(|row| *row >= frame.training_rows);
            rows.shuffle(&mut stream);
            let mut rest = rows.as_slice();
            let empty = parts.each_ref().map(Vec::is_empty);
            for (part, size) in parts.iter_mut().zip(sizes(rows.len(), shares, empty, &mut owed)) {
                let (taken, left) = rest.split_at(size.min(rest.len()));
                part.extend_from_slice(taken);
                rest = left;
            }
        }
        parts[0].extend(0..frame.training_rows);
        if let Some(part) = parts.iter().position(Vec::is_empty) {
            return Err(SplitError::TooFewRows { rows: frame.rows(), percent, part: NAMES[part] });
        }
        parts.iter_mut().for_each(|part| part.sort_unstable());
        let [train, validation, test] = parts;
        Ok(Self { train, validation, test })
    }
}

/// The rows of each class; numbers are one class.
pub(super) fn strata(target: &Target) -> Vec<Vec<usize>> {
    match target {
        Target::Numbers(values) => vec![(0..values.len()).collect()],
        Target::Classes { levels, cells } => {
            let mut rows = vec![Vec::new(); levels.len()];
            cells.iter().enumerate().for_each(|(row, &class)| rows[class as usize].push(row));
            rows
        }
    }
}

/// How many of `rows` each part gets: its share rounded down or up. `owed` is what each part lacks so far in hundredths of
/// a row; the rows that rounding down leaves go to a part that is `empty` so far, then to those that lack most, so that the
/// totals come out right as well.
fn sizes(rows: usize, shares: [u32; 3], empty: [bool; 3], owed: &mut [i64; 3]) -> [usize; 3] {
    let quotas = shares.map(|share| rows * share as usize);
    let mut sizes = quotas.map(|quota| quota / 100);
    (0..3).for_each(|part| owed[part] += (quotas[part] % 100) as i64);
    let mut order: Vec<usize> = (0..3).filter(|&part| quotas[part] % 100 > 0).collect();
    // The training part needs every class, before all others.
    order.sort_by_key(|&part| {
        let none = sizes[part] == 0;
        (!(part == 0 && none), !(empty[part] && none), -owed[part])
    });
    let left = rows - sizes.iter().sum::<usize>();
    for part in order.into_iter().take(left) {
        sizes[part] += 1;
        owed[part] -= 100;
    }
    sizes
}
