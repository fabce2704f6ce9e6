//! Both searches.

use super::Settings;
use crate::data::{Bilinear, MappedSamples, Planted};
use crate::dense::NotPositiveDefinite;
use crate::experiments::reached::SEARCH;
use crate::experiments::{Error, Point};
use crate::hypergradient::Hypergradient;
use crate::kernel::{FeatureMaps, HoldOut, RidgeFit, Superposed};
use crate::outer::ProjectedGradient;
use crate::search::{Bilevel, search_from};
use crate::seed::Seed;
use crate::space::{Space, Sphere};
use crate::spectral::{Moments, Whitening};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// Maps that forward selection tries in each round, by the size of their hypergradient.
const TRIED: usize = 10;

/// What one seed measured.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// On the sphere of all maps.
    pub dense: Point,
    /// On spheres of few maps: by thresholds or forward selection, whichever has the lower validation loss.
    pub sparse: Point,
    /// By thresholds alone.
    pub thresholds: Point,
    /// How many of the right maps the sparse search found.
    pub hits: usize,
}

/// Measures the seed with this number.
pub fn measure_seed(settings: &Settings, number: usize) -> Result<Measured, Error> {
    let seed = settings.run_as.numbered("e12", number);
    let problem = Problem::new(settings, seed);
    let whole: Vec<usize> = (0..settings.maps).collect();
    let spectral = Moments::of(&problem.validation.maps, problem.validation.y.as_ref()).estimate(1, Whitening::None)?;
    let dense = problem.search(&whole, spectral.alphas.into_iter().next().unwrap_or_default())?;
    let thresholds = problem.by_thresholds(settings)?;
    let forward = problem.forward(settings.sparsity)?;
    let sparse = if forward.loss < thresholds.loss { &forward } else { &thresholds };
    Ok(Measured {
        dense: problem.point(&dense)?,
        sparse: problem.point(sparse)?,
        thresholds: problem.point(&thresholds)?,
        hits: sparse.support.iter().filter(|&&i| problem.planted.alpha[i] != 0.0).count(),
    })
}

/// The samples of one seed; s of h maps are right, with weights s : s − 1 : … : 1.
struct Problem {
    planted: Planted,
    train: MappedSamples,
    validation: MappedSamples,
    /// Of both sets of samples.
    moments: Moments,
    lambda: f64,
}

/// A combination of some of the maps, on their sphere.
#[derive(Default)]
struct Found {
    support: Vec<usize>,
    alpha: Vec<f64>,
    loss: f64,
}

impl Problem {
    fn new(settings: &Settings, seed: Seed) -> Self {
        let Settings { maps, features, sparsity, noise, .. } = *settings;
        let model = Bilinear { maps, features, noise };
        let planted = model.plant(seed.split("planted")).with_alpha(graded(maps, sparsity, seed.split("support")));
        let sample = |n, part| model.sample(&planted, n, &mut seed.split(part).stream());
        let (train, validation) = (sample(settings.n_train, "train"), sample(settings.n_validation, "validation"));
        let mut moments = Moments::of(&train.maps, train.y.as_ref());
        moments.add(&validation.maps, validation.y.as_ref());
        Self { planted, train, validation, moments, lambda: features as f64 / 2.0 }
    }

    /// From the maps with the largest rows in the moment matrix, the smallest weights dropped in stages.
    fn by_thresholds(&self, settings: &Settings) -> Result<Found, Error> {
        let m = self.moments.matrix();
        let size: Vec<f64> = m.row_iter().map(|row| row.iter().map(|x| x * x).sum::<f64>()).collect();
        let stages = [4 * settings.sparsity, 12 * settings.sparsity / 5, 8 * settings.sparsity / 5, settings.sparsity];
        let support = largest((0..size.len()).collect(), &size, stages[0]);
        let mut moments = Moments::of(&self.train.maps.select(&support), self.train.y.as_ref());
        moments.add(&self.validation.maps.select(&support), self.validation.y.as_ref());
        let start = moments.estimate(1, Whitening::None)?.alphas.swap_remove(0);
        let mut found = self.search(&support, start)?;
        for keep in stages {
            let kept = largest((0..found.support.len()).collect(), &sizes(&found.alpha), keep);
            let (support, alpha): (Vec<usize>, Vec<f64>) =
                kept.iter().map(|&k| (found.support[k], found.alpha[k])).unzip();
            found = self.search(&support, alpha)?;
        }
        Ok(found)
    }

