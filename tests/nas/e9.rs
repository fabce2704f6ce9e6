//! E9, how to split: its planner, its figures, its published criteria.
use nas::experiments::Bound::{AtLeast, AtMost};
use nas::experiments::e9::{Curve, Measured, Plan, Settings, outcome, plan};
use nas::experiments::{Bound, Experiment, Lab};
use nas::run::{Settings as _, pool};
use nas::stats::argmin;

fn small() -> Settings {
    Settings { seeds: 3, samples: 40, percents: vec![5, 40, 90], dimension: 3, n_test: 50, ..Settings::default() }
}

/// Science 4.7, row E9; fixed before any run.
#[test]
fn the_criteria_are_the_published_ones_and_threads_change_nothing() {
    let run = |threads| pool(threads).unwrap().install(|| small().run(&Lab::silent())).unwrap();
    let outcomes = run(2);
    assert_eq!(outcomes, run(1));
    let bounds: Vec<Bound> = outcomes[0].criteria.iter().map(|criterion| criterion.bound).collect();
    assert_eq!(bounds, [AtLeast(2.0), AtLeast(2.0), AtMost(1.0), AtMost(1.0)]);
    assert_eq!((outcomes.len(), outcomes[0].table.rows.len()), (1, 3));
    assert!(outcomes[0].criteria.iter().all(|criterion| criterion.figure.is_finite()), "{:?}", outcomes[0].criteria);
}

/// Errors that follow a + c n^(−g) give a, c and g back, and the proposal is the ratio of least predicted error.
#[test]
fn the_planner_knows_the_curve_that_it_sees() {
    let settings = Settings { samples: 200, ..Settings::default() };
    for (a, c, g) in [(0.1, 2.0, 0.5), (0.0, 30.0, 1.5), (0.3, 0.0, 1.0)] {
        let mut curve = Curve::default();
        let law = |n: f64| a + c * n.powf(-g);
        // Two losses around the mean, which have a spread.
        for n in [20, 40, 80, 120, 160] {
            let error = law(n as f64);
            curve.add(n, &[0.5 * error, 1.5 * error]);
        }
        let Plan { position, floor, scale, exponent } = plan(&curve, &settings, 3);
        for n in [10.0, 100.0, 190.0] {
            let found = floor + scale * f64::powf(n, -exponent);
            assert!((found / law(n) - 1.0).abs() < 1e-6, "{a} {c} {g}: {found} and {} at {n}", law(n));
        }
        let spread = law(160.0) * 0.5f64.sqrt();
        let costs: Vec<f64> = (settings.percents.iter())
            .map(|&percent| {
                let n_v = settings.validation(percent) as f64;
                law(200.0 - n_v) + spread * (6.0 / n_v).sqrt()
            })
            .collect();
        assert_eq!(Some(position), argmin(&costs), "{costs:?}");
    }
}

/// Planted risks: the criteria are the figures that they say, in paired standard errors.
#[test]
fn criteria_are_computed_from_the_rows() {
    let seed = |risks: [f64; 3], position| {
        let proposal = Plan { position, floor: 0.0, scale: 1.0, exponent: 1.0 };
        Measured { risks: risks.to_vec(), proposal }
    };
    // The first ratio is worse than the second by 3 and 5, the last by 1 and 2; one proposal of two is the last ratio.
    let planted = [seed([13.0, 10.0, 11.0], 1), seed([15.0, 10.0, 12.0], 2)];
    // The same on digits, where the best ratio is the last one: it is 9 and 10, and the proposals lose 2 and 0.
    let digits = [seed([13.0, 11.0, 9.0], 1), seed([15.0, 11.0, 10.0], 2)];
    let criteria = outcome(&small(), &planted, &digits).criteria;
    let figures: Vec<f64> = criteria.iter().map(|criterion| criterion.figure).collect();
    // Standard errors of two values are half their distance; what the proposals lose is 0 and 2.
    let want = [4.0 / 1.0, 1.5 / 0.5, 1.0 / 1.0, 1.0 / 1.0];
    assert!(figures.iter().zip(want).all(|(found, want)| (found - want).abs() < 1e-12), "{figures:?}");
    assert!(criteria.iter().all(nas::experiments::Criterion::passes));
    // Student's t of one degree of freedom at 0.975 is 12.7062.
    let [low, high] = criteria[0].interval.unwrap();
    assert!((low - (4.0 - 12.7062)).abs() < 1e-3 && (high - (4.0 + 12.7062)).abs() < 1e-3, "{low} {high}");
    let worse = [seed([13.0, 10.0, 11.0], 0), seed([15.0, 10.0, 12.0], 0)];
    assert!(!outcome(&small(), &worse, &digits).criteria[2].passes());
    // Each data set is judged for itself.
    let criteria = outcome(&small(), &planted, &worse).criteria;
    assert!(criteria[2].passes() && !criteria[3].passes());
}

#[test]
fn settings_that_no_run_can_use_are_refused() {
    let refused = |settings: Settings, key: &str| {
        let error = settings.check().unwrap_err().to_string();
        assert!(error.contains(key), "{error}");
    };
    refused(Settings { seeds: 1, ..small() }, "seeds");
    refused(Settings { percents: vec![], ..small() }, "percents");
    refused(Settings { percents: vec![0], ..small() }, "percents");
    refused(Settings { percents: vec![100], ..small() }, "percents");
    refused(Settings { samples: 19, ..small() }, "samples");
    refused(Settings { noise: -0.1, ..small() }, "noise");
    let all = Settings { samples: 20, ..small() };
    assert_eq!([1, 50, 99].map(|percent| all.validation(percent)), [1, 10, 19], "at least one, and not all");
}
