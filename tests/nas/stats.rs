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
