//! The problem, twice: in closed form, and on a tape.
//!
//! inner: g = ½ ‖Φ_α θ − y‖² + ½ λ ‖θ‖²;   outer: F = ‖Φ_α^V θ − y_V‖² / (2 n_V).

use super::Settings;
use super::bounds::Constants;
use crate::data::{Bilinear, MappedSamples};
use crate::dense::{Cholesky, NoEigenvalues, NotPositiveDefinite, SymmetricEigen, apply, dot, product};
use crate::experiments::Error;
use crate::kernel::{FeatureMaps, HoldOut, KernelModel, Mixing, RidgeFit, Superposed};
use crate::search::Bilevel;
use crate::seed::Seed;
use faer::{Col, Mat, MatRef, Scale};
use tape::{Setup, Tape, Var, grad};

/// Samples, and where the hypergradient is taken.
pub(super) struct Data {
    pub(super) train: MappedSamples,
    pub(super) validation: MappedSamples,
    pub(super) alpha: Vec<f64>,
}

impl Data {
    pub(super) fn new(settings: &Settings, seed: Seed) -> Self {
        let model = Bilinear { maps: settings.maps, features: settings.features, noise: settings.noise };
        let planted = model.plant(seed.split("planted"));
        let sample = |n, part| model.sample(&planted, n, &mut seed.split(part).stream());
        let (train, validation) = (sample(settings.n_train, "train"), sample(settings.n_validation, "validation"));
        // Any point will do, but for the truth, where the outer gradient is small.
        let alpha = model.plant(seed.split("point")).alpha;
        Self { train, validation, alpha }
    }

