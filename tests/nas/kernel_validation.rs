//! Criteria that need no validation set, against refits; every hypergradient against differences.
use crate::difference::{derivative, gradient, relative_error};
use crate::random::normal;
use faer::{Col, Mat, Scale};
use nas::dense::{Cholesky, apply, dot, frobenius, product};
use nas::hypergradient::{Hypergradient, Status};
use nas::kernel::validation::{Criterion, Folds, Selection};
use nas::kernel::{Gram, KernelModel, Mixing};
use nas::outer::ProjectedGradient;
use nas::search::{Options, Stop, search};
use nas::seed::Seed;
use nas::space::{Simplex, Sphere};

const MAPS: usize = 3;
const ALPHA: [f64; MAPS] = [0.6, 0.9, 0.3];

/// Random feature maps with random labels on n training and 5 validation points.
struct Problem {
    mixing: Mixing,
    train: Gram,
    validation: Gram,
    y: Col<f64>,
    y_validation: Col<f64>,
}

impl Problem {
    fn new(n: usize, mixing: Mixing, seed: u64) -> Self {
        let seed = Seed::new(seed);
        let maps = |rows: usize, part: &str| -> Vec<Mat<f64>> {
            (0..MAPS).map(|i| normal(rows, 2 * n + 3, seed.split(part).split(&i.to_string()))).collect()
        };
        let (on_train, on_validation) = (maps(n, "train"), maps(5, "validation"));
        let gram = |on: &[Mat<f64>]| {
            let block = |i: &Mat<f64>, j: &Mat<f64>| product(i.as_ref(), j.transpose());
            let blocks: Vec<Vec<Mat<f64>>> =
                on.iter().map(|i| on_train.iter().map(|j| block(i, j)).collect()).collect();
            match mixing.terms() {
                MAPS => Gram::new((0..MAPS).map(|i| blocks[i][i].clone()).collect()),
                _ => Gram::from_blocks(&blocks),
            }
        };
        let label = |rows, part: &str| normal(rows, 1, seed.split(part)).col(0).to_owned();
        let (train, validation) = (gram(&on_train), gram(&on_validation));
        Self { mixing, train, validation, y: label(n, "y"), y_validation: label(5, "y validation") }
    }

    fn selection<'a>(&'a self, criterion: Criterion<'a>, lambda: f64) -> Selection<'a> {
        Selection { mixing: &self.mixing, train: &self.train, y_train: self.y.as_ref(), lambda, criterion }
    }

    fn held_out(&self) -> Criterion<'_> {
        Criterion::HoldOut { validation: &self.validation, y: self.y_validation.as_ref() }
    }

    fn hypergradient(&self, criterion: Criterion<'_>, alpha: &[f64], lambda: f64) -> Hypergradient {
        let selection = self.selection(criterion, lambda);
        selection.hypergradient(alpha, &selection.solve(alpha).unwrap()).unwrap()
    }

    /// K_α.
    fn kernel(&self) -> Mat<f64> {
        self.train.combine(&self.mixing.weights(&ALPHA))
    }

    /// Half the mean squared error of fits that leave each fold out, by refitting.
    fn refitted(&self, folds: &Folds, lambda: f64) -> f64 {
        let (k, n) = (self.kernel(), self.y.nrows());
        let off = |fold: &[usize]| -> f64 {
            let rest: Vec<usize> = (0..n).filter(|i| !fold.contains(i)).collect();
            let ridge = |i: usize, j: usize| k[(rest[i], rest[j])] + if i == j { lambda } else { 0.0 };
            let a = Cholesky::factor(Mat::from_fn(rest.len(), rest.len(), ridge)).unwrap();
            let beta = a.solve(Col::from_fn(rest.len(), |i| self.y[rest[i]]).as_ref());
            let f = |i: usize| rest.iter().enumerate().map(|(b, &j)| k[(i, j)] * beta[b]).sum::<f64>();
            fold.iter().map(|&i| (self.y[i] - f(i)).powi(2)).sum()
        };
        folds.iter().map(off).sum::<f64>() / (2 * n) as f64
    }
}

fn mixings() -> [Mixing; 3] {
    [Mixing::full(MAPS), Mixing::orthogonal(MAPS), Mixing::Weights { count: MAPS }]
}

#[test]
fn shortcuts_are_refits() {
    for n in [2, 3, 8] {
        for lambda in [0.0, 0.7] {
            let problem = Problem::new(n, Mixing::full(MAPS), 1);
            let folds = Folds::random(n, 2, &mut Seed::new(3).stream());
            for (criterion, folds) in [(Criterion::LeaveOneOut, &Folds::single(n)), (Criterion::KFold(&folds), &folds)]
            {
                let (value, refitted) =
                    (problem.hypergradient(criterion, &ALPHA, lambda).value, problem.refitted(folds, lambda));
                assert!((value / refitted - 1.0).abs() < 1e-10, "{criterion:?}, n = {n}: {value}, {refitted}");
            }
        }
    }
}

