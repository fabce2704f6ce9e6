//! Power laws of a gap in the number of hyperparameters and of validation samples.

use super::{Bound, Criterion};
use crate::report::{Axis, Plot, Series};
use crate::seed::Seed;
use crate::stats::{Line, mean, power_law};

/// Gaps of every seed, for every h and every n_V.
pub(super) struct Laws<'a> {
    pub(super) maps: &'a [usize],
    pub(super) n_validation: &'a [usize],
    /// By seed, h and n_V.
    pub(super) gaps: Vec<Vec<Vec<f64>>>,
    /// Of the resamples.
    pub(super) seed: Seed,
}

impl Laws<'_> {
    /// The mean over all seeds.
    pub(super) fn mean(&self, h: usize, n: usize) -> f64 {
        self.mean_of(&self.all(), h, n)
    }

    /// The slope in n_V of the mean over all seeds, over all n_V.
    pub(super) fn slope_of_all(&self, h: usize) -> f64 {
        self.in_at_least(0, &self.all(), h).slope
    }

    /// The power law in n_V ≥ 5h of the mean over some seeds.
    fn in_samples(&self, seeds: &[usize], h: usize) -> Line {
        self.in_at_least(5 * self.maps[h], seeds, h)
    }

    /// The power law in n_V from this number on.
    fn in_at_least(&self, fewest: usize, seeds: &[usize], h: usize) -> Line {
        let sizes = self.n_validation.iter().enumerate();
        let enough = sizes.filter(|(_, size)| **size >= fewest);
        let (x, y): (Vec<f64>, Vec<f64>) = enough.map(|(n, &size)| (size as f64, self.mean_of(seeds, h, n))).unzip();
        power_law(&x, &y)
    }

    /// The power law in h.
    fn in_maps(&self, seeds: &[usize], n: usize) -> Line {
        let maps = self.maps.iter().enumerate();
        let (x, y): (Vec<f64>, Vec<f64>) = maps.map(|(h, &maps)| (maps as f64, self.mean_of(seeds, h, n))).unzip();
        power_law(&x, &y)
    }

    /// For every h: the slope in n_V, and whether it is a line where `r_squared` asks for it.
    pub(super) fn slopes(&self, what: &str, bound: Bound, r_squared: Option<Bound>) -> Vec<Criterion> {
        let mut criteria = Vec::new();
        for (h, maps) in self.maps.iter().enumerate() {
            let meaning = format!("With {maps} maps {what} falls as one over the root of n_V ...");
            let name = format!("slope in n_V of {what}, h = {maps}");
            criteria.push(self.law(meaning, name, &|seeds| self.in_samples(seeds, h).slope, bound));
            if let Some(bound) = r_squared {
                let name = format!("R^2 of that line, {what}, h = {maps}");
                let of = |seeds: &[usize]| self.in_samples(seeds, h).r_squared;
                criteria.push(self.law("... and it is a power law.".into(), name, &of, bound));
            }
        }
        criteria
    }

    /// For every n_V: the exponent in h.
    pub(super) fn exponents(&self, what: &str, bound: Bound) -> Vec<Criterion> {
        let of_size = |(n, size): (usize, &usize)| {
            let meaning = format!("With {size} validation samples {what} grows about as the root of h.");
            let name = format!("exponent in h of {what}, n_V = {size}");
            self.law(meaning, name, &|seeds| self.in_maps(seeds, n).slope, bound)
        };
        self.n_validation.iter().enumerate().map(of_size).collect()
    }

    /// The means over n_V, a line for each h.
    pub(super) fn plot(&self, title: &str) -> Plot {
        let series = self.maps.iter().enumerate().map(|(h, maps)| {
            let sizes = self.n_validation.iter().enumerate();
            let points = sizes.map(|(n, &size)| [size as f64, self.mean(h, n)]).collect();
            Series { label: format!("h = {maps}"), points, theory: false }
        });
        let series = series.collect();
        let (x, y) = (Axis::Powers, Axis::Powers);
        Plot { title: title.into(), x_label: "validation samples".into(), x, y, series, dots: false }
    }

    fn all(&self) -> Vec<usize> {
        (0..self.gaps.len()).collect()
    }

    fn mean_of(&self, seeds: &[usize], h: usize, n: usize) -> f64 {
        mean(&seeds.iter().map(|&seed| self.gaps[seed][h][n]).collect::<Vec<f64>>())
    }

    /// A figure of the means over seeds.
    fn law(&self, meaning: String, name: String, of: &dyn Fn(&[usize]) -> f64, bound: Bound) -> Criterion {
        Criterion::of_seeds(meaning, name, (self.gaps.len(), self.seed), of, bound)
    }
}
