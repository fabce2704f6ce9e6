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
    assert_eq!(Hessian::new(&[], 1e-4, 1e-12).largest_eigenvalue().unwrap(), 0.0);
}
