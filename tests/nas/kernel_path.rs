//! The path of λ from one eigendecomposition, against direct solves.
use crate::random::normal;
use faer::{Col, Mat};
use nas::dense::product;
use nas::kernel::validation::{Criterion, LambdaPath, Selection};
use nas::kernel::{Gram, Mixing};
use nas::seed::Seed;

struct Problem {
    k: Mat<f64>,
    k_v: Mat<f64>,
    y: Col<f64>,
    y_v: Col<f64>,
}

fn problem(n: usize, features: usize) -> Problem {
    let part = |name: &str, rows, columns| normal(rows, columns, Seed::new(7).split(name));
    let (x, x_v) = (part("x", n, features), part("x v", 4, features));
    Problem {
        k: product(x.as_ref(), x.transpose()),
        k_v: product(x_v.as_ref(), x.transpose()),
        y: part("y", n, 1).col(0).to_owned(),
        y_v: part("y v", 4, 1).col(0).to_owned(),
    }
}

impl Problem {
    fn path(&self) -> LambdaPath {
        LambdaPath::new(self.k.as_ref(), self.y.as_ref(), Some((self.k_v.as_ref(), self.y_v.as_ref()))).unwrap()
    }
}

#[test]
fn every_error_is_that_of_a_direct_solve() {
    for n in [1, 2, 9] {
        let problem = problem(n, n + 4);
        let (path, mixing) = (problem.path(), Mixing::Weights { count: 1 });
        let (train, validation) = (Gram::new(vec![problem.k.clone()]), Gram::new(vec![problem.k_v.clone()]));
        for lambda in [0.0, 1e-6, 0.1, 30.0] {
            let errors = path.at(lambda).unwrap();
            let direct = |criterion| {
                let y_train = problem.y.as_ref();
                let selection = Selection { mixing: &mixing, train: &train, y_train, lambda, criterion };
                let ridge = selection.solve(&[1.0]).unwrap();
                2.0 * selection.hypergradient(&[1.0], &ridge).unwrap().value
            };
            let held_out = Criterion::HoldOut { validation: &validation, y: problem.y_v.as_ref() };
            for (by_path, criterion) in [
                (errors.hold_out.unwrap(), held_out),
                (errors.leave_one_out, Criterion::LeaveOneOut),
                (errors.gcv, Criterion::Gcv),
            ] {
                let direct = direct(criterion);
                assert!((by_path / direct - 1.0).abs() < 1e-9, "n = {n}, {lambda}, {criterion:?}: {by_path}, {direct}");
            }
        }
    }
}

#[test]
fn the_best_of_a_list_is_the_least() {
    let problem = problem(12, 5);
    let (path, lambdas) = (problem.path(), [0.0, 1e-3, 1e-2, 0.1, 1.0, 10.0, 1e3]);
    // Twelve points of rank five: without a ridge singular, which is no candidate.
    assert!(path.at(0.0).unwrap_err().to_string().contains("raise the ridge"));
    let best = path.best(&lambdas, |errors| errors.leave_one_out).unwrap();
    for lambda in &lambdas[1..] {
        assert!(best.leave_one_out <= path.at(*lambda).unwrap().leave_one_out);
    }
    assert!(lambdas.contains(&best.lambda));
    assert_eq!(path.best(&[0.0], |errors| errors.gcv), None);
    assert_eq!(path.best(&[], |errors| errors.gcv), None);
}

#[test]
fn without_validation_points_there_is_no_error_on_them() {
    let problem = problem(3, 5);
    let path = LambdaPath::new(problem.k.as_ref(), problem.y.as_ref(), None).unwrap();
    assert_eq!(path.at(1.0).unwrap().hold_out, None);
}

#[test]
fn a_kernel_that_is_not_finite_has_no_path() {
    let k = Mat::from_fn(2, 2, |_, _| f64::INFINITY);
    assert!(LambdaPath::new(k.as_ref(), Col::zeros(2).as_ref(), None).is_err());
}
