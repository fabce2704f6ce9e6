//! One seed: the search of the mixture, and every rule of multiple kernel learning on the same rows.

use super::problem::{Model, Problem};
use super::{By, WeighError};
use crate::dense::NotPositiveDefinite;
use crate::kernel::mkl::{EasyOptions, Learned, Method, MklError, Normalised, learn};
use crate::kernel::validation::{LambdaPath, PathErrors, Selection};
use crate::kernel::{Gram, Mixing, Ridge};
use crate::outer::ProjectedGradient;
use crate::report::Progress;
use crate::search::{Bilevel, FirstStep, Found, Options, search_from};
use crate::seed::Seed;
use crate::space::Shape;
use faer::{Col, ColRef};

/// EasyMKL ends where its duality gap is this part of its objective.
const EASY: f64 = 1e-8;

/// A ridge that raises the leave-one-out error by no more than this part of it is as good as the best one: where the error is flat
/// towards a small ridge, all else is better with a larger one.
const NEARLY: f64 = 0.01;

/// Rules of multiple kernel learning beside the mixture.
const RULES: usize = 7;

/// What one seed came to.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// Where the search of the mixture ended.
    pub(super) found: Found,
    /// The ridge of the mixture while it was searched, and that of the kernels that are weighed.
    pub(super) lambdas: [f64; 2],
    /// Rows that train, validate and test.
    pub(super) rows: [usize; 3],
    /// The errors at the found α over the ridges.
    pub(super) path: Vec<PathErrors>,
    /// Those at the best of them.
    pub(super) best: PathErrors,
    pub(super) tested: Vec<Tested>,
}

/// What one choice is worth.
#[derive(Clone, Debug)]
pub(super) struct Tested {
    pub(super) name: String,
    /// α, or the weights of the normalised kernels.
    pub(super) weights: Vec<f64>,
    /// Mean squared errors on training and test rows.
    pub(super) errors: Option<[f64; 2]>,
    /// The share of test rows with the right sign.
    pub(super) accuracy: Option<f64>,
    /// Why there is none of it.
    pub(super) failed: Option<String>,
}

/// The ridges of a path, four to a power of ten.
fn lambdas() -> Vec<f64> {
    (-24..=8).map(|k| 10f64.powf(f64::from(k) / 4.0)).collect()
}

/// The error of a path that a criterion looks at; folds are not on it, and their error is close to that of single rows.
pub(super) fn error(by: By, errors: &PathErrors) -> f64 {
    match by {
        By::Validation => errors.hold_out.unwrap_or(f64::NAN),
        By::Loo | By::Kfold => errors.leave_one_out,
        By::Gcv => errors.gcv,
    }
}

/// The largest ridge of nearly the least leave-one-out error on the training rows: it knows nothing of validation rows.
fn ridge(k: &Gram, weights: &[f64], y: ColRef<'_, f64>) -> Result<f64, WeighError> {
    let path = LambdaPath::new(k.combine_lower(weights).as_ref(), y, None)?;
    let best = best(&path, By::Loo, y.nrows())?;
    let nearly =
        |lambda: &f64| path.at(*lambda).is_ok_and(|errors| errors.leave_one_out <= (1.0 + NEARLY) * best.leave_one_out);
    Ok(lambdas().into_iter().rev().find(nearly).unwrap_or(best.lambda))
}

fn best(path: &LambdaPath, by: By, size: usize) -> Result<PathErrors, WeighError> {
    let best = path.best(&lambdas(), |errors| error(by, errors));
    best.ok_or_else(|| NotPositiveDefinite { pivot: 0, size }.into())
}

