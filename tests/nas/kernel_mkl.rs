//! Multiple kernel learning: optimality of every rule, invariances, and the map back to the given kernels.
use crate::random::normal;
use faer::{Col, Mat, Scale};
use nas::data::{QuadraticForm, Sizes, Split};
use nas::dense::{Cholesky, dot, frobenius, product};
use nas::kernel::mkl::{
    AlignmentOptions, Constant, EasyOptions, LpOptions, Method, MklError, Normalised, Points, SimpleOptions,
    TrainingObjective, compare, learn, table, weights,
};
use nas::kernel::validation::Criterion;
use nas::kernel::{Gram, KernelModel, Mixing, hermite};
use nas::search::{Bilevel, Options};
use nas::seed::Seed;
use nas::space::{Simplex, Space};

const N: usize = 24;
const LAMBDA: f64 = 0.3;

/// Kernels of h disjoint groups of features; the labels depend on the first two, mostly on the second.
struct Problem {
    train: Gram,
    validation: Gram,
    test: Gram,
    y: Col<f64>,
    y_validation: Col<f64>,
    y_test: Col<f64>,
}

fn problem(h: usize, seed: u64) -> Problem {
    let seed = Seed::new(seed);
    let part = |name: &str, n: usize| -> (Vec<Mat<f64>>, Col<f64>) {
        // Off centre, with scales of their own.
        let shift = |m: usize, x: f64| (x + 0.5) * 3f64.powi(m as i32);
        let group = |m: usize| {
            let x = normal(n, 4, seed.split(name).split(&m.to_string()));
            Mat::from_fn(n, 4, |i, k| shift(m, x[(i, k)]))
        };
        let (groups, noise) = ((0..h).map(group).collect::<Vec<_>>(), normal(n, 1, seed.split(name).split("noise")));
        let signal = |i: usize| groups[0][(i, 0)] + groups[h.min(2) - 1][(i, 1)] + 5.0;
        let y = Col::from_fn(n, |i| signal(i) + 0.5 * noise[(i, 0)]);
        (groups, y)
    };
    let (on_train, y) = part("train", N);
    let gram = |on: &[Mat<f64>]| {
        Gram::new(on.iter().zip(&on_train).map(|(x, t)| product(x.as_ref(), t.transpose())).collect())
    };
    let ((on_validation, y_validation), (on_test, y_test)) = (part("validation", 15), part("test", 40));
    let (train, validation, test) = (gram(&on_train), gram(&on_validation), gram(&on_test));
    Problem { train, validation, test, y, y_validation, y_test }
}

impl Problem {
    fn normalised(&self) -> (Normalised, Col<f64>) {
        let mean = self.y.sum() / self.y.nrows() as f64;
        (Normalised::new(&self.train).unwrap(), Col::from_fn(self.y.nrows(), |i| self.y[i] - mean))
    }

    fn held_out(&self) -> Method<'_> {
        let criterion = Criterion::HoldOut { validation: &self.validation, y: self.y_validation.as_ref() };
        Method::Validation { criterion, search: Options { tolerance: 1e-9, ..Options::default() } }
    }

    fn every_method(&self) -> Vec<Method<'_>> {
        let search = Options::default();
        let validation = |criterion| Method::Validation { criterion, search };
        vec![
            Method::Uniform,
            Method::Align,
            Method::Alignf(AlignmentOptions::default()),
            Method::Simple(SimpleOptions::default()),
            Method::Lp(LpOptions::default()),
            Method::Easy(EasyOptions::default()),
            self.held_out(),
            validation(Criterion::LeaveOneOut),
            validation(Criterion::Gcv),
        ]
    }
}

/// J(d) = yᵀ(K_d + λI)⁻¹y and βᵀK_mβ, from the definition.
fn objective(terms: &Gram, y: &Col<f64>, d: &[f64]) -> (f64, Vec<f64>) {
    let a = terms.combine(d) + Scale(LAMBDA) * Mat::<f64>::identity(y.nrows(), y.nrows());
    let beta = Cholesky::factor(a).unwrap().solve(y.as_ref());
    let quadratic = terms.apply_each(beta.as_ref()).iter().map(|k| dot(beta.as_ref(), k.as_ref())).collect();
    (dot(y.as_ref(), beta.as_ref()), quadratic)
}

