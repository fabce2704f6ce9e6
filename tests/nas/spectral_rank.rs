//! The rank of a coefficient matrix by validation: planted ranks, noise, and every error by a dense solve.
use crate::random::{normal, normal_number, one_in};
use faer::{Col, Mat, Scale};
use nas::kernel::{FeatureMaps, HoldOut, RidgeFit};
use nas::seed::Seed;
use nas::spectral::{Estimate, Moments, Ranks, Whitening, select_rank};
use nas::stats::{mean, standard_error, t_interval};
use proptest::prelude::*;

/// X of normal entries and y = Σ_j X_{α_j} θ_j + σ z, with orthonormal α_j and unit θ_j.
struct Superposition {
    alphas: Vec<Vec<f64>>,
    thetas: Vec<Col<f64>>,
}

impl Superposition {
    fn of_rank(rank: usize, h: usize, p: usize, seed: Seed) -> Self {
        // Gram and Schmidt.
        let mut alphas: Vec<Vec<f64>> = Vec::new();
        let mut stream = seed.split("alphas").stream();
        for _ in 0..rank {
            let mut alpha: Vec<f64> = (0..h).map(|_| normal_number(&mut stream)).collect();
            for other in &alphas {
                let along: f64 = alpha.iter().zip(other).map(|(a, b)| a * b).sum();
                alpha.iter_mut().zip(other).for_each(|(a, b)| *a -= along * b);
            }
            let norm = alpha.iter().map(|a| a * a).sum::<f64>().sqrt();
            alphas.push(alpha.iter().map(|a| a / norm).collect());
        }
        let theta = |j: usize| {
            let theta = normal(p, 1, seed.split(&format!("theta {j}"))).col(0).to_owned();
            Scale(1.0 / theta.norm_l2()) * theta
        };
        Self { thetas: (0..rank).map(theta).collect(), alphas }
    }

    fn sample(&self, n: usize, [h, p]: [usize; 2], seed: Seed) -> (FeatureMaps, Col<f64>) {
        let maps = FeatureMaps::new((0..h).map(|i| normal(n, p, seed.split(&format!("map {i}")))).collect());
        let mut y = normal(n, 1, seed.split("noise")).col(0).to_owned();
        for (alpha, theta) in self.alphas.iter().zip(&self.thetas) {
            y += maps.combine(alpha) * theta;
        }
        (maps, y)
    }
}

/// The ranks up to 4 of 5 maps of 40 features, by 600 training and 1200 validation samples with noise of variance 1: a needless rank
/// costs 40/600, which is over four standard errors of its paired difference.
fn ranks(rank: usize, seed: Seed) -> Ranks {
    let sizes @ [h, p] = [5, 40];
    let planted = Superposition::of_rank(rank, h, p, seed.split("planted"));
    let [(maps, y), (maps_v, y_v)] =
        [(600, "train"), (1200, "validation")].map(|(n, part)| planted.sample(n, sizes, seed.split(part)));
    let estimate = Moments::of(&maps, y.as_ref()).estimate(4, Whitening::None).unwrap();
    let fit = RidgeFit { maps: &maps, y: y.as_ref(), lambda: 1.0 };
    select_rank(&estimate, &fit, &HoldOut { maps: &maps_v, y: y_v.as_ref(), clip: f64::INFINITY }).unwrap()
}

#[test]
fn planted_ranks_are_found() {
    for rank in 1..=3 {
        for seed in (0..4).map(Seed::new) {
            let found = ranks(rank, seed);
            let losses: Vec<f64> = found.fits.iter().map(|fit| fit.loss).collect();
            assert_eq!(found.chosen, rank, "validation losses {losses:?}");
            assert_eq!((found.fits.len(), found.predicts()), (4, Some(true)));
            assert_eq!(found.best().thetas.len(), rank);
            assert!(found.saved > 0.5 * rank as f64 && found.saved < 1.2 * rank as f64, "{}", found.saved);
            let said = found.sentence();
            assert!(said.contains(&format!("Rank {rank} has the least")) && !said.contains("means nothing"), "{said}");
        }
    }
}

