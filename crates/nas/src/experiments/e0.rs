//! E0: activation search with Hermite activations in the kernel model (science 4.5 and 4.7).

use super::{Bound, Criterion, Outcome};
use crate::data::{QuadraticForm, Sizes, Split, SplitError};
use crate::dense::NotPositiveDefinite;
use crate::hypergradient::Evidence;
use crate::kernel::{Gram, KernelModel, Mixing, hermite};
use crate::outer::{ExponentiatedGradient, Outer, ProjectedGradient};
use crate::report::{Progress, Table, figure};
use crate::search::{self, Found, Stop, search};
use crate::seed::Seed;
use crate::space::{Simplex, Space, Sphere};
use crate::stats::{argmin, largest, median, pearson};
use rayon::prelude::*;

/// c₀, the total squared output weight of the network behind the kernel.
const C0: f64 = 1.0;

/// Least weight of a candidate in the search by exponentiated gradient.
const FLOOR: f64 = 1e-5;

/// Sizes and constants of E0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Number of seeds, each with data and architectures of its own.
    pub seeds: usize,
    /// The planted problem.
    pub problem: QuadraticForm,
    /// Sizes of the three parts.
    pub sizes: Sizes,
    /// Number h of candidate activations.
    pub candidates: usize,
    /// Random architectures, Dirichlet(1, …, 1) in d = α².
    pub architectures: usize,
    /// The ridge λ.
    pub lambda: f64,
    /// The bilevel search.
    pub search: search::Options,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seeds: 20,
            problem: QuadraticForm { dimension: 10, noise: 0.1 },
            sizes: Sizes { train: 100, validation: 100, test: 2000 },
            candidates: 4,
            architectures: 300,
            lambda: 1e-4,
            search: search::Options::default(),
        }
    }
}

impl Options {
    /// How often a run advances its [`Progress`].
    pub fn progress_steps(&self) -> usize {
        self.seeds * (self.architectures + 1)
    }
}

/// Why E0 could not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The data cannot be split.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The kernel matrix of some architecture is singular.
    #[error(transparent)]
    Kernel(#[from] NotPositiveDefinite),
}

/// What one seed measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Largest training error over the architectures.
    pub worst_train: f64,
    /// Correlation of training and test error over the architectures.
    pub train_test: f64,
    /// Correlation of validation and test error over the architectures.
    pub validation_test: f64,
    /// Least test error of the architectures.
    pub best: f64,
    /// Test error of the architecture with the least validation error, over the best.
    pub validation_choice: f64,
    /// Test error of the architecture with the least training error, over the best.
    pub train_choice: f64,
    /// The bilevel search over α on the sphere, by projected gradient.
    pub sphere: Searched,
    /// The bilevel search over d = α² on the simplex, by exponentiated gradient.
    pub simplex: Searched,
}

/// What one bilevel search reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Searched {
    /// Its test error over the best of the random architectures.
    pub ratio: f64,
    /// Its end and the way there.
    pub found: Found,
}

/// Training, validation and test error of every random architecture.
struct Errors {
    train: Vec<f64>,
    validation: Vec<f64>,
    test: Vec<f64>,
}

/// Labels and Gram terms of one seed.
struct Prepared {
    split: Split,
    train: Gram,
    validation: Gram,
    test: Gram,
    lambda: f64,
}

/// Runs every seed, in parallel on the pool of the caller; the results do not depend on its size.
pub fn measure(options: &Options, seed: Seed, progress: &Progress) -> Result<Vec<Measured>, Error> {
    let run = |i| measure_seed(options, seed.split("e0").split(&format!("seed {i}")), progress);
    (0..options.seeds).into_par_iter().map(run).collect()
}

