//! Fewer rows of a data set.

use super::frame::{Cells, Column, Features, Frame, Target};
use super::parts::strata;
use crate::seed::Seed;
use rand::seq::SliceRandom;

impl Frame {
    /// A random sample of `rows` rows in their order, each class with its share; all of them when there are no more.
    #[must_use]
    pub fn sample(self, rows: usize, seed: Seed) -> Self {
        let all = self.rows();
        if rows >= all {
            return self;
        }
        // Row r of a class of n has the rank (r + ½) / n: the lowest ranks take from every class in proportion.
        let mut stream = seed.stream();
        let mut ranked = Vec::with_capacity(all);
        for mut class in strata(&self.target) {
            class.shuffle(&mut stream);
            let n = class.len() as f64;
            ranked.extend(class.into_iter().enumerate().map(|(r, row)| ((r as f64 + 0.5) / n, row)));
        }
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut chosen: Vec<usize> = ranked[..rows].iter().map(|&(_, row)| row).collect();
        chosen.sort_unstable();
        let mut sample = self.select(&chosen);
        sample.notes.push(format!("a random sample of {rows} of {all} rows"));
        sample
    }

    /// These rows.
    fn select(self, chosen: &[usize]) -> Self {
        let numbers = |values: &[f64]| chosen.iter().map(|&row| values[row]).collect();
        let columns = self.features.columns.into_iter().map(|Column { name, cells }| {
            let cells = match cells {
                Cells::Numeric(values) => Cells::Numeric(numbers(&values)),
                Cells::Categorical { levels, cells } => {
                    Cells::Categorical { levels, cells: chosen.iter().map(|&row| cells[row]).collect() }
                }
            };
            Column { name, cells }
        });
        let features = Features { source: self.features.source, rows: chosen.len(), columns: columns.collect() };
        let target = match self.target {
            Target::Numbers(values) => Target::Numbers(numbers(&values)),
            Target::Classes { levels, cells } => {
                Target::Classes { levels, cells: chosen.iter().map(|&row| cells[row]).collect() }
            }
        };
        Self { features, target, ..self }
    }
}
