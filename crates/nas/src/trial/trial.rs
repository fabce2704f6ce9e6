//! One seed of the main job: a split, a search, and every single candidate beside what it found, under equal conditions.

use super::first_layer::FirstLayer;
use super::judge::{Entry, Judge, alone, discretised};
use super::pieces::{self, Pieces};
use super::strategy::Arena;
use super::{AlphaStart, Precision, Rival, Setting, Shown, Strategy};
use crate::bilevel::{Health, NoStart, OnData};
use crate::data::{DataError, Frame, Parts, Preprocess, SplitError};
use crate::search::{Found, Reached, Stop};
use crate::seed::Seed;
use crate::spectral::NoDirection;
use crate::stats::argmin;
use crate::tuning::{Mixtures, Tuned};
use rayon::prelude::*;
use std::ops::ControlFlow;
use tape::Element;

/// What came of one seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Which rows were used for what.
    pub parts: Parts,
    /// The training rows whose class was replaced at random, in ascending order.
    pub flipped: Vec<usize>,
    /// What was learned about the columns.
    pub preprocess: Preprocess,
    /// The mixture that was found.
    pub searched: Entry,
    /// The network of that mixture, fitted to training and validation rows.
    pub theta: Vec<f64>,
    /// The same with its best few candidates only.
    pub discretised: Entry,
    /// The change of the validation loss from the found mixture to its best few candidates, with the fit of the search at the
    /// found one; `None` where the search had none (it was unrolled).
    pub at_once: Option<f64>,
    /// Each candidate alone, in order; `None` where its fit diverged.
    pub baselines: Vec<Option<Entry>>,
    /// What other ways of searching found, in the order of the setting.
    pub rivals: Vec<Rival>,
    /// The search.
    pub found: Found,
    /// Why it began at the even mixture though it was to begin elsewhere.
    pub fallback: Option<NoDirection>,
    /// What the training rows show without a search; `None` where nobody asked.
    pub shown: Option<Result<Shown, NoDirection>>,
    /// What is proved and predicted for its first layer as it started; `None` where nobody asked what that shows.
    pub first_layer: Option<FirstLayer>,
    /// The other hyperparameters, tuned at that mixture.
    pub tuned: Option<Tuned>,
    /// Its hypergradients; fit and error are those of the point where it ended.
    pub health: Health,
    /// The hypergradients where it ended, each on a piece of the validation rows, all of equal size; empty where there are too few
    /// rows, or one could not be verified.
    pub pieces: Vec<Vec<f64>>,
}

/// Why a seed could not be run.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The rows cannot be split.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The data cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The search could not begin.
    #[error(transparent)]
    Search(#[from] NoStart),
    /// The fit of what was searched for diverged.
    #[error("the fit of {name} diverged; use a smaller --lr, a larger --ridge or --inner lbfgs")]
    Diverged {
        /// Whose.
        name: &'static str,
    },
}

/// Someone who follows a trial.
pub trait Watch: Sync {
    /// The search reached a point.
    fn reached(&self, point: Reached<'_>, health: &Health);

    /// The search is over.
    fn searched(&self);

    /// One more choice of activations was fitted and scored.
    fn compared(&self);
}

/// Someone who looks away.
impl Watch for () {
    fn reached(&self, _: Reached<'_>, _: &Health) {}

    fn searched(&self) {}

    fn compared(&self) {}
}

impl Trial {
    /// How often [`Watch::compared`] is called: the searched and the discretised mixture, every candidate, and every other way.
    pub fn comparisons(setting: &Setting) -> usize {
        2 + setting.bank.len() + setting.rivals.len()
    }

    /// Whether the data can be split and read as numbers: all that can be wrong with it, found before the work begins.
    pub fn check(frame: &Frame, setting: &Setting, seed: Seed) -> Result<(), TrialError> {
        let parts = Parts::draw(frame, setting.percent, seed.split("split"))?;
        let frame = &*setting.noisy(frame, &parts.train, seed)?.0;
        let preprocess = Preprocess::fit(frame, &parts.train)?;
        [&parts.train, &parts.validation, &parts.test]
            .into_iter()
            .try_for_each(|rows| preprocess.apply(frame, rows).map(drop))?;
        Ok(())
    }

    /// Splits, searches and compares.
    pub fn run(frame: &Frame, setting: &Setting, seed: Seed, watch: &dyn Watch) -> Result<Self, TrialError> {
        match setting.precision {
            Precision::Single => Self::run_in::<f32>(frame, setting, seed, watch),
            Precision::Double => Self::run_in::<f64>(frame, setting, seed, watch),
        }
    }

