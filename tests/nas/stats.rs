//! Statistics against closed cases.
use nas::stats::{argmin, largest, mean, median, pearson, ranks, spearman, standard_error, t_interval, t_quantile_975};
use proptest::prelude::*;

#[test]
fn medians_and_means() {
    assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
    assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    assert_eq!(median(&[f64::INFINITY, 1.0, 2.0]), 2.0);
    assert_eq!(mean(&[1.0, 2.0, 6.0]), 3.0);
    assert!(median(&[]).is_nan() && mean(&[]).is_nan() && largest(&[]).is_nan());
}

/// A run that diverged must fail its criteria, not vanish from them.
#[test]
fn nan_is_never_hidden() {
    assert!(median(&[1.0, f64::NAN, 2.0]).is_nan());
    assert!(largest(&[1.0, f64::NAN]).is_nan());
    assert_eq!(argmin(&[f64::NAN, 2.0, 1.0, 1.0]), Some(2));
    assert_eq!(argmin(&[]), None);
}

#[test]
fn correlations_of_known_samples() {
    assert!((pearson(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]) - 1.0).abs() < 1e-15);
    assert!((pearson(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]) + 1.0).abs() < 1e-15);
    // Centred: x = (-1.5, -.5, .5, 1.5), y = (-1, 0, -1, 2); sums 5, 4, 6.
    let r = pearson(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 1.0, 4.0]);
    assert!((r - 4.0 / 30f64.sqrt()).abs() < 1e-15, "{r}");
    assert!(pearson(&[1.0, 1.0], &[1.0, 2.0]).is_nan());
}

#[test]
fn spearman_shares_ranks_among_ties() {
    assert_eq!(ranks(&[10.0, 30.0, 10.0, 20.0]), [1.5, 4.0, 1.5, 3.0]);
    assert!((spearman(&[1.0, 2.0, 3.0, 4.0], &[1.0, 8.0, 27.0, 1e9]) - 1.0).abs() < 1e-15);
    // Ranks (1, 2.5, 2.5, 4) and (1, 2, 3, 4): sums of squares 4.5 and 5, product 4.5.
    let r = spearman(&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]);
    assert!((r - 4.5 / 22.5f64.sqrt()).abs() < 1e-15, "{r}");
}

/// Student's t from printed tables, to all their digits.
#[test]
fn quantiles_of_student() {
    for (freedom, want) in [(1, 12.7062), (2, 4.302653), (4, 2.776445), (9, 2.262157), (30, 2.042272), (1000, 1.962339)]
    {
        let found = t_quantile_975(freedom).unwrap();
        assert!((found - want).abs() < 6e-7 * 10f64.powi(i32::from(freedom == 1) * 2), "{freedom}: {found}");
    }
    assert_eq!(t_quantile_975(0), None);
}

#[test]
fn intervals_of_a_mean() {
    // Deviations −2, −1, 0, 1, 2: variance 10/4, standard error √(2.5/5).
    let values = [1.0, 2.0, 3.0, 4.0, 5.0];
    let [lo, hi] = t_interval(&values).unwrap();
    let half = 2.776_445_105 * 0.5f64.sqrt();
    assert!((standard_error(&values).unwrap() - 0.5f64.sqrt()).abs() < 1e-15);
    assert!((lo - (3.0 - half)).abs() < 1e-8 && (hi - (3.0 + half)).abs() < 1e-8, "{lo} {hi}");
    assert_eq!(t_interval(&[2.0, 2.0]), Some([2.0, 2.0]));
    assert_eq!((t_interval(&[1.0]), standard_error(&[1.0]), t_interval(&[])), (None, None, None));
    assert!(t_interval(&[1.0, f64::NAN]).is_some_and(|interval| interval.iter().all(|end| end.is_nan())));
}

#[test]
fn the_median_lies_between_order_statistics() {
    use nas::stats::median_interval;
    let values = |n: usize| (1..=n).map(|i| i as f64).collect::<Vec<f64>>();
    // Textbook intervals: for n = 6 the extremes (confidence 0.969), for n = 20 the 6th and the 15th (0.959).
    assert_eq!(median_interval(&values(6)), Some([1.0, 6.0]));
    assert_eq!(median_interval(&values(20)), Some([6.0, 15.0]));
    assert_eq!([0, 1, 5].map(|n| median_interval(&values(n))), [None; 3]);
    assert_eq!(median_interval(&[1.0, f64::NAN, 2.0, 3.0, 4.0, 5.0, 6.0]), None);
}

