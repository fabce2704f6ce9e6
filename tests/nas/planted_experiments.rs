//! E2, E5, E10, E11 and E12 at small sizes: their laws, their published criteria, and that threads change nothing.
use nas::experiments::Bound::{AtLeast, AtMost, Within};
use nas::experiments::{Bound, Experiment, Lab, Outcome, Superposition, e2, e5, e10, e11, e12};
use nas::report::Progress;
use nas::run::pool;

fn run<E: Experiment>(settings: &E, threads: usize) -> Vec<Outcome> {
    pool(threads).unwrap().install(|| settings.run(&Lab::silent())).unwrap()
}

fn bounds(outcomes: &[Outcome]) -> Vec<Bound> {
    outcomes.iter().flat_map(|outcome| &outcome.criteria).map(|criterion| criterion.bound).collect()
}

fn failed(outcomes: &[Outcome]) -> Vec<&str> {
    let criteria = outcomes.iter().flat_map(|outcome| &outcome.criteria);
    criteria.filter(|criterion| !criterion.passes()).map(|criterion| criterion.name.as_str()).collect()
}

fn small_e2() -> e2::Settings {
    let problems = Superposition { maps: vec![2, 6], n_validation: vec![30, 120], ..Superposition::default() };
    e2::Settings { seeds: 6, problems, points: 5, ..e2::Settings::default() }
}

#[test]
fn e2_hypergradients_come_closer_with_samples() {
    let outcomes = run(&small_e2(), 2);
    assert_eq!(outcomes, run(&small_e2(), 1));
    assert_eq!(
        bounds(&outcomes),
        [Within(-0.6, -0.4), Within(-0.6, -0.4), Within(0.3, 0.7), Within(0.3, 0.7), AtMost(1e-6)]
    );
    assert!(failed(&outcomes).iter().all(|name| !name.contains("finite differences")));
    let measured = e2::measure_seed(&small_e2(), 0, &Progress::silent()).unwrap();
    assert!(measured.gaps.iter().all(|by_size| by_size[1] < by_size[0]), "{measured:?}");
}

#[test]
fn e5_formulas_are_those_of_the_theory() {
    // Science 2.8, the formula column of its table.
    let cell = |samples, maps, features, noise| e5::Cell { samples, maps, features, noise };
    let sines = [
        (cell(200, 5, 200, 0.0), 0.039),
        (cell(400, 10, 100, 0.5), 0.036),
        (cell(100, 5, 200, 0.0), 0.115),
        (cell(200, 10, 400, 0.0), 0.129),
        (cell(400, 40, 200, 0.3), 0.148),
    ];
    for (cell, sine) in sines {
        assert!((cell.sin_squared() - sine).abs() < 6e-4, "{cell:?}: {}", cell.sin_squared());
    }
    assert!((cell(50, 5, 100, 0.0).risk(1.0) - 0.5).abs() < 1e-12);
    assert!((cell(50, 5, 100, 0.3).risk(0.8) - 0.986).abs() < 6e-4);
    assert!((cell(40, 5, 200, 0.5).risk(0.5) - 1.339).abs() < 6e-4);
    assert!(!cell(200, 20, 400, 0.3).judged() && cell(200, 20, 100, 0.3).judged() && !cell(100, 2, 105, 0.0).judged());
}

#[test]
fn e5_draws_follow_them_and_searches_improve_on_them() {
    let settings = e5::Settings {
        samples: vec![100],
        maps: vec![4],
        features_percent: vec![40, 200],
        draws: 60,
        search_seeds: 3,
        starts: 4,
        ..e5::Settings::default()
    };
    let outcomes = run(&settings, 2);
    assert_eq!(outcomes[0], run(&settings, 1)[0], "only times may differ");
    assert_eq!(bounds(&outcomes[..1]), [AtMost(1.0), AtMost(1.0)]);
    assert_eq!(bounds(&outcomes[1..]), [AtLeast(0.9), AtMost(1.0)]);
    assert_eq!(failed(&outcomes[1..]), [""; 0]);
    let cell = settings.searched()[0];
    let searched = e5::search_seed(&cell, 2, nas::seed::Seed::new(1)).unwrap();
    assert!(searched.polished.loss <= searched.spectral.loss && searched.alternated.loss <= searched.spectral.loss);
}

