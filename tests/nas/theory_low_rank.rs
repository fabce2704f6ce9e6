//! Risk and direction in the superposition model, against the table of the science and against simulation.
use crate::theory_draws::{dot, norm, normal, normals};
use faer::{Col, Mat, Side};
use nas::dense::{Cholesky, apply, product};
use nas::seed::{Seed, Stream};
use nas::stats::{mean, standard_error};
use nas::theory::low_rank::{RankOne, Signal, Sizes};

/// T = 1.
fn model(sigma: f64) -> RankOne {
    RankOne { signal: 1.0, noise: sigma * sigma }
}

/// Science 2.8, the column of the formulas, to all digits printed.
#[test]
fn figures_of_the_science() {
    for (n, p, alignment, sigma, want) in
        [(50, 100, 1.0, 0.0, 0.500), (50, 100, 0.8, 0.3, 0.986), (40, 200, 0.5, 0.5, 1.339)]
    {
        let found = model(sigma).risk(alignment, n, p).unwrap();
        assert!((found - want).abs() <= 5e-4, "{n}, {p}: {found} against {want}");
    }
    let sines = [
        ((200, 5, 200), 0.0, 0.039, 5e-4),
        ((400, 10, 100), 0.5, 0.036, 5e-4),
        ((100, 5, 200), 0.0, 0.115, 5e-4),
        ((200, 10, 400), 0.0, 0.129, 5e-4),
        ((400, 40, 200), 0.3, 0.148, 5e-4),
        ((2000, 80, 1000), 0.5, 0.0765, 5e-5),
        ((100, 10, 400), 0.0, 0.41, 5e-3),
    ];
    for ((samples, maps, features), sigma, want, half_digit) in sines {
        let found = Sizes { samples, maps, features }.misalignment(&model(sigma)).unwrap();
        assert!((found - want).abs() <= half_digit, "{samples}, {maps}, {features}: {found} against {want}");
    }
}

#[test]
fn where_there_is_no_finite_risk() {
    let noisy = model(0.5);
    for n in 9..=11 {
        assert_eq!(noisy.risk(1.0, n, 10), None);
    }
    assert!(noisy.risk(1.0, 8, 10).is_some() && noisy.risk(1.0, 12, 10).is_some());
    // Without samples the fit is 0, and all of a label is left.
    assert!((noisy.risk(0.3, 0, 10).unwrap() - 1.25).abs() < 1e-15);
    // Samples without end leave what no feature explains.
    assert!((noisy.risk(0.3, 1_000_000_000, 10).unwrap() - 0.95).abs() < 1e-7);
    assert_eq!((noisy.risk(0.0, 0, 0), noisy.risk(0.0, 0, 1)), (None, None));
}

/// A sample of the model with α* and θ* given: h × p matrices, row after row, and labels.
fn draw(alpha: &[f64], theta: &[f64], sigma: f64, n: usize, stream: &mut Stream) -> (Vec<Vec<f64>>, Vec<f64>) {
    let p = theta.len();
    let inputs: Vec<Vec<f64>> = (0..n).map(|_| normals(alpha.len() * p, stream)).collect();
    let label = |x: &Vec<f64>| x.chunks(p).zip(alpha).map(|(row, a)| a * dot(row, theta)).sum::<f64>();
    let y = inputs.iter().map(label).collect::<Vec<f64>>();
    let noise: Vec<f64> = (0..n).map(|_| sigma * normal(stream)).collect();
    (inputs, y.iter().zip(noise).map(|(y, z)| y + z).collect())
}

/// A unit vector.
fn direction(size: usize, stream: &mut Stream) -> Vec<f64> {
    let v = normals(size, stream);
    v.iter().map(|x| x / norm(&v)).collect()
}

