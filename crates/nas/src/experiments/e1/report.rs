//! E1's criteria, table and plot.

use super::{Gap, Measured, Settings, gap::CLIP};
use crate::experiments::{Bound, Criterion, Outcome};
use crate::report::{Axis, Plot, Series, Table, figure};
use crate::seed::Seed;
use crate::stats::{Line, bootstrap_interval, mean, power_law};

/// The certified bound fails with this probability at most.
const DELTA: f64 = 0.05;

/// One of the two gaps.
type Of = fn(&Gap) -> f64;

/// What the seeds say together.
struct Study<'a> {
    settings: &'a Settings,
    measured: &'a [Measured],
}

/// Criteria, table and plot.
pub fn outcome(settings: &Settings, measured: &[Measured]) -> Outcome {
    let Settings { features, n_train, noise, points, steps, .. } = settings;
    let study = Study { settings, measured };
    Outcome {
        title: "E1  The largest gap between validation risk and risk (superposition model)".into(),
        claim: "Claim: over a continuous space of h hyperparameters, validation risk is uniformly close to risk: the largest gap \
                falls as the root of h / n_V, whatever the number of weights and training samples is."
            .into(),
        setting: format!(
            "Setting: y = alpha*' X theta* + {noise} z, X of h maps with {features} features; weights of least norm on {n_train} \
             training samples, so every alpha on the sphere fits them; loss min(r^2, {CLIP}), whose risk is exact; {points} \
             random alpha, and an ascent of {steps} steps from the worst of them; {} seeds.",
            measured.len()
        ),
        table: study.table(),
        legend: "Columns: mean over seeds of the largest gap over the random points, and after the ascent; of the excess risk \
                 of the point of least validation risk; and what is certified for the points with probability 0.95."
            .into(),
        criteria: study.criteria(),
        notes: Vec::new(),
        plots: vec![study.plot()],
    }
}

impl Study<'_> {
    /// The mean over some seeds of a gap.
    fn mean(&self, seeds: &[usize], h: usize, n: usize, of: Of) -> f64 {
        mean(&seeds.iter().map(|&seed| of(&self.measured[seed].gaps[h][n])).collect::<Vec<f64>>())
    }

    fn all(&self) -> Vec<usize> {
        (0..self.measured.len()).collect()
    }

    /// The power law in n_V ≥ 5h of the gap of one number of maps.
    fn in_samples(&self, seeds: &[usize], h: usize, of: Of) -> Line {
        let sizes = self.settings.n_validation.iter().enumerate();
        let enough = sizes.filter(|(_, size)| **size >= 5 * self.settings.maps[h]);
        let (x, y): (Vec<f64>, Vec<f64>) = enough.map(|(n, &size)| (size as f64, self.mean(seeds, h, n, of))).unzip();
        power_law(&x, &y)
    }

    /// The power law in h of the gap of one number of validation samples.
    fn in_maps(&self, seeds: &[usize], n: usize, of: Of) -> Line {
        let maps = self.settings.maps.iter().enumerate();
        let (x, y): (Vec<f64>, Vec<f64>) = maps.map(|(h, &maps)| (maps as f64, self.mean(seeds, h, n, of))).unzip();
        power_law(&x, &y)
    }

    fn criteria(&self) -> Vec<Criterion> {
        let kinds: [(&str, Of); 2] = [("points", |gap| gap.points), ("sphere", |gap| gap.sphere)];
        let mut criteria = Vec::new();
        for (h, maps) in self.settings.maps.iter().enumerate() {
            for (kind, of) in kinds {
                let slope = |seeds: &[usize]| self.in_samples(seeds, h, of).slope;
                let name = format!("slope in n_V of the gap over the {kind}, h = {maps}");
                let meaning = format!("With {maps} maps the gap over the {kind} falls as one over the root of n_V ...");
                criteria.push(self.law(meaning, name, &slope, Bound::Within(-0.6, -0.4)));
                let name = format!("R^2 of that line, gap over the {kind}, h = {maps}");
                let r_squared = |seeds: &[usize]| self.in_samples(seeds, h, of).r_squared;
                criteria.push(self.law("... and it is a power law.".into(), name, &r_squared, Bound::AtLeast(0.9)));
            }
        }
        for (n, size) in self.settings.n_validation.iter().enumerate() {
            let exponent = |seeds: &[usize]| self.in_maps(seeds, n, kinds[1].1).slope;
            let name = format!("exponent in h of the gap over the sphere, n_V = {size}");
            let meaning =
                format!("With {size} validation samples the gap over the sphere grows about as the root of h.");
            criteria.push(self.law(meaning, name, &exponent, Bound::Within(0.35, 0.75)));
        }
        criteria.push(self.coverage());
        criteria
    }

    /// A figure of the means over seeds.
    fn law(&self, meaning: String, name: String, of: &dyn Fn(&[usize]) -> f64, bound: Bound) -> Criterion {
        let seed = Seed::new(self.settings.seed).split("e1");
        let interval = bootstrap_interval(self.measured.len(), seed, of);
        Criterion { interval, ..Criterion::new(meaning, name, of(&self.all()), bound) }
    }

    /// How often the excess risk of the choice among the points is within twice the certified gap, where that is least often.
    fn coverage(&self) -> Criterion {
        let within = |h: usize, n: usize| -> Vec<bool> {
            let most = 2.0 * self.certified(n);
            self.measured.iter().map(|measured| measured.gaps[h][n].excess <= most).collect()
        };
        let share = |holds: &[bool]| holds.iter().filter(|holds| **holds).count();
        let cells =
            (0..self.settings.maps.len()).flat_map(|h| (0..self.settings.n_validation.len()).map(move |n| (h, n)));
        let worst = cells.map(|(h, n)| within(h, n)).min_by_key(|holds| share(holds)).unwrap_or_default();
        Criterion::of_share(
            "The choice by validation risk loses no more than the theory certifies.",
            "share of seeds with an excess risk of at most twice the certified gap, least over h and n_V",
            &worst,
            Bound::AtLeast(0.95),
        )
    }

    /// The certified gap of a finite set (science 2.2): b √((ln N + ln(2/δ)) / (2 n_V)).
    fn certified(&self, n: usize) -> f64 {
        let (points, samples) = (self.settings.points as f64, self.settings.n_validation[n] as f64);
        CLIP * ((points.ln() + (2.0 / DELTA).ln()) / (2.0 * samples)).sqrt()
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&["h", "n_V", "gap, points", "gap, sphere", "excess", "certified"]);
        let all = self.all();
        for (h, maps) in self.settings.maps.iter().enumerate() {
            for (n, size) in self.settings.n_validation.iter().enumerate() {
                let of = |of: Of| figure(self.mean(&all, h, n, of));
                let row = [of(|gap| gap.points), of(|gap| gap.sphere), of(|gap| gap.excess), figure(self.certified(n))];
                table.rows.push([maps.to_string(), size.to_string()].into_iter().chain(row).collect());
            }
        }
        table
    }

    fn plot(&self) -> Plot {
        let all = self.all();
        let series = self.settings.maps.iter().enumerate().map(|(h, maps)| {
            let sizes = self.settings.n_validation.iter().enumerate();
            let points = sizes.map(|(n, &size)| [size as f64, self.mean(&all, h, n, |gap| gap.sphere)]).collect();
            Series { label: format!("h = {maps}"), points, theory: false }
        });
        Plot {
            title: "Largest gap over the sphere".into(),
            x_label: "validation samples".into(),
            x: Axis::Powers,
            y: Axis::Powers,
            series: series.collect(),
        }
    }
}