#[test]
fn noise_has_the_least_rank_and_it_says_so() {
    for seed in (0..4).map(Seed::new) {
        let found = ranks(0, seed);
        assert_eq!((found.chosen, found.predicts()), (1, Some(false)));
        assert!(found.best().loss > found.nothing, "a fit to noise is worse than none");
        assert!(found.sentence().contains("the rank means nothing"), "{}", found.sentence());
    }
}

/// Equal losses: the smaller rank. Where nothing is to be fitted every θ is 0.
#[test]
fn of_equal_ranks_the_smaller_is_taken() {
    let maps = FeatureMaps::new((0..3).map(|i| normal(6, 2, Seed::new(i))).collect());
    let (zero, y) = (Col::zeros(6), normal(6, 1, Seed::new(9)).col(0).to_owned());
    let estimate = Moments::of(&maps, y.as_ref()).estimate(3, Whitening::None).unwrap();
    let fit = RidgeFit { maps: &maps, y: zero.as_ref(), lambda: 1.0 };
    let found = select_rank(&estimate, &fit, &HoldOut { maps: &maps, y: y.as_ref(), clip: f64::INFINITY }).unwrap();
    assert_eq!((found.fits.len(), found.chosen, found.saved), (2, 1, 0.0));
    assert_eq!(found.fits[0].loss, found.fits[1].loss);
    // One validation sample has no interval.
    let (one, label) = (maps.first(1), y.subrows(0, 1));
    let found = select_rank(&estimate, &fit, &HoldOut { maps: &one, y: label, clip: f64::INFINITY }).unwrap();
    assert_eq!((found.interval, found.predicts(), found.fits[0].standard_error), (None, None, None));
    assert!(found.sentence().contains("tells nothing"), "{}", found.sentence());
}

/// Without a ridge, features that are zero have no fit.
#[test]
fn a_singular_fit_is_an_error() {
    let maps = FeatureMaps::new(vec![normal(9, 2, Seed::new(1)), Mat::zeros(9, 2)]);
    let y = normal(9, 1, Seed::new(2)).col(0).to_owned();
    let estimate = Estimate { alphas: vec![vec![1.0, 0.0], vec![0.0, 1.0]], values: vec![1.0, 1.0] };
    let validation = HoldOut { maps: &maps, y: y.as_ref(), clip: f64::INFINITY };
    let fit = RidgeFit { maps: &maps, y: y.as_ref(), lambda: 0.0 };
    assert!(select_rank(&estimate, &fit, &validation).is_err());
    assert!(select_rank(&estimate, &RidgeFit { lambda: 0.1, ..fit }, &validation).is_ok());
}

/// The solution of A x = b by elimination with pivots.
fn eliminate(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs())).unwrap();
        a.swap(k, pivot);
        b.swap(k, pivot);
        for i in k + 1..n {
            let ratio = a[i][k] / a[k][k];
            (k..n).for_each(|j| a[i][j] -= ratio * a[k][j]);
            b[i] -= ratio * b[k];
        }
    }
    for k in (0..n).rev() {
        b[k] = (b[k] - (k + 1..n).map(|j| a[k][j] * b[j]).sum::<f64>()) / a[k][k];
    }
    b
}

/// The features of the first k combinations side by side, entry by entry.
fn row(maps: &FeatureMaps, alphas: &[Vec<f64>], s: usize) -> Vec<f64> {
    let entry = |alpha: &Vec<f64>, j| (0..maps.count()).map(|i| alpha[i] * maps.map(i)[(s, j)]).sum::<f64>();
    alphas.iter().flat_map(|alpha| (0..maps.features()).map(move |j| entry(alpha, j))).collect()
}

