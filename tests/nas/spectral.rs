//! The spectral estimator: moments, singular vectors, whitening, alternation.
use faer::{Col, Mat, Scale};
use nas::data::Bilinear;
use nas::dense::{SymmetricEigen, dot, product};
use nas::kernel::{FeatureMaps, HoldOut, RidgeFit};
use nas::seed::Seed;
use nas::spectral::{Moments, Whitening, alternate};
use rand_distr::{Distribution, StandardNormal};

fn normal(n: usize, p: usize, seed: u64) -> Mat<f64> {
    let mut stream = Seed::new(seed).stream();
    Mat::from_fn(n, p, |_, _| StandardNormal.sample(&mut stream))
}

#[test]
fn eigenvalues_rebuild_the_matrix() {
    for n in [0, 1, 2, 7, 30] {
        let g = normal(n, n, n as u64);
        let a = &g + g.transpose();
        let SymmetricEigen { values, vectors } = SymmetricEigen::of(a.as_ref()).unwrap();
        assert!(values.windows(2).all(|pair| pair[0] <= pair[1]));
        let scaled = Mat::from_fn(n, n, |i, k| vectors[(i, k)] * values[k]);
        let off = product(scaled.as_ref(), vectors.transpose()) - a;
        assert!(off.norm_max() < 1e-12 * (1 + n) as f64, "n {n}: {}", off.norm_max());
    }
}

/// Sample by sample, from the definition.
#[test]
fn moments_are_sums_over_samples_in_any_pieces() {
    let maps = FeatureMaps::new((0..3).map(|i| normal(10, 4, i)).collect());
    let y = normal(10, 1, 9).col(0).to_owned();
    let whole = Moments::of(&maps, y.as_ref());
    let mut pieces = Moments::new(3, 4);
    for (from, to) in [(0, 0), (0, 3), (3, 10)] {
        let rows = (0..3).map(|i| maps.map(i).subrows(from, to - from).to_owned()).collect();
        pieces.add(&FeatureMaps::new(rows), y.subrows(from, to - from));
    }
    for moments in [&whole, &pieces] {
        assert_eq!(moments.samples(), 10);
        let expected = Mat::from_fn(3, 4, |i, j| (0..10).map(|s| y[s] * maps.map(i)[(s, j)]).sum::<f64>() / 10.0);
        assert!((moments.matrix() - expected).norm_max() < 1e-14);
        let power: f64 = y.iter().map(|y| y * y).sum::<f64>() / 10.0;
        assert!((moments.label_power() - power).abs() < 1e-14);
    }
}

/// Against M multiplied out: unit left singular vectors of its own, in order.
#[test]
fn the_estimate_is_the_top_of_a_singular_value_decomposition() {
    let maps = FeatureMaps::new((0..4).map(|i| normal(25, 6, 50 + i)).collect());
    let y = normal(25, 1, 59).col(0).to_owned();
    let moments = Moments::of(&maps, y.as_ref());
    let m = moments.matrix();
    let estimate = moments.estimate(9, Whitening::None).unwrap();
    assert_eq!(estimate.alphas.len(), 4);
    assert!(estimate.values.windows(2).all(|pair| pair[0] >= pair[1]));
    for (alpha, value) in estimate.alphas.iter().zip(&estimate.values) {
        let u = Col::from_fn(4, |i| alpha[i]);
        let off = &m * (m.transpose() * &u) - Scale(value * value) * &u;
        assert!(off.norm_max() < 1e-12 && (u.norm_l2() - 1.0).abs() < 1e-12);
        assert!(alpha.iter().sum::<f64>() >= 0.0);
    }
}