/// The least θ that fits best, given rows z.
fn min_norm(z: &Mat<f64>, y: &Col<f64>) -> Col<f64> {
    let solve = |gram: Mat<f64>, b: &Col<f64>| Cholesky::factor(gram).unwrap().solve(b.as_ref());
    if z.nrows() <= z.ncols() {
        return apply(z.transpose(), solve(product(z.as_ref(), z.transpose()), y).as_ref());
    }
    solve(product(z.transpose(), z.as_ref()), &apply(z.transpose(), y.as_ref()))
}

/// Exact risks of fits on 400 training sets, at an α̂ with ⟨α*, α̂⟩² = c².
fn risks(n: usize, p: usize, alignment: f64, sigma: f64) -> Vec<f64> {
    let mut stream = Seed::new(0).split("risk").split(&format!("{n} {p}")).stream();
    // α̂ is the first axis: its features are the first row of X.
    let alpha = [alignment.sqrt(), (1.0 - alignment).sqrt()];
    let mut once = || {
        let theta = direction(p, &mut stream);
        let (inputs, y) = draw(&alpha, &theta, sigma, n, &mut stream);
        let fitted = min_norm(&Mat::from_fn(n, p, |i, j| inputs[i][j]), &Col::from_fn(n, |i| y[i]));
        // ‖α* θ*ᵀ − α̂ θ̂ᵀ‖² + σ²
        let first: f64 = theta.iter().zip(fitted.iter()).map(|(t, f)| (alpha[0] * t - f).powi(2)).sum();
        first + alpha[1] * alpha[1] + sigma * sigma
    };
    (0..400).map(|_| once()).collect()
}

#[test]
fn risks_are_those_of_simulated_fits() {
    for (n, p, alignment, sigma) in [(50, 100, 1.0, 0.0), (50, 100, 0.8, 0.3), (40, 200, 0.5, 0.5), (60, 20, 0.7, 0.4)]
    {
        let (seen, want) = (risks(n, p, alignment, sigma), model(sigma).risk(alignment, n, p).unwrap());
        let (found, error) = (mean(&seen), standard_error(&seen).unwrap());
        assert!((found - want).abs() < 3.0 * error, "{n}, {p}: {found} ± {error} against {want}");
        assert!(error < 0.02 * want, "{error} is too large to tell");
    }
}

/// Of M̂ = mean y X: sin² of its top left singular vector to α*, and what is read from its top eigenvalue.
fn spectral(sizes: Sizes, sigma: f64, draws: usize) -> Vec<(f64, f64, Signal)> {
    let Sizes { samples, maps, features } = sizes;
    let mut stream = Seed::new(0).split("spectral").split(&format!("{sizes:?}")).stream();
    let mut once = || {
        let (alpha, theta) = (direction(maps, &mut stream), direction(features, &mut stream));
        let (inputs, y) = draw(&alpha, &theta, sigma, samples, &mut stream);
        let mut mean = vec![0.0; maps * features];
        for (x, y) in inputs.iter().zip(&y) {
            mean.iter_mut().zip(x).for_each(|(m, x)| *m += x * y / samples as f64);
        }
        let m_hat = Mat::from_fn(maps, features, |i, j| mean[i * features + j]);
        let eigen = product(m_hat.as_ref(), m_hat.transpose()).self_adjoint_eigen(Side::Lower).unwrap();
        let top: Vec<f64> = eigen.U().col(maps - 1).iter().copied().collect();
        let value = eigen.S()[maps - 1];
        (1.0 - dot(&top, &alpha).powi(2), value, sizes.signal(&y, value))
    };
    (0..draws).map(|_| once()).collect()
}

/// Within 7 %, as far as that many draws can tell.
#[test]
fn directions_are_found_as_well_as_predicted() {
    for ((samples, maps, features), sigma, draws) in
        [((200, 5, 200), 0.0, 200), ((400, 10, 100), 0.5, 100), ((200, 10, 400), 0.0, 60)]
    {
        let sizes = Sizes { samples, maps, features };
        let seen: Vec<f64> = spectral(sizes, sigma, draws).iter().map(|(sine, _, _)| *sine).collect();
        let (found, error) = (mean(&seen), standard_error(&seen).unwrap());
        let want = sizes.misalignment(&model(sigma)).unwrap();
        assert!((found - want).abs() < 0.07 * want + 2.0 * error, "{sizes:?}: {found} ± {error} against {want}");
    }
}

