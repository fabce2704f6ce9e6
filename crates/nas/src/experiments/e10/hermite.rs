//! Hermite activations in the kernel model (science 4.5): orthogonal feature maps of infinitely many features.

use super::{GOAL, Joint, Risks, STEPS, Settings, descend};
use crate::data::{Dataset, QuadraticForm, Sizes, Split};
use crate::dense::{NotPositiveDefinite, SymmetricEigen, apply, dot};
use crate::experiments::Error;
use crate::experiments::reached::SEARCH;
use crate::kernel::mkl::TrainingObjective;
use crate::kernel::{Gram, KernelModel, Mixing, Ridge, hermite};
use crate::outer::ProjectedGradient;
use crate::search::search;
use crate::seed::Seed;
use crate::space::{Simplex, Space, Sphere};
use faer::{Col, ColRef, Scale};

/// Candidates: Hermite polynomials of degree 1 to 4.
const CANDIDATES: usize = 4;
/// The ridge of every kernel fit.
const RIDGE: f64 = 1e-4;

/// A set of samples to train on, with its kernels.
struct Training<'a> {
    y: ColRef<'a, f64>,
    train: Gram,
    test: Gram,
}

pub(super) fn measure(settings: &Settings, seed: Seed) -> Result<Risks, Error> {
    let sizes = Sizes { train: settings.n_hermite, validation: settings.n_hermite, test: settings.n_test };
    let problem = QuadraticForm { dimension: settings.dimension, noise: settings.noise };
    let data = problem.generate(sizes.total(), seed.split("data"));
    let split = Split::random(&data, sizes, &mut seed.split("split").stream())?;
    let all = joined(&split.train, &split.validation);
    let gram = |x: &Dataset, on: &Dataset| hermite::gram(x.x(), on.x(), CANDIDATES, 1.0);
    let training = |on| Training::new(on, gram(on, on), gram(&split.test, on));
    let (on_train, on_all) = (training(&split.train), training(&all));
    let y_test = split.test.y();

    let mixing = Mixing::orthogonal(CANDIDATES);
    let validation = gram(&split.validation, &split.train);
    let mut model = KernelModel {
        mixing: &mixing,
        train: &on_train.train,
        validation: &validation,
        y_train: on_train.y,
        y_validation: split.validation.y(),
        lambda: RIDGE,
    };
    let sphere = Sphere::unit(CANDIDATES);
    let found = search(&mut model, &sphere, &ProjectedGradient { space: &sphere }, &SEARCH, &mut |_, _| {})?;
    let d: Vec<f64> = found.alpha.iter().map(|a| a * a).collect();

    let simplex = Simplex::unit(CANDIDATES);
    let start: Vec<f64> = simplex.sample(&mut seed.split("joint").stream()).iter().map(|d| d.sqrt()).collect();
    let joint = |training: &Training<'_>| descend(|step| training.joint(start.clone(), step, y_test));
    let (joint_train, joint_all) = (joint(&on_train)?, joint(&on_all)?);
    let weights = Mixing::Weights { count: CANDIDATES };
    let mut objective = TrainingObjective { mixing: &weights, train: &on_all.train, y: on_all.y, lambda: RIDGE };
    let outer = ProjectedGradient { space: &simplex };
    let regularised = search(&mut objective, &simplex, &outer, &SEARCH, &mut |_, _| {})?.alpha;
    Ok(Risks {
        split: on_train.test_error(&d, y_test)?,
        retrained: on_all.test_error(&d, y_test)?,
        joint_on_train: joint_train.risk,
        joint_on_all: joint_all.risk,
        regularised: on_all.test_error(&regularised, y_test)?,
        errors: [joint_train.error, joint_all.error],
    })
}

fn joined(a: &Dataset, b: &Dataset) -> Dataset {
    let features = [a.features(), b.features()].concat();
    Dataset::new(features, [a.labels(), b.labels()].concat(), a.dimension())
}

impl<'a> Training<'a> {
    fn new(on: &'a Dataset, train: Gram, test: Gram) -> Self {
        Self { y: on.y(), train, test }
    }

    fn test_error(&self, d: &[f64], y: ColRef<'_, f64>) -> Result<f64, NotPositiveDefinite> {
        let fit = Ridge::solve(&self.train, d.to_vec(), self.y, RIDGE)?.fit;
        Ok(fit.mean_squared_error(&self.test, y))
    }

    /// Gradient descent on ½ ‖f − y‖² in α and θ together, from θ = 0. The maps are orthogonal, f = Σ α_i φ_iᵀθ_i, and θ_i stays
    /// Φ_iᵀ b_i: a step is b_i ← b_i − η α_i r and α_i ← α_i − η rᵀK_i b_i with r = f − y.
    fn joint(&self, mut alpha: Vec<f64>, step: f64, y_test: ColRef<'_, f64>) -> Result<Joint, Error> {
        let d: Vec<f64> = alpha.iter().map(|a| a * a).collect();
        let largest = SymmetricEigen::of(self.train.combine(&d).as_ref())?.values.last().copied().unwrap_or(0.0);
        let (eta, n) = (step / largest, self.y.nrows() as f64);
        let mut b = vec![Col::<f64>::zeros(self.y.nrows()); CANDIDATES];
        let mut error = f64::INFINITY;
        for _ in 0..STEPS {
            let each: Vec<Col<f64>> =
                b.iter().enumerate().map(|(i, b)| apply(self.train.term(i), b.as_ref())).collect();
            let mut off = Scale(-1.0) * self.y;
            for (f, a) in each.iter().zip(&alpha) {
                off += Scale(*a) * f;
            }
            error = off.squared_norm_l2() / n;
            if error <= GOAL || !error.is_finite() {
                break;
            }
            for ((b, a), f) in b.iter_mut().zip(&mut alpha).zip(&each) {
                *b -= Scale(eta * *a) * &off;
                *a -= eta * dot(off.as_ref(), f.as_ref());
            }
        }
        let predicted = (0..CANDIDATES)
            .fold(Col::zeros(y_test.nrows()), |sum, i| sum + Scale(alpha[i]) * apply(self.test.term(i), b[i].as_ref()));
        Ok(Joint { risk: (predicted - y_test).squared_norm_l2() / y_test.nrows() as f64, error })
    }
}
