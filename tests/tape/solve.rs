//! Conjugate gradients on small dense matrices.

use tape::{Cg, LinearOperator, LinearSolver, Singular, Solution, Status, Stop, Unsolved, null_vector};

use crate::matrices::{Dense, spread};
use crate::problems::noise;

fn cg(h: &mut Dense<f64>, b: &[f64], cg: Cg) -> Result<Solution<f64>, Unsolved<f64>> {
    cg.solve(h, b, vec![0.0; b.len()])
}

#[test]
fn solves_to_its_tolerance() {
    let (mut h, b) = (Dense::with_spectrum(&spread(40, 1.0, 1e3)), noise(40, 1));
    let answer = cg(&mut h, &b, Cg::default()).unwrap();
    let hx = h.apply(&answer.x).to_vec();
    let error: f64 = hx.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    let size: f64 = b.iter().map(|b| b * b).sum::<f64>().sqrt();
    assert!(error <= 1.01e-10 * size, "{error:e}");
    assert!((answer.residual - error / size).abs() < 1e-12);
    assert!((answer.ritz[0] - 1.0).abs() < 1e-6 && (answer.ritz.last().unwrap() / 1e3 - 1.0).abs() < 1e-12);
}

#[test]
fn accepts_sizes_zero_and_one() {
    let mut none = Dense::new(0, true, |_, _| 0.0);
    assert_eq!(cg(&mut none, &[], Cg::default()).unwrap().x, []);
    let mut one = Dense::new(1, true, |_, _| 3.0);
    let answer = cg(&mut one, &[6.0], Cg::default()).unwrap();
    assert_eq!((answer.x[0], answer.ritz[0]), (2.0, 3.0));
    assert_eq!(cg(&mut one, &[6.0], Cg::after(1)).unwrap().products, 1);
}

#[test]
fn a_zero_right_side_needs_no_product() {
    let mut h = Dense::with_spectrum(&[1.0, 2.0, 3.0]);
    for start in [vec![0.0; 3], vec![1.0; 3]] {
        let answer = Cg::default().solve(&mut h, &[0.0; 3], start).unwrap();
        assert_eq!((answer.x, answer.products, answer.residual), (vec![0.0; 3], 0, 0.0));
    }
}

#[test]
fn units_move_no_bit() {
    let (values, b) = (spread(12, 0.5, 20.0), noise(12, 2));
    let plain = cg(&mut Dense::with_spectrum(&values), &b, Cg::default()).unwrap();
    for power in [-600, -40, 3, 500] {
        let c = 2f64.powi(power);
        let scaled: Vec<f64> = b.iter().map(|b| b * c).collect();
        let of_b = cg(&mut Dense::with_spectrum(&values), &scaled, Cg::default()).unwrap();
        assert_eq!(of_b.x, plain.x.iter().map(|x| x * c).collect::<Vec<_>>(), "b scaled by 2^{power}");
        assert_eq!(of_b.ritz, plain.ritz);
        let mut h = Dense::with_spectrum(&values);
        h.a.iter_mut().for_each(|a| *a *= c);
        let of_h = cg(&mut h, &b, Cg::default()).unwrap();
        assert_eq!(of_h.x, plain.x.iter().map(|x| x / c).collect::<Vec<_>>(), "H scaled by 2^{power}");
        assert_eq!(of_h.residual, plain.residual);
    }
}

#[test]
fn a_fixed_number_of_products_is_not_a_failure() {
    let (mut h, b) = (Dense::with_spectrum(&spread(40, 1.0, 1e3)), noise(40, 3));
    let some = cg(&mut h, &b, Cg::after(7)).unwrap();
    assert_eq!(some.products, 7);
    assert!(some.residual > 1e-6);
    let limited = Cg { stop: Stop::Residual { tolerance: 0.0, iterations: 7 }, ..Cg::default() };
    let failure = cg(&mut h, &b, limited).unwrap_err();
    assert!(matches!(failure.status, Status::IterationLimit { products: 7, .. }));
    assert_eq!(failure.unverified.x, some.x);
    assert!(failure.to_string().contains("allow more products"));
}

#[test]
fn a_fixed_number_of_products_may_go_past_convergence() {
    let values = spread(30, 1.0, 1.2);
    let mut h = Dense::<f32>::with_spectrum(&values);
    let b: Vec<f32> = noise(30, 12).iter().map(|&b| b as f32).collect();
    let answer = Cg::after(100).solve(&mut h, &b, vec![0.0; 30]).unwrap();
    assert_eq!(answer.products, 100);
    assert!(answer.ritz[0] > 0.99 && answer.ritz.last().unwrap() < &1.21, "{:?}", answer.ritz);
    let hx: Vec<f32> = h.apply(&answer.x).to_vec();
    assert!(hx.iter().zip(&b).all(|(hx, b)| (hx - b).abs() < 1e-6));
}

#[test]
fn a_warm_start_saves_products() {
    let (mut h, b) = (Dense::with_spectrum(&spread(40, 1.0, 1e3)), noise(40, 4));
    let cold = cg(&mut h, &b, Cg::default()).unwrap();
    let warm = Cg::default().solve(&mut h, &b, cold.x.clone()).unwrap();
    assert_eq!((warm.products, &warm.x), (1, &cold.x));
}

