//! Superposed feature maps: fits, derivatives through them, and the kernel model they are.
use crate::difference::{derivative, gradient, relative_error};
use faer::{Col, Mat};
use nas::dense::{apply, dot};
use nas::kernel::{FeatureMaps, HoldOut, KernelModel, Mixing, Objective, RidgeFit, Superposed};
use nas::search::Bilevel;
use nas::seed::Seed;
use rand_distr::{Distribution, StandardNormal};

struct Data {
    train: FeatureMaps,
    validation: FeatureMaps,
    y: Col<f64>,
    y_validation: Col<f64>,
}

/// h maps of p features on n and 9 samples.
fn data(h: usize, n: usize, p: usize, seed: u64) -> Data {
    let mut stream = Seed::new(seed).split("features").stream();
    let mut normal = || -> f64 { StandardNormal.sample(&mut stream) };
    let mut maps = |n| FeatureMaps::new((0..h).map(|_| Mat::from_fn(n, p, |_, _| normal())).collect());
    let (train, validation) = (maps(n), maps(9));
    let (y, y_validation) = (Col::from_fn(n, |_| normal()), Col::from_fn(9, |_| normal()));
    Data { train, validation, y, y_validation }
}

fn alpha(h: usize) -> Vec<f64> {
    (0..h).map(|i| 0.8 - 0.5 * i as f64).collect()
}

impl Data {
    fn fit(&self, lambda: f64) -> RidgeFit<'_> {
        RidgeFit { maps: &self.train, y: self.y.as_ref(), lambda }
    }

    fn hold_out(&self, clip: f64) -> HoldOut<'_> {
        HoldOut { maps: &self.validation, y: self.y_validation.as_ref(), clip }
    }
}

/// The optimality conditions of the ridge, and of least norm at λ = 0, on both sides of n = p.
#[test]
fn fits_solve_their_problem() {
    for (n, p) in [(1, 1), (4, 7), (6, 6), (9, 4), (1, 5), (5, 1)] {
        for lambda in [0.0, 1e-3, 2.0] {
            let data = data(3, n, p, 7 * n as u64 + p as u64);
            let (fit, alpha) = (data.fit(lambda), alpha(3));
            let theta = fit.solve(&alpha).unwrap().theta;
            let phi = data.train.combine(&alpha);
            let off = apply(phi.as_ref(), theta.as_ref()) - &data.y;
            let slope = apply(phi.transpose(), off.as_ref()) + faer::Scale(lambda) * &theta;
            assert!(slope.norm_max() < 1e-9, "n {n}, p {p}, lambda {lambda}: slope {}", slope.norm_max());
            if lambda == 0.0 && n <= p {
                assert!(off.norm_max() < 1e-9, "n {n}, p {p}: it does not interpolate");
                // Of least norm: θ lies in the row space, θ = Φᵀ (ΦΦᵀ)⁻¹ Φ θ.
                let k = nas::dense::Cholesky::factor(nas::dense::product(phi.as_ref(), phi.transpose())).unwrap();
                let back = apply(phi.transpose(), k.solve(apply(phi.as_ref(), theta.as_ref()).as_ref()).as_ref());
                assert!((&back - &theta).norm_max() < 1e-9, "n {n}, p {p}: not of least norm");
            }
        }
    }
}

/// At λ = 0 too, where a damped or pseudo-inverse formula is wrong (science 6.1).
#[test]
fn derivatives_through_a_fit_agree_with_differences() {
    for (n, p) in [(1, 1), (4, 7), (6, 5), (9, 4), (3, 12)] {
        for lambda in [0.0, 0.3] {
            let data = data(3, n, p, 100 + 7 * n as u64 + p as u64);
            let c = Col::from_fn(p, |j| (j as f64 + 0.5).sin());
            let along = |alpha: &[f64], lambda| dot(c.as_ref(), data.fit(lambda).solve(alpha).unwrap().theta.as_ref());
            let at = alpha(3);
            let fit = data.fit(lambda);
            let pulled = fit.pull_back(&fit.solve(&at).unwrap(), c.as_ref());
            let by_differences = gradient(|alpha| along(alpha, lambda), &at, 1e-4);
            let error = relative_error(&pulled.alpha, &by_differences);
            assert!(error < 1e-7, "n {n}, p {p}, lambda {lambda}: {error:e}");
            assert!(pulled.evidence.inner_residual < 1e-9 && pulled.evidence.adjoint_residual < 1e-9);
            if lambda > 0.0 {
                let slope = derivative(|lambda| along(&at, lambda), lambda, 1e-4);
                assert!((pulled.lambda - slope).abs() < 1e-7 * slope.abs().max(1.0), "{} {slope}", pulled.lambda);
            }
        }
    }
}

