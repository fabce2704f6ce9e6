//! The square of a moment matrix where features are correlated, have means and differ in size: its bias, and what has none.
use crate::random::normal;
use faer::{Col, Mat, Scale};
use nas::kernel::FeatureMaps;
use nas::seed::Seed;
use nas::spectral::{Moments, Whitening};
use nas::stats::{mean, standard_error};

const H: usize = 3;
const P: usize = 4;
/// Means of the maps, and how they are mixed from independent normal entries.
const MEANS: [f64; H] = [0.0, 0.3, 1.5];
const MIXED: [[f64; H]; H] = [[0.4, 0.0, 0.0], [0.3, 1.0, 0.0], [0.0, -0.5, 2.0]];
const ALPHA: [f64; H] = [0.9, 0.4, -0.1];
const THETA: [f64; P] = [0.8, -0.5, 0.6, 0.3];
const NOISE: f64 = 0.5;

/// X_ij = MEANS_i + Σ_k MIXED_ik Z_kj, y = αᵀ X θ + σ z.
fn draw(n: usize, seed: Seed) -> Moments {
    let z: Vec<Mat<f64>> = (0..H).map(|k| normal(n, P, seed.split(&format!("entries {k}")))).collect();
    let map = |i: usize| Mat::from_fn(n, P, |s, j| MEANS[i] + (0..H).map(|k| MIXED[i][k] * z[k][(s, j)]).sum::<f64>());
    let maps = FeatureMaps::new((0..H).map(map).collect());
    let theta = Col::from_fn(P, |j| THETA[j]);
    let y = maps.combine(&ALPHA) * theta + Scale(NOISE) * normal(n, 1, seed.split("noise")).col(0);
    Moments::of(&maps, y.as_ref())
}

/// (B Bᵀ)_ik, the covariance of two maps at one feature.
fn covariance(i: usize, k: usize) -> f64 {
    (0..H).map(|l| MIXED[i][l] * MIXED[k][l]).sum()
}

/// Cov(y, X_ij)
fn with_label(i: usize, j: usize) -> f64 {
    THETA[j] * (0..H).map(|k| ALPHA[k] * covariance(k, i)).sum::<f64>()
}

fn label_mean() -> f64 {
    THETA.iter().sum::<f64>() * ALPHA.iter().zip(MEANS).map(|(a, m)| a * m).sum::<f64>()
}

/// E[y X] E[y X]ᵀ
fn truth() -> Mat<f64> {
    let m = Mat::from_fn(H, P, |i, j| label_mean() * MEANS[i] + with_label(i, j));
    &m * m.transpose()
}

/// E[y² X Xᵀ] of jointly normal y and X: (μ² + v)(a b + c) + 2 μ (a d + b e) + 2 d e for entries of means a and b, of
/// covariance c with each other, e and d with y of mean μ and variance v.
fn weighted() -> Mat<f64> {
    let mu = label_mean();
    let size: f64 = THETA.iter().map(|t| t * t).sum();
    let spread = (0..H).flat_map(|i| (0..H).map(move |k| ALPHA[i] * ALPHA[k] * covariance(i, k))).sum::<f64>();
    let v = size * spread + NOISE * NOISE;
    Mat::from_fn(H, H, |i, k| {
        let (a, b, c) = (MEANS[i], MEANS[k], covariance(i, k));
        let of_feature = |j: usize| {
            let [e, d] = [with_label(i, j), with_label(k, j)];
            (mu * mu + v) * (a * b + c) + 2.0 * mu * (a * d + b * e) + 2.0 * d * e
        };
        (0..P).map(of_feature).sum()
    })
}

/// How far the mean of an entry over many draws lies from what it should be, in standard errors: the farthest entry.
fn farthest(squares: &[Mat<f64>], expected: &Mat<f64>) -> f64 {
    let off = |at: usize| {
        let (i, k) = (at / H, at % H);
        let entries: Vec<f64> = squares.iter().map(|square| square[(i, k)]).collect();
        (mean(&entries) - expected[(i, k)]).abs() / standard_error(&entries).unwrap()
    };
    (0..H * H).map(off).fold(0.0, f64::max)
}

