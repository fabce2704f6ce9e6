//! `nas mkl`: every figure against a computation of its own, from the rows on.
use crate::files::File;
use crate::layers::{of_clap, resolved};
use faer::{Col, Mat};
use nas::data::{Frame, Parts, Preprocess, Samples};
use nas::dense::{Cholesky, SymmetricEigen, dot, product};
use nas::kernel::Gram;
use nas::kernel::mkl::{Method, learn};
use nas::kernel::ntk::kappa;
use nas::report::{weighed, weighed_plots};
use nas::run::{By, ConfigError, Labels, Settings, WeighError, WeighSettings, Weighed, documented, points, weigh};
use nas::seed::Seed;
use nas::space::Shape;
use nas::theory::Class;
use nas::theory::lipschitz::Lipschitz;
use nas::theory::risk::{Setting, gap};
use std::fmt::Write;
use tape::Activation::{self, Relu, Sin};

const BANK: [Activation; 2] = [Relu, Sin];
const RIDGE: f64 = 0.05;

fn small() -> WeighSettings {
    let candidates = vec!["relu".to_owned(), "sin".to_owned()];
    WeighSettings { rows: 40, candidates, ridge: Some(RIDGE), seeds: 2, outer_steps: 60, ..WeighSettings::default() }
}

/// The rows of seed 0 and their kernels, from the definitions.
struct Rows {
    train: [Mat<f64>; 3],
    validation: [Mat<f64>; 3],
    test: [Mat<f64>; 3],
    y: Col<f64>,
    y_validation: Col<f64>,
    y_test: Col<f64>,
    mean: f64,
    c0: f64,
}

/// K_11, K_12 + K_21 and K_22 of science 2.7, with ones on the diagonal of the even mixture.
fn kernel(x: &Mat<f64>, z: &Mat<f64>, even: f64) -> ([Mat<f64>; 3], f64) {
    let own = |i: usize, j: usize| kappa(BANK[i], BANK[j], 1.0);
    let c0 = 1.0 / (even * even * (own(0, 0) + 2.0 * own(0, 1) + own(1, 1)));
    let rho = product(x.as_ref(), z.transpose());
    let block = |i: usize, j: usize| {
        Mat::from_fn(x.nrows(), z.nrows(), |a, b| {
            // The angle of a point with itself is 0; arccos of a rounded cosine would lose half the digits.
            let rho = if (rho[(a, b)] - 1.0).abs() < 1e-14 { 1.0 } else { rho[(a, b)] };
            c0 * rho * kappa(BANK[i], BANK[j], rho)
        })
    };
    ([block(0, 0), faer::Scale(2.0) * block(0, 1), block(1, 1)], c0)
}

/// (x, 1) over its norm.
fn on_the_sphere(samples: &Samples) -> Mat<f64> {
    let long = |i: usize| [&samples.x[i * samples.d..(i + 1) * samples.d], &[1.0]].concat();
    let norm = |i: usize| long(i).iter().map(|x| x * x).sum::<f64>().sqrt();
    Mat::from_fn(samples.n, samples.d + 1, |i, k| long(i)[k] / norm(i))
}

fn rows(settings: &WeighSettings, frame: &Frame) -> Rows {
    let seed = Seed::new(settings.seed).split("seed 0");
    let mut parts = Parts::draw(frame, settings.split, seed.split("split")).unwrap();
    if settings.criterion != By::Validation {
        parts.train.extend(std::mem::take(&mut parts.validation));
        parts.train.sort_unstable();
    }
    let preprocess = Preprocess::fit(frame, &parts.train).unwrap();
    let part = |rows: &[usize]| {
        let samples = preprocess.apply(frame, rows).unwrap();
        // Digits from 5 on against the others; numbers as they are.
        let label = |i: usize| if samples.classes[i] >= 5 { 1.0 } else { -1.0 };
        let y = Col::from_fn(samples.n, |i| if samples.classes.is_empty() { samples.y[i] } else { label(i) });
        let x = on_the_sphere(&samples);
        assert!((&x - points(&samples)).norm_max() < 1e-15);
        assert_eq!(Labels::of(frame, settings).unwrap().y(&samples), y);
        (x, y)
    };
    let ((x, y), (x_v, y_v), (x_t, y_t)) = (part(&parts.train), part(&parts.validation), part(&parts.test));
    let mean = y.sum() / y.nrows() as f64;
    let less = |y: Col<f64>| Col::from_fn(y.nrows(), |i| y[i] - mean);
    let even = settings.space.even(2)[0];
    let ((train, c0), (validation, _), (test, _)) =
        (kernel(&x, &x, even), kernel(&x_v, &x, even), kernel(&x_t, &x, even));
    Rows { train, validation, test, y: less(y), y_validation: less(y_v), y_test: less(y_t), mean, c0 }
}

