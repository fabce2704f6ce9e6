//! Fits of least norm by singular values: of any rank, against their definition, the limit of the ridge, and differences.
use crate::difference::{gradient, relative_error};
use crate::random::normal;
use faer::{Col, Mat};
use nas::dense::{NoSingularValues, PseudoInverse, apply, dot, product};
use nas::kernel::{FeatureMaps, RidgeFit, Weights};
use nas::seed::Seed;

/// Rows, columns and rank.
const SHAPES: [[usize; 3]; 9] =
    [[0, 0, 0], [0, 3, 0], [1, 1, 0], [1, 1, 1], [2, 5, 1], [5, 2, 2], [6, 6, 4], [9, 5, 3], [5, 9, 5]];

/// A matrix of this rank with singular values around 1.
fn of_rank([rows, columns, rank]: [usize; 3], seed: Seed) -> Mat<f64> {
    product(normal(rows, rank, seed.split("left")).as_ref(), normal(rank, columns, seed.split("right")).as_ref())
}

/// The four conditions that define A⁺ (Penrose 1955).
#[test]
fn penrose_conditions_hold_at_every_rank() {
    for shape in SHAPES {
        let a = of_rank(shape, Seed::new(1));
        let [rows, columns, rank] = shape;
        let found = PseudoInverse::of(a.as_ref(), PseudoInverse::rounding(rows, columns)).unwrap();
        assert_eq!((found.rank(), found.values.len()), (rank, rows.min(columns)), "{shape:?}");
        let unit = |n: usize, i: usize| Col::from_fn(n, |k| f64::from(u8::from(k == i)));
        let columns_of: Vec<Col<f64>> = (0..rows).map(|i| found.apply(unit(rows, i).as_ref())).collect();
        let plus = Mat::from_fn(columns, rows, |i, j| columns_of[j][i]);
        let [a_plus, plus_a] = [product(a.as_ref(), plus.as_ref()), product(plus.as_ref(), a.as_ref())];
        let zero = [
            product(a_plus.as_ref(), a.as_ref()) - &a,
            product(plus_a.as_ref(), plus.as_ref()) - &plus,
            &a_plus - a_plus.transpose(),
            &plus_a - plus_a.transpose(),
        ];
        assert!(zero.iter().all(|off| off.norm_max() < 1e-12 * (1.0 + plus.norm_max())), "{shape:?}");
        for j in 0..columns {
            let row = found.apply_transposed(unit(columns, j).as_ref());
            assert!((row - plus.row(j).transpose()).norm_max() < 1e-13 * (1.0 + plus.norm_max()), "{shape:?}");
        }
    }
}

#[test]
fn the_tolerance_says_what_counts() {
    let a = Mat::from_fn(3, 3, |i, j| if i == j { [1.0, 1e-5, 1e-9][i] } else { 0.0 });
    let rank = |tolerance: f64| PseudoInverse::of(a.as_ref(), tolerance).unwrap().rank();
    assert_eq!([0.0, 1e-8, 1e-3, 2.0].map(rank), [3, 2, 1, 0]);
    assert_eq!(
        PseudoInverse::of(Mat::full(2, 3, f64::NAN).as_ref(), 0.0).unwrap_err(),
        NoSingularValues { rows: 2, columns: 3 }
    );
}

/// Two maps whose mixtures all have this rank, of one column space (where n ≤ p; their row space moves with α) or of one row space,
/// and labels.
fn data([n, p, rank]: [usize; 3], seed: u64) -> (FeatureMaps, Col<f64>) {
    let seed = Seed::new(seed);
    let map = |name: &str| {
        let (left, right) = if n <= p { ("left", name) } else { (name, "right") };
        let (left, right) = (normal(n, rank, seed.split(left)), normal(rank, p, seed.split(right)));
        product(left.as_ref(), right.as_ref())
    };
    let y = normal(n, 1, seed.split("labels"));
    (FeatureMaps::new(vec![map("first"), map("second")]), y.col(0).to_owned())
}

const ALPHA: [f64; 2] = [0.8, 0.3];

fn least_norm(maps: &FeatureMaps, y: &Col<f64>, alpha: &[f64]) -> Weights {
    let fit = RidgeFit { maps, y: y.as_ref(), lambda: 0.0 };
    fit.least_norm(alpha, 1e-10).unwrap()
}

/// ‖θ_λ − θ_0‖ falls like λ, where the Cholesky factor at λ = 0 fails.
#[test]
fn it_is_the_limit_of_the_ridge_at_every_rank() {
    for shape in [[3, 8, 2], [8, 3, 2], [6, 6, 3]] {
        let (maps, y) = data(shape, 2);
        let exact = least_norm(&maps, &y, &ALPHA);
        assert_eq!(exact.rank(), shape[2]);
        let off = |lambda: f64| {
            let ridge = RidgeFit { maps: &maps, y: y.as_ref(), lambda }.solve(&ALPHA).unwrap();
            (ridge.theta - &exact.theta).norm_l2()
        };
        let ratio = off(1e-4) / off(1e-5);
        assert!((ratio - 10.0).abs() < 0.1, "{shape:?}: a tenth of the ridge is a {ratio}-th of the distance");
        assert!(off(1e-5) < 1e-3 * exact.theta.norm_l2(), "{shape:?}");
    }
}

