//! E1 at a small size.
use nas::experiments::e1::{Settings, measure_seed, outcome};
use nas::experiments::{Bound, Experiment, Lab, Superposition};
use nas::report::Progress;
use nas::run::{Settings as _, pool};

fn small() -> Settings {
    Settings { seeds: 3, problems: problems(), points: 40, steps: 10, ..Settings::default() }
}

fn problems() -> Superposition {
    Superposition { maps: vec![2, 5], n_validation: vec![25, 50], ..Superposition::default() }
}

#[test]
fn the_ascent_only_raises_the_gap_and_the_choice_is_one_of_the_points() {
    for seed in 0..3 {
        let measured = measure_seed(&small(), seed, &Progress::silent()).unwrap();
        for gap in measured.gaps.iter().flatten() {
            assert!(gap.sphere >= gap.points && gap.points > 0.0 && gap.excess >= 0.0, "{gap:?}");
        }
    }
}

#[test]
fn results_do_not_depend_on_threads_or_on_other_seeds() {
    let run = |threads| pool(threads).unwrap().install(|| small().run(&Lab::silent())).unwrap();
    assert_eq!(run(1), run(2));
    let one = measure_seed(&Settings { seeds: 1, ..small() }, 2, &Progress::silent()).unwrap();
    assert_eq!(one, measure_seed(&small(), 2, &Progress::silent()).unwrap());
}

/// Science 4.7, row E1; fixed before any run.
#[test]
fn the_criteria_are_the_published_ones() {
    let settings = Settings::default();
    let measured =
        [measure_seed(&Settings { points: 5, steps: 1, ..settings.clone() }, 0, &Progress::silent()).unwrap()];
    let criteria = outcome(&settings, &measured).criteria;
    let count = |bound| criteria.iter().filter(|c| c.bound == bound).count();
    assert_eq!(count(Bound::Within(-0.6, -0.4)), 2 * settings.problems.maps.len());
    assert_eq!(count(Bound::AtLeast(0.9)), 2 * settings.problems.maps.len());
    assert_eq!(count(Bound::Within(0.35, 0.75)), settings.problems.n_validation.len());
    assert_eq!(count(Bound::AtLeast(0.95)), 1);
    assert!(criteria.iter().all(|c| c.interval.is_none() || c.name.starts_with("share")), "one seed has no interval");
}

#[test]
fn settings_that_no_run_can_use_are_refused() {
    let refused = |problems: Superposition, key: &str| {
        let error = Settings { problems, ..small() }.check().unwrap_err().to_string();
        assert!(error.contains(key), "{error}");
    };
    refused(Superposition { maps: vec![], ..problems() }, "maps");
    refused(Superposition { n_validation: vec![10, 0], ..problems() }, "n_validation");
    refused(Superposition { n_train: 100, features: 100, ..problems() }, "n_train");
    refused(Superposition { noise: -1.0, ..problems() }, "noise");
}