/// K_α
fn mixed(terms: &[Mat<f64>; 3], alpha: &[f64]) -> Mat<f64> {
    let w = [alpha[0] * alpha[0], alpha[0] * alpha[1], alpha[1] * alpha[1]];
    Mat::from_fn(terms[0].nrows(), terms[0].ncols(), |i, j| (0..3).map(|t| w[t] * terms[t][(i, j)]).sum())
}

/// (K + λI)⁻¹ y
fn beta(k: &Mat<f64>, y: &Col<f64>, lambda: f64) -> Col<f64> {
    let a = Mat::from_fn(k.nrows(), k.ncols(), |i, j| k[(i, j)] + if i == j { lambda } else { 0.0 });
    Cholesky::factor(a).unwrap().solve(y.as_ref())
}

fn mean_square(k: &Mat<f64>, beta: &Col<f64>, y: &Col<f64>) -> f64 {
    (k * beta - y).squared_norm_l2() / y.nrows() as f64
}

/// The mean squared error on each of these rows when all others of the fold are left out.
fn left_out(k: &Mat<f64>, y: &Col<f64>, lambda: f64) -> f64 {
    let n = y.nrows();
    let one = |i: usize| {
        let kept: Vec<usize> = (0..n).filter(|&j| j != i).collect();
        let k_kept = Mat::from_fn(n - 1, n - 1, |a, b| k[(kept[a], kept[b])]);
        let beta = beta(&k_kept, &Col::from_fn(n - 1, |a| y[kept[a]]), lambda);
        ((0..n - 1).map(|a| k[(i, kept[a])] * beta[a]).sum::<f64>() - y[i]).powi(2)
    };
    (0..n).map(one).sum::<f64>() / n as f64
}

fn gcv(k: &Mat<f64>, y: &Col<f64>, lambda: f64) -> f64 {
    let n = y.nrows();
    let unit = |i: usize| Col::from_fn(n, |j| if i == j { 1.0 } else { 0.0 });
    let trace: f64 = (0..n).map(|i| beta(k, &unit(i), lambda)[i]).sum();
    n as f64 * beta(k, y, lambda).squared_norm_l2() / trace.powi(2)
}

fn close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-8 * (1.0 + expected.abs()), "{what}: {found} is not {expected}");
}

