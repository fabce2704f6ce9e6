//! E4 and E7 at small sizes: exact cases, their laws, their published criteria, and that threads change nothing.
use nas::experiments::Bound::{AtLeast, AtMost, Within};
use nas::experiments::{Bound, Experiment, Lab, Outcome, e4, e7};
use nas::report::{Progress, render};
use nas::run::pool;
use nas::stats::median;

fn run<E: Experiment>(settings: &E, threads: usize) -> Vec<Outcome> {
    pool(threads).unwrap().install(|| settings.run(&Lab::silent())).unwrap()
}

fn bounds(outcome: &Outcome) -> Vec<Bound> {
    outcome.criteria.iter().map(|criterion| criterion.bound).collect()
}

fn refused<E: Experiment>(settings: &E, key: &str) {
    let error = settings.check().unwrap_err().to_string();
    assert!(error.contains(key), "{error}");
}

fn small_e4() -> e4::Settings {
    e4::Settings {
        seeds: 2,
        widths: vec![16, 256, 2048],
        architectures: 3,
        candidates: 3,
        dimension: 4,
        n_train: 12,
        n_validation: 20,
        n_test: 30,
        goal: 1e-3,
        ..e4::Settings::default()
    }
}

fn measured_e4(settings: &e4::Settings) -> Vec<e4::Measured> {
    e4::measure_seed(settings, 0, &Progress::silent()).unwrap()
}

/// The one candidate of degree 1 is the identity: f is linear in W, and both kernels say exactly what it does, at any width.
#[test]
fn e4_linear_networks_are_their_kernel() {
    for (n_train, steps) in [(1, 1), (2, 30), (12, 300)] {
        let settings = e4::Settings { candidates: 1, n_train, steps, goal: 0.0, ..small_e4() };
        for measured in measured_e4(&settings) {
            assert!(measured.from_infinite.iter().chain(&measured.from_own).all(|off| *off < 1e-12), "{measured:?}");
            assert!((measured.net_kernel.is_nan() || measured.steps == (steps, steps)) && measured.diverged == 0);
        }
    }
}

/// Before the first step all are zero.
#[test]
fn e4_starts_where_kernels_start() {
    let at_rest = measured_e4(&e4::Settings { steps: 0, ..small_e4() });
    assert!(at_rest.iter().flat_map(|m| m.from_infinite.iter().chain(&m.from_own)).all(|off| *off < 1e-12));
    assert!(at_rest.iter().all(|m| m.steps == (0, 0)));
}

/// The own kernel misses how far the weights move, which falls faster with the width than the randomness of that kernel.
#[test]
fn e4_wide_networks_come_close_to_both_kernels() {
    let [narrow, .., wide] = &measured_e4(&small_e4())[..] else { panic!("three widths") };
    for kernel in 0..2 {
        assert!(wide.deviations()[kernel] < 0.5 * narrow.deviations()[kernel], "{narrow:?} {wide:?}");
    }
    assert!(wide.deviations()[1] < 0.5 * wide.deviations()[0] && wide.deviations()[1] > 1e-6, "{wide:?}");
    assert!(wide.ranking.worst_train <= 1e-3 && wide.span > 1.0 && wide.steps.0 > 1);
    assert_eq!(wide.deviations()[0], median(&wide.from_infinite));
}

#[test]
fn e4_has_its_published_criteria_and_does_not_see_threads() {
    let outcomes = run(&small_e4(), 2);
    assert_eq!(outcomes, run(&small_e4(), 1));
    let published = [Within(-0.65, -0.35), AtMost(-0.6), AtMost(1e-4), AtLeast(0.95), AtMost(1.05), AtLeast(0.9)];
    assert_eq!(bounds(&outcomes[0]), [&published[..], &[AtLeast(5.0)]].concat());
    let unmeasured = e4::outcome(&small_e4(), &[]);
    assert!(unmeasured.criteria.iter().all(|c| !c.passes()), "a run without seeds proves nothing");
    // The goal of this run is above the criterion's, which says so.
    assert!(!outcomes[0].criteria[2].passes() && render(&outcomes[0]).contains("train MSE 0.001"));
}

#[test]
fn e4_refuses_settings_that_no_run_can_use() {
    for widths in [vec![], vec![256], vec![64, 256], vec![512, 256], vec![256, 257], vec![0, 256, 512]] {
        refused(&e4::Settings { widths, ..small_e4() }, "widths");
    }
    refused(&e4::Settings { architectures: 1, ..small_e4() }, "architectures");
    refused(&e4::Settings { goal: f64::NAN, ..small_e4() }, "goal");
}

