//! The figures and the intervals of criteria, by hand.
use nas::experiments::Bound::{self, AtLeast, AtMost};
use nas::experiments::Criterion;
use nas::seed::Seed;
use nas::stats::mean;

fn close(interval: Option<[f64; 2]>, want: [f64; 2]) {
    let near = interval.is_some_and(|found| found.iter().zip(want).all(|(found, want)| (found - want).abs() < 1e-4));
    assert!(near, "{interval:?} and {want:?}");
}

/// 15 of 20, as printed tables have it.
#[test]
fn counts_and_shares_have_the_same_interval() {
    let holds: Vec<bool> = (0..20).map(|seed| seed < 15).collect();
    let share = Criterion::of_share("", "", &holds, AtLeast(0.8));
    let count = Criterion::of_count("", "", &holds, AtLeast(15.0));
    assert_eq!((share.figure, count.figure, share.passes(), count.passes()), (0.75, 15.0, false, true));
    close(share.interval, [0.508_95, 0.913_43]);
    close(count.interval, [20.0 * 0.508_954, 20.0 * 0.913_428_5]);
    assert_eq!(Criterion::of_count("", "", &[], AtLeast(0.0)).interval, None);
}

#[test]
fn a_sign_test_is_a_share_beside_the_least_that_proves_something() {
    let of = |wins: usize, n: usize| Criterion::of_sign_test("", "wins", &(0..n).map(|k| k < wins).collect::<Vec<_>>());
    assert!(
        of(15, 20).passes() && !of(14, 20).passes() && of(5, 5).passes() && of(7, 8).passes() && !of(6, 8).passes()
    );
    assert!((0..=4).all(|n| !of(n, n).passes()), "few seeds prove nothing");
    assert_eq!((of(7, 8).bound, of(7, 8).figure), (AtLeast(0.875), 0.875));
    // 9/256.
    assert_eq!(of(7, 8).name, "wins (sign test: p = 0.0352)");
}

/// Differences 1, 2, 3: mean 2, standard error 1/√3; Student's t of two degrees of freedom is 4.302653.
#[test]
fn paired_differences_count_in_their_errors() {
    let of = |differences: &[f64]| Criterion::of_errors("", "", differences, AtMost(2.0));
    let figure = 2.0 * 3_f64.sqrt();
    assert!((of(&[1.0, 2.0, 3.0]).figure - figure).abs() < 1e-12);
    close(of(&[1.0, 2.0, 3.0]).interval, [figure - 4.302_653, figure + 4.302_653]);
    // Across zero, a size may be nothing; beyond it, it lies between the two ends.
    let size = of(&[-1.0, -2.0, -3.0]).unsigned();
    assert!((size.figure - figure).abs() < 1e-12);
    close(size.interval, [0.0, figure + 4.302_653]);
    let far = Criterion::new("", "", -3.0, AtMost(2.0)).with(Some([-4.0, -1.0])).unsigned();
    assert_eq!((far.figure, far.interval), (3.0, Some([1.0, 4.0])));
    // Nothing over nothing; something over nothing; too few to have an error.
    assert_eq!((of(&[0.0; 3]).figure, of(&[0.0; 3]).interval), (0.0, None));
    assert_eq!((of(&[1.0; 3]).figure, of(&[1.0; 3]).interval), (f64::INFINITY, None));
    assert!(of(&[1.0]).figure.is_nan() && of(&[]).figure.is_nan() && !of(&[]).passes());
}

/// Where every seed is the same, so is every resample; where they differ, the interval holds the figure.
#[test]
fn figures_of_seeds_are_resampled() {
    let of = |values: &[f64], bound: Bound| {
        let mean = |seeds: &[usize]| mean(&seeds.iter().map(|&seed| values[seed]).collect::<Vec<f64>>());
        Criterion::of_seeds("", "", (values.len(), Seed::new(1)), mean, bound)
    };
    let same = of(&[2.0; 5], AtMost(2.0));
    assert_eq!((same.figure, same.interval, same.passes()), (2.0, Some([2.0; 2]), true));
    let different = of(&[1.0, 2.0, 3.0, 6.0], AtMost(2.0));
    assert!(different.interval.is_some_and(|[low, high]| (1.0..3.0).contains(&low) && high > 3.0 && high <= 6.0));
    assert_eq!(different.figure, 3.0);
    assert_eq!(of(&[1.0], AtMost(2.0)).interval, None);
    assert!(!of(&[], AtMost(2.0)).passes());
}

/// `verdicts.json` holds numbers only: it must be read again.
#[test]
fn intervals_are_finite_or_none() {
    for ends in [[f64::NAN, 1.0], [0.0, f64::INFINITY]] {
        assert_eq!(Criterion::new("", "", 1.0, AtMost(2.0)).with(Some(ends)).interval, None);
    }
    assert_eq!(Criterion::of_mean("", "", &[1.0, f64::NAN], AtMost(2.0)).interval, None);
}