/// The closed form of single points, and the systems of folds of one point.
#[test]
fn leave_one_out_is_a_fold_for_every_point() {
    for n in [1, 2, 9, 40] {
        let (problem, folds) = (Problem::new(n, Mixing::full(MAPS), 12), Folds::single(n));
        let [closed, folded] = [Criterion::LeaveOneOut, Criterion::KFold(&folds)]
            .map(|criterion| problem.hypergradient(criterion, &ALPHA, 0.4));
        assert!((closed.value - folded.value).abs() <= 1e-13 * folded.value, "n = {n}");
        let size = folded.components().fold(problem.y.squared_norm_l2() / n as f64, |top, g| top.max(g.abs()));
        assert!(closed.components().zip(folded.components()).all(|(a, b)| (a - b).abs() <= 1e-12 * size), "n = {n}");
    }
}

/// A single point is left out of everything: f = 0. One fold of all points, too.
#[test]
fn without_other_points_the_prediction_is_zero() {
    let problem = Problem::new(1, Mixing::full(MAPS), 2);
    let error = problem.y[0].powi(2) / 2.0;
    assert!((problem.hypergradient(Criterion::LeaveOneOut, &ALPHA, 0.3).value - error).abs() < 1e-14);
    let problem = Problem::new(4, Mixing::full(MAPS), 2);
    let all = problem.hypergradient(Criterion::KFold(&Folds::new(vec![vec![2, 0, 3, 1]])), &ALPHA, 0.3);
    assert!((all.value - problem.y.squared_norm_l2() / 8.0).abs() < 1e-13);
    assert!(all.alpha.iter().all(|g| g.abs() < 1e-12) && all.lambda.abs() < 1e-12);
}

/// GCV by its definition: ‖(I − H)y‖² / n over (tr(I − H)/n)², H = K A⁻¹.
#[test]
fn gcv_is_its_definition() {
    let (problem, lambda, n) = (Problem::new(6, Mixing::full(MAPS), 3), 0.8, 6);
    let k = problem.kernel();
    let a = Mat::from_fn(n, n, |i, j| k[(i, j)] + if i == j { lambda } else { 0.0 });
    let hat = product(k.as_ref(), Cholesky::factor(a).unwrap().inverse().as_ref());
    let off = &problem.y - apply(hat.as_ref(), problem.y.as_ref());
    let freedom: f64 = (0..n).map(|i| 1.0 - hat[(i, i)]).sum::<f64>() / n as f64;
    let gcv = off.squared_norm_l2() / n as f64 / freedom.powi(2);
    assert!((2.0 * problem.hypergradient(Criterion::Gcv, &ALPHA, lambda).value / gcv - 1.0).abs() < 1e-12);
}

#[test]
fn hypergradients_agree_with_differences_in_alpha_and_lambda() {
    let folds = Folds::random(8, 3, &mut Seed::new(1).stream());
    for mixing in mixings() {
        for seed in 0..3 {
            let problem = Problem::new(8, mixing.clone(), seed);
            for criterion in [problem.held_out(), Criterion::LeaveOneOut, Criterion::KFold(&folds), Criterion::Gcv] {
                for (lambda, within) in [(0.9, 1e-8), (0.0, 1e-7)] {
                    let exact = problem.hypergradient(criterion, &ALPHA, lambda);
                    let by_difference = gradient(|a| problem.hypergradient(criterion, a, lambda).value, &ALPHA, 0.01);
                    let error = relative_error(&exact.alpha, &by_difference);
                    assert!(error < within, "{criterion:?} {mixing:?} {seed} at {lambda}: alpha off by {error:e}");
                    let value = |l: f64| problem.hypergradient(criterion, &ALPHA, l).value;
                    let in_lambda = derivative(value, lambda, 0.02);
                    assert!((exact.lambda - in_lambda).abs() < within * in_lambda.abs().max(1e-3), "lambda {lambda}");
                    assert_eq!(exact.evidence.status, Status::Exact);
                    assert!(exact.evidence.inner_residual < 1e-11 && exact.evidence.adjoint_residual < 1e-11);
                }
            }
        }
    }
}