/// Runs one seed.
fn measure_seed(options: &Options, seed: Seed, progress: &Progress) -> Result<Measured, Error> {
    let prepared = Prepared::new(options, seed)?;
    let errors = prepared.random_architectures(options, seed, progress)?;
    let at = |choice: Option<usize>| choice.map_or(f64::NAN, |i| errors.test[i]);
    let best = at(argmin(&errors.test));
    let (maps, weights) = (Mixing::orthogonal(options.candidates), Mixing::Weights { kernels: options.candidates });
    let sphere = Sphere::unit(options.candidates);
    let simplex = Simplex { floor: FLOOR, ..Simplex::unit(options.candidates) };
    let measured = Measured {
        worst_train: largest(&errors.train),
        train_test: pearson(&errors.train, &errors.test),
        validation_test: pearson(&errors.validation, &errors.test),
        best,
        validation_choice: at(argmin(&errors.validation)) / best,
        train_choice: at(argmin(&errors.train)) / best,
        sphere: prepared.search(&maps, &sphere, &ProjectedGradient { space: &sphere }, options, best)?,
        simplex: prepared.search(&weights, &simplex, &ExponentiatedGradient { simplex }, options, best)?,
    };
    progress.advance();
    Ok(measured)
}

impl Prepared {
    fn new(options: &Options, seed: Seed) -> Result<Self, Error> {
        let data = options.problem.generate(options.sizes.total(), seed.split("data"));
        let split = Split::random(&data, options.sizes, &mut seed.split("split").stream())?;
        let gram = |x| hermite::gram(x, split.train.x(), options.candidates, C0);
        let (train, validation, test) = (gram(split.train.x()), gram(split.validation.x()), gram(split.test.x()));
        Ok(Self { split, train, validation, test, lambda: options.lambda })
    }

    fn model<'a>(&'a self, mixing: &'a Mixing) -> KernelModel<'a> {
        KernelModel {
            mixing,
            train: &self.train,
            validation: &self.validation,
            y_train: self.split.train.y(),
            y_validation: self.split.validation.y(),
            lambda: self.lambda,
        }
    }

    fn random_architectures(&self, options: &Options, seed: Seed, progress: &Progress) -> Result<Errors, Error> {
        let mixing = Mixing::Weights { kernels: options.candidates };
        let (model, simplex) = (self.model(&mixing), Simplex::unit(options.candidates));
        let mut stream = seed.split("architectures").stream();
        let mut errors = Errors { train: Vec::new(), validation: Vec::new(), test: Vec::new() };
        for _ in 0..options.architectures {
            let fit = model.fit(&simplex.sample(&mut stream))?;
            errors.train.push(fit.mean_squared_error(&self.train, self.split.train.y()));
            errors.validation.push(fit.mean_squared_error(&self.validation, self.split.validation.y()));
            errors.test.push(fit.mean_squared_error(&self.test, self.split.test.y()));
            progress.advance();
        }
        Ok(errors)
    }

    fn search(
        &self,
        mixing: &Mixing,
        space: &dyn Space,
        outer: &dyn Outer,
        options: &Options,
        best: f64,
    ) -> Result<Searched, Error> {
        let mut model = self.model(mixing);
        let found = search(&mut model, space, outer, &options.search)?;
        let test = model.fit(&found.alpha)?.mean_squared_error(&self.test, self.split.test.y());
        Ok(Searched { ratio: test / best, found })
    }
}

/// The figures of 4.7 (medians over seeds, except the first) beside their bounds.
pub fn criteria(measured: &[Measured]) -> Vec<Criterion> {
    let column = |get: fn(&Measured) -> f64| measured.iter().map(get).collect::<Vec<f64>>();
    let middle = |get| median(&column(get));
    vec![
        Criterion {
            meaning: "Every architecture fits the training data.",
            name: "largest train MSE, all architectures and seeds",
            figure: largest(&column(|m| m.worst_train)),
            bound: Bound::AtMost(1e-4),
        },
        Criterion {
            meaning: "So training error says little about test error ...",
            name: "|corr(train MSE, test MSE)|, median",
            figure: middle(|m| m.train_test.abs()),
            bound: Bound::AtMost(0.5),
        },
        Criterion {
            meaning: "... and choosing by it costs a multiple of the best.",
            name: "test MSE of the choice by train error, over the best, median",
            figure: middle(|m| m.train_choice),
            bound: Bound::AtLeast(2.0),
        },
        Criterion {
            meaning: "Validation error follows test error ...",
            name: "corr(validation MSE, test MSE), median",
            figure: middle(|m| m.validation_test),
            bound: Bound::AtLeast(0.95),
        },
        Criterion {
            meaning: "... and choosing by it is nearly as good as knowing test error.",
            name: "test MSE of the choice by validation error, over the best, median",
            figure: middle(|m| m.validation_choice),
            bound: Bound::AtMost(1.05),
        },
        Criterion {
            meaning: "The bilevel search over alpha on the sphere (projected gradient) reaches the best random architecture.",
            name: "its test MSE over the best, median",
            figure: middle(|m| m.sphere.ratio),
            bound: Bound::AtMost(1.05),
        },
        Criterion {
            meaning: "So does the search over d = alpha^2 on the simplex (exponentiated gradient).",
            name: "its test MSE over the best, median",
            figure: middle(|m| m.simplex.ratio),
            bound: Bound::AtMost(1.05),
        },
    ]
}

