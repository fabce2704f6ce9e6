//! The outer problem around the points where a search began and ended: how sharp it is, how surely α̂ is known, whether the
//! hypergradient is the derivative of the loss, and whether fits follow α.

use super::within::Within;
use super::{Precision, Setting, Trial, TrialError};
use crate::bilevel::{Inner, NoStart, OnData, Way};
use crate::data::{Frame, Samples};
use crate::diagnose::curvature::{self, curvature};
use crate::diagnose::{Agreement, Jumps, Sharpness, agreement, jumps, sharpest};
use crate::hypergradient::Hypergradient;
use crate::inner::{FitOptions, Optimiser};
use crate::model::{Mlp, Predictor};
use crate::search::Bilevel;
use crate::seed::Seed;
use crate::stats;
use crate::theory::hessian::Hessian;
use crate::theory::interval::{IntervalError, Intervals, intervals};
use crate::theory::lipschitz::{Move, moves};
use faer::Mat;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use tape::Element;

/// How far coordinates are moved to either side: far enough for the kinks of a fit to even out.
const STEP: f64 = 0.02;
/// How far fits are followed, and along how many directions.
const LEAP: f64 = 0.05;
const DIRECTIONS: usize = 3;
/// With more coefficients than this, the curvature where the search began is found by power iteration: products with the Hessian
/// are then fewer than its columns. Where it ended, the whole Hessian is needed for the intervals.
const MANY: usize = 64;
/// Products for each power iteration at most, and to what part of the eigenvalue it goes.
const PRODUCTS: usize = 20;
const SETTLED: f64 = 1e-2;
/// Differences need fits that are this much more exact than a search does.
const FINER: f64 = 1e-3;

/// What there is to see around a search's ends.
#[derive(Clone, Debug)]
pub struct Probe {
    /// λ_max at both of them.
    pub sharpness: Sharpness,
    /// The last hypergradient beside differences, both along Δ.
    pub agreement: Agreement,
    /// The search's own fits as α passes through α̂.
    pub jumps: Jumps,
    /// Those fits in pairs: how far coordinates and the predictions of the validation rows lie apart. Each began where the other
    /// did; those that diverged are left out.
    pub moves: Vec<Move>,
    /// M, how far the hypergradient was seen to move for each unit of the coordinates: along any of them where the search ended,
    /// and along the sharpest direction where it began. NaN where it was not finite.
    pub gradient_lipschitz: f64,
    /// The intervals of every coefficient α̂ᵢ, in the order of `alpha`.
    pub intervals: Result<Intervals, IntervalError>,
}