/// Over 4000 draws each entry of the corrected square has the mean of E[y X] E[y X]ᵀ; the plain one has that of
/// (1 − 1/n) E[y X] E[y X]ᵀ + (1/n) E[y² X Xᵀ], which is another.
#[test]
fn the_corrected_square_has_no_bias() {
    for n in [2, 12] {
        let moments: Vec<Moments> = (0..4000).map(|seed| draw(n, Seed::new(seed).split("bias"))).collect();
        let [plain, corrected] = [Moments::square, Moments::unbiased_square]
            .map(|square| moments.iter().map(square).collect::<Vec<Mat<f64>>>());
        let share = 1.0 / n as f64;
        let biased = Scale(1.0 - share) * truth() + Scale(share) * weighted();
        let off = [farthest(&corrected, &truth()), farthest(&plain, &biased), farthest(&plain, &truth())];
        assert!(off[0] < 4.0, "n = {n}: the corrected square is off by {} standard errors", off[0]);
        assert!(off[1] < 4.0, "n = {n}: the bias of the plain one is not that of its formula: {}", off[1]);
        assert!(off[2] > 12.0, "n = {n}: the plain square should be off, and is by {} standard errors", off[2]);
    }
}

/// The plain square over few samples points at the map of the largest entries; the corrected one, on average, at E[y X].
#[test]
fn the_correction_turns_the_estimate_to_the_truth() {
    let n = 12;
    let top = |square: &Mat<f64>| {
        let eigen = nas::dense::SymmetricEigen::of(square.as_ref()).unwrap();
        eigen.vectors.col(H - 1).to_owned()
    };
    let cosine = |a: &Col<f64>, b: &Col<f64>| (a.transpose() * b).abs();
    let share = 1.0 / n as f64;
    let biased = Scale(1.0 - share) * truth() + Scale(share) * weighted();
    let (right, wrong) = (top(&truth()), top(&biased));
    assert!(cosine(&right, &wrong) < 0.95, "the bias turns the first direction: {}", cosine(&right, &wrong));
    let draws: Vec<Moments> = (0..4000).map(|seed| draw(n, Seed::new(seed).split("turn"))).collect();
    let average = |square: fn(&Moments) -> Mat<f64>| {
        let sum = draws.iter().map(square).fold(Mat::<f64>::zeros(H, H), |sum, one| sum + one);
        top(&(Scale(1.0 / draws.len() as f64) * sum))
    };
    assert!(cosine(&average(Moments::unbiased_square), &right) > 0.99);
    assert!(cosine(&average(Moments::square), &wrong) > 0.99);
}

/// The estimate is made of the corrected square, whose eigenvalues below zero count as none; one sample has no pairs.
#[test]
fn the_estimate_is_that_of_the_corrected_square() {
    let moments = draw(7, Seed::new(3));
    let (square, estimate) = (moments.unbiased_square(), moments.estimate(H, Whitening::Centred).unwrap());
    let eigen = nas::dense::SymmetricEigen::of(square.as_ref()).unwrap();
    assert!(eigen.values[0] < 0.0, "the case has an eigenvalue below zero: {:?}", eigen.values);
    for (k, (alpha, value)) in estimate.alphas.iter().zip(&estimate.values).enumerate() {
        let own = eigen.values[H - 1 - k];
        assert!((value - own.max(0.0).sqrt()).abs() < 1e-10, "{value} of the eigenvalue {own}");
        let alpha = Col::from_fn(H, |i| alpha[i]);
        assert!((&square * &alpha - Scale(own) * &alpha).norm_max() < 1e-10);
    }
    // Pairs of different samples, added up one by one.
    let one_by_one = |n: usize| {
        let z = normal(n, H * P, Seed::new(8));
        let y = normal(n, 1, Seed::new(9));
        let maps = (0..H).map(|i| Mat::from_fn(n, P, |s, j| z[(s, i * P + j)])).collect();
        let moments = Moments::of(&FeatureMaps::new(maps), y.col(0));
        let x = |s: usize, i: usize, j: usize| z[(s, i * P + j)];
        let pair = |i: usize, k: usize, s: usize, t: usize| {
            y[(s, 0)] * y[(t, 0)] * (0..P).map(|j| x(s, i, j) * x(t, k, j)).sum::<f64>()
        };
        let pairs = (n * n.saturating_sub(1)).max(1) as f64;
        let sum = |i, k| {
            (0..n)
                .flat_map(|s| (0..n).map(move |t| (s, t)))
                .filter(|(s, t)| s != t)
                .map(|(s, t)| pair(i, k, s, t))
                .sum::<f64>()
                / pairs
        };
        (moments.unbiased_square() - Mat::from_fn(H, H, sum)).norm_max()
    };
    for n in [1, 2, 5] {
        assert!(one_by_one(n) < 1e-12, "{n} samples: {}", one_by_one(n));
    }
}