/// Science 2.8 at (400, 40, 200, .3): T is estimated as 1.006, and l − a p, which forgets what noise adds to the top, is 1.18.
#[test]
fn strengths_are_read_from_the_top_eigenvalue() {
    let sizes = Sizes { samples: 400, maps: 40, features: 200 };
    let seen = spectral(sizes, 0.3, 120);
    let signal = |signal: &Signal| match signal {
        Signal::Found(model) => (model.signal, model.noise),
        Signal::NotFound => panic!("a signal of four times the threshold was not found"),
    };
    let (strengths, noises): (Vec<f64>, Vec<f64>) = seen.iter().map(|(_, _, found)| signal(found)).unzip();
    let (found, error) = (mean(&strengths), standard_error(&strengths).unwrap());
    assert!((found - 1.006).abs() < 3.0 * error && error < 0.02, "{found} ± {error}");
    assert!((mean(&noises) - 0.09).abs() < 0.06, "{}", mean(&noises));
    let naive = mean(&seen.iter().map(|(_, top, _)| top - 1.09 * 200.0 / 400.0).collect::<Vec<f64>>());
    assert!((naive - 1.18).abs() < 3.0 * error && naive > found + 0.12, "{naive} against {found}");
}

/// Far below the threshold nearly every spectrum is told from one with a signal.
#[test]
fn noise_has_no_signal() {
    let sizes = Sizes { samples: 200, maps: 10, features: 50 };
    let noise = RankOne { signal: 0.0, noise: 1.0 };
    assert_eq!(sizes.misalignment(&noise), None);
    let mut stream = Seed::new(0).split("noise").stream();
    let mut found = 0;
    for _ in 0..100 {
        let (inputs, _) = draw(&[0.0; 10], &[0.0; 50], 0.0, 200, &mut stream);
        let y = normals(200, &mut stream);
        let m_hat =
            Mat::from_fn(10, 50, |i, j| inputs.iter().zip(&y).map(|(x, y)| x[i * 50 + j] * y).sum::<f64>() / 200.0);
        let top = product(m_hat.as_ref(), m_hat.transpose()).self_adjoint_eigenvalues(Side::Lower).unwrap()[9];
        match sizes.signal(&y, top) {
            Signal::NotFound => {}
            // What is mistaken for a signal is no stronger than the edge of the noise.
            Signal::Found(model) => {
                found += 1;
                assert!(model.signal < 2.0 * sizes.threshold(model.label_variance()), "{model:?}");
            }
        }
    }
    assert!(found <= 50, "{found} of 100");
}

/// u = 2 a √(h p) is the edge: T there is a √(h p), and below there is none.
#[test]
fn the_edge_of_the_noise() {
    let sizes = Sizes { samples: 4, maps: 4, features: 9 };
    let y = [1.0, -1.0, 1.0, -1.0]; // s² = 1, a = 1/4, a (h + p) = 13/4, a √(hp) = 3/2
    assert_eq!(sizes.threshold(1.0), 1.5);
    assert_eq!(sizes.signal(&y, 6.25), Signal::Found(RankOne { signal: 1.5, noise: 0.0 }));
    assert_eq!(sizes.signal(&y, 6.24), Signal::NotFound);
    assert_eq!(sizes.signal(&y, 0.0), Signal::NotFound);
    assert_eq!(sizes.misalignment(&RankOne { signal: 0.5, noise: 0.5 }), None);
    let nothing = Sizes { samples: 0, maps: 4, features: 9 };
    assert_eq!(nothing.signal(&[], 1.0), Signal::NotFound);
}

#[test]
#[should_panic(expected = "2 labels of 3 samples")]
fn labels_of_other_samples_are_refused() {
    Sizes { samples: 3, maps: 1, features: 1 }.signal(&[1.0, 2.0], 1.0);
}