#[test]
fn normalised_kernels_are_centred_and_of_equal_trace() {
    let problem = problem(3, 1);
    let (normalised, _) = problem.normalised();
    for m in 0..3 {
        let k = normalised.terms.term(m);
        assert!(((0..N).map(|i| k[(i, i)]).sum::<f64>() - N as f64).abs() < 1e-10);
        assert!((0..N).all(|j| k.col(j).sum().abs() < 1e-11 && k.row(j).sum().abs() < 1e-11));
    }
    // Training points as other points are centred as they are as training points.
    let again = normalised.cross(&problem.train);
    (0..3).for_each(|m| assert!((again.term(m) - normalised.terms.term(m)).norm_max() < 1e-12));
}

/// On the given kernels with an intercept, and on centred ones, the same function.
#[test]
fn the_map_back_predicts_as_the_centred_kernels_do() {
    let problem = problem(3, 2);
    let (normalised, y) = problem.normalised();
    let mean = problem.y.sum() / N as f64;
    for method in problem.every_method() {
        let learned = learn(&method, &problem.train, problem.y.as_ref(), LAMBDA).unwrap();
        let d = &learned.normalised;
        let a = normalised.terms.combine(d) + Scale(LAMBDA) * Mat::<f64>::identity(N, N);
        let beta = Cholesky::factor(a).unwrap().solve(y.as_ref());
        let centred = normalised.cross(&problem.test).apply(d, beta.as_ref());
        let predicted = learned.predict(&problem.test);
        assert!((0..40).all(|i| (predicted[i] - centred[i] - mean).abs() < 1e-9), "{method}");
    }
}

#[test]
fn the_scale_of_a_kernel_and_of_its_mean_mean_nothing() {
    let problem = problem(3, 3);
    let factors = [1e-3, 40.0, 1.0];
    let scaled = |gram: &Gram| Gram::new((0..3).map(|m| Scale(factors[m]) * gram.term(m)).collect());
    let shifted = |gram: &Gram| {
        let shift = |m: usize| Mat::from_fn(gram.rows(), gram.columns(), |i, j| gram.term(m)[(i, j)] + 7.0);
        Gram::new((0..3).map(shift).collect())
    };
    for (k, method) in problem.every_method().iter().enumerate() {
        let learned = learn(method, &problem.train, problem.y.as_ref(), LAMBDA).unwrap();
        for change in [&scaled as &dyn Fn(&Gram) -> Gram, &shifted] {
            let (train, validation, test) =
                (change(&problem.train), change(&problem.validation), change(&problem.test));
            let moved = Problem { train, validation, test, y: problem.y.clone(), ..self::problem(3, 3) };
            let other = learn(&moved.every_method()[k], &moved.train, moved.y.as_ref(), LAMBDA).unwrap();
            let (a, b) = (learned.predict(&problem.test), other.predict(&moved.test));
            assert!((a - b).norm_max() < 1e-5, "{method}");
            let off = learned.normalised.iter().zip(&other.normalised).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(off < 1e-5, "{method}: weights off by {off}");
        }
    }
}

#[test]
fn align_is_its_formula() {
    let (normalised, y) = problem(3, 4).normalised();
    let d = weights(&Method::Align, &normalised.terms, y.as_ref(), LAMBDA).unwrap();
    let yy = product(y.as_mat(), y.as_mat().transpose());
    let raw: Vec<f64> = (0..3)
        .map(|m| normalised.terms.term(m))
        .map(|k| frobenius(k, yy.as_ref()).max(0.0) / frobenius(k, k).sqrt() / frobenius(k, k).sqrt())
        .collect();
    let sum: f64 = raw.iter().sum();
    assert!(d.iter().zip(&raw).all(|(d, r)| (d - r / sum).abs() < 1e-13));
}