impl Trial {
    /// Looks around where the search of this trial began and ended: about 4 h fits for h coefficients (of more than 64, about 2 h
    /// and at most 80), most of them short, and 13 of the search's own to follow, on the threads of the caller's pool. `seed` is that of the
    /// trial.
    ///
    /// Fits here go on from the fit in the middle, to the branch of minima that belongs to it, and are more exact than those of
    /// the search; only jumps are those of the search's own fits.
    ///
    /// # Errors
    /// When the data cannot be read as it was, or a hypergradient cannot be verified.
    pub fn probe(&self, frame: &Frame, setting: &Setting, seed: Seed) -> Result<Probe, TrialError> {
        let frame = &*setting.noisy(frame, &self.parts.train, seed)?.0;
        let rows = |rows: &[usize]| self.preprocess.apply(frame, rows);
        let (train, validation) = (rows(&self.parts.train)?, rows(&self.parts.validation)?);
        let model = setting.model(train.d, train.outputs);
        let start = model.start(seed.split("start"));
        let ground = Ground { setting, model: &model, rows: [&train, &validation], start: &start, seed };
        let (built, even) = (setting.space(model.mixtures()), setting.shape.even(setting.bank.len()));
        let space = built.space();
        let (coordinates, alpha) = (&setting.coordinates, &self.found.alpha);
        let (beta, theta) = (coordinates.beta(alpha), self.health.fit.as_ref().map(|fit| &*fit.theta));
        let largest = |hessian: &Hessian| hessian.largest_eigenvalue().unwrap_or(f64::NAN);
        let even = even.repeat(model.mixtures());
        let first =
            if even.len() > MANY { ground.sharp(&even)? } else { largest(&ground.around(&even, None)?.hessian) };
        let last = ground.around(&beta, theta)?;

        let pieces: Vec<Vec<f64>> = self.pieces.iter().map(|piece| coordinates.pull_back(piece)).collect();
        let samples = Mat::from_fn(pieces.len(), beta.len(), |i, j| pieces[i][j]);
        // αᵢ = ⟨the i-th row of A, β⟩.
        let row = |i: usize| {
            coordinates.pull_back(&(0..beta.len()).map(|j| f64::from(u8::from(i == j))).collect::<Vec<f64>>())
        };
        let rows: Vec<Vec<f64>> = (0..beta.len()).map(row).collect();
        let intervals =
            intervals(space, &beta, samples.as_ref(), &last.hessian).map(|found| found.of(space, &beta, &rows));
        let (jumps, moves) = match setting.precision {
            Precision::Single => ground.jumps::<f32>(&beta, theta),
            Precision::Double => ground.jumps::<f64>(&beta, theta),
        };
        let along = |slope: &[f64]| {
            let mut along = vec![0.0; beta.len()];
            space.project_jvp(&beta, slope, &mut along);
            along
        };
        let own = along(&coordinates.pull_back(&self.found.hypergradient.alpha));
        let noise = setting.noise(alpha, &self.pieces, [0.0; 2]).map_or(0.0, |noise| noise.standard_error);
        Ok(Probe {
            sharpness: Sharpness { first, last: largest(&last.hessian) },
            agreement: agreement(&own, &along(&last.slope), noise),
            jumps,
            moves,
            gradient_lipschitz: stats::largest(&[first.abs(), last.hessian.largest_change()]),
            intervals,
        })
    }
}

/// What a trial searched on.
struct Ground<'a> {
    setting: &'a Setting,
    model: &'a Mlp,
    /// Of training and of validation.
    rows: [&'a Samples; 2],
    start: &'a [f64],
    seed: Seed,
}

/// F around a point, in the coordinates of the search.
struct Around {
    hessian: Hessian,
    /// ∇F by differences of F.
    slope: Vec<f64>,
}

