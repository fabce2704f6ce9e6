//! The superposition model: its exact risk.
use crate::difference::{derivative, gradient, relative_error};
use faer::Col;
use nas::data::Bilinear;
use nas::dense::apply;
use nas::seed::Seed;
use nas::stats::{mean, standard_error};
use nas::theory::clipped::ClippedSquare;

const MODEL: Bilinear = Bilinear { maps: 4, features: 6, noise: 0.3 };

/// Against the residuals of fresh samples, for a point that is not right.
#[test]
fn the_exact_risk_is_the_mean_over_samples() {
    let planted = MODEL.plant(Seed::new(1));
    let samples = MODEL.sample(&planted, 40_000, &mut Seed::new(2).stream());
    let (alpha, theta) = ([0.5, -0.2, 0.7, 0.1], Col::from_fn(6, |j| 0.4 - 0.1 * j as f64));
    let residuals = apply(samples.maps.combine(&alpha).as_ref(), theta.as_ref()) - &samples.y;
    let v = planted.residual_variance(&alpha, &theta);
    for clip in [f64::INFINITY, 4.0, 0.5] {
        let losses: Vec<f64> = residuals.iter().map(|r| (r * r).min(clip)).collect();
        let exact = if clip.is_finite() { ClippedSquare { bound: clip }.expectation(v) } else { v };
        let off = (mean(&losses) - exact).abs();
        assert!(off < 4.0 * standard_error(&losses).unwrap(), "clip {clip}: {} and {exact}", mean(&losses));
    }
    // And the noise alone is left at the truth.
    let at_truth = planted.residual_variance(&planted.alpha, &planted.theta);
    assert!((at_truth - 0.09).abs() < 1e-14);
}

#[test]
fn the_first_samples_do_not_depend_on_how_many_follow() {
    let planted = MODEL.plant(Seed::new(1));
    let (few, many) = [3, 5].map(|n| MODEL.sample(&planted, n, &mut Seed::new(9).stream())).into();
    assert_eq!(many.maps.first(3).map(2), few.maps.map(2));
    assert_eq!(many.y.subrows(0, 3), few.y);
}

#[test]
fn clipped_squares_have_the_slope_of_their_expectation() {
    for (v, bound) in [(0.01, 4.0), (0.7, 0.5), (1.0, 4.0), (30.0, 4.0), (1e4, 1.0)] {
        let clip = ClippedSquare { bound };
        let by_differences = derivative(|v| clip.expectation(v), v, 1e-4 * v);
        let slope = clip.expectation_slope(v);
        assert!((slope - by_differences).abs() < 1e-6, "v {v}, b {bound}: slope {slope} and {by_differences}");
    }
    let clip = ClippedSquare { bound: 4.0 };
    assert_eq!((clip.expectation_slope(0.0), clip.expectation_slope(f64::INFINITY)), (1.0, 0.0));
}

#[test]
fn the_gradient_of_the_risk_agrees_with_differences() {
    let planted = MODEL.plant(Seed::new(3));
    let (alpha, theta) = (vec![0.5, -0.2, 0.7, 0.1], Col::from_fn(6, |j| 0.4 - 0.1 * j as f64));
    let (in_alpha, in_theta) = planted.residual_variance_gradient(&alpha, &theta);
    let by_alpha = gradient(|alpha| planted.residual_variance(alpha, &theta), &alpha, 1e-4);
    let theta_values: Vec<f64> = theta.iter().copied().collect();
    let of_theta = |theta: &[f64]| planted.residual_variance(&alpha, &Col::from_fn(6, |j| theta[j]));
    let by_theta = gradient(of_theta, &theta_values, 1e-4);
    assert!(relative_error(&in_alpha, &by_alpha) < 1e-9);
    assert!(relative_error(&in_theta.iter().copied().collect::<Vec<_>>(), &by_theta) < 1e-9);
}