/// Without a ridge the scale of α says nothing, so no criterion has a derivative along α.
#[test]
fn without_a_ridge_gradients_are_orthogonal_to_alpha() {
    let problem = Problem::new(8, Mixing::full(MAPS), 4);
    for criterion in [problem.held_out(), Criterion::LeaveOneOut, Criterion::Gcv] {
        let exact = problem.hypergradient(criterion, &ALPHA, 0.0);
        let along: f64 = exact.alpha.iter().zip(&ALPHA).map(|(g, a)| g * a).sum();
        assert!(along.abs() < 1e-9 * exact.alpha.iter().map(|g| g.abs()).sum::<f64>(), "{along}");
    }
}

#[test]
fn holding_out_is_the_kernel_model() {
    let problem = Problem::new(7, Mixing::full(MAPS), 5);
    let model = KernelModel {
        mixing: &problem.mixing,
        train: &problem.train,
        validation: &problem.validation,
        y_train: problem.y.as_ref(),
        y_validation: problem.y_validation.as_ref(),
        lambda: 0.2,
    };
    let expected = model.hypergradient(&ALPHA, &model.solve(&ALPHA).unwrap());
    assert_eq!(problem.hypergradient(problem.held_out(), &ALPHA, 0.2), expected);
}

/// The search minimises each criterion: nothing on a grid of the simplex or the circle is below what it found.
#[test]
fn the_search_minimises_any_criterion() {
    let problem = Problem::new(8, Mixing::Weights { count: MAPS }, 6);
    let folds = Folds::random(8, 4, &mut Seed::new(2).stream());
    let space = Simplex::unit(MAPS);
    for criterion in [problem.held_out(), Criterion::LeaveOneOut, Criterion::KFold(&folds), Criterion::Gcv] {
        let mut selection = problem.selection(criterion, 0.5);
        let outer = ProjectedGradient { space: &space };
        let found = search(&mut selection, &space, &outer, &Options::default(), &mut |_, _| {}).unwrap();
        assert_ne!(found.stop, Stop::StepLimit);
        for (i, j) in (0..=10).flat_map(|i| (0..=10 - i).map(move |j| (i, j))) {
            let near = [i, j, 10 - i - j].map(|k| f64::from(k) / 10.0);
            let near: Vec<f64> = found.alpha.iter().zip(near).map(|(a, b)| a + 0.05 * (b - a)).collect();
            let value = problem.hypergradient(criterion, &near, 0.5).value;
            assert!(found.hypergradient.value <= value + 1e-9, "{criterion:?}: {near:?} is better");
        }
    }
    let problem = Problem::new(8, Mixing::full(MAPS), 7);
    let sphere = Sphere::unit(MAPS);
    let mut selection = problem.selection(Criterion::LeaveOneOut, 0.5);
    let found =
        search(&mut selection, &sphere, &ProjectedGradient { space: &sphere }, &Options::default(), &mut |_, _| {});
    assert!(found.unwrap().path.windows(2).all(|steps| steps[1].value < steps[0].value));
}

#[test]
fn random_folds_are_even_partitions() {
    for (n, count) in [(1, 1), (7, 3), (10, 10), (9, 2)] {
        let folds = Folds::random(n, count, &mut Seed::new(4).stream());
        assert_eq!(Folds::new(folds.iter().map(<[usize]>::to_vec).collect()), folds);
        let sizes: Vec<usize> = folds.iter().map(<[usize]>::len).collect();
        assert!(sizes.len() == count && sizes.iter().all(|s| [n / count, n.div_ceil(count)].contains(s)), "{sizes:?}");
    }
}

#[test]
#[should_panic(expected = "do not hold each of 0 … 3 − 1 once")]
fn folds_that_overlap_are_a_bug() {
    let _ = Folds::new(vec![vec![0, 1], vec![1]]);
}

#[test]
#[should_panic(expected = "folds of 2 points for 3 training points")]
fn folds_of_other_points_are_a_bug() {
    let problem = Problem::new(3, Mixing::full(MAPS), 8);
    let _ = problem.hypergradient(Criterion::KFold(&Folds::single(2)), &ALPHA, 1.0);
}

#[test]
fn inverses_and_inner_products() {
    for n in [0, 1, 2, 40] {
        let g = normal(n, n + 1, Seed::new(9));
        let a = product(g.as_ref(), g.transpose()) + Scale(0.5) * Mat::<f64>::identity(n, n);
        let inverse = Cholesky::factor(a.clone()).unwrap().inverse();
        assert!((product(inverse.as_ref(), a.as_ref()) - Mat::<f64>::identity(n, n)).norm_max() < 1e-10);
        let trace: f64 = (0..n).map(|i| product(a.as_ref(), inverse.as_ref())[(i, i)]).sum();
        assert!((frobenius(a.as_ref(), inverse.as_ref()) - trace).abs() < 1e-9);
        assert_eq!(dot(g.col(0), g.col(0)), frobenius(g.col(0).as_mat(), g.col(0).as_mat()));
    }
}