/// Against every active set: the least value of the quadratic among those whose solution is not negative.
#[test]
fn alignf_is_the_best_of_all_active_sets() {
    for (h, seed) in [(1, 5), (2, 6), (3, 7), (4, 8), (4, 9), (4, 10)] {
        let (normalised, y) = problem(h, seed).normalised();
        let terms = &normalised.terms;
        let d = weights(&Method::Alignf(AlignmentOptions::default()), terms, y.as_ref(), LAMBDA).unwrap();
        let yy = product(y.as_mat(), y.as_mat().transpose());
        let m = Mat::from_fn(h, h, |i, j| frobenius(terms.term(i), terms.term(j)));
        let a = Col::from_fn(h, |i| frobenius(terms.term(i), yy.as_ref()));
        let candidate = |active: usize| {
            let set: Vec<usize> = (0..h).filter(|i| active >> i & 1 == 1).collect();
            let part = Mat::from_fn(set.len(), set.len(), |i, j| m[(set[i], set[j])]);
            let v = Cholesky::factor(part).unwrap().solve(Col::from_fn(set.len(), |i| a[set[i]]).as_ref());
            let value = -(0..set.len()).map(|i| v[i] * a[set[i]]).sum::<f64>();
            let mut full = vec![0.0; h];
            set.iter().enumerate().for_each(|(i, &at)| full[at] = v[i]);
            (v.iter().all(|&v| v >= 0.0).then_some(value), full)
        };
        let best = (1..1 << h).map(candidate).filter_map(|(value, v)| Some((value?, v)));
        let best = best.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap().1;
        let sum: f64 = best.iter().sum();
        assert!(d.iter().zip(&best).all(|(d, b)| (d - b / sum).abs() < 1e-9), "h = {h}: {d:?}, {best:?}");
    }
}

#[test]
fn simple_mkl_is_optimal_on_the_simplex() {
    for (h, seed) in [(1, 11), (2, 12), (5, 13), (8, 14)] {
        let (normalised, y) = problem(h, seed).normalised();
        let options = SimpleOptions { tolerance: 1e-7, ..SimpleOptions::default() };
        let d = weights(&Method::Simple(options), &normalised.terms, y.as_ref(), LAMBDA).unwrap();
        assert!((d.iter().sum::<f64>() - 1.0).abs() < 1e-12 && d.iter().all(|d| *d >= 0.0));
        let (value, quadratic) = objective(&normalised.terms, &y, &d);
        let mixed: f64 = d.iter().zip(&quadratic).map(|(d, q)| d * q).sum();
        let most = quadratic.iter().copied().fold(0.0, f64::max);
        assert!(most - mixed <= 1e-7 * value * (1.0 + 1e-6), "h = {h}: gap {:e}", most - mixed);
        // Kernels in use reach the largest βᵀK_mβ, the others stay below it.
        for (d, q) in d.iter().zip(&quadratic) {
            assert!(*d < 1e-3 || most - q <= 1e-3 * value, "h = {h}: weight {d} at {q} of {most}");
        }
        let (space, mut stream) = (Simplex::unit(h), Seed::new(seed).stream());
        for _ in 0..200 {
            let other = space.sample(&mut stream);
            let near: Vec<f64> = d.iter().zip(&other).map(|(d, o)| d + 0.01 * (o - d)).collect();
            for point in [other, near] {
                assert!(value <= objective(&normalised.terms, &y, &point).0 * (1.0 + 1e-7), "{point:?} is better");
            }
        }
    }
}