fn small_e7() -> e7::Settings {
    e7::Settings {
        seeds: 2,
        widths: vec![8, 32],
        spacing: 25,
        distances: vec![2, 10],
        n_train: 20,
        n_validation: 15,
        steps: 10,
        ..e7::Settings::default()
    }
}

#[test]
fn e7_pairs_stay_on_the_segment() {
    let settings = e7::Settings::default();
    assert_eq!(settings.grid().count(), 21);
    assert_eq!(
        [e7::Settings::partner(0, 2), e7::Settings::partner(90, 10), e7::Settings::partner(95, 10)],
        [2, 100, 85]
    );
    let partners = settings.grid().flat_map(|alpha| [2, 5, 10].map(|distance| e7::Settings::partner(alpha, distance)));
    assert!(partners.into_iter().all(|alpha| alpha <= 100));
}

/// After one step from zero a network is η K_VT y, up to the curvature of its activations, which is small where it is wide;
/// a ridge fit is K_VT y / λ where λ is large. So the two ratios are in one proportion for every α and distance.
#[test]
fn e7_networks_and_their_kernels_move_alike_at_first() {
    let settings = e7::Settings { widths: vec![64, 8192], spacing: 50, steps: 1, lambda: 1e9, ..small_e7() };
    for cell in e7::measure_seed(&settings, 0, &Progress::silent()).unwrap().chunks(2) {
        let quotients = |cell: &e7::Measured| -> Vec<f64> {
            let pairs = cell.ratios.iter().flatten().zip(cell.surrogate.ratios.iter().flatten());
            pairs.map(|(network, kernel)| network / kernel).collect()
        };
        let spread = |quotients: Vec<f64>| quotients.iter().copied().fold(0.0, f64::max) / median(&quotients) - 1.0;
        let [narrow, wide] = [&cell[0], &cell[1]].map(|cell| spread(quotients(cell)));
        assert!(wide < 0.02 && wide < narrow, "{wide} of {narrow}");
    }
}

#[test]
fn e7_a_start_for_every_alpha_is_told_and_the_bounds_hold() {
    let measured = e7::measure_seed(&small_e7(), 1, &Progress::silent()).unwrap();
    assert_eq!(measured.len(), 4);
    for cell in measured {
        assert_eq!([cell.ratios.len(), cell.ratios[0].len(), cell.train_errors.len()], [2, 5, 5]);
        let typical = |ratios: &[Vec<f64>]| median(&ratios[0]) / median(&ratios[1]);
        assert!(typical(&cell.ratios) < 1.5 && typical(&cell.redrawn) > 2.5, "{cell:?}");
        assert!(cell.surrogate.of_bound < 1.0 && cell.surrogate.of_bound > 1e-4, "{cell:?}");
    }
}

#[test]
fn e7_has_its_published_criteria_and_does_not_see_threads() {
    let outcomes = run(&small_e7(), 2);
    assert_eq!(outcomes, run(&small_e7(), 1));
    let published = [[3.0; 4].as_slice(), &[1.25; 2], &[1.5; 4]].concat().into_iter().map(AtMost);
    assert_eq!(bounds(&outcomes[0]), published.chain([AtLeast(1.5), AtMost(1.0)]).collect::<Vec<_>>());
    assert!(e7::outcome(&small_e7(), &[]).criteria.iter().all(|c| !c.passes()), "a run without seeds proves nothing");
    // A network that diverged fails what it is part of.
    let mut measured = e7::measure_seed(&small_e7(), 0, &Progress::silent()).unwrap();
    measured[0].ratios[0][3] = f64::NAN;
    let criteria = e7::outcome(&small_e7(), &[measured]).criteria;
    assert!([0, 4, 6].into_iter().all(|failed| !criteria[failed].passes()), "{criteria:?}");
}

#[test]
fn e7_refuses_settings_that_no_run_can_use() {
    for widths in [vec![], vec![64], vec![64, 64], vec![64, 65]] {
        refused(&e7::Settings { widths, ..small_e7() }, "widths");
    }
    for distances in [vec![5], vec![5, 2], vec![2, 60], vec![0, 2]] {
        refused(&e7::Settings { distances, ..small_e7() }, "distances");
    }
    refused(&e7::Settings { spacing: 30, ..small_e7() }, "spacing");
    refused(&e7::Settings { lambda: 0.0, ..small_e7() }, "lambda");
    refused(&e7::Settings { n_train: 1797, ..small_e7() }, "n_train");
}
