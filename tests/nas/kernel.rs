//! The kernel model and its closed-form hypergradient.
use crate::difference::{derivative, gradient, relative_error};
use faer::{Col, Mat};
use nas::dense::{Cholesky, NotPositiveDefinite, product};
use nas::hypergradient::{Hypergradient, Status};
use nas::kernel::{Gram, KernelModel, Mixing, dual, hermite};
use nas::seed::Seed;
use proptest::prelude::*;
use rand::RngExt;

const N_TRAIN: usize = 7;
const N_VALIDATION: usize = 5;
const FEATURES: usize = 6;
const MAPS: usize = 3;

/// A superposition of random feature maps, not orthogonal to each other, with random labels.
struct Problem {
    on_train: Vec<Mat<f64>>,
    on_validation: Vec<Mat<f64>>,
    y_train: Col<f64>,
    y_validation: Col<f64>,
}

fn random(rows: usize, columns: usize, seed: Seed) -> Mat<f64> {
    let mut stream = seed.stream();
    Mat::from_fn(rows, columns, |_, _| stream.random_range(-1.0..1.0))
}

impl Problem {
    fn new(seed: u64) -> Self {
        let seed = Seed::new(seed);
        let maps = |rows, part: &str| {
            (0..MAPS).map(|i| random(rows, FEATURES, seed.split(part).split(&i.to_string()))).collect()
        };
        let labels = |rows, part: &str| random(rows, 1, seed.split(part)).col(0).to_owned();
        Self {
            on_train: maps(N_TRAIN, "train"),
            on_validation: maps(N_VALIDATION, "validation"),
            y_train: labels(N_TRAIN, "y train"),
            y_validation: labels(N_VALIDATION, "y validation"),
        }
    }

    /// Blocks Φ_i^X Φ_jᵀ against the training points.
    fn blocks(&self, on: &[Mat<f64>]) -> Vec<Vec<Mat<f64>>> {
        on.iter().map(|i| self.on_train.iter().map(|j| product(i.as_ref(), j.transpose())).collect()).collect()
    }

    /// Gram terms on T and on V in the order of a mixing.
    fn grams(&self, mixing: &Mixing) -> [Gram; 2] {
        [&self.on_train, &self.on_validation].map(|on| {
            let blocks = self.blocks(on);
            if *mixing == Mixing::full(MAPS) {
                Gram::from_blocks(&blocks)
            } else {
                Gram::new((0..MAPS).map(|i| blocks[i][i].clone()).collect())
            }
        })
    }

    fn hypergradient(&self, mixing: &Mixing, alpha: &[f64], lambda: f64) -> Hypergradient {
        let [train, validation] = &self.grams(mixing);
        let (y_train, y_validation) = (self.y_train.as_ref(), self.y_validation.as_ref());
        let model = KernelModel { mixing, train, validation, y_train, y_validation, lambda };
        let ridge = model.solve(alpha).unwrap();
        model.hypergradient(alpha, &ridge)
    }
}

fn mixings() -> [Mixing; 3] {
    [Mixing::full(MAPS), Mixing::orthogonal(MAPS), Mixing::Weights { count: MAPS }]
}

const ALPHA: [f64; MAPS] = [0.6, 0.9, 0.3];

#[test]
fn the_hypergradient_agrees_with_differences_in_alpha_and_lambda() {
    for mixing in mixings() {
        for seed in 0..5 {
            let (problem, lambda) = (Problem::new(seed), 0.3);
            let exact = problem.hypergradient(&mixing, &ALPHA, lambda);
            let by_difference = gradient(|a| problem.hypergradient(&mixing, a, lambda).value, &ALPHA, 0.02);
            let error = relative_error(&exact.alpha, &by_difference);
            assert!(error < 1e-8, "{mixing:?}, seed {seed}: alpha off by {error:e}");
            let in_lambda = derivative(|l| problem.hypergradient(&mixing, &ALPHA, l).value, lambda, 0.02);
            assert!((exact.lambda - in_lambda).abs() < 1e-8 * in_lambda.abs().max(1e-3), "{mixing:?}: lambda");
            assert_eq!(exact.evidence.status, Status::Exact);
            assert!(exact.evidence.inner_residual < 1e-13 && exact.evidence.adjoint_residual < 1e-13);
        }
    }
}

