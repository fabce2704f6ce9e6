//! Curvatures by differences of gradients.
use nas::theory::hessian::Hessian;
use std::convert::Infallible;

/// That of a quadratic form is its largest eigenvalue, by hand for two by two.
#[test]
fn the_largest_curvature_of_all_directions_is_known() {
    let form = |a: &[f64]| Ok::<_, Infallible>(vec![2.0 * a[0] + 3.0 * a[1], 3.0 * a[0] - a[1]]);
    let Ok(hessian) = Hessian::difference(&[0.3, -0.2], form, 1e-4, 1e-12);
    let want = 0.5 + (1.5f64.powi(2) + 9.0).sqrt();
    assert!((hessian.largest_eigenvalue().unwrap() - want).abs() < 1e-8 * want);
    // The longer column of the two.
    assert!((hessian.largest_change() - 13f64.sqrt()).abs() < 1e-8);
    let none = Hessian::new(&[], 1e-4, 1e-12);
    assert_eq!((none.largest_eigenvalue().unwrap(), none.largest_change()), (0.0, 0.0));
    let lost = Hessian::new(&[[vec![1.0], vec![f64::NAN]]], 1e-4, 1e-12);
    assert!(lost.largest_change().is_nan());
}
