//! What settings no search can use, and which deserve a warning.

use super::{Config, ConfigError, FitStart, Settings};
use crate::bilevel::Way;
use crate::exactness::Tolerance;
use crate::inner::Optimiser;
use crate::model::{Coordinates, Normalise, candidates};
use crate::outer::Solver;
use crate::space::{Lattice, Shape};
use crate::trial::Strategy;
use clap::ValueEnum;

impl Settings for Config {
    const SHOWN_BY: &'static str = "nas config";

    fn check(&self) -> Result<(), ConfigError> {
        self.check_numbers()?;
        self.check_network()?;
        self.check_space()?;
        self.check_strategies()?;
        self.check_method()?;
        self.check_data()
    }
}

impl Config {
    fn check_numbers(&self) -> Result<(), ConfigError> {
        let ranges = [
            ("keep", self.keep, 1..=1000),
            ("outer_steps", self.outer_steps, 0..=1_000_000),
            ("trials", self.trials, 0..=1_000_000),
            ("inner_steps", self.inner_steps, 1..=100_000_000),
            ("seeds", self.seeds, 1..=100_000),
            ("threads", self.threads, 0..=1024),
        ];
        for (key, value, range) in ranges {
            ConfigError::outside(key, value, range)?;
        }
        let ridge = self.ridge.unwrap_or_default();
        ConfigError::unless(ridge.is_finite() && ridge >= 0.0, "ridge", ridge, "a finite number, not negative")?;
        ConfigError::unless(self.lr.is_finite() && self.lr > 0.0, "lr", self.lr, "a finite number above 0")?;
        let percent = (0.0..=100.0).contains(&self.flip_labels);
        ConfigError::unless(percent, "flip_labels", self.flip_labels, "at least 0 and at most 100 percent")?;
        ConfigError::unless(self.tol > 0.0 && self.tol < 1.0, "tol", self.tol, "above 0 and below 1")
    }

    fn check_network(&self) -> Result<(), ConfigError> {
        let hidden = |need: &str| {
            Err(ConfigError::Range { key: "hidden", value: format!("{:?}", self.hidden), need: need.to_owned() })
        };
        if self.hidden.is_empty() {
            return hidden("at least one layer: without one there is no activation to choose");
        }
        if self.hidden.iter().any(|width| !(1..=1_000_000).contains(width)) {
            return hidden("a width of at least 1 and at most 1000000 for each layer");
        }
        if self.groups == 0 || self.hidden.iter().any(|width| !width.is_multiple_of(self.groups)) {
            let need = format!("at least 1 and a divisor of every width in hidden = {:?}", self.hidden);
            return Err(ConfigError::Range { key: "groups", value: self.groups.to_string(), need });
        }
        if self.normalise == Normalise::Hermite && (!self.space.is_signed() || self.space == Shape::BoxSection) {
            let need = "coordinates of an orthonormal basis have both signs and no sum; set --space sphere, or --normalise moment";
            return clash(word("normalise", self.normalise), format!("space = {}", self.space), need);
        }
        Coordinates::new(&candidates::bank(&self.candidates)?, &self.candidates, self.normalise)?;
        Ok(())
    }

    /// How the coefficients and their moves go together.
    fn check_space(&self) -> Result<(), ConfigError> {
        let (space, solver, h) = (format!("space = {}", self.space), self.solver(), self.candidates.len());
        if let Shape::Sparse(support) = self.space
            && support > h
        {
            let need = format!("sparse:S with S at most {h}, the number of candidates");
            return Err(ConfigError::Range { key: "space", value: self.space.to_string(), need });
        }
        if !solver.fits(self.space) {
            let fitting = Solver::ALL.into_iter().filter(|other| other.fits(self.space)).map(name).collect();
            return Err(ConfigError::Solver { outer: name(solver), space: self.space, fitting });
        }
        ConfigError::unless(self.entropy.is_finite(), "entropy", self.entropy, "a finite number")?;
        if self.entropy != 0.0 && self.space != Shape::Simplex {
            let entropy = format!("entropy = {}", self.entropy);
            return clash(
                entropy,
                space,
                "only weights that add up to 1 have one; set --space simplex, or --entropy 0",
            );
        }
        Ok(())
    }

    /// Which ways of searching there can be, each once; only steps that are made shorter until the loss falls end at noise.
    fn check_strategies(&self) -> Result<(), ConfigError> {
        if self.stop_at_noise && (self.strategy != Strategy::Gradient || self.solver() == Solver::AdamLogits) {
            let other = if self.strategy == Strategy::Gradient {
                format!("outer = {}", name(self.solver()))
            } else {
                word("strategy", self.strategy)
            };
            let need =
                "only a search by gradients with a line search ends there: set --strategy gradient and another --outer";
            return clash("stop_at_noise = true", other, need);
        }
        let all = [&[self.strategy][..], &self.rivals].concat();
        if let Some(twice) = (1..all.len()).find(|&i| all[..i].contains(&all[i])) {
            let rival = format!("rivals with {}", name(all[twice]));
            return clash(
                rival,
                word("strategy", self.strategy),
                "list each way of searching once, and no rival that is the strategy",
            );
        }
        if !all.contains(&Strategy::Grid) {
            return Ok(());
        }
        let Some(lattice) = self.shape_lattice() else {
            let need = "only the simplex and the box have a grid; set --space to one of them, or search at random";
            return clash("a grid", format!("space = {}", self.space), need);
        };
        let least = 1.0 + lattice.lattice_points(1);
        if least > self.most_trials() as f64 {
            let need = format!("at least {least} for the coarsest grid of so many candidates, groups and layers");
            return Err(ConfigError::Range { key: "trials", value: self.most_trials().to_string(), need });
        }
        Ok(())
    }

