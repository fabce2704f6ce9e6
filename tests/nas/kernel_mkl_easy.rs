//! EasyMKL: its quadratic problem against its optimality conditions and all supports, its weights, and a planted kernel.
use crate::random::normal;
use faer::{Col, Mat};
use nas::dense::{Cholesky, dot, product};
use nas::kernel::Gram;
use nas::kernel::mkl::{EasyOptions, Method, MklError, Points, compare, easy, margin_distribution, weights};
use nas::seed::Seed;

/// Kernels of h groups of three features on n points.
fn kernels(n: usize, h: usize, seed: Seed) -> Gram {
    let group = |m: usize| normal(n, 3, seed.split(&format!("group {m}")));
    Gram::new((0..h).map(group).map(|x| product(x.as_ref(), x.transpose())).collect())
}

/// Labels of both signs, but for n < 2.
fn labels(n: usize, seed: Seed) -> Col<f64> {
    let values = normal(n, 1, seed.split("labels"));
    Col::from_fn(n, |i| if i < 2 { [0.7, -1.3][i] } else { values[(i, 0)] })
}

fn sign(y: &Col<f64>, i: usize) -> f64 {
    if y[i] > 0.0 { 1.0 } else { -1.0 }
}

/// (1 − Λ) YKY + Λ I, from the definition.
fn quadratic(kernel: &Mat<f64>, y: &Col<f64>, spread: f64) -> Mat<f64> {
    let ridge = |i, j| if i == j { spread } else { 0.0 };
    let n = y.nrows();
    Mat::from_fn(n, n, |i, j| (1.0 - spread) * sign(y, i) * kernel[(i, j)] * sign(y, j) + ridge(i, j))
}

fn value(q: &Mat<f64>, gamma: &[f64]) -> f64 {
    let n = gamma.len();
    (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| gamma[i] * q[(i, j)] * gamma[j]).sum()
}

#[test]
fn margins_satisfy_the_conditions_of_optimality() {
    for (k, n) in [2, 3, 9, 40].into_iter().enumerate() {
        for spread in [0.001, 0.1, 0.5, 1.0] {
            let seed = Seed::new(30 + k as u64);
            let (kernel, y) = (kernels(n, 2, seed).combine(&[1.0, 1.0]), labels(n, seed));
            let gamma = margin_distribution(kernel.as_ref(), y.as_ref(), EasyOptions { spread, ..Default::default() });
            let (gamma, q) = (gamma.unwrap(), quadratic(&kernel, &y, spread));
            let slope = |i: usize| (0..n).map(|j| q[(i, j)] * gamma[j]).sum::<f64>();
            let value = value(&q, &gamma);
            assert!(gamma.iter().all(|g| *g >= 0.0));
            for class in [1.0, -1.0] {
                let members: Vec<usize> = (0..n).filter(|&i| sign(&y, i) == class).collect();
                assert!((members.iter().map(|&i| gamma[i]).sum::<f64>() - 1.0).abs() < 1e-12);
                // No slope of a class is below those where there is weight.
                let least = members.iter().map(|&i| slope(i)).fold(f64::INFINITY, f64::min);
                // Where the hulls meet, slopes are what rounding leaves of larger terms.
                let within = 1e-11 * value + 1e-14 * q.norm_max();
                for &i in &members {
                    assert!(gamma[i] * (slope(i) - least) <= within, "n = {n}, spread {spread}, point {i}");
                }
            }
        }
    }
}

/// The least value among the solutions on every support that are not negative.
#[test]
fn margins_are_the_best_of_all_supports() {
    for k in 0..6 {
        let (n, seed) = (2 + k, Seed::new(40 + k as u64));
        let (kernel, y) = (kernels(n, 1, seed).term(0).to_owned(), labels(n, seed));
        let options = EasyOptions { spread: 0.05, ..EasyOptions::default() };
        let q = quadratic(&kernel, &y, options.spread);
        let candidate = |support: usize| {
            let set: Vec<usize> = (0..n).filter(|i| support >> i & 1 == 1).collect();
            let factor = Cholesky::factor(Mat::from_fn(set.len(), set.len(), |i, j| q[(set[i], set[j])])).unwrap();
            let [one, other] =
                [1.0, -1.0].map(|class| Col::from_fn(set.len(), |i| f64::from(sign(&y, set[i]) == class)));
            // Q γ = μ₊ 1₊ + μ₋ 1₋ with both sums 1.
            let (a, b) = (factor.solve(one.as_ref()), factor.solve(other.as_ref()));
            let [aa, ab, bb] = [(&one, &a), (&one, &b), (&other, &b)].map(|(x, y)| dot(x.as_ref(), y.as_ref()));
            let det = aa * bb - ab * ab;
            let mut gamma = vec![0.0; n];
            set.iter().enumerate().for_each(|(i, &at)| gamma[at] = ((bb - ab) * a[i] + (aa - ab) * b[i]) / det);
            let feasible = det.abs() > 1e-12 && gamma.iter().all(|g| *g >= 0.0);
            feasible.then(|| (value(&q, &gamma), gamma))
        };
        let best = (1..1 << n).filter_map(candidate).min_by(|a, b| a.0.total_cmp(&b.0)).unwrap().1;
        let gamma = margin_distribution(kernel.as_ref(), y.as_ref(), options).unwrap();
        assert!(gamma.iter().zip(&best).all(|(g, b)| (g - b).abs() < 1e-5), "n = {n}: {gamma:?}, {best:?}");
        assert!((value(&q, &gamma) - value(&q, &best)).abs() < 1e-11 * value(&q, &best));
    }
}