impl Model<'_> {
    /// How often [`Self::outcome`] advances its progress.
    pub(super) fn steps(&self) -> usize {
        1 + RULES + self.names.len()
    }

    /// Runs one seed.
    pub(super) fn outcome(&self, seed: Seed, progress: &Progress) -> Result<Outcome, WeighError> {
        let (problem, mixing) = (self.problem(seed)?, &self.mixing);
        let rows = [&problem.y, &problem.y_validation, &problem.y_test].map(|y| y.nrows());
        let even = mixing.weights(&self.settings.space.even(self.names.len()));
        let lambda = self.settings.ridge.map_or_else(|| ridge(&problem.train, &even, problem.y.as_ref()), Ok)?;
        let found = self.search(&problem, lambda)?;
        let weights = mixing.weights(&found.alpha);
        let (path, best) = self.path(&problem, &weights)?;
        let mixture = |name: &str, lambda: f64| self.mixture(name, &problem, &found.alpha, lambda);
        let mut tested = vec![mixture("mixture", lambda)?, mixture("mixture, best ridge", best.lambda)?];
        progress.advance();

        let problem = problem.apart(&self.diagonal());
        let lambda_apart = self.settings.ridge.map_or_else(|| even_ridge(&problem), Ok)?;
        for method in self.rules(&problem) {
            let learned = learn(&method, &problem.train, problem.y.as_ref(), lambda_apart);
            tested.push(self.tested(method.to_string(), &problem.train, &problem.test, &problem, learned));
            progress.advance();
        }
        for (m, name) in self.names.iter().enumerate() {
            let [train, test] = [&problem.train, &problem.test].map(|gram| gram.select(&[m]));
            let learned = learn(&Method::Uniform, &train, problem.y.as_ref(), lambda_apart);
            tested.push(self.tested(format!("{name} alone"), &train, &test, &problem, learned));
            progress.advance();
        }
        Ok(Outcome { found, lambdas: [lambda, lambda_apart], rows, path, best, tested })
    }

    fn options(&self) -> Options {
        Options { steps: self.settings.outer_steps, first: FirstStep::Distance(1.0), ..Options::default() }
    }

    /// The search of the mixture.
    fn search(&self, problem: &Problem, lambda: f64) -> Result<Found, WeighError> {
        let Problem { train, y, .. } = problem;
        let criterion = problem.criterion(self.settings.criterion);
        let mut selection = Selection { mixing: &self.mixing, train, y_train: y.as_ref(), lambda, criterion };
        let built = self.space();
        let (space, outer) = (built.space(), ProjectedGradient { space: built.space() });
        let mut start = self.settings.space.even(self.names.len());
        if let Shape::Sparse(_) = self.settings.space {
            // No sparse mixture is even: the first hypergradient chooses the candidates, by a step of length 1.
            let slope = selection.evaluate(&start)?.alpha;
            let length = slope.iter().map(|g| g * g).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
            let towards: Vec<f64> = start.iter().zip(&slope).map(|(a, g)| a - g / length).collect();
            space.project(&towards, &mut start);
        }
        Ok(search_from(start, &mut selection, space, &outer, &self.options(), &mut |_, _| {})?)
    }

    /// All errors over the ridge at a mixture, from one eigendecomposition, and those at the best ridge.
    fn path(&self, problem: &Problem, weights: &[f64]) -> Result<(Vec<PathErrors>, PathErrors), WeighError> {
        let on_validation = problem.validation.combine(weights);
        let by = self.settings.criterion;
        let held_out = (by == By::Validation).then_some((on_validation.as_ref(), problem.y_validation.as_ref()));
        let path = LambdaPath::new(problem.train.combine_lower(weights).as_ref(), problem.y.as_ref(), held_out)?;
        let all = lambdas().into_iter().filter_map(|lambda| path.at(lambda).ok()).collect();
        Ok((all, best(&path, by, problem.y.nrows())?))
    }

    fn mixture(&self, name: &str, problem: &Problem, alpha: &[f64], lambda: f64) -> Result<Tested, WeighError> {
        let fit = Ridge::solve(&problem.train, self.mixing.weights(alpha), problem.y.as_ref(), lambda)?.fit;
        let (on_train, on_test) = (fit.predict(&problem.train), fit.predict(&problem.test));
        Ok(self.scored(name.to_owned(), alpha.to_vec(), problem, [on_train, on_test]))
    }

    fn rules<'p>(&self, problem: &'p Problem) -> [Method<'p>; RULES] {
        let criterion = problem.criterion(self.settings.criterion);
        [
            Method::Uniform,
            Method::Align,
            Method::Alignf(Default::default()),
            Method::Simple(Default::default()),
            Method::Lp(Default::default()),
            Method::Easy(EasyOptions { tolerance: EASY, ..Default::default() }),
            Method::Validation { criterion, search: self.options() },
        ]
    }

    fn tested(
        &self,
        name: String,
        train: &Gram,
        test: &Gram,
        problem: &Problem,
        learned: Result<Learned, MklError>,
    ) -> Tested {
        match learned {
            Ok(learned) => {
                let predicted = [train, test].map(|gram| learned.predict(gram));
                self.scored(name, learned.normalised, problem, predicted)
            }
            Err(error) => {
                Tested { name, weights: Vec::new(), errors: None, accuracy: None, failed: Some(error.to_string()) }
            }
        }
    }

    /// Predictions of labels less their training mean on training and test rows.
    fn scored(&self, name: String, weights: Vec<f64>, problem: &Problem, predicted: [Col<f64>; 2]) -> Tested {
        let [on_train, on_test] = &predicted;
        let mean_square = |f: &Col<f64>, y: &Col<f64>| (f - y).squared_norm_l2() / y.nrows() as f64;
        let right = |i: usize| (on_test[i] + problem.mean > 0.0) == (problem.y_test[i] + problem.mean > 0.0);
        let n = problem.y_test.nrows();
        let accuracy = (0..n).filter(|&i| right(i)).count() as f64 / n as f64;
        Tested {
            name,
            weights,
            errors: Some([mean_square(on_train, &problem.y), mean_square(on_test, &problem.y_test)]),
            accuracy: self.labels.are_classes().then_some(accuracy),
            failed: None,
        }
    }
}

/// The ridge of the normalised kernels in equal parts.
fn even_ridge(problem: &Problem) -> Result<f64, WeighError> {
    let terms = Normalised::new(&problem.train).map_err(MklError::from)?.terms;
    let uniform = Mixing::Weights { count: terms.terms() }.weights(&vec![1.0 / terms.terms() as f64; terms.terms()]);
    ridge(&terms, &uniform, problem.y.as_ref())
}