    pub(super) fn fit(&self, lambda: f64) -> RidgeFit<'_> {
        RidgeFit { maps: &self.train.maps, y: self.train.y.as_ref(), lambda }
    }

    /// The closed form of science 6.4, from Gram terms.
    pub(super) fn closed_form(&self, lambda: f64) -> Result<Vec<f64>, NotPositiveDefinite> {
        let mixing = Mixing::full(self.alpha.len());
        let maps = &self.train.maps;
        let (train, validation) = (maps.gram(maps), self.validation.maps.gram(maps));
        let model = KernelModel {
            mixing: &mixing,
            train: &train,
            validation: &validation,
            y_train: self.train.y.as_ref(),
            y_validation: self.validation.y.as_ref(),
            lambda,
        };
        Ok(model.hypergradient(&self.alpha, &model.solve(&self.alpha)?).alpha)
    }

    /// F of the fit at another α.
    pub(super) fn value(&self, alpha: &[f64], lambda: f64) -> Result<f64, NotPositiveDefinite> {
        let theta = self.fit(lambda).solve(alpha)?.theta;
        Ok(self.off(&self.validation, alpha, &theta).squared_norm_l2() / (2.0 * self.n_v()))
    }

    /// By the implicit function theorem with this solution of H q = F_θ: F_α − Jᵀ q.
    pub(super) fn implicit(&self, theta: &Col<f64>, q: &Col<f64>) -> Vec<f64> {
        let direct = self.f_alpha(theta);
        let across = self.cross(theta);
        direct.iter().zip(&across).map(|(direct, j)| direct - dot(j.as_ref(), q.as_ref())).collect()
    }

    /// q by a Cholesky factor of the p × p Hessian.
    pub(super) fn by_cholesky(&self, lambda: f64) -> Result<Vec<f64>, NotPositiveDefinite> {
        let theta = self.fit(lambda).solve(&self.alpha)?.theta;
        let q = Cholesky::factor(self.hessian(lambda))?.solve(self.f_theta(&theta).as_ref());
        Ok(self.implicit(&theta, &q))
    }

    /// The closed form that searches over feature maps take; their F is the mean square, without the half.
    pub(super) fn by_features(&self, lambda: f64) -> Result<Vec<f64>, NotPositiveDefinite> {
        let MappedSamples { maps, y } = &self.validation;
        let outer = HoldOut { maps, y: y.as_ref(), clip: f64::INFINITY };
        let slope = Superposed { fit: self.fit(lambda), outer }.evaluate(&self.alpha)?.alpha;
        Ok(slope.iter().map(|slope| 0.5 * slope).collect())
    }

    /// q = H⁺ F_θ: wrong where H is singular (science 6.1).
    pub(super) fn by_pseudo_inverse(&self) -> Result<Vec<f64>, Error> {
        let theta = self.fit(0.0).solve(&self.alpha)?.theta;
        let SymmetricEigen { values, vectors } = SymmetricEigen::of(self.hessian(0.0).as_ref())?;
        let least = values.last().copied().unwrap_or(0.0) * 1e-10;
        let mut along = apply(vectors.transpose(), self.f_theta(&theta).as_ref());
        for (k, value) in values.iter().enumerate() {
            along[k] = if *value > least { along[k] / value } else { 0.0 };
        }
        Ok(self.implicit(&theta, &apply(vectors.as_ref(), along.as_ref())))
    }

    pub(super) fn constants(&self, lambda: f64) -> Result<Constants, Error> {
        let theta = self.fit(lambda).solve(&self.alpha)?.theta;
        let f_theta = self.f_theta(&theta);
        let hessian = self.hessian(lambda);
        let values = SymmetricEigen::of(hessian.as_ref())?.values;
        let (mu, largest) = (values[0], values[values.len() - 1]);
        let q = Cholesky::factor(hessian)?.solve(f_theta.as_ref());
        let norm = |column: &Col<f64>| column.squared_norm_l2();
        let (phi, phi_v) = (self.train.maps.combine(&self.alpha), self.validation.maps.combine(&self.alpha));
        let (size, size_v) = (spectral_norm(phi.as_ref())?, spectral_norm(phi_v.as_ref())?);
        let sizes = |maps: &FeatureMaps| -> Result<f64, NoEigenvalues> {
            let each = (0..maps.count()).map(|i| Ok(spectral_norm(maps.map(i))?.powi(2)));
            Ok(each.sum::<Result<f64, NoEigenvalues>>()?.sqrt())
        };
        Ok(Constants {
            mu,
            largest,
            cross: self.cross(&theta).iter().map(norm).sum::<f64>().sqrt(),
            cross_slope: 2.0 * size * sizes(&self.train.maps)?,
            outer: size_v.powi(2) / self.n_v(),
            // F_α,i = rᵀ Φ_i^V θ / n_V moves by at most ‖Φ_i^V‖ (2 ‖Φ_α^V‖ ‖θ‖ + ‖y_V‖) / n_V per unit of θ.
            outer_alpha: sizes(&self.validation.maps)? * (2.0 * size_v * theta.norm_l2() + self.validation.y.norm_l2())
                / self.n_v(),
            f_theta,
            q,
            theta,
        })
    }

    fn n_v(&self) -> f64 {
        self.validation.y.nrows() as f64
    }

    fn off(&self, samples: &MappedSamples, alpha: &[f64], theta: &Col<f64>) -> Col<f64> {
        apply(samples.maps.combine(alpha).as_ref(), theta.as_ref()) - &samples.y
    }

    fn hessian(&self, lambda: f64) -> Mat<f64> {
        let phi = self.train.maps.combine(&self.alpha);
        let mut h = product(phi.transpose(), phi.as_ref());
        (0..h.nrows()).for_each(|j| h[(j, j)] += lambda);
        h
    }

    fn f_theta(&self, theta: &Col<f64>) -> Col<f64> {
        let r = self.off(&self.validation, &self.alpha, theta);
        Scale(1.0 / self.n_v()) * apply(self.validation.maps.combine(&self.alpha).transpose(), r.as_ref())
    }

    pub(super) fn f_alpha(&self, theta: &Col<f64>) -> Vec<f64> {
        let r = self.off(&self.validation, &self.alpha, theta);
        let each = self.validation.maps.apply_each(theta.as_ref());
        each.iter().map(|f| dot(r.as_ref(), f.as_ref()) / self.n_v()).collect()
    }

    /// The columns J_i = Φ_iᵀ (Φ_α θ − y) + Φ_αᵀ Φ_i θ.
    fn cross(&self, theta: &Col<f64>) -> Vec<Col<f64>> {
        let off = self.off(&self.train, &self.alpha, theta);
        let phi = self.train.maps.combine(&self.alpha);
        let column = |i: usize| {
            let map = self.train.maps.map(i);
            apply(map.transpose(), off.as_ref()) + apply(phi.transpose(), apply(map, theta.as_ref()).as_ref())
        };
        (0..self.alpha.len()).map(column).collect()
    }

    /// The inputs of the tape after α and θ: λ, then (maps, y) of training and of validation.
    pub(super) fn inputs(&self, lambda: f64) -> Vec<Vec<f64>> {
        let maps = |samples: &MappedSamples| {
            let rows = |i: usize| {
                let map = samples.maps.map(i);
                map.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<_>>()).collect::<Vec<f64>>()
            };
            (0..samples.maps.count()).flat_map(rows).collect::<Vec<f64>>()
        };
        let column = |y: &Col<f64>| y.iter().copied().collect::<Vec<f64>>();
        vec![vec![lambda], maps(&self.train), column(&self.train.y), maps(&self.validation), column(&self.validation.y)]
    }
}