/// The gradient by differences, for weights and for superpositions.
#[test]
fn the_training_objective_agrees_with_differences() {
    let (normalised, y) = problem(3, 24).normalised();
    for mixing in [Mixing::Weights { count: 3 }, Mixing::full(2)] {
        let at = |alpha: &[f64], lambda: f64| {
            let (train, y) = (&normalised.terms, y.as_ref());
            TrainingObjective { mixing: &mixing, train, y, lambda }.evaluate(alpha).unwrap()
        };
        let alpha = &[0.3, 0.5, 0.9][..mixing.hyperparameters()];
        let found = at(alpha, LAMBDA);
        assert!((found.value - objective(&normalised.terms, &y, &mixing.weights(alpha)).0).abs() < 1e-12 * found.value);
        assert!(found.evidence.inner_residual < 1e-12 && found.evidence.adjoint_residual < 1e-12);
        let slope = |of: &dyn Fn(f64) -> f64| (of(1e-5) - of(-1e-5)) / 2e-5;
        for i in 0..alpha.len() {
            let along = |h: f64| {
                at(&(0..alpha.len()).map(|j| alpha[j] + if i == j { h } else { 0.0 }).collect::<Vec<_>>(), LAMBDA)
            };
            let differences = slope(&|h| along(h).value);
            assert!((found.alpha[i] - differences).abs() < 1e-7 * differences.abs(), "{mixing:?}, {i}");
        }
        let differences = slope(&|h| at(alpha, LAMBDA + h).value);
        assert!(
            (found.lambda - differences).abs() < 1e-6 * differences.abs(),
            "{mixing:?}, {} {differences}",
            found.lambda
        );
    }
}

#[test]
fn lp_mkl_is_optimal_on_its_sphere() {
    for p in [1.2, 2.0, 6.0] {
        for h in [1, 2, 5] {
            let (normalised, y) = problem(h, 15).normalised();
            let method = Method::Lp(LpOptions { p, ..LpOptions::default() });
            let d = weights(&method, &normalised.terms, y.as_ref(), LAMBDA).unwrap();
            assert!((d.iter().map(|d| d.powf(p)).sum::<f64>() - 1.0).abs() < 1e-12);
            // Stationary: βᵀK_mβ ∝ d_m^{p−1}.
            let (value, quadratic) = objective(&normalised.terms, &y, &d);
            let scale: f64 = d.iter().zip(&quadratic).map(|(d, q)| d * q).sum();
            for (d, q) in d.iter().zip(&quadratic) {
                assert!((q - scale * d.powf(p - 1.0)).abs() < 1e-6 * scale, "p = {p}, h = {h}");
            }
            let (space, mut stream) = (Simplex::unit(h), Seed::new(16).stream());
            for _ in 0..200 {
                // p-th roots of a point of the simplex lie on the sphere of the norm.
                let other: Vec<f64> = space.sample(&mut stream).iter().map(|x| x.powf(1.0 / p)).collect();
                assert!(value <= objective(&normalised.terms, &y, &other).0 * (1.0 + 1e-10));
            }
        }
    }
}

/// The validation method minimises the error on the validation set, centred by the training set.
#[test]
fn validation_is_the_kernel_model_on_normalised_terms() {
    let problem = problem(3, 17);
    let (normalised, y) = problem.normalised();
    let d = learn(&problem.held_out(), &problem.train, problem.y.as_ref(), LAMBDA).unwrap().normalised;
    let mean = problem.y.sum() / N as f64;
    let (validation, mixing) = (normalised.cross(&problem.validation), Mixing::Weights { count: 3 });
    let y_validation = Col::from_fn(15, |i| problem.y_validation[i] - mean);
    let model = KernelModel {
        mixing: &mixing,
        train: &normalised.terms,
        validation: &validation,
        y_train: y.as_ref(),
        y_validation: y_validation.as_ref(),
        lambda: LAMBDA,
    };
    let value = |d: &[f64]| model.hypergradient(d, &model.solve(d).unwrap()).value;
    let (best, space, mut stream) = (value(&d), Simplex::unit(3), Seed::new(18).stream());
    for _ in 0..200 {
        let other = space.sample(&mut stream);
        let near: Vec<f64> = d.iter().zip(&other).map(|(d, o)| d + 0.02 * (o - d)).collect();
        assert!(best <= value(&near) * (1.0 + 1e-9));
    }
}

