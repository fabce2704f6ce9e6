//! Alternating fits from a spectral direction: against the fits written out, where they lead, and what they refuse.
use crate::random::{normal, normal_number};
use faer::{Mat, MatRef, Scale};
use nas::data::Bilinear;
use nas::kernel::FeatureMaps;
use nas::seed::Seed;
use nas::spectral::{NoPolish, Polish, direction, polish};
use nas::stats::{mean, standard_error};

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn rows(maps: &FeatureMaps, from: usize, to: usize) -> FeatureMaps {
    FeatureMaps::new((0..maps.count()).map(|i| maps.map(i).subrows(from, to - from).to_owned()).collect())
}

/// Correlated maps of different sizes with means, and k labels of one combination.
fn drawn(n: usize, [h, p, k]: [usize; 3], seed: Seed) -> (FeatureMaps, Mat<f64>) {
    let parts: Vec<Mat<f64>> = (0..h).map(|i| normal(n, p, seed.split(&format!("map {i}")))).collect();
    let mix = |i: usize| {
        let size = 1.0 + 0.3 * i as f64;
        Mat::from_fn(n, p, |s, j| 0.7 + size * (parts[i][(s, j)] + 0.3 * parts[(i + 1) % h][(s, j)]))
    };
    let maps = FeatureMaps::new((0..h).map(mix).collect());
    let alpha: Vec<f64> = (0..h).map(|i| 1.0 - 0.6 * i as f64).collect();
    let y = maps.combine(&alpha) * normal(p, k, Seed::new(5)) + Scale(0.8) * normal(n, k, seed.split("noise"));
    (maps, y)
}

/// The summed mean squared error on centred samples of the ridge regression on others, for Φ_α of unit second moment over both: by the
/// normal equations.
fn error(alpha: &[f64], sets: [(&FeatureMaps, MatRef<'_, f64>); 2], ridge: f64) -> f64 {
    let centred = |m: MatRef<'_, f64>| {
        let n = m.nrows() as f64;
        let means: Vec<f64> = m.col_iter().map(|column| column.iter().sum::<f64>() / n).collect();
        Mat::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)] - means[j])
    };
    let [phi, phi_v] = sets.map(|(maps, _)| centred(maps.combine(alpha).as_ref()));
    let [y, y_v] = sets.map(|(_, labels)| centred(labels));
    let entries = ((phi.nrows() + phi_v.nrows()) * phi.ncols()) as f64;
    let scale = ((phi.squared_norm_l2() + phi_v.squared_norm_l2()) / entries).sqrt().recip();
    let (phi, phi_v) = (Scale(scale) * phi, Scale(scale) * phi_v);
    let p = phi.ncols();
    let lambda = ridge * phi.nrows() as f64;
    let normal = phi.transpose() * &phi + Scale(lambda) * Mat::<f64>::identity(p, p);
    let (right, mut off) = (phi.transpose() * &y, -&y_v);
    for k in 0..y.ncols() {
        // Conjugate gradients, to the end.
        let (mut theta, mut r) = (Mat::<f64>::zeros(p, 1), right.col(k).as_mat().to_owned());
        let mut d = r.clone();
        for _ in 0..4 * p {
            let (ad, rr) = (&normal * &d, r.squared_norm_l2());
            if rr < 1e-28 * right.squared_norm_l2() {
                break;
            }
            let step = rr / (d.transpose() * &ad)[(0, 0)];
            theta += Scale(step) * &d;
            r -= Scale(step) * &ad;
            d = &r + Scale(r.squared_norm_l2() / rr) * &d;
        }
        let predicted = &phi_v * &theta;
        (0..y_v.nrows()).for_each(|s| off[(s, k)] += predicted[(s, 0)]);
    }
    off.squared_norm_l2() / y_v.nrows() as f64
}