/// Without a ridge the kernel interpolates, and the implicit gradient of the primal form would be wrong (science 6.1); being
/// orthogonal to alpha is necessary but proves nothing, differences do.
#[test]
fn the_hypergradient_is_right_without_a_ridge() {
    for mixing in [Mixing::orthogonal(MAPS), Mixing::Weights { count: MAPS }] {
        for seed in 0..5 {
            let problem = Problem::new(seed);
            let exact = problem.hypergradient(&mixing, &ALPHA, 0.0);
            let by_difference = gradient(|a| problem.hypergradient(&mixing, a, 0.0).value, &ALPHA, 4e-3);
            assert!(relative_error(&exact.alpha, &by_difference) < 1e-7, "{mixing:?}, seed {seed}");
            let along: f64 = exact.alpha.iter().zip(&ALPHA).map(|(g, a)| g * a).sum();
            let size = exact.alpha.iter().map(|g| g.abs()).sum::<f64>();
            assert!(along.abs() < 1e-11 * size, "Euler: {along:e} of {size:e}");
        }
    }
}

/// Two derivations that share no code: the closed form, and the tape's implicit differentiation of the dual form.
#[test]
fn the_tape_agrees_on_the_dual_form() {
    for mixing in mixings() {
        let (problem, lambda) = (Problem::new(6), 0.2);
        let [train, validation] = &problem.grams(&mixing);
        let (y_train, y_validation) = (problem.y_train.as_ref(), problem.y_validation.as_ref());
        let model = KernelModel { mixing: &mixing, train, validation, y_train, y_validation, lambda };
        let ridge = model.solve(&ALPHA).unwrap();
        let exact = model.hypergradient(&ALPHA, &ridge);
        let by_tape = dual::hypergradient(&model, &ALPHA, &ridge.fit).unwrap();
        let [e, t] = [&exact, &by_tape].map(|g| g.components().collect::<Vec<f64>>());
        assert!(relative_error(&t, &e) < 1e-11, "{mixing:?}: {t:?} is not {e:?}");
        assert!((exact.value - by_tape.value).abs() < 1e-13);
        assert!(matches!(by_tape.evidence.status, Status::Converged { products: 1.. }));
    }
}

/// After many steps gradient descent in function space is the kernel without a ridge; after s steps in one dimension it is
/// 1 − (1 − ηk)^s of it.
#[test]
fn descent_in_function_space_follows_its_formula() {
    let one = |v: f64| Gram::new(vec![Mat::from_fn(1, 1, |_, _| v)]);
    let (train, validation, y, mixing) = (one(2.0), one(0.5), Col::full(1, 3.0), Mixing::orthogonal(1));
    let model = KernelModel {
        mixing: &mixing,
        train: &train,
        validation: &validation,
        y_train: y.as_ref(),
        y_validation: y.as_ref(),
        lambda: 0.0,
    };
    for steps in [0, 1, 7] {
        let f = model.descend(&[1.0], 0.1, steps).predict(&validation)[0];
        assert!((f - 0.5 / 2.0 * (1.0 - 0.8f64.powi(steps as i32)) * 3.0).abs() < 1e-15);
    }
    let limit = model.descend(&[1.0], 0.1, 500).predict(&validation)[0];
    assert!((limit - model.solve(&[1.0]).unwrap().fit.predict(&validation)[0]).abs() < 1e-14);
}

#[test]
fn without_a_ridge_alpha_has_no_scale_and_no_sign() {
    let (problem, mixing) = (Problem::new(1), Mixing::orthogonal(MAPS));
    let value = |scale: f64| problem.hypergradient(&mixing, &ALPHA.map(|a| a * scale), 0.0).value;
    for scale in [-1.0, 10.0, -1e-3] {
        assert!((value(scale) / value(1.0) - 1.0).abs() < 1e-10);
    }
}

#[test]
fn blocks_make_the_kernel_of_the_summed_features() {
    let problem = Problem::new(2);
    let mixing = Mixing::full(MAPS);
    let [train, validation] = problem.grams(&mixing);
    let sum = |maps: &[Mat<f64>]| {
        Mat::from_fn(maps[0].nrows(), FEATURES, |r, c| (0..MAPS).map(|i| ALPHA[i] * maps[i][(r, c)]).sum::<f64>())
    };
    let (on_train, on_validation) = (sum(&problem.on_train), sum(&problem.on_validation));
    let weights = mixing.weights(&ALPHA);
    for (gram, features) in [(&train, &on_train), (&validation, &on_validation)] {
        let off = gram.combine(&weights) - product(features.as_ref(), on_train.transpose());
        assert!(off.norm_max() < 1e-14);
    }
}