#[test]
fn every_method_is_compared_on_the_same_data() {
    let problem = problem(4, 19);
    let methods = problem.every_method();
    let train = Points { gram: &problem.train, y: problem.y.as_ref() };
    let test = Points { gram: &problem.test, y: problem.y_test.as_ref() };
    let compared = compare(&methods, train, test, LAMBDA).unwrap();
    assert_eq!(compared.len(), methods.len());
    for (method, row) in methods.iter().zip(&compared) {
        let learned = learn(method, &problem.train, problem.y.as_ref(), LAMBDA).unwrap();
        let off = learned.predict(&problem.test) - &problem.y_test;
        assert!((row.test - off.squared_norm_l2() / 40.0).abs() < 1e-12 && row.method == method.to_string());
    }
    // What was learned beats the kernels that are all the same, two of which are noise.
    let simple = compared.iter().find(|row| row.method == "SimpleMKL").unwrap();
    assert!(simple.test < compared[0].test, "{} against {}", simple.test, compared[0].test);
    let lines = table(&compared).rows;
    assert_eq!(lines.len(), methods.len());
    let least = compared.iter().min_by(|a, b| a.test.total_cmp(&b.test)).unwrap();
    assert_eq!(lines[0][0], least.method);
}

/// The planted problem of science 4.5, whose labels only the quadratic kernel spans.
#[test]
fn validation_finds_the_planted_kernel() {
    let sizes = Sizes { train: 100, validation: 100, test: 500 };
    let data = QuadraticForm { dimension: 10, noise: 0.1 }.generate(700, Seed::new(22));
    let split = Split::random(&data, sizes, &mut Seed::new(23).stream()).unwrap();
    let gram = |x| hermite::gram(x, split.train.x(), 4, 1.0);
    let (train, validation, test) = (gram(split.train.x()), gram(split.validation.x()), gram(split.test.x()));
    let criterion = Criterion::HoldOut { validation: &validation, y: split.validation.y() };
    let methods = [Method::Uniform, Method::Validation { criterion, search: Options::default() }];
    let points = |gram, y| Points { gram, y };
    let (train, test) = (points(&train, split.train.y()), points(&test, split.test.y()));
    let compared = compare(&methods, train, test, 1e-3).unwrap();
    assert!(compared[1].weights[1] > 0.5, "{compared:?}");
    assert!(compared[1].test < 0.5 * compared[0].test, "{compared:?}");
}

#[test]
fn what_cannot_be_learned_says_so() {
    let problem = problem(2, 20);
    let constant = Gram::new(vec![problem.train.term(0).to_owned(), Mat::full(N, N, 3.0)]);
    assert_eq!(Normalised::new(&constant).unwrap_err(), Constant { kernel: 1 });
    let flat = Col::full(N, 2.5);
    let aligned = [Method::Align, Method::Alignf(AlignmentOptions::default())];
    for method in aligned.into_iter().chain([Method::Lp(LpOptions::default()), Method::Easy(EasyOptions::default())]) {
        let error = learn(&method, &problem.train, flat.as_ref(), LAMBDA).unwrap_err();
        assert_eq!(error, MklError::NothingAligned, "{method}");
    }
    let hurried = Method::Simple(SimpleOptions { tolerance: 1e-12, iterations: 1 });
    let error = learn(&hurried, &problem.train, problem.y.as_ref(), LAMBDA).unwrap_err();
    assert!(error.to_string().contains("in 1 iterations"), "{error}");
    // Constant labels have a constant fit.
    let fit = learn(&Method::Simple(SimpleOptions::default()), &problem.train, flat.as_ref(), LAMBDA).unwrap();
    assert!((fit.predict(&problem.test) - Col::<f64>::full(40, 2.5)).norm_max() < 1e-12);
}

#[test]
#[should_panic(expected = "p = 1, not above 1")]
fn the_norm_one_is_a_bug() {
    let (normalised, y) = problem(2, 21).normalised();
    let _ = weights(&Method::Lp(LpOptions { p: 1.0, ..LpOptions::default() }), &normalised.terms, y.as_ref(), LAMBDA);
}