    /// Maps are added one at a time: of those with the largest hypergradients the one that lowers the validation loss most.
    fn forward(&self, sparsity: usize) -> Result<Found, NotPositiveDefinite> {
        let h = self.planted.alpha.len();
        let alone = (0..h).map(|i| self.search(&[i], vec![1.0])).collect::<Result<Vec<_>, _>>()?;
        let Some(mut found) = least(alone) else { return Ok(Found { loss: f64::INFINITY, ..Found::default() }) };
        while found.support.len() < sparsity {
            let gradient = self.whole_gradient(&found)?.alpha;
            let others = (0..h).filter(|i| !found.support.contains(i)).collect();
            let tried = largest(others, &sizes(&gradient), TRIED).into_iter().map(|i| {
                let support = [&found.support[..], &[i]].concat();
                let step = if gradient[i] > 0.0 { -0.1 } else { 0.1 };
                self.search(&support, [&found.alpha[..], &[step]].concat())
            });
            match least(tried.collect::<Result<Vec<_>, _>>()?) {
                Some(next) => found = next,
                None => break,
            }
        }
        Ok(found)
    }

    /// Projected gradient on the sphere of some maps, from the point nearest to `start`.
    fn search(&self, support: &[usize], start: Vec<f64>) -> Result<Found, NotPositiveDefinite> {
        let (train, validation) = (self.train.maps.select(support), self.validation.maps.select(support));
        let sphere = Sphere::unit(support.len());
        let mut from = sphere.start();
        sphere.project(&start, &mut from);
        let outer = ProjectedGradient { space: &sphere };
        let mut problem = self.problem(&train, &validation);
        let found = search_from(from, &mut problem, &sphere, &outer, &SEARCH, &mut |_, _| {})?;
        Ok(Found { support: support.to_vec(), alpha: found.alpha, loss: found.hypergradient.value })
    }

    /// The hypergradient in all maps, those without a weight included.
    fn whole_gradient(&self, found: &Found) -> Result<Hypergradient, NotPositiveDefinite> {
        self.problem(&self.train.maps, &self.validation.maps).evaluate(&self.whole(found))
    }

    fn problem<'a>(&'a self, train: &'a FeatureMaps, validation: &'a FeatureMaps) -> Superposed<'a, HoldOut<'a>> {
        let fit = RidgeFit { maps: train, y: self.train.y.as_ref(), lambda: self.lambda };
        Superposed { fit, outer: HoldOut { maps: validation, y: self.validation.y.as_ref(), clip: f64::INFINITY } }
    }

    fn whole(&self, found: &Found) -> Vec<f64> {
        let mut alpha = vec![0.0; self.planted.alpha.len()];
        found.support.iter().zip(&found.alpha).for_each(|(&i, a)| alpha[i] = *a);
        alpha
    }

    fn point(&self, found: &Found) -> Result<Point, NotPositiveDefinite> {
        let alpha = self.whole(found);
        let theta =
            RidgeFit { maps: &self.train.maps, y: self.train.y.as_ref(), lambda: self.lambda }.solve(&alpha)?.theta;
        Ok(Point { loss: found.loss, risk: self.planted.residual_variance(&alpha, &theta) })
    }
}

/// Weights s : s − 1 : … : 1 on random maps, of unit norm.
fn graded(maps: usize, sparsity: usize, seed: Seed) -> Vec<f64> {
    let mut order: Vec<usize> = (0..maps).collect();
    order.shuffle(&mut seed.stream());
    let norm = (1..=sparsity).map(|w| (w * w) as f64).sum::<f64>().sqrt();
    let mut alpha = vec![0.0; maps];
    order.iter().take(sparsity).enumerate().for_each(|(k, &i)| alpha[i] = (sparsity - k) as f64 / norm);
    alpha
}

fn sizes(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x.abs()).collect()
}

/// Those of the indices with the largest sizes, ties to the first.
fn largest(mut indices: Vec<usize>, sizes: &[f64], keep: usize) -> Vec<usize> {
    indices.sort_by(|&i, &j| sizes[j].total_cmp(&sizes[i]));
    indices.truncate(keep);
    indices
}

fn least(found: Vec<Found>) -> Option<Found> {
    found.into_iter().min_by(|a, b| a.loss.total_cmp(&b.loss))
}