#[test]
fn e10_joint_training_fits_and_fails() {
    let settings = e10::Settings { seeds: 2, n_test: 300, n_hermite: 60, ..e10::Settings::default() };
    let outcomes = run(&settings, 2);
    assert_eq!(outcomes, run(&settings, 1));
    // Of two seeds not even both are enough.
    assert_eq!(bounds(&outcomes), [[AtLeast(1.5), AtLeast(1.5), AtMost(1e-4)]; 2].concat());
    assert!(outcomes[0].criteria[2].passes() && outcomes[0].criteria[5].passes(), "it fits its data");
    assert!(outcomes[0].criteria[0].figure <= 1.0 && !outcomes[0].criteria[0].passes());
}

#[test]
fn e11_every_way_agrees_as_far_as_it_should() {
    let settings = e11::Settings { seeds: 2, features: 24, n_train: 8, ..e11::Settings::default() };
    let (one, two) = (run(&settings, 1), run(&settings, 2));
    let figures = |outcomes: &[Outcome]| outcomes[0].criteria.iter().map(|c| c.figure).collect::<Vec<f64>>();
    assert_eq!(figures(&one), figures(&two));
    let published = [&[1e-8; 2][..], &[1.0; 6], &[1e-5; 4]].concat().into_iter().map(AtMost);
    assert_eq!(bounds(&one), published.chain([0.1, 0.1].map(AtLeast)).collect::<Vec<_>>());
    assert_eq!(failed(&one), [""; 0]);
    // The bounds are within some orders of magnitude of the truth: a constant that is wrong by more would show.
    let measured = e11::measure_seed(&settings, 0).unwrap();
    let tightest = |name: &str| {
        let own = measured.ridge.iter().filter(|found| found.name.contains(name));
        own.filter_map(|found| Some(found.error / found.bound?)).fold(0.0, f64::max)
    };
    assert!(tightest("") > 1e-3, "{}", tightest(""));
    assert!(["MINRES", "GMRES", "fixed point"].iter().all(|name| tightest(name) > 1e-5), "{:?}", measured.ridge);
}

/// The iteration of the adjoint of a step of gradient descent is the Neumann series of the Hessian, term by term (science 6.1);
/// GMRES on a symmetric system is MINRES.
#[test]
fn e11_ways_that_are_one_agree() {
    let settings = e11::Settings { seeds: 1, features: 24, n_train: 8, ..e11::Settings::default() };
    let ridge = e11::measure_seed(&settings, 0).unwrap().ridge;
    let error = |name: &str| ridge.iter().find(|found| found.name == name).unwrap().error;
    for terms in [10, 100] {
        let [series, iteration] = ["Neumann", "fixed point"].map(|name| error(&format!("{name}, {terms}")));
        assert!((series - iteration).abs() < 1e-9 * series, "{terms}: {series} and {iteration}");
    }
    let [minres, gmres] = ["MINRES", "GMRES"].map(|name| error(&format!("{name}, to 1e-2")));
    assert!((minres - gmres).abs() < 1e-9 * minres, "{minres} and {gmres}");
}

#[test]
fn e12_the_dense_space_fits_the_validation_samples() {
    let settings = e12::Settings {
        seeds: 2,
        maps: 60,
        sparsity: 3,
        features: 30,
        n_train: 25,
        n_validation: 30,
        ..e12::Settings::default()
    };
    let outcomes = run(&settings, 2);
    assert_eq!(outcomes, run(&settings, 1));
    assert_eq!(bounds(&outcomes), [AtLeast(1.5), AtMost(0.05), AtLeast(0.8), AtLeast(0.9)]);
    for seed in 0..2 {
        let measured = e12::measure_seed(&settings, seed).unwrap();
        assert!(measured.dense.loss < measured.sparse.loss && measured.sparse.loss <= measured.thresholds.loss);
        assert!(measured.hits <= 3);
    }
}