/// Table, criteria and notes for [`crate::report`].
pub fn outcome(options: &Options, measured: &[Measured]) -> Outcome {
    let Sizes { train, validation, test } = options.sizes;
    Outcome {
        title: "E0  Activation search with a train-validation split (Hermite activations, kernel model)".into(),
        claim: "Claim: although every architecture alpha fits the training data, so that training error cannot tell them \
                apart, the validation error of a split does, and a gradient search through the fit finds the best one."
            .into(),
        setting: format!(
            "Setting: y = x'Qx + {} z, x on the unit sphere of R^{}; {} candidates, K_alpha = sum_i alpha_i^2 rho^(i+1); \
             n_train {train}, n_validation {validation}, n_test {test}; ridge lambda {}; {} random architectures; {} seeds.",
            options.problem.noise,
            options.problem.dimension,
            options.candidates,
            options.lambda,
            options.architectures,
            measured.len(),
        ),
        table: table(measured),
        legend: "Columns: largest train MSE; correlation of train and of validation MSE with test MSE over the \
                 architectures; least test MSE; test MSE over that least one of the choice by train error, of the choice \
                 by validation error, and of the bilevel searches on sphere and simplex (outer steps in parentheses)."
            .into(),
        criteria: criteria(measured),
        notes: notes(measured),
    }
}

fn table(measured: &[Measured]) -> Table {
    let mut table = Table::new(&[
        "seed",
        "worst train",
        "corr(tr,te)",
        "corr(va,te)",
        "best test",
        "train choice",
        "val choice",
        "sphere",
        "simplex",
    ]);
    for (seed, m) in measured.iter().enumerate() {
        let searched = |s: &Searched| format!("{} ({})", figure(s.ratio), s.found.path.len());
        let numbers = [m.worst_train, m.train_test, m.validation_test, m.best, m.train_choice, m.validation_choice];
        let row = [seed.to_string()].into_iter().chain(numbers.map(figure));
        table.rows.push(row.chain([searched(&m.sphere), searched(&m.simplex)]).collect());
    }
    table
}

/// How the searches ended, and the weakest evidence for their hypergradients.
fn notes(measured: &[Measured]) -> Vec<String> {
    let sphere = measured.iter().map(|m| &m.sphere.found).collect::<Vec<_>>();
    let simplex = measured.iter().map(|m| &m.simplex.found).collect::<Vec<_>>();
    vec![search_note("sphere", &sphere), search_note("simplex", &simplex)]
}

fn search_note(name: &str, found: &[&Found]) -> String {
    let stationary = found.iter().filter(|f| f.stop == Stop::Stationary).count();
    let steps = median(&found.iter().map(|f| f.path.len() as f64).collect::<Vec<_>>());
    let hypergradients = match found.iter().map(|f| f.hypergradient.evidence).reduce(Evidence::weaker) {
        Some(evidence) => evidence.to_string(),
        None => "none".to_owned(),
    };
    format!(
        "Search on the {name}: stationary in {stationary} of {} seeds, {steps} steps (median); hypergradients {hypergradients}.",
        found.len()
    )
}