#[test]
fn every_figure_is_that_of_a_dense_computation() {
    for (criterion, space) in [
        (By::Validation, Shape::Simplex),
        (By::Loo, Shape::Sphere),
        (By::Gcv, Shape::Box),
        (By::Kfold, Shape::Sparse(1)),
    ] {
        let settings = WeighSettings { criterion, space, ..small() };
        let (result, rows) = (weigh(&settings, true).unwrap(), rows(&settings, &settings.frame().unwrap()));
        let sizes = if criterion == By::Validation { [24, 8, 8] } else { [32, 0, 8] };
        assert_eq!([result.n_train, result.n_val, result.n_test], sizes);
        let seed = &result.seeds[0];
        assert!((space.size(&seed.alpha) - 1.0) < 1e-12 && seed.ridge == RIDGE && seed.ridge_apart == RIDGE);
        let value = |alpha: &[f64], lambda: f64| {
            let k = mixed(&rows.train, alpha);
            match criterion {
                By::Validation => {
                    mean_square(&mixed(&rows.validation, alpha), &beta(&k, &rows.y, lambda), &rows.y_validation)
                }
                By::Gcv => gcv(&k, &rows.y, lambda),
                By::Loo | By::Kfold => left_out(&k, &rows.y, lambda),
            }
        };
        if criterion != By::Kfold {
            close(2.0 * seed.value, value(&seed.alpha, RIDGE), "the criterion");
            // It is a minimum along the set.
            let mut stream = Seed::new(5).stream();
            for _ in 0..20 {
                let towards = space.copies(2, 0.0, 1).space().sample(&mut stream);
                let mut near: Vec<f64> = seed.alpha.iter().zip(&towards).map(|(a, t)| a + 1e-3 * (t - a)).collect();
                let moved = near.clone();
                space.copies(2, 0.0, 1).space().project(&moved, &mut near);
                assert!(value(&near, RIDGE) >= 2.0 * seed.value - 1e-7, "{space}: {near:?} is better");
            }
        }
        let test = |alpha: &[f64], lambda: f64| {
            mean_square(&mixed(&rows.test, alpha), &beta(&mixed(&rows.train, alpha), &rows.y, lambda), &rows.y_test)
        };
        close(result.methods[0].test.values[0].unwrap(), test(&seed.alpha, RIDGE), "the mixture");
        close(result.methods[1].test.values[0].unwrap(), test(&seed.alpha, seed.best_ridge), "at its best ridge");
        let predicted = mixed(&rows.test, &seed.alpha) * beta(&mixed(&rows.train, &seed.alpha), &rows.y, RIDGE);
        let right = (0..8).filter(|&i| (predicted[i] + rows.mean > 0.0) == (rows.y_test[i] + rows.mean > 0.0)).count();
        close(result.methods[0].accuracy.as_ref().unwrap().values[0].unwrap(), right as f64 / 8.0, "the accuracy");

        let apart =
            |terms: &[Mat<f64>; 3], keep: &[usize]| Gram::new(keep.iter().map(|&i| terms[2 * i].clone()).collect());
        let by_hand = |method: &Method<'_>, keep: &[usize]| {
            let learned = learn(method, &apart(&rows.train, keep), rows.y.as_ref(), RIDGE).unwrap();
            learned.mean_squared_error(&apart(&rows.test, keep), rows.y_test.as_ref())
        };
        let both =
            [("uniform", Method::Uniform), ("align", Method::Align), ("SimpleMKL", Method::Simple(Default::default()))];
        let named = |name: &str| result.methods.iter().find(|method| method.name == name).unwrap();
        for (name, method) in both {
            let found = named(name).test.values[0].unwrap();
            assert!((found - by_hand(&method, &[0, 1])).abs() < 1e-6, "{name}: {found}");
        }
        close(named("relu alone").test.values[0].unwrap(), by_hand(&Method::Uniform, &[0]), "relu alone");
        close(named("sin alone").test.values[0].unwrap(), by_hand(&Method::Uniform, &[1]), "sin alone");
        assert_eq!(result.methods.len(), 11);
    }
}