#[test]
fn exact_intervals_of_a_probability() {
    use nas::stats::{clopper_pearson, upper_limit};
    // Closed forms at the ends: 1 − (α/2)^(1/n) and its mirror image.
    for n in [1, 10, 50] {
        let edge = 1.0 - 0.025_f64.powf(1.0 / n as f64);
        assert_eq!(clopper_pearson(0, n)[0], 0.0);
        assert!((clopper_pearson(0, n)[1] - edge).abs() < 1e-9);
        assert!((clopper_pearson(n, n)[0] - (1.0 - edge)).abs() < 1e-9);
        assert_eq!(clopper_pearson(n, n)[1], 1.0);
    }
    // A printed table: 15 of 20.
    let [low, high] = clopper_pearson(15, 20);
    assert!((low - 0.508_954).abs() < 1e-6 && (high - 0.913_428_5).abs() < 1e-6, "{low} {high}");
    // Of 1000 draws 38 may fail for the limit 0.05 of science 4.7, and 39 may not.
    assert!(upper_limit(38, 1000, 0.05) <= 0.05 && upper_limit(39, 1000, 0.05) > 0.05);
}

/// By sums of binomial coefficients.
#[test]
fn sign_tests_count_coins() {
    use nas::stats::{fewest_heads, sign_test};
    for n in 0..=25_u32 {
        let choose = |k: u32| (0..k).fold(1.0, |c, i| c * f64::from(n - i) / f64::from(i + 1));
        let at_least = |heads: u32| (heads..=n).map(choose).sum::<f64>() / 2_f64.powi(n as i32);
        for heads in 0..=n {
            assert!((sign_test(heads as usize, n as usize) - at_least(heads)).abs() < 1e-12, "{heads} of {n}");
        }
        let fewest = (0..=n).find(|&heads| at_least(heads) <= 0.05).unwrap_or(n + 1);
        assert_eq!(fewest_heads(n as usize, 0.05), fewest as usize, "of {n}");
    }
    // Science 4.7: 15 of 20.
    assert_eq!([4, 5, 8, 20].map(|n| fewest_heads(n, 0.05)), [5, 5, 7, 15]);
}

#[test]
fn lines_and_power_laws_are_found() {
    use nas::stats::{line, power_law};
    let exact = line(&[1.0, 2.0, 4.0], &[1.0, 3.0, 7.0]);
    assert!((exact.slope - 2.0).abs() < 1e-14 && (exact.intercept + 1.0).abs() < 1e-14);
    assert!((exact.r_squared - 1.0).abs() < 1e-14);
    let noisy = line(&[0.0, 1.0, 2.0, 3.0], &[0.0, 2.0, 1.0, 3.0]);
    assert!((noisy.slope - 0.8).abs() < 1e-14 && (noisy.r_squared - 0.64).abs() < 1e-14);
    let law = power_law(&[10.0, 100.0, 1000.0], &[3.0, 0.3, 0.03]);
    assert!((law.slope + 1.0).abs() < 1e-12 && (law.intercept - 30.0_f64.ln()).abs() < 1e-12);
    assert!(line(&[1.0], &[1.0]).slope.is_nan() && line(&[], &[]).slope.is_nan());
    assert_eq!(line(&[1.0, 2.0], &[5.0, 5.0]).r_squared, 1.0);
}

/// Of the mean of 50 normal values the interval is about the one of Student.
#[test]
fn the_bootstrap_agrees_with_student_on_a_mean() {
    use nas::stats::{bootstrap_interval, mean, t_interval};
    use rand_distr::{Distribution, StandardNormal};
    let mut stream = nas::seed::Seed::new(3).stream();
    let values: Vec<f64> = (0..50).map(|_| StandardNormal.sample(&mut stream)).collect();
    let of = |seeds: &[usize]| mean(&seeds.iter().map(|&seed| values[seed]).collect::<Vec<f64>>());
    let found = bootstrap_interval(50, nas::seed::Seed::new(1), of).unwrap();
    let exact = t_interval(&values).unwrap();
    for (found, exact) in found.iter().zip(exact) {
        assert!((found - exact).abs() < 0.08, "{found} and {exact}");
    }
    assert_eq!(bootstrap_interval(1, nas::seed::Seed::new(1), of), None);
}

proptest! {
    #[test]
    fn correlations_do_not_see_affine_maps(x in prop::collection::vec(-1e3..1e3, 3..20usize), shift in -10.0..10.0f64) {
        let y: Vec<f64> = x.iter().enumerate().map(|(i, v)| v + 100.0 * (i as f64).sin()).collect();
        let z: Vec<f64> = y.iter().map(|v| 3.0 * v + shift).collect();
        prop_assert!((pearson(&x, &y) - pearson(&x, &z)).abs() < 1e-9);
        prop_assert!((spearman(&x, &y) - spearman(&x, &z)).abs() < 1e-12);
        prop_assert!(pearson(&x, &y).abs() <= 1.0 + 1e-12);
    }
}
