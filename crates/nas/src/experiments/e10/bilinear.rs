//! The superposition model (science 4.4).

use super::{GOAL, Joint, Risks, STEPS, Settings, descend};
use crate::data::{Bilinear, MappedSamples, Planted};
use crate::dense::{NotPositiveDefinite, SymmetricEigen, apply, dot, product};
use crate::experiments::Error;
use crate::experiments::reached::SEARCH;
use crate::kernel::mkl::TrainingObjective;
use crate::kernel::{HoldOut, Mixing, RidgeFit, Superposed};
use crate::outer::ProjectedGradient;
use crate::search::search_from;
use crate::seed::Seed;
use crate::space::{Space, Sphere};
use crate::spectral::{Moments, Whitening};
use faer::{Col, Scale};

/// Random starts of the split's search, beside the spectral one.
const STARTS: usize = 4;
/// The ridge of the regularised objective.
const RIDGE: f64 = 1e-2;

pub(super) fn measure(settings: &Settings, seed: Seed) -> Result<Risks, Error> {
    let Settings { maps, features, noise, n_train, n_validation, .. } = *settings;
    let model = Bilinear { maps, features, noise };
    let planted = model.plant(seed.split("planted"));
    let train = model.sample(&planted, n_train, &mut seed.split("train").stream());
    let validation = model.sample(&planted, n_validation, &mut seed.split("validation").stream());
    let all = both(&train, &validation);
    let sphere = Sphere::unit(maps);

    let alpha = by_split(&train, &validation, &sphere, seed.split("starts"))?;
    let start = sphere.sample(&mut seed.split("joint").stream());
    let trained = |samples| descend(|step| joint(&planted, samples, start.clone(), step));
    let (on_train, on_all) = (trained(&train)?, trained(&all)?);
    let (mixing, terms) = (Mixing::full(maps), all.maps.gram(&all.maps));
    let mut objective = TrainingObjective { mixing: &mixing, train: &terms, y: all.y.as_ref(), lambda: RIDGE };
    let outer = ProjectedGradient { space: &sphere };
    let regularised = search_from(start, &mut objective, &sphere, &outer, &SEARCH, &mut |_, _| {})?.alpha;
    Ok(Risks {
        split: risk_of_fit(&planted, &train, &alpha, 0.0)?,
        retrained: risk_of_fit(&planted, &all, &alpha, 0.0)?,
        joint_on_train: on_train.risk,
        joint_on_all: on_all.risk,
        regularised: risk_of_fit(&planted, &all, &regularised, RIDGE)?,
        errors: [on_train.error, on_all.error],
    })
}

fn both(a: &MappedSamples, b: &MappedSamples) -> MappedSamples {
    let n = a.y.nrows();
    let y = Col::from_fn(n + b.y.nrows(), |i| if i < n { a.y[i] } else { b.y[i - n] });
    MappedSamples { maps: a.maps.followed_by(&b.maps), y }
}

fn fit(samples: &MappedSamples, lambda: f64) -> RidgeFit<'_> {
    RidgeFit { maps: &samples.maps, y: samples.y.as_ref(), lambda }
}

fn risk_of_fit(
    planted: &Planted,
    samples: &MappedSamples,
    alpha: &[f64],
    lambda: f64,
) -> Result<f64, NotPositiveDefinite> {
    Ok(planted.residual_variance(alpha, &fit(samples, lambda).solve(alpha)?.theta))
}

/// The least validation loss that searches from the spectral estimate and from random points reach.
fn by_split(train: &MappedSamples, validation: &MappedSamples, sphere: &Sphere, seed: Seed) -> Result<Vec<f64>, Error> {
    let estimate = Moments::of(&validation.maps, validation.y.as_ref()).estimate(1, Whitening::None)?;
    let mut stream = seed.stream();
    let starts = estimate.alphas.into_iter().chain((0..STARTS).map(|_| sphere.sample(&mut stream)));
    let hold_out = HoldOut { maps: &validation.maps, y: validation.y.as_ref(), clip: f64::INFINITY };
    let mut best = (f64::INFINITY, sphere.start());
    for start in starts {
        let mut problem = Superposed { fit: fit(train, 0.0), outer: hold_out };
        let outer = ProjectedGradient { space: sphere };
        let found = search_from(start, &mut problem, sphere, &outer, &SEARCH, &mut |_, _| {})?;
        if found.hypergradient.value < best.0 {
            best = (found.hypergradient.value, found.alpha);
        }
    }
    Ok(best.1)
}

/// Gradient descent on ½ ‖Φ_α θ − y‖² in α and θ together, from θ = 0.
fn joint(planted: &Planted, samples: &MappedSamples, mut alpha: Vec<f64>, step: f64) -> Result<Joint, Error> {
    let (maps, n) = (&samples.maps, samples.y.nrows() as f64);
    let phi = maps.combine(&alpha);
    let kernel = product(phi.as_ref(), phi.transpose());
    let largest = SymmetricEigen::of(kernel.as_ref())?.values.last().copied().unwrap_or(0.0);
    let (eta, mut theta) = (step / largest, Col::zeros(maps.features()));
    let mut error = f64::INFINITY;
    for _ in 0..STEPS {
        let each = maps.apply_each(theta.as_ref());
        let mut off = Scale(-1.0) * &samples.y;
        for (f, a) in each.iter().zip(&alpha) {
            off += Scale(*a) * f;
        }
        error = off.squared_norm_l2() / n;
        if error <= GOAL || !error.is_finite() {
            break;
        }
        let slope = (0..maps.count()).fold(Col::zeros(maps.features()), |sum, i| {
            sum + Scale(alpha[i]) * apply(maps.map(i).transpose(), off.as_ref())
        });
        alpha.iter_mut().zip(&each).for_each(|(a, f)| *a -= eta * dot(off.as_ref(), f.as_ref()));
        theta -= Scale(eta) * slope;
    }
    Ok(Joint { risk: planted.residual_variance(&alpha, &theta), error })
}