/// Of all θ with the same Φθ the shortest: what is added from the null space makes it longer, by Pythagoras.
#[test]
fn it_is_the_shortest_interpolant() {
    let (maps, y) = data([4, 9, 4], 3);
    let phi = maps.combine(&ALPHA);
    let theta = least_norm(&maps, &y, &ALPHA).theta;
    assert!((apply(phi.as_ref(), theta.as_ref()) - &y).norm_max() < 1e-12, "it interpolates");
    let inverse = PseudoInverse::of(phi.as_ref(), 1e-12).unwrap();
    let drawn = normal(9, 5, Seed::new(4));
    for other in drawn.col_iter() {
        let seen = inverse.apply(apply(phi.as_ref(), other).as_ref());
        let longer = &theta + (other - seen);
        assert!((apply(phi.as_ref(), longer.as_ref()) - &y).norm_max() < 1e-11, "it interpolates too");
        let squares = theta.squared_norm_l2() + (&longer - &theta).squared_norm_l2();
        assert!((longer.squared_norm_l2() - squares).abs() < 1e-11 * squares && longer.norm_l2() > theta.norm_l2());
    }
}

#[test]
fn it_agrees_with_the_factor_at_full_rank() {
    for shape in [[1, 1, 1], [4, 7, 4], [7, 4, 4], [0, 2, 0]] {
        let (maps, y) = data(shape, 5);
        let by_factor = RidgeFit { maps: &maps, y: y.as_ref(), lambda: 0.0 };
        let (one, other) = (by_factor.solve(&ALPHA).unwrap(), least_norm(&maps, &y, &ALPHA));
        let c = normal(shape[1], 1, Seed::new(6));
        assert!((&one.theta - &other.theta).norm_max() < 1e-10 && one.rank() == other.rank(), "{shape:?}");
        let [one, other] = [one, other].map(|weights| by_factor.pull_back(&weights, c.col(0)));
        let size = one.alpha.iter().fold(1.0f64, |size, a| size.max(a.abs()));
        assert!(one.alpha.iter().zip(&other.alpha).all(|(a, b)| (a - b).abs() < 1e-9 * size), "{shape:?}");
        assert!((one.lambda - other.lambda).abs() < 1e-9 * one.lambda.abs().max(1.0), "{shape:?}");
    }
}

/// A condition number of 1e6: the square of it leaves the factor few digits, the singular values keep ten.
#[test]
fn it_keeps_the_digits_that_a_factor_loses() {
    let angles = [0.3f64, 1.1];
    let turn =
        |t: f64| Mat::from_fn(2, 2, |i, j| if i == j { t.cos() } else { t.sin() * if i < j { -1.0 } else { 1.0 } });
    let stretched = Mat::from_fn(2, 2, |i, j| if i == j { [1.0, 1e-6][i] } else { 0.0 });
    let [left, right] = angles.map(turn);
    let phi = product(product(left.as_ref(), stretched.as_ref()).as_ref(), right.as_ref());
    let truth = Col::from_fn(2, |i| [1.0, -2.0][i]);
    let y = apply(phi.as_ref(), truth.as_ref());
    let maps = FeatureMaps::new(vec![phi]);
    let fit = RidgeFit { maps: &maps, y: y.as_ref(), lambda: 0.0 };
    let [factor, singular] =
        [fit.solve(&[1.0]).unwrap(), fit.least_norm(&[1.0], 1e-14).unwrap()].map(|w| (w.theta - &truth).norm_l2());
    assert!(singular < 1e-9 && factor > 10.0 * singular, "{singular:e}, {factor:e}");
}

/// At a rank below both sides, where α moves all of θ's row space, its residual and its coefficients.
#[test]
fn derivatives_agree_with_differences_at_every_rank() {
    for shape in [[3, 8, 2], [8, 3, 2], [6, 6, 3], [4, 7, 4], [7, 4, 4], [1, 1, 1]] {
        let (maps, y) = data(shape, 7);
        let c = normal(shape[1], 1, Seed::new(8));
        let along = |alpha: &[f64]| dot(c.col(0), least_norm(&maps, &y, alpha).theta.as_ref());
        let fit = RidgeFit { maps: &maps, y: y.as_ref(), lambda: 0.0 };
        let pulled = fit.pull_back(&least_norm(&maps, &y, &ALPHA), c.col(0));
        let error = relative_error(&pulled.alpha, &gradient(along, &ALPHA, 1e-3));
        assert!(error < 1e-7, "{shape:?}: {error:e}");
        assert!(pulled.evidence.inner_residual < 1e-11 && pulled.evidence.adjoint_residual < 1e-11, "{shape:?}");
        let ridge = |lambda: f64| {
            let weights = RidgeFit { maps: &maps, y: y.as_ref(), lambda }.solve(&ALPHA).unwrap();
            dot(c.col(0), weights.theta.as_ref())
        };
        let slope = (ridge(1e-5) - along(&ALPHA)) / 1e-5;
        assert!((pulled.lambda - slope).abs() < 1e-3 * slope.abs().max(1.0), "{shape:?}: {} {slope}", pulled.lambda);
    }
}

#[test]
fn no_rank_is_no_fit_but_zero() {
    let (maps, y) = (FeatureMaps::new(vec![Mat::zeros(3, 4)]), Col::full(3, 1.0));
    let fit = RidgeFit { maps: &maps, y: y.as_ref(), lambda: 0.0 };
    assert!(fit.solve(&[1.0]).is_err(), "the factor fails where the rank is not full");
    let weights = fit.least_norm(&[1.0], 1e-12).unwrap();
    assert_eq!((weights.rank(), weights.theta.norm_max()), (0, 0.0));
}

#[test]
#[should_panic(expected = "a fit of least norm with a ridge of 0.5")]
fn a_ridge_has_no_least_norm() {
    let (maps, y) = data([2, 2, 1], 9);
    let _ = RidgeFit { maps: &maps, y: y.as_ref(), lambda: 0.5 }.least_norm(&ALPHA, 0.0);
}