#[test]
fn negative_curvature_comes_with_its_direction() {
    let mut values = spread(20, 1.0, 10.0);
    values[4] = -0.5;
    let mut h = Dense::with_spectrum(&values);
    let failure = cg(&mut h, &noise(20, 5), Cg::default()).unwrap_err();
    let Status::NegativeCurvature { direction, curvature } = &failure.status else { panic!("{failure}") };
    let hd: f64 = h.apply(direction).iter().zip(direction).map(|(a, b)| a * b).sum();
    let norm: f64 = direction.iter().map(|d| d * d).sum();
    assert!((norm - 1.0).abs() < 1e-10 && *curvature < 0.0 && (hd - curvature).abs() < 1e-10);
    assert!(failure.unverified.ritz[0] < 0.0, "{:?}", failure.unverified.ritz);
    let one = cg(&mut Dense::new(1, true, |_, _| -2.0), &[1.0], Cg::default()).unwrap_err();
    assert_eq!(one.status, Status::NegativeCurvature { direction: vec![1.0], curvature: -2.0 });
}

#[test]
fn an_inconsistent_singular_system_breaks_down() {
    let mut values = spread(20, 1.0, 10.0);
    values[3..9].fill(0.0);
    for (mut h, b) in [
        (Dense::with_spectrum(&values), noise(20, 6)),
        (Dense::new(1, true, |_, _| 0.0), vec![1.0]),
        (Dense::new(2, true, |i, j| f64::from(i + j == 0)), vec![1.0, 1.0]),
        (Dense::new(2, true, |i, j| f64::from(i + j == 0)), vec![0.0, 1.0]),
    ] {
        let failure = cg(&mut h, &b, Cg::default()).unwrap_err();
        assert!(matches!(failure.status, Status::Singular(Singular::Breakdown { .. })), "{failure}");
    }
}

#[test]
fn a_tolerance_out_of_reach_stagnates() {
    let values = spread(30, 1.0, 100.0);
    let mut h = Dense::<f32>::with_spectrum(&values);
    let b: Vec<f32> = noise(30, 7).iter().map(|&b| b as f32).collect();
    let failure = Cg::default().solve(&mut h, &b, vec![0.0; 30]).unwrap_err();
    assert!(matches!(failure.status, Status::Singular(Singular::Stagnation { .. })), "{failure}");
    assert!(failure.to_string().contains("f32"));
    assert!(Cg::to(1e-5).solve(&mut h, &b, vec![0.0; 30]).unwrap().residual <= 1e-5);
}

#[test]
fn a_probe_finds_the_null_space_that_a_consistent_system_hides() {
    let mut values = spread(20, 1.0, 10.0);
    let regular = Dense::<f64>::with_spectrum(&values);
    values[3..9].fill(0.0);
    let mut singular = Dense::<f64>::with_spectrum(&values);
    let b = singular.apply(&noise(20, 8)).to_vec();
    assert!(cg(&mut singular, &b, Cg::default()).is_ok(), "consistent: it converges");
    let w = noise(20, 9);
    let null = null_vector(&mut singular, &Cg::default(), &w).unwrap().expect("a null vector");
    assert!(null.curvature < 1e-8, "{:e}", null.curvature);
    let moved: f64 = singular.apply(&null.direction).iter().map(|x| x * x).sum();
    assert!(moved.sqrt() < 1e-8);
    let mut regular = regular;
    assert_eq!(null_vector(&mut regular, &Cg::default(), &w).unwrap(), None);
    let mut zero = Dense::new(3, true, |_, _| 0.0);
    assert!(null_vector(&mut zero, &Cg::default(), &[1.0, 2.0, 3.0]).unwrap().is_some());
}

#[test]
fn what_is_not_finite_is_said_so() {
    let mut h = Dense::with_spectrum(&[1.0, 2.0, 3.0]);
    assert_eq!(cg(&mut h, &[1.0, f64::NAN, 0.0], Cg::default()).unwrap_err().status, Status::NotFinite);
    h.a[4] = f64::INFINITY;
    assert_eq!(cg(&mut h, &[1.0, 1.0, 0.0], Cg::default()).unwrap_err().status, Status::NotFinite);
}

#[test]
fn eigenvalues_of_a_tridiagonal_matrix() {
    for n in [0, 1, 2, 3, 10, 200] {
        let off = vec![-1.0; n.max(1) - 1];
        let found = tape::tridiagonal_eigenvalues(&vec![2.0; n], &off);
        for (k, value) in found.iter().enumerate() {
            let angle = std::f64::consts::PI * (k + 1) as f64 / (2 * (n + 1)) as f64;
            assert!((value - 4.0 * angle.sin().powi(2)).abs() < 1e-13, "n {n}, k {k}: {value}");
        }
    }
    assert_eq!(tape::tridiagonal_eigenvalues(&[3.0, 1.0, 2.0], &[0.0, 0.0]), [1.0, 2.0, 3.0]);
    let wilkinson: Vec<f64> = (-10..=10).map(|k: i32| f64::from(k.abs())).collect();
    let top = tape::tridiagonal_eigenvalues(&wilkinson, &[1.0; 20]);
    assert!((top[20] - 10.746_194_182_903_39).abs() < 1e-13 && (top[19] - 10.746_194_182_903_32).abs() < 1e-13);
    assert!(tape::tridiagonal_eigenvalues(&[f64::NAN, 1.0], &[1.0]).iter().all(|x| x.is_nan()));
}