#[test]
fn validation_on_the_training_set_is_training_error() {
    let (problem, mixing) = (Problem::new(4), Mixing::full(MAPS));
    let [train, _] = &problem.grams(&mixing);
    let y = problem.y_train.as_ref();
    let model = KernelModel { mixing: &mixing, train, validation: train, y_train: y, y_validation: y, lambda: 0.5 };
    let ridge = model.solve(&ALPHA).unwrap();
    let fit = &ridge.fit;
    let (half, mse) = (model.hypergradient(&ALPHA, &ridge).value, fit.mean_squared_error(train, y));
    assert!((2.0 * half - mse).abs() < 1e-15);
    // The ridge residual is −λβ.
    assert!((fit.predict(train) - y + faer::Scale(0.5) * &fit.beta).norm_max() < 1e-14);
}

#[test]
fn a_singular_kernel_is_an_error_that_says_what_to_do() {
    let zero = Cholesky::factor(Mat::zeros(3, 3)).unwrap_err();
    assert_eq!(zero, NotPositiveDefinite { pivot: 0, size: 3 });
    assert!(zero.to_string().contains("raise the ridge lambda"));
    assert!(Cholesky::factor(Mat::from_fn(2, 2, |_, _| f64::NAN)).is_err());
    assert!(Cholesky::factor(Mat::from_fn(2, 2, |i, j| if i == j { 1.0 } else { -2.0 })).is_err());
}

/// Mehler's formula by the trapezoid rule, which converges geometrically for Gaussian integrands.
#[test]
fn hermite_kernels_are_powers_of_the_correlation() {
    let hermite = |i: usize, u: f64| match i {
        0 => 1.0,
        1 => u,
        2 => (u * u - 1.0) / 2f64.sqrt(),
        _ => (u.powi(3) - 3.0 * u) / 6f64.sqrt(),
    };
    let (rho, step) = (0.3f64, 0.1);
    let points = || (-120..=120).map(|k| step * f64::from(k));
    let x = Mat::from_fn(1, 2, |_, c| [rho, (1.0 - rho * rho).sqrt()][c]);
    let train = Mat::from_fn(1, 2, |_, c| [1.0, 0.0][c]);
    let gram = hermite::gram(x.as_ref(), train.as_ref(), 4, 2.0);
    for (i, j) in (0..4).flat_map(|i| (0..4).map(move |j| (i, j))) {
        let integrand = |u: f64, z: f64| {
            let v = rho * u + (1.0 - rho * rho).sqrt() * z;
            (-(u * u + z * z) / 2.0).exp() * hermite(i, u) * hermite(j, v) / (2.0 * std::f64::consts::PI)
        };
        let sum: f64 = points().map(|u| points().map(|z| integrand(u, z)).sum::<f64>()).sum();
        let weights = std::array::from_fn::<f64, 4, _>(|t| f64::from(u8::from(t == i)));
        let kernel = if i == j { gram.combine(&weights)[(0, 0)] } else { 0.0 };
        assert!((2.0 * rho * sum * step * step - kernel).abs() < 1e-12, "({i}, {j})");
    }
}

proptest! {
    #[test]
    fn every_mixture_kernel_is_positive_semidefinite(
        seed in 0..50u64,
        alpha in prop::array::uniform3(-2.0..2.0f64),
    ) {
        let mixing = Mixing::full(MAPS);
        let [train, _] = Problem::new(seed).grams(&mixing);
        let mut kernel = train.combine(&mixing.weights(&alpha));
        prop_assert!((kernel.transpose() - &kernel).norm_max() < 1e-13);
        (0..N_TRAIN).for_each(|i| kernel[(i, i)] += 1e-10);
        prop_assert!(Cholesky::factor(kernel).is_ok());
    }

    #[test]
    fn pull_back_is_the_transpose_of_the_derivative_of_the_weights(
        alpha in prop::array::uniform3(-2.0..2.0f64),
        g in prop::array::uniform6(-2.0..2.0f64),
    ) {
        let mixing = Mixing::full(MAPS);
        let dotted = |a: &[f64]| mixing.weights(a).iter().zip(&g).map(|(w, g)| w * g).sum::<f64>();
        let pulled = mixing.pull_back(&alpha, &g);
        let by_difference = gradient(dotted, &alpha, 0.1);
        prop_assert!(pulled.iter().zip(&by_difference).all(|(a, b)| (a - b).abs() < 1e-11));
    }
}