    fn run_in<T: Element>(frame: &Frame, setting: &Setting, seed: Seed, watch: &dyn Watch) -> Result<Self, TrialError> {
        let parts = Parts::draw(frame, setting.percent, seed.split("split"))?;
        let (noisy, flipped) = setting.noisy(frame, &parts.train, seed)?;
        let frame = &*noisy;
        let preprocess = Preprocess::fit(frame, &parts.train)?;
        let rows = |rows: &[usize]| preprocess.apply(frame, rows);
        let (train, validation, test) = (rows(&parts.train)?, rows(&parts.validation)?, rows(&parts.test)?);
        let model = setting.model(train.d, train.outputs);
        let both = rows(&[&*parts.train, &parts.validation].concat())?;
        let (start, batches) = (model.start(seed.split("start")), seed.split("batches"));
        let shown = setting.shown(&model, &start, &train, seed.split("orders"));
        let first_layer = shown.is_some().then(|| FirstLayer::of(setting, (&model, &start), [&train, &validation]));
        let direction = shown.as_ref().and_then(|shown| shown.as_ref().ok()).map(|shown| &*shown.alpha);
        let from = direction.filter(|_| setting.alpha_start == AlphaStart::Spectral);
        let arena = Arena {
            setting,
            model: &model,
            train: &train,
            validation: &validation,
            both: &both,
            theta: &start,
            from,
            shown: direction,
            seed,
        };

        let cut = pieces::cut(frame, &preprocess, &parts, seed.split("pieces"))?;
        let mut pieces = Pieces::<T>::new(setting, &model, (&train, &cut), (&start, batches));
        // The last evaluation may be a step that was not taken.
        let (mut error, mut fit) = (None, None);
        let mut follow = |problem: &OnData<'_, T>, point: Reached<'_>| {
            (error, fit) = (problem.health.error, problem.health.fit.clone());
            watch.reached(point, &problem.health);
            if !setting.stop_at_noise {
                return ControlFlow::Continue(());
            }
            let of_pieces = pieces.hypergradients(point.alpha, fit.as_ref().map(|fit| &*fit.theta));
            let noise = setting.noise(point.alpha, &of_pieces, [point.stationarity; 2]);
            let within = noise.is_some_and(|noise| noise.readings[1].is_noise());
            if within { ControlFlow::Break(Stop::Noise) } else { ControlFlow::Continue(()) }
        };
        let (found, health) = arena.search::<T>(setting.strategy, &mut follow)?;
        let health = Health { error, fit, ..health };
        let other =
            |&strategy: &Strategy| Ok((strategy, arena.search::<T>(strategy, &mut |_, _| ControlFlow::Continue(()))?));
        let others = setting.rivals.iter().map(other).collect::<Result<Vec<_>, NoStart>>()?;
        let pair = [&train, &validation];
        let tune = || {
            let space = setting.space(model.mixtures()).into_space();
            let mixtures = Mixtures { alpha: &found.alpha, coordinates: &setting.coordinates, space };
            setting.tuning.run::<T>(&model, setting.inner, mixtures, pair, start.clone(), setting.outer.steps)
        };
        let tuned = setting.tuning.any().then(tune).transpose()?;
        watch.searched();
        let pieces = pieces.hypergradients(&found.alpha, health.fit.as_ref().map(|fit| &*fit.theta));

        let judge = Judge::<T>::new((setting, &preprocess, &model), [&train, &validation, &test], &start, batches);
        let h = model.bank.len();
        let few = discretised(&found.alpha, &setting.coordinates, setting.keep, setting.shape);
        let fit = health.fit.as_ref();
        let at_once = fit.map(|fit| judge.loss(&fit.theta, &few) - judge.loss(&fit.theta, &found.alpha));
        let choices: Vec<Vec<f64>> = [found.alpha.clone(), few]
            .into_iter()
            .chain((0..h).map(|i| alone(i, setting, &model)))
            .chain(others.iter().map(|(_, (found, _))| found.alpha.clone()))
            .collect();
        let compare = |alpha: &Vec<f64>| {
            let entry = judge.entry(alpha);
            watch.compared();
            entry
        };
        let mut entries = choices.par_iter().map(compare).collect::<Vec<_>>().into_iter();
        let mut next = |name| entries.next().flatten().ok_or(TrialError::Diverged { name });
        let (searched, theta) = next("the searched mixture")?;
        let (discretised, _) = next("the discretised mixture")?;
        let mut entries = entries.map(|entry| Some(entry?.0));
        let baselines = entries.by_ref().take(h).collect();
        let rival = |((strategy, (found, health)), entry): ((Strategy, (Found, Health)), Option<Entry>)| Rival {
            strategy,
            found,
            evaluations: health.evaluations,
            entry,
        };
        let rivals = others.into_iter().zip(entries).map(rival).collect();
        let begins = setting.alpha_start == AlphaStart::Spectral || setting.strategy == Strategy::Spectral;
        let fallback = shown.as_ref().and_then(|shown| shown.as_ref().err().copied()).filter(|_| begins);
        Ok(Self {
            parts,
            flipped,
            preprocess,
            searched,
            theta,
            discretised,
            at_once,
            baselines,
            rivals,
            found,
            fallback,
            shown,
            first_layer,
            tuned,
            health,
            pieces,
        })
    }

    /// The single candidate that validation prefers, by its loss.
    pub fn preferred(&self) -> Option<usize> {
        let loss = |entry: &Option<Entry>| entry.as_ref().map_or(f64::NAN, |entry| entry.validation.loss);
        let losses: Vec<f64> = self.baselines.iter().map(loss).collect();
        argmin(&losses).filter(|&i| !losses[i].is_nan())
    }
}
