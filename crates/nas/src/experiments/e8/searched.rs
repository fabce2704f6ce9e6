//! One split: a search for every number of validation images, and the same training with all operations mixed evenly.

use super::training::{Alternating, Parts, Programs};
use super::{EDGES, Images, OPERATIONS, Settings};
use crate::metrics::choice;
use crate::outer::AdamLogits;
use crate::report::Progress;
use crate::seed::Seed;
use crate::space::{Product, Simplex, Space};
use serde::{Deserialize, Serialize};

/// Errors of a network: shares of images whose class is not the largest output.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Errors {
    /// On T.
    pub train: f64,
    /// On V.
    pub validation: f64,
    /// On the test images.
    pub test: f64,
    /// The mean cross-entropy on V.
    pub loss: f64,
}

/// What one search reached.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Searched {
    /// n_V
    pub n_validation: usize,
    /// Test images.
    pub n_test: usize,
    /// The supernet at the end of the search.
    pub searched: Errors,
    /// The same with uniform weights all along.
    pub uniform: Errors,
    /// The largest weight of an edge, mean over edges; 1/5 where nothing moved.
    pub largest: f64,
}

impl Searched {
    /// 1/(1/n_V + 1/n_test): so many images on both sides have the variance of the difference of two shares.
    pub fn effective(&self) -> f64 {
        (1.0 / self.n_validation as f64 + 1.0 / self.n_test as f64).recip()
    }

    /// |validation error − test error|
    pub fn gap(&self) -> f64 {
        (self.searched.validation - self.searched.test).abs()
    }
}

/// What one seed measured: every number of validation images.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// From few to many.
    pub searches: Vec<Searched>,
}

/// Measures the seed with this number. `programs` are those of [`Settings::programs`], one for each number of
/// validation images.
pub fn measure_seed(
    settings: &Settings,
    images: &Images,
    programs: &[Programs<f32>],
    number: usize,
    progress: &Progress,
) -> Measured {
    let seed = settings.run_as.numbered("e8", number);
    let deal = |n_validation| images.deal(settings.n_train, n_validation, settings.n_test, seed.split("split"));
    let sizes = settings.sizes();
    // Training at fixed weights looks at T alone: once for all sizes.
    let mut outputs = None;
    let searches = sizes.iter().zip(programs).map(|(&n_validation, programs)| {
        let parts = deal(n_validation);
        let even = outputs.get_or_insert_with(|| uniform(settings, images, programs, &parts, seed));
        let (searched, alpha) = search(settings, images, programs, &parts, seed);
        progress.advance();
        Searched {
            n_validation,
            n_test: parts.test.len(),
            searched: errors(images, &parts, &searched),
            uniform: errors(images, &parts, even),
            largest: largest(&alpha),
        }
    });
    Measured { searches: searches.collect() }
}

/// Outputs on all images after a search, and its last α.
fn search(
    settings: &Settings,
    images: &Images,
    programs: &Programs<f32>,
    parts: &Parts,
    seed: Seed,
) -> (Vec<f64>, Vec<f64>) {
    let space = mixtures(programs.net.cells);
    let mut problem = Alternating::new(programs, settings.schedule(), images, parts, seed);
    // The first evaluation comes before the first step of α.
    let adam =
        AdamLogits { rate: settings.alpha_rate, steps: settings.steps - 1, tolerance: 0.0, ..AdamLogits::darts() };
    let mut last = space.start();
    // DARTS ends where it is; the point of least loss on the way had other weights θ.
    let Ok(_) = adam.search(&mut problem, &space, &mut |_, reached| last = reached.alpha.to_vec());
    problem.settle(&last);
    (programs.outputs(images, &last, &problem.theta()), last)
}

/// Outputs on all images after the same training with uniform weights.
fn uniform(settings: &Settings, images: &Images, programs: &Programs<f32>, parts: &Parts, seed: Seed) -> Vec<f64> {
    let alpha = mixtures(programs.net.cells).start();
    let mut problem = Alternating::new(programs, settings.schedule(), images, parts, seed);
    (0..settings.steps).for_each(|_| problem.train(&alpha));
    problem.settle(&alpha);
    programs.outputs(images, &alpha, &problem.theta())
}

/// A simplex for every edge.
fn mixtures(cells: usize) -> Product<Simplex> {
    Product { factors: (0..cells * EDGES).map(|_| Box::new(Simplex::unit(OPERATIONS))).collect() }
}

fn errors(images: &Images, parts: &Parts, outputs: &[f64]) -> Errors {
    let row = |i: usize| &outputs[i * images.outputs..(i + 1) * images.outputs];
    let wrong = |which: &[usize]| {
        let count = which.iter().filter(|&&i| choice(row(i)) != images.classes[i]).count();
        count as f64 / which.len() as f64
    };
    let surprise = |&i: &usize| {
        let top = row(i).iter().copied().fold(f64::NEG_INFINITY, f64::max);
        top + row(i).iter().map(|f| (f - top).exp()).sum::<f64>().ln() - row(i)[images.classes[i]]
    };
    let loss = parts.validation.iter().map(surprise).sum::<f64>() / parts.validation.len() as f64;
    Errors { train: wrong(&parts.train), validation: wrong(&parts.validation), test: wrong(&parts.test), loss }
}

/// The largest weight of an edge, mean over edges.
fn largest(alpha: &[f64]) -> f64 {
    let tops = alpha.chunks(OPERATIONS).map(|edge| edge.iter().copied().fold(0.0, f64::max));
    tops.sum::<f64>() * OPERATIONS as f64 / alpha.len() as f64
}