    fn shape_lattice(&self) -> Option<Box<dyn Lattice>> {
        self.space.lattice(self.candidates.len(), 0.0, self.mixtures())
    }

    /// Mixtures of the network.
    fn mixtures(&self) -> usize {
        self.groups * if self.shared { 1 } else { self.hidden.len() }
    }

    /// How the hypergradient, the fit and its rows go together.
    fn check_method(&self) -> Result<(), ConfigError> {
        let (unroll, batches) = (self.method == Way::Unroll, self.batch > 0);
        let (method, inner, batch) = (word("method", self.method), word("inner", self.inner), self.batch);
        let batch = format!("batch = {batch}");
        if unroll && self.inner != Optimiser::Gd {
            return clash(method, inner, "what is unrolled is gradient descent; set --inner gd");
        }
        if unroll && self.fit_start == FitStart::Warm {
            let start = word("fit_start", self.fit_start);
            return clash(
                method,
                start,
                "what is unrolled begins at the same weights every time; set --fit-start cold",
            );
        }
        if unroll && batches {
            return clash(batch, method, "what is unrolled is gradient descent on all rows; set --batch 0");
        }
        if self.tolerance != Tolerance::Fixed {
            let tolerance = word("tolerance", self.tolerance);
            if !self.method.is_implicit() {
                let need =
                    "the error of its hypergradients has no estimate; set --tolerance fixed, or --method gauss-newton";
                return clash(tolerance, method, need);
            }
            if batches {
                return clash(
                    tolerance,
                    batch,
                    "a fit by mini-batches cannot go on from where it ended; set --batch 0",
                );
            }
        }
        let tuned = [("tune_ridge = true", self.tune_ridge), ("weigh_rows = true", self.weigh_rows)];
        if let Some((tuned, _)) = tuned.into_iter().find(|(_, on)| *on && batches) {
            return clash(tuned, batch, "what is tuned is a fit to all rows; set --batch 0");
        }
        if self.tune_jointly && !(self.tune_ridge || self.weigh_rows) {
            let need = "the mixture is found already; say what moves with it by --tune-ridge or --weigh-rows";
            return clash("tune_jointly = true", "nothing to tune", need);
        }
        if self.tune_ridge && self.ridge == Some(0.0) {
            return clash(
                "tune_ridge = true",
                "ridge = 0",
                "no power of ten changes it; set --ridge to a small number",
            );
        }
        if batches && self.inner == Optimiser::Lbfgs {
            let need = "its line search needs all rows; set --inner to gd, momentum or adam, or --batch to 0";
            return clash(batch, inner, need);
        }
        Ok(())
    }

    /// Which of the settings about data go together.
    fn check_data(&self) -> Result<(), ConfigError> {
        let (no_data, labels) = (self.data.is_none(), self.labels.is_some());
        let target = self.target.as_ref().map(|target| format!("target = {target:?}"));
        if self.train_data.is_some() && (no_data || labels) {
            let need = "the rows to validate and test on come from one file too; give it alone with --data";
            return clash("train_data", if labels { "labels" } else { "no data" }, need);
        }
        if labels && no_data {
            return clash("labels", "no data", "give the rows or images that they belong to with --data");
        }
        match (target, self.task) {
            (Some(target), _) if labels => clash(target, "labels", "either of them is the target; leave one out"),
            (Some(target), _) if no_data => clash(target, "no data", "it is about a file; give one with --data"),
            (None, Some(task)) if no_data => {
                clash(word("task", task), "no data", "it is about a file; give one with --data")
            }
            _ => Ok(()),
        }
    }

    /// What will run and may disappoint, a sentence each.
    pub fn warnings(&self) -> Vec<String> {
        let implicit = matches!(self.method, Way::GaussNewton | Way::Exact);
        let singular = "ridge = 0: with more weights than training rows the Hessian is singular and an implicit hypergradient \
                        means nothing; set --ridge 1e-3, or --method unroll --inner gd";
        let warnings = [(implicit && self.ridge == Some(0.0), singular)];
        warnings.iter().filter(|(holds, _)| *holds).map(|(_, text)| (*text).to_owned()).collect()
    }
}

impl Config {
    /// The warnings of the settings, and those that the data adds (science 2.3: the bound means nothing when n_V < h_eff).
    pub fn warnings_on(&self, validation: usize) -> Vec<String> {
        let coefficients = self.mixtures() * self.candidates.len();
        let few = format!(
            "{validation} validation rows are fewer than the {coefficients} coefficients they choose: the search can overfit \
             them; use fewer candidates or groups, --shared, or a larger validation part of --split"
        );
        self.warnings().into_iter().chain((validation < coefficients).then_some(few)).collect()
    }
}

/// A setting as a file has it.
fn word(key: &str, value: impl ValueEnum) -> String {
    format!("{key} = {}", name(value))
}

/// The word for a choice.
pub(super) fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

fn clash(one: impl Into<String>, other: impl Into<String>, need: &'static str) -> Result<(), ConfigError> {
    Err(ConfigError::Clash { one: one.into(), other: other.into(), need })
}