proptest! {
    #![proptest_config(one_in(4))]

    /// Normal equations from the definition, solved by elimination; sizes of 1 and more features than samples included.
    #[test]
    fn every_rank_is_a_dense_ridge_regression(
        (h, p, n, n_v) in (1usize..5, 1usize..5, 1usize..9, 1usize..6), seed in 0u64..1000, clip in prop_oneof![Just(f64::INFINITY), Just(0.7)],
    ) {
        let seed = Seed::new(seed);
        let drawn = |n, part: &str| {
            let maps = (0..h).map(|i| normal(n, p, seed.split(&format!("{part} {i}")))).collect();
            (FeatureMaps::new(maps), normal(n, 1, seed.split(part)).col(0).to_owned())
        };
        let ((maps, y), (maps_v, y_v), lambda) = (drawn(n, "train"), drawn(n_v, "validation"), 0.3);
        let estimate = Moments::of(&maps, y.as_ref()).estimate(9, Whitening::None).unwrap();
        let fit = RidgeFit { maps: &maps, y: y.as_ref(), lambda };
        let found = select_rank(&estimate, &fit, &HoldOut { maps: &maps_v, y: y_v.as_ref(), clip }).unwrap();
        prop_assert_eq!(found.fits.len(), h.min(p));
        let mut losses = Vec::new();
        for (k, fit) in (1..).zip(&found.fits) {
            let alphas = &estimate.alphas[..k];
            let rows: Vec<Vec<f64>> = (0..n).map(|s| row(&maps, alphas, s)).collect();
            let moment = |a: usize, b: usize| rows.iter().map(|row| row[a] * row[b]).sum::<f64>();
            let normal = |a: usize| (0..k * p).map(|b| moment(a, b) + if a == b { lambda } else { 0.0 }).collect();
            let right = |a: usize| (0..n).map(|s| rows[s][a] * y[s]).sum();
            let theta = eliminate((0..k * p).map(normal).collect(), (0..k * p).map(right).collect());
            let off = |s: usize| row(&maps_v, alphas, s).iter().zip(&theta).map(|(x, t)| x * t).sum::<f64>() - y_v[s];
            let each: Vec<f64> = (0..n_v).map(|s| off(s).powi(2).min(clip)).collect();
            let ours: Vec<f64> = fit.thetas.iter().flat_map(|theta| theta.iter().copied()).collect();
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + a.abs());
            prop_assert!(ours.iter().zip(&theta).all(|(a, b)| near(*a, *b)), "θ {ours:?}, by elimination {theta:?}");
            prop_assert!(near(fit.loss, mean(&each)), "{} and {}", fit.loss, mean(&each));
            prop_assert_eq!(fit.standard_error.is_some(), n_v > 1);
            let error = standard_error(&each);
            prop_assert!(fit.standard_error.zip(error).is_none_or(|(a, b)| near(a, b)));
            losses.push(each);
        }
        let least = found.fits.iter().map(|fit| fit.loss).fold(f64::INFINITY, f64::min);
        prop_assert_eq!(found.best().loss, least);
        prop_assert!(found.fits[..found.chosen - 1].iter().all(|fit| fit.loss > least), "a smaller rank is as good");
        let saved: Vec<f64> = (0..n_v).map(|s| y_v[s].powi(2).min(clip) - losses[found.chosen - 1][s]).collect();
        prop_assert!((found.saved - mean(&saved)).abs() < 1e-9);
        prop_assert!(found.interval.zip(t_interval(&saved)).is_none_or(|(a, b)| (a[0] - b[0]).abs() < 1e-8));
    }
}

#[test]
#[should_panic(expected = "a rank by no validation sample")]
fn without_validation_samples_there_is_no_rank() {
    let (maps, y) = (FeatureMaps::new(vec![normal(4, 2, Seed::new(1))]), Col::<f64>::zeros(4));
    let none = maps.first(0);
    let estimate = Estimate { alphas: vec![vec![1.0]], values: vec![1.0] };
    let fit = RidgeFit { maps: &maps, y: y.as_ref(), lambda: 1.0 };
    let nothing = Col::<f64>::zeros(0);
    _ = select_rank(&estimate, &fit, &HoldOut { maps: &none, y: nothing.as_ref(), clip: 1.0 });
}