fn spectral_norm(a: MatRef<'_, f64>) -> Result<f64, NoEigenvalues> {
    let values = SymmetricEigen::of(product(a, a.transpose()).as_ref())?.values;
    Ok(values.last().copied().unwrap_or(0.0).max(0.0).sqrt())
}

/// Φ_α θ − y on n samples: Φ_i θ of all maps is one product, whose rows are then summed with α.
fn off<'t>(maps: Var<'t>, y: Var<'t>, n: usize, alpha: Var<'t>, theta: Var<'t>) -> Var<'t> {
    maps.matmul(theta).reshape(alpha.rows(), n).t().matmul(alpha) - y
}

/// The problem on a tape, twice.
pub(super) struct Recorded {
    /// θ is a stationary point of g; the data are those of [`Data::inputs`].
    pub(super) stationary: tape::Problem<f64>,
    /// θ is the fixed point of a step of gradient descent, θ − η g_θ; the data are η, then the same.
    pub(super) fixed_point: tape::Problem<f64>,
}

impl Recorded {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { stationary: stationary(settings), fixed_point: fixed_point(settings) }
    }
}

fn stationary(settings: &Settings) -> tape::Problem<f64> {
    let tape = Tape::new();
    let Losses { inner, outer, alpha, theta, data } = Losses::new(&tape, settings);
    tape::Problem::stationary(inner, outer, alpha, theta, data, Setup::default())
}

fn fixed_point(settings: &Settings) -> tape::Problem<f64> {
    let tape = Tape::new();
    let eta = tape.input(1, 1);
    let Losses { inner, outer, alpha, theta, data } = Losses::new(&tape, settings);
    let phi = theta - eta * grad(inner, theta);
    tape::Problem::fixed_point(phi, outer, alpha, theta, (eta, data), Setup::default())
}

/// g and F with their inputs.
struct Losses<'t> {
    inner: Var<'t>,
    outer: Var<'t>,
    alpha: Var<'t>,
    theta: Var<'t>,
    /// λ, then (maps, y) of training and of validation.
    data: (Var<'t>, (Var<'t>, Var<'t>), (Var<'t>, Var<'t>)),
}

impl<'t> Losses<'t> {
    fn new(tape: &'t Tape, settings: &Settings) -> Self {
        let (h, p) = (settings.maps, settings.features);
        let (alpha, theta, lambda) = (tape.input(h, 1), tape.input(p, 1), tape.input(1, 1));
        let samples = |n: usize| (tape.input(h * n, p), tape.input(n, 1));
        let (train, validation) = (samples(settings.n_train), samples(settings.n_validation));
        let off = |(maps, y), n| off(maps, y, n, alpha, theta);
        let inner = 0.5 * off(train, settings.n_train).powi(2).sum() + 0.5 * lambda * theta.powi(2).sum();
        let outer = 0.5 * off(validation, settings.n_validation).powi(2).mean();
        Self { inner, outer, alpha, theta, data: (lambda, train, validation) }
    }
}