/// The path, what is conditioned, and what is certified, for the best seed: here there is one.
#[test]
fn the_path_and_the_theory_are_those_of_the_kernel() {
    let settings = WeighSettings { seeds: 1, ..small() };
    let (result, rows) = (weigh(&settings, true).unwrap(), rows(&settings, &settings.frame().unwrap()));
    let (alpha, k) = (&result.alpha, mixed(&rows.train, &result.alpha));
    assert_eq!(result.path.len(), 33);
    for record in result.path.iter().step_by(8) {
        close(record.leave_one_out, left_out(&k, &rows.y, record.ridge), "leave-one-out");
        close(record.gcv, gcv(&k, &rows.y, record.ridge), "GCV");
        let on_validation =
            mean_square(&mixed(&rows.validation, alpha), &beta(&k, &rows.y, record.ridge), &rows.y_validation);
        close(record.validation.unwrap(), on_validation, "validation");
    }
    let best = result.path.iter().min_by(|a, b| a.validation.unwrap().total_cmp(&b.validation.unwrap())).unwrap();
    assert_eq!(best.ridge, result.best_ridge);

    let theory = &result.theory;
    let least = |alpha: &[f64]| SymmetricEigen::of(mixed(&rows.train, alpha).as_ref()).unwrap().values[0];
    assert!((theory.least_eigenvalue - least(alpha)).abs() < 1e-10);
    // On a segment the minimum can be found by a fine grid.
    let grid =
        (0..=400).map(|k| least(&[f64::from(k) / 400.0, 1.0 - f64::from(k) / 400.0])).fold(f64::INFINITY, f64::min);
    assert!(
        (theory.least_over_space - grid).abs() < 1e-3 * grid.abs() + 1e-10,
        "{} and {grid}",
        theory.least_over_space
    );
    let proved = theory.proved_least.unwrap();
    assert!(proved >= 0.0 && proved <= grid + 1e-12, "{proved} is not below {grid}");
    let bound = rows.c0 * kappa(Relu, Relu, 1.0).max(kappa(Sin, Sin, 1.0));
    close(theory.feature_bound, bound, "B");
    let (n, norm, mu) = (24f64, rows.y.norm_l2(), RIDGE + proved);
    let first = 2.0 * bound * n.sqrt() * norm / mu + 2.0 * bound * bound * n.powf(1.5) * norm / (mu * mu);
    let second = (bound / mu).sqrt() * norm + 3.0 * bound * n.sqrt() * norm / mu;
    assert!(
        (theory.lipschitz / first.min(second) - 1.0).abs() < 1e-10 && theory.mixture_bound == 1.0 && theory.mu == mu
    );
    let space = nas::space::Simplex::unit(2);
    let class = Class::Continuous { space: &space, lipschitz: Lipschitz::Proved(2f64.sqrt() * theory.lipschitz) };
    let bounds = Setting { class, loss_range: 4.0, loss_lipschitz: 4.0, n_validation: 8, delta: 0.05 };
    close(theory.gap.unwrap(), gap(&bounds).total(), "the gap");
    let complexity = |alpha: &[f64]| {
        let k = mixed(&rows.train, alpha);
        (0..24).map(|i| k[(i, i)]).sum::<f64>() / 24.0 * dot(rows.y.as_ref(), beta(&k, &rows.y, 0.0).as_ref())
    };
    let relative = |found: Option<f64>, expected: f64| (found.unwrap() / expected - 1.0).abs();
    assert!(relative(theory.label_complexity, complexity(alpha)) < 1e-5, "{:?}", theory.label_complexity);
    assert!(relative(theory.label_complexity_even, complexity(&[0.5, 0.5])) < 1e-5);
    assert_eq!(theory.sentences.len(), 5);
}

/// Without a ridge of its own each family has the largest that is nearly best in equal parts, by leave-one-out on the rows that train.
#[test]
fn the_ridge_is_found_where_none_is_given() {
    let settings = WeighSettings { seeds: 1, ridge: None, ..small() };
    let (result, rows) = (weigh(&settings, true).unwrap(), rows(&settings, &settings.frame().unwrap()));
    let k = mixed(&rows.train, &[0.5, 0.5]);
    let errors: Vec<f64> = result.path.iter().map(|record| left_out(&k, &rows.y, record.ridge)).collect();
    let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = (0..errors.len()).rev().find(|&i| errors[i] <= 1.01 * least).unwrap();
    assert_eq!(result.seeds[0].ridge, result.path[largest].ridge);
    assert!(result.path.iter().any(|record| record.ridge == result.seeds[0].ridge_apart));
}

/// Apart from how long it took and on what.
fn timeless(result: Weighed) -> Weighed {
    let provenance = nas::run::Provenance { threads: 0, ..result.provenance };
    Weighed { seconds: 0.0, provenance, ..result }
}

#[test]
fn threads_change_nothing_and_the_record_is_its_json() {
    let at = |threads| timeless(weigh(&WeighSettings { threads, ridge: None, ..small() }, true).unwrap());
    let result = at(1);
    assert_eq!(result, at(2));
    let text = serde_json::to_string(&result).unwrap();
    assert_eq!(serde_json::from_str::<Weighed>(&text).unwrap(), result);
    for (file, plot) in weighed_plots(&result) {
        let svg = plot.svg().unwrap();
        assert!(svg.contains("SimpleMKL") || file == "mkl-path.svg" && svg.contains("leave-one-out"), "{file}: {svg}");
    }
    let words = weighed(&result).split_whitespace().collect::<Vec<_>>().join(" ");
    for said in ["digits: classification, 24 training, 8 validation and 8 test rows, 2 seeds", "SimpleMKL", "sin alone"]
    {
        assert!(words.contains(said), "{words}");
    }
    assert!(words.contains("a random sample of 40 of 1797 rows") && words.contains("lambda_0"), "{words}");
}