#[test]
fn weights_are_distances_of_the_classes() {
    let (n, h, seed) = (20, 4, Seed::new(50));
    let (terms, y) = (kernels(n, h, seed), labels(n, seed));
    let distances = |gamma: &dyn Fn(usize) -> f64| -> Vec<f64> {
        let of = |m: usize| (0..n * n).map(|k| (k / n, k % n)).map(move |(i, j)| (m, i, j));
        let term =
            |(m, i, j): (usize, usize, usize)| gamma(i) * sign(&y, i) * terms.term(m)[(i, j)] * sign(&y, j) * gamma(j);
        let squared: Vec<f64> = (0..h).map(|m| of(m).map(term).sum()).collect();
        squared.iter().map(|d| d / squared.iter().sum::<f64>()).collect()
    };
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
    for spread in [0.1, 0.6] {
        let options = EasyOptions { spread, ..EasyOptions::default() };
        let sum = terms.combine(&[1.0; 4]);
        let gamma = margin_distribution(sum.as_ref(), y.as_ref(), options).unwrap();
        assert!(near(&easy(&terms, y.as_ref(), options).unwrap(), &distances(&|i| gamma[i])), "spread {spread}");
    }
    // With Λ = 1 the points are the means of the classes.
    let size = |i: usize| (0..n).filter(|&j| sign(&y, j) == sign(&y, i)).count() as f64;
    let all = EasyOptions { spread: 1.0, ..EasyOptions::default() };
    assert!(near(&easy(&terms, y.as_ref(), all).unwrap(), &distances(&|i| 1.0 / size(i))));
}

/// Four groups of features, of which only the second moves with the class.
#[test]
fn the_planted_kernel_weighs_most() {
    for seed in 0..5 {
        let part = |name: &str, n: usize| {
            let seed = Seed::new(60 + seed).split(name);
            let y = labels(n, seed);
            let signs = Col::from_fn(n, |i| sign(&y, i));
            let group = |m: usize| {
                let x = normal(n, 3, seed.split(&format!("group {m}")));
                Mat::from_fn(n, 3, |i, k| x[(i, k)] + if (m, k) == (1, 0) { 2.0 * signs[i] } else { 0.0 })
            };
            ((0..4).map(group).collect::<Vec<_>>(), signs)
        };
        let ((on_train, y), (on_test, y_test)) = (part("train", 60), part("test", 200));
        let gram = |on: &[Mat<f64>]| {
            Gram::new(on.iter().zip(&on_train).map(|(x, t)| product(x.as_ref(), t.transpose())).collect())
        };
        let (train, test) = (gram(&on_train), gram(&on_test));
        let methods = [Method::Uniform, Method::Easy(EasyOptions::default())];
        let (train, test) = (Points { gram: &train, y: y.as_ref() }, Points { gram: &test, y: y_test.as_ref() });
        let compared = compare(&methods, train, test, 1.0).unwrap();
        let (d, name) = (&compared[1].weights, &compared[1].method);
        assert!((0..4).all(|m| m == 1 || d[1] > 2.0 * d[m]), "seed {seed}: {d:?}");
        assert!(compared[1].test < compared[0].test && name == "EasyMKL", "{compared:?}");
    }
}

#[test]
fn one_class_and_too_few_steps_say_so() {
    let seed = Seed::new(70);
    let terms = kernels(12, 2, seed);
    for label in [1.0, 0.0, -2.0] {
        let same = Col::full(12, label);
        let error = easy(&terms, same.as_ref(), EasyOptions::default()).unwrap_err();
        assert_eq!(error, MklError::NothingAligned);
    }
    let hurried = Method::Easy(EasyOptions { steps: 1, ..EasyOptions::default() });
    let error = weights(&hurried, &terms, labels(12, seed).as_ref(), 1.0).unwrap_err();
    assert!(matches!(error, MklError::NotConverged { method: "EasyMKL", iterations: 1, .. }), "{error}");
    // No point, no class.
    let none = margin_distribution(Mat::zeros(0, 0).as_ref(), Col::zeros(0).as_ref(), EasyOptions::default());
    assert_eq!(none, Err(MklError::NothingAligned));
}

#[test]
#[should_panic(expected = "spread = 0, not above 0")]
fn a_spread_of_zero_is_a_bug() {
    let seed = Seed::new(71);
    let _ = easy(&kernels(3, 1, seed), labels(3, seed).as_ref(), EasyOptions { spread: 0.0, ..EasyOptions::default() });
}