#[test]
fn the_hold_out_objective_agrees_with_differences() {
    let data = data(3, 5, 8, 3);
    for clip in [f64::INFINITY, 1.5] {
        let hold_out = data.hold_out(clip);
        let mut problem = Superposed { fit: data.fit(0.1), outer: hold_out };
        let at = alpha(3);
        let found = problem.evaluate(&at).unwrap();
        let value = |alpha: &[f64]| hold_out.loss(alpha, &data.fit(0.1).solve(alpha).unwrap().theta);
        assert!((found.value - value(&at)).abs() < 1e-13);
        assert!(relative_error(&found.alpha, &gradient(value, &at, 1e-5)) < 1e-7);
        let theta = data.fit(0.1).solve(&at).unwrap().theta;
        let clipped = (0..9).filter(|&i| {
            let phi = data.validation.combine(&at);
            (dot(phi.row(i).transpose(), theta.as_ref()) - data.y_validation[i]).powi(2) > clip
        });
        assert_eq!(clipped.count() > 0, clip.is_finite(), "the clip is tried where it matters");
        assert_eq!(hold_out.evaluate(&at, &theta).value, found.value);
    }
}

/// The same problem through its kernel: K_α = Σ α_i α_j Φ_i Φ_jᵀ.
#[test]
fn feature_maps_are_a_kernel_model() {
    let data = data(3, 6, 9, 11);
    let mixing = Mixing::full(3);
    let (train, validation) = (data.train.gram(&data.train), data.validation.gram(&data.train));
    let model = KernelModel {
        mixing: &mixing,
        train: &train,
        validation: &validation,
        y_train: data.y.as_ref(),
        y_validation: data.y_validation.as_ref(),
        lambda: 0.2,
    };
    let at = alpha(3);
    let by_kernel = model.hypergradient(&at, &model.solve(&at).unwrap());
    let mut problem = Superposed { fit: data.fit(0.2), outer: data.hold_out(f64::INFINITY) };
    let by_features = problem.evaluate(&at).unwrap();
    // The kernel model halves the mean of squares.
    assert!((by_features.value - 2.0 * by_kernel.value).abs() < 1e-12);
    let twice: Vec<f64> = by_kernel.components().map(|x| 2.0 * x).collect();
    assert!(relative_error(&by_features.components().collect::<Vec<_>>(), &twice) < 1e-10);
}

/// With λ = 0 the scale of α, and its sign, change nothing; the gradient is orthogonal to α (Euler).
#[test]
fn scale_carries_no_information_without_a_ridge() {
    for (n, p) in [(5, 8), (9, 4)] {
        let data = data(3, n, p, 21);
        let loss = |alpha: &[f64]| {
            Superposed { fit: data.fit(0.0), outer: data.hold_out(f64::INFINITY) }.evaluate(alpha).unwrap()
        };
        let (at, turned) = (alpha(3), alpha(3).iter().map(|a| -3.0 * a).collect::<Vec<f64>>());
        let (one, other) = (loss(&at), loss(&turned));
        assert!((one.value - other.value).abs() < 1e-10 * one.value);
        let along: f64 = one.alpha.iter().zip(&at).map(|(g, a)| g * a).sum();
        assert!(along.abs() < 1e-9 * one.alpha.iter().map(|g| g.abs()).sum::<f64>(), "{along:e}");
    }
}

#[test]
fn a_singular_fit_is_an_error_and_shapes_are_checked() {
    let maps = FeatureMaps::new(vec![Mat::zeros(3, 4)]);
    let y = Col::<f64>::zeros(3);
    assert!(RidgeFit { maps: &maps, y: y.as_ref(), lambda: 0.0 }.solve(&[1.0]).is_err());
    assert!(RidgeFit { maps: &maps, y: y.as_ref(), lambda: 1.0 }.solve(&[1.0]).is_ok());
    assert!(std::panic::catch_unwind(|| FeatureMaps::new(vec![Mat::zeros(3, 4), Mat::zeros(4, 3)])).is_err());
    assert!(std::panic::catch_unwind(|| FeatureMaps::new(vec![])).is_err());
}

#[test]
fn samples_are_cut_and_joined() {
    let data = data(2, 5, 3, 31);
    let all = data.train.followed_by(&data.validation);
    assert_eq!((all.samples(), all.features(), all.count()), (14, 3, 2));
    assert_eq!(all.first(5).map(1), data.train.map(1));
    assert_eq!(all.map(0).subrows(5, 9), data.validation.map(0));
}