fn csv(name: &str, rows: usize, target: impl Fn(usize) -> String) -> (File, WeighSettings) {
    let mut text = "a,b,y\n".to_owned();
    (0..rows).for_each(|i| writeln!(text, "{},{},{}", i, i * i % 17, target(i)).unwrap());
    let file = File::new(name, text);
    let settings = WeighSettings { data: Some(file.path().to_owned()), ..small() };
    (file, settings)
}

#[test]
fn a_regression_is_in_units_of_its_deviation() {
    let (_file, settings) = csv("weigh-numbers.csv", 40, |i| format!("{}", (i as f64 * 0.3).sin() * 100.0));
    let result = weigh(&settings, true).unwrap();
    let rows = rows(&settings, &settings.frame().unwrap());
    let alpha = &result.seeds[0].alpha;
    let expected =
        mean_square(&mixed(&rows.test, alpha), &beta(&mixed(&rows.train, alpha), &rows.y, RIDGE), &rows.y_test);
    close(result.methods[0].test.values[0].unwrap(), expected, "the mixture");
    assert!(result.methods.iter().all(|method| method.accuracy.is_none()) && result.labels.starts_with('y'));
    let positive = WeighSettings { positive: Some("1".into()), ..settings };
    assert!(matches!(weigh(&positive, true), Err(WeighError::NoClasses { .. })));
}

#[test]
fn classes_are_told_apart_as_asked() {
    let name = |i: usize| ["ant", "bee", "cow"][i % 3].to_owned();
    let (_file, settings) = csv("weigh-three.csv", 40, name);
    let asked = |positive: Option<&str>| {
        let settings = WeighSettings { positive: positive.map(str::to_owned), ..settings.clone() };
        Labels::of(&settings.frame().unwrap(), &settings).map(|labels| labels.words)
    };
    let error = asked(None).unwrap_err().to_string();
    assert!(error.contains("3 classes (ant, bee, cow)") && error.contains("--positive ant"), "{error}");
    assert_eq!(asked(Some("bee, cow")).unwrap(), "1 where y is bee or cow, else -1");
    let error = asked(Some("bees")).unwrap_err().to_string();
    assert!(error.contains("did you mean \"bee\"?"), "{error}");
    assert!(asked(Some("ant,bee,cow")).unwrap_err().to_string().contains("all 3 classes"));
    let (_file, settings) = csv("weigh-two.csv", 40, |i| ["no", "yes"][i % 2].to_owned());
    assert_eq!(weigh(&settings, true).unwrap().labels, "1 where y is yes, else -1");
}

#[test]
fn what_cannot_be_weighed_says_why() {
    let with = |change: &dyn Fn(&mut WeighSettings)| {
        let mut settings = small();
        change(&mut settings);
        weigh(&settings, true).unwrap_err().to_string()
    };
    let formula = with(&|s| s.candidates = vec!["relu".into(), "x*exp(-x^2)".into()]);
    assert!(formula.contains("x*exp(-x^2)") && formula.contains("no tangent kernel"), "{formula}");
    assert!(with(&|s| s.candidates = vec!["thanh".into()]).contains("did you mean \"tanh\"?"));
    assert!(with(&|s| s.ridge = Some(0.0)).contains("a finite number above 0"));
    assert!(with(&|s| s.space = Shape::Sparse(3)).contains("at most 2"));
    let folds = with(&|s| (s.criterion, s.folds) = (By::Kfold, 33));
    assert!(folds.contains("folds = 33") && folds.contains("at most 32"), "{folds}");
    let error = resolved::<WeighSettings>(None, &["criterium=loo"], &[]).unwrap_err().to_string();
    assert!(error.contains("did you mean \"criterion\"?"), "{error}");
    let error = resolved::<WeighSettings>(None, &["criterion=lo"], &[]).unwrap_err();
    assert!(matches!(error, ConfigError::Choice { .. }), "{error}");
}

#[test]
fn the_defaults_are_one() {
    assert_eq!(of_clap::<WeighSettings>(), WeighSettings::default());
    assert!(WeighSettings::default().check().is_ok());
    let text = documented(&small()).unwrap();
    let file = File::new("weigh-printed.toml", &text);
    assert_eq!(resolved::<WeighSettings>(Some(file.path()), &[], &[]).unwrap(), small());
}