/// The losses are those of the fits written out; the second is never above the first, and α is a unit vector that gives it.
#[test]
fn losses_are_those_of_the_fits_and_never_rise() {
    let mut moved = 0;
    for (case, &(n, sizes)) in
        [(60, [3, 4, 2]), (40, [2, 30, 1]), (30, [1, 3, 2]), (40, [4, 1, 1]), (80, [3, 2, 3])].iter().enumerate()
    {
        for draw in 0..4 {
            let seed = Seed::new(draw).split(&format!("case {case}"));
            let ((maps, y), cut) = (drawn(n, sizes, seed), n / 2);
            let [a, b] = [rows(&maps, 0, cut), rows(&maps, cut, n)];
            let sets = [(&a, y.subrows(0, cut)), (&b, y.subrows(cut, n - cut))];
            let mut stream = seed.split("from").stream();
            let from: Vec<f64> = (0..sizes[0]).map(|_| normal_number(&mut stream)).collect();
            let Polish { alpha, loss, cosine, rounds } = polish(&from, sets[0], sets[1], 0.02).unwrap();
            assert!(loss[1] <= loss[0] && (rounds > 0) == (loss[1] < loss[0]), "{loss:?} in {rounds} rounds");
            for (alpha, loss) in [(&from, loss[0]), (&alpha, loss[1])] {
                let own = error(alpha, sets, 0.02);
                assert!((own - loss).abs() < 1e-8 * own, "case {case}: {loss}, by hand {own}");
            }
            assert!((dot(&alpha, &alpha) - 1.0).abs() < 1e-12 && alpha.iter().sum::<f64>() >= 0.0);
            let own = dot(&alpha, &from).abs() / dot(&from, &from).sqrt();
            assert!((cosine - own).abs() < 1e-12, "{cosine} and {own}");
            if rounds == 0 {
                assert!((cosine - 1.0).abs() < 1e-12, "a direction that stayed");
            }
            moved += usize::from(rounds > 0);
        }
    }
    assert!(moved >= 12, "only {moved} of 20 random directions were improved");
}

/// With few features for the samples a polish on the same samples brings a spectral direction nearer to the truth.
#[test]
fn a_polish_brings_the_direction_nearer() {
    let model = Bilinear { maps: 5, features: 20, noise: 0.3 };
    let errors: Vec<f64> = (0..40)
        .filter_map(|draw| {
            let seed = Seed::new(draw);
            let planted = model.plant(seed.split("planted"));
            let samples = model.sample(&planted, 200, &mut seed.split("samples").stream());
            let found = direction(&samples.maps, samples.y.as_mat(), seed.split("orders")).ok()?;
            let set = (&samples.maps, samples.y.as_mat());
            let polished = polish(&found, set, set, 0.005).unwrap();
            let error = |alpha: &[f64]| 1.0 - dot(alpha, &planted.alpha).powi(2);
            Some(error(&polished.alpha) - error(&found))
        })
        .collect();
    let (change, se) = (mean(&errors), standard_error(&errors).unwrap());
    assert!(errors.len() > 35 && change + 3.0 * se < 0.0, "sin² changes by {change} ± {se} in {} draws", errors.len());
}

#[test]
fn what_cannot_be_polished_is_said() {
    let (maps, y) = drawn(12, [3, 8, 1], Seed::new(1));
    let parts = |cut: usize, ridge: f64| {
        let [a, b] = [rows(&maps, 0, cut), rows(&maps, cut, 12)];
        polish(&[1.0; 3], (&a, y.subrows(0, cut)), (&b, y.subrows(cut, 12 - cut)), ridge)
    };
    // One centred sample is zero.
    let refused = parts(1, 0.0).unwrap_err();
    assert!(matches!(refused, NoPolish::Singular(_)) && refused.to_string().contains("ridge"), "{refused}");
    assert!(parts(6, 0.1).is_ok());
    let constant = FeatureMaps::new(vec![Mat::from_fn(5, 2, |_, j| j as f64)]);
    let label = normal(5, 1, Seed::new(2));
    let set = (&constant, label.as_ref());
    assert_eq!(polish(&[1.0], set, set, 0.1), Err(NoPolish::Constant));
    let infinite = FeatureMaps::new(vec![Mat::from_fn(5, 2, |i, j| if i == j { f64::INFINITY } else { 1.0 })]);
    let set = (&infinite, label.as_ref());
    assert!(matches!(polish(&[1.0], set, set, 0.1), Err(NoPolish::NotFinite(_))));
}