/// With many samples every variant finds α*; where the maps are correlated and of different scales, only whitening does.
#[test]
fn whitening_undoes_a_mixing_of_the_maps() {
    let model = Bilinear { maps: 3, features: 5, noise: 0.1 };
    let planted = model.plant(Seed::new(4));
    let samples = model.sample(&planted, 20_000, &mut Seed::new(5).stream());
    let cosine = |alpha: &[f64], truth: &[f64]| {
        let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
        alpha.iter().zip(truth).map(|(a, b)| a * b).sum::<f64>().abs() / norm(alpha) / norm(truth)
    };
    let moments = Moments::of(&samples.maps, samples.y.as_ref());
    for whitening in [Whitening::None, Whitening::Maps, Whitening::Centred] {
        let estimate = moments.estimate(1, whitening).unwrap();
        assert!(cosine(&estimate.alphas[0], &planted.alpha) > 0.999, "{whitening:?}");
    }
    // X' = B X has y = (B⁻ᵀ α*)ᵀ X' θ*; with B = diag(3, 1, 1/3) that is α* / diag(B).
    let scales = [3.0, 1.0, 1.0 / 3.0];
    let scaled = FeatureMaps::new((0..3).map(|i| Scale(scales[i]) * samples.maps.map(i)).collect());
    let truth: Vec<f64> = planted.alpha.iter().zip(scales).map(|(a, s)| a / s).collect();
    let moments = Moments::of(&scaled, samples.y.as_ref());
    let found = |whitening| cosine(&moments.estimate(1, whitening).unwrap().alphas[0], &truth);
    assert!(found(Whitening::Maps) > 0.999, "{}", found(Whitening::Maps));
    assert!(found(Whitening::None) < 0.99, "without whitening it should miss: {}", found(Whitening::None));
}

/// Science 2.8 at (n, h, p, σ) = (200, 5, 200, 0): mean sin² .041 over 300 draws.
#[test]
fn the_error_has_the_size_that_theory_gives() {
    let model = Bilinear { maps: 5, features: 200, noise: 0.0 };
    let errors: Vec<f64> = (0..60)
        .map(|draw| {
            let seed = Seed::new(draw);
            let planted = model.plant(seed.split("planted"));
            let samples = model.sample(&planted, 200, &mut seed.split("samples").stream());
            let alpha = &Moments::of(&samples.maps, samples.y.as_ref()).estimate(1, Whitening::None).unwrap().alphas[0];
            1.0 - alpha.iter().zip(&planted.alpha).map(|(a, b)| a * b).sum::<f64>().powi(2)
        })
        .collect();
    let (mean, error) = (nas::stats::mean(&errors), nas::stats::standard_error(&errors).unwrap());
    assert!((mean - 0.041).abs() < 4.0 * error, "{mean} +- {error}");
}

#[test]
fn an_alternation_never_ends_above_its_start() {
    let model = Bilinear { maps: 4, features: 30, noise: 0.2 };
    let planted = model.plant(Seed::new(7));
    let [train, validation] = [(20, 1), (60, 2)].map(|(n, s)| model.sample(&planted, n, &mut Seed::new(s).stream()));
    let fit = RidgeFit { maps: &train.maps, y: train.y.as_ref(), lambda: 0.0 };
    let hold_out = HoldOut { maps: &validation.maps, y: validation.y.as_ref(), clip: f64::INFINITY };
    let start = vec![0.5; 4];
    let before = hold_out.loss(&start, &fit.solve(&start).unwrap().theta);
    let found = alternate(&start, &[(fit, hold_out)], 50).unwrap();
    assert!(found.loss < before && found.rounds > 0);
    let again = hold_out.loss(&found.alpha, &fit.solve(&found.alpha).unwrap().theta);
    assert!((again - found.loss).abs() < 1e-12);
    let a = Col::from_fn(4, |i| found.alpha[i]);
    assert!((dot(a.as_ref(), a.as_ref()) - 1.0).abs() < 1e-12);
    // Fewer validation samples than maps do not tell α.
    let few = validation.maps.first(3);
    let few = HoldOut { maps: &few, y: validation.y.subrows(0, 3), clip: f64::INFINITY };
    assert!(alternate(&start, &[(fit, few)], 5).is_err());
}
