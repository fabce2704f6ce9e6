//! How a column becomes features.

use super::error::{DataError, Place};
use super::frame::{Cells, Column};
use super::moments::moments;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// How a column becomes features, learned on the training rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Encoding {
    /// (value - mean) / deviation, and 0 where it is missing.
    Numeric {
        /// Mean of the training rows.
        mean: f64,
        /// Standard deviation of the training rows.
        deviation: f64,
        /// Whether another feature says where it is missing (1) and where not (0).
        indicator: bool,
    },
    /// 1 in the feature of its level and 0 in those of the others; all 0 where it is missing or unknown.
    Categorical {
        /// The levels seen in the training rows.
        levels: Vec<String>,
        /// Whether another feature says where it is missing (1) and where not (0).
        indicator: bool,
    },
    /// A column that is constant where it is not missing: 1 where it is missing, else 0.
    Gaps,
}

/// Where in the matrix of features a column goes: at `offset` in each row of `stride` features.
pub(super) struct Block<'a> {
    pub(super) x: &'a mut [f64],
    pub(super) stride: usize,
    pub(super) offset: usize,
}

impl Encoding {
    /// Learned on these rows; `None` for a column that is constant there.
    pub(super) fn fit(cells: &Cells, rows: &[usize]) -> Option<Self> {
        let missing = rows.iter().filter(|&&row| cells.is_missing(row)).count();
        let indicator = missing > 0;
        // Only when some are missing and some are not does it tell anything.
        let gaps = || (indicator && missing < rows.len()).then_some(Self::Gaps);
        match cells {
            Cells::Numeric(values) => match moments(rows.iter().map(|&row| values[row])) {
                Some((mean, deviation)) => Some(Self::Numeric { mean, deviation, indicator }),
                None => gaps(),
            },
            Cells::Categorical { levels, cells } => {
                let seen: BTreeSet<u32> = rows.iter().filter_map(|&row| cells[row]).collect();
                if seen.len() < 2 {
                    return gaps();
                }
                let levels = seen.into_iter().map(|level| levels[level as usize].clone()).collect();
                Some(Self::Categorical { levels, indicator })
            }
        }
    }

    /// The names of its features.
    pub(super) fn names(&self, column: &str) -> Vec<String> {
        let (mut names, indicator) = match self {
            Self::Numeric { indicator, .. } => (vec![column.to_owned()], *indicator),
            Self::Categorical { levels, indicator } => {
                (levels.iter().map(|level| format!("{column} = {level}")).collect(), *indicator)
            }
            Self::Gaps => (Vec::new(), true),
        };
        names.extend(indicator.then(|| format!("{column} is missing")));
        names
    }

    /// Number of its features.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Numeric { indicator, .. } => 1 + usize::from(*indicator),
            Self::Categorical { levels, indicator } => levels.len() + usize::from(*indicator),
            Self::Gaps => 1,
        }
    }

    /// Writes the features of these rows.
    pub(super) fn write(
        &self,
        column: &Column,
        rows: &[usize],
        block: Block<'_>,
        place: Place,
    ) -> Result<(), DataError> {
        let Block { x, stride, offset } = block;
        let mut put = |i: usize, feature: usize, value: f64| x[i * stride + offset + feature] = value;
        let indicator = match (self, &column.cells) {
            (Self::Numeric { mean, deviation, indicator }, Cells::Numeric(values)) => {
                for (i, value) in rows.iter().map(|&row| values[row]).enumerate() {
                    put(i, 0, if value.is_nan() { 0.0 } else { (value - mean) / deviation });
                }
                indicator.then_some(1)
            }
            (Self::Categorical { levels, indicator }, Cells::Categorical { levels: found, cells }) => {
                let known: HashMap<&String, usize> = levels.iter().enumerate().map(|(i, level)| (level, i)).collect();
                let feature: Vec<Option<usize>> = found.iter().map(|level| known.get(level).copied()).collect();
                for (i, cell) in rows.iter().map(|&row| cells[row]).enumerate() {
                    if let Some(feature) = cell.and_then(|level| feature[level as usize]) {
                        put(i, feature, 1.0);
                    }
                }
                indicator.then_some(levels.len())
            }
            (Self::Gaps, _) => Some(0),
            (_, found) => return Err(DataError::WrongKind { at: place, found: kind(found), expected: self.kind() }),
        };
        if let Some(feature) = indicator {
            let missing = |&row: &usize| if column.cells.is_missing(row) { 1.0 } else { 0.0 };
            rows.iter().map(missing).enumerate().for_each(|(i, value)| put(i, feature, value));
        }
        Ok(())
    }

    fn kind(&self) -> &'static str {
        if matches!(self, Self::Numeric { .. }) { "numbers" } else { "categories" }
    }
}

fn kind(cells: &Cells) -> &'static str {
    if matches!(cells, Cells::Numeric(_)) { "numbers" } else { "categories" }
}