impl Ground<'_> {
    fn problem<T: Element>(&self, inner: Inner) -> OnData<'_, T> {
        OnData::new(self.model, inner, self.rows, self.start.to_vec(), self.seed.split("batches"))
    }

    /// The inner problem as differences need it: exact minima, and no way that is biased.
    fn exact(&self) -> Inner {
        let inner = self.setting.inner;
        if inner.way == Way::Unroll {
            return inner;
        }
        let way = if inner.way == Way::Exact { Way::Exact } else { Way::GaussNewton };
        let tolerance = FINER * inner.fit.tolerance;
        let fit = FitOptions { optimiser: Optimiser::Lbfgs, tolerance, ..inner.fit };
        Inner { fit, way, warm: true, batch: 0, ..inner }
    }

    /// Central differences along every coordinate, from fits that start at that in the middle, which starts at `theta`.
    fn around(&self, beta: &[f64], theta: Option<&[f64]>) -> Result<Around, TrialError> {
        let coordinates = &self.setting.coordinates;
        let mut middle = self.problem::<f64>(self.exact());
        theta.into_iter().for_each(|theta| middle.resume(theta));
        verified(&mut middle, &coordinates.alpha(beta))?;
        let theta = middle.health.fit.as_ref().map(|fit| &*fit.theta);
        let side = |j: usize, step: f64| {
            let mut problem = self.problem::<f64>(self.exact());
            theta.into_iter().for_each(|theta| problem.resume(theta));
            let mut moved = beta.to_vec();
            moved[j] += step;
            let found = verified(&mut problem, &coordinates.alpha(&moved))?;
            let error = problem.health.error.unwrap_or(0.0);
            Ok((found.value, coordinates.pull_back(&found.alpha), error))
        };
        let both = |j: usize| Ok([side(j, -STEP)?, side(j, STEP)?]);
        let sides = (0..beta.len()).into_par_iter().map(both).collect::<Result<Vec<_>, NoStart>>()?;
        let slope = sides.iter().map(|[below, above]| (above.0 - below.0) / (2.0 * STEP)).collect();
        let error = sides.iter().flatten().map(|(_, _, error)| *error).fold(0.0, f64::max);
        let gradients: Vec<[Vec<f64>; 2]> =
            sides.into_iter().map(|pair| pair.map(|(_, gradient, _)| gradient)).collect();
        Ok(Around { hessian: Hessian::new(&gradients, STEP, error), slope })
    }

    /// λ_max at a point by power iteration, from fits that go on from each other.
    fn sharp(&self, beta: &[f64]) -> Result<f64, TrialError> {
        let mut problem = self.problem::<f64>(self.exact());
        let options = curvature::Options {
            epsilon: STEP,
            products: PRODUCTS,
            tolerance: SETTLED,
            seed: self.seed.split("sharp"),
        };
        let mut within = Within { problem: &mut problem, coordinates: &self.setting.coordinates };
        within.evaluate(beta)?;
        let found = curvature(&mut within, beta, &options)?;
        if problem.health.skipped > 0 {
            return Err(NoStart { reason: problem.health.reason }.into());
        }
        Ok(found.value)
    }

    /// The search's own fits along random directions, at two steps each; where they start warm, they start at `theta`.
    fn jumps<T: Element>(&self, beta: &[f64], theta: Option<&[f64]>) -> (Jumps, Vec<Move>) {
        let (coordinates, [_, validation]) = (&self.setting.coordinates, self.rows);
        let mut stream = self.seed.split("jumps").stream();
        let mut direction = || {
            let draws: Vec<f64> = beta.iter().map(|_| StandardNormal.sample(&mut stream)).collect();
            let norm = draws.iter().map(|d| d * d).sum::<f64>().sqrt();
            draws.iter().map(|d| d / norm).collect()
        };
        let directions: Vec<Vec<f64>> = (0..DIRECTIONS).map(|_| direction()).collect();
        let predict = Predictor::<T>::new(self.model, validation.n);
        let at = |(direction, step): (usize, f64)| {
            let moved: Vec<f64> = beta.iter().zip(&directions[direction]).map(|(b, d)| b + step * d).collect();
            let (alpha, mut problem) = (coordinates.alpha(&moved), self.problem::<T>(self.setting.inner));
            theta.into_iter().for_each(|theta| problem.resume(theta));
            let outputs = predict.predict(&problem.fit(&alpha).theta, &alpha, &validation.x);
            (moved, outputs)
        };
        let steps = [-LEAP, -LEAP / 2.0, LEAP / 2.0, LEAP];
        let sides = (0..DIRECTIONS).flat_map(|direction| steps.map(|step| (direction, step)));
        let all: Vec<(usize, f64)> = [(0, 0.0)].into_iter().chain(sides).collect();
        let (points, predicted): (Vec<Vec<f64>>, Vec<Vec<f64>>) = all.into_par_iter().map(at).unzip();
        let paths = predicted[1..].chunks(steps.len()).map(|path| {
            let halved = jumps(LEAP / 2.0, [&path[1], &predicted[0], &path[2]]).bend;
            Jumps { halved: Some(halved), ..jumps(LEAP, [&path[0], &predicted[0], &path[3]]) }
        });
        let moves = moves(points.iter().zip(&predicted).map(|(beta, outputs)| [&**beta, &**outputs]));
        (sharpest(paths).unwrap_or(Jumps { step: LEAP, bend: f64::NAN, halved: None }), moves)
    }
}

/// A hypergradient, unless it could not be verified.
fn verified(problem: &mut OnData<'_, f64>, alpha: &[f64]) -> Result<Hypergradient, NoStart> {
    let found = problem.evaluate(alpha)?;
    if found.value.is_finite() { Ok(found) } else { Err(NoStart { reason: problem.health.reason.clone() }) }
}
