//! The estimator as the start of a gradient search, against random starts.

use super::Cell;
use crate::data::{MappedSamples, Planted};
use crate::experiments::reached::SEARCH;
use crate::experiments::{Error, Point};
use crate::kernel::{HoldOut, RidgeFit, Superposed};
use crate::outer::ProjectedGradient;
use crate::search::search_from;
use crate::seed::Seed;
use crate::space::{Space, Sphere};
use crate::spectral::{Moments, Whitening, alternate};
use crate::stats::median;
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// What one seed reached.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Searched {
    /// The estimator alone.
    pub spectral: Point,
    /// A search by projected gradient from it.
    pub polished: Point,
    /// The best of the searches from random starts.
    pub random: Point,
    /// Alternating minimisation from the estimator.
    pub alternated: Point,
    /// α* itself.
    pub oracle: Point,
    /// Seconds of the estimator over those of a search from a random start (median of them).
    pub time: f64,
}

/// Most rounds of an alternation.
const ROUNDS: usize = 200;

struct Samples {
    planted: Planted,
    train: MappedSamples,
    validation: MappedSamples,
}

/// Searches from the estimator and from `starts` random points.
pub fn search_seed(cell: &Cell, starts: usize, seed: Seed) -> Result<Searched, Error> {
    let model = cell.model();
    let planted = model.plant(seed.split("planted"));
    let sample = |part| model.sample(&planted, cell.samples, &mut seed.split(part).stream());
    let samples = Samples { train: sample("train"), validation: sample("validation"), planted };

    let start = Instant::now();
    let maps = &samples.validation.maps;
    let estimate = Moments::of(maps, samples.validation.y.as_ref()).estimate(1, Whitening::None)?;
    let alpha = &estimate.alphas[0];
    samples.fit().solve(alpha)?;
    let spectral_seconds = start.elapsed().as_secs_f64();

    let sphere = Sphere::unit(cell.maps);
    let mut stream = seed.split("starts").stream();
    let (mut best, mut seconds): (Option<Point>, _) = (None, Vec::new());
    for _ in 0..starts {
        let from = sphere.sample(&mut stream);
        let start = Instant::now();
        let found = samples.search(from, &sphere)?;
        seconds.push(start.elapsed().as_secs_f64());
        best = Some(best.filter(|best| best.loss <= found.loss).unwrap_or(found));
    }
    let alternated = alternate(alpha, &[(samples.fit(), samples.hold_out())], ROUNDS)?;
    Ok(Searched {
        spectral: samples.point(alpha)?,
        polished: samples.search(alpha.clone(), &sphere)?,
        random: best.unwrap_or(Point { loss: f64::INFINITY, risk: f64::INFINITY }),
        alternated: samples.point(&alternated.alpha)?,
        oracle: samples.point(&samples.planted.alpha)?,
        time: spectral_seconds / median(&seconds),
    })
}

impl Samples {
    fn fit(&self) -> RidgeFit<'_> {
        RidgeFit { maps: &self.train.maps, y: self.train.y.as_ref(), lambda: 0.0 }
    }

    fn hold_out(&self) -> HoldOut<'_> {
        HoldOut { maps: &self.validation.maps, y: self.validation.y.as_ref(), clip: f64::INFINITY }
    }

    fn point(&self, alpha: &[f64]) -> Result<Point, Error> {
        let theta = self.fit().solve(alpha)?.theta;
        let risk = self.planted.residual_variance(alpha, &theta);
        Ok(Point { loss: self.hold_out().loss(alpha, &theta), risk })
    }

    fn search(&self, from: Vec<f64>, sphere: &Sphere) -> Result<Point, Error> {
        let mut problem = Superposed { fit: self.fit(), outer: self.hold_out() };
        let outer = ProjectedGradient { space: sphere };
        self.point(&search_from(from, &mut problem, sphere, &outer, &SEARCH, &mut |_, _| {})?.alpha)
    }
}
