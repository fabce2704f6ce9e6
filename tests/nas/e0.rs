//! E0 at a small size: its laws, and that threads change nothing.
use nas::data::Sizes;
use nas::experiments::Bound;
use nas::experiments::e0::{Measured, Options, criteria, measure, outcome};
use nas::report::{Progress, render};
use nas::run::pool;
use nas::seed::Seed;

fn small() -> Options {
    let sizes = Sizes { train: 40, validation: 40, test: 100 };
    Options { seeds: 3, architectures: 20, sizes, ..Options::default() }
}

fn measured(threads: usize) -> Vec<Measured> {
    pool(threads).unwrap().install(|| measure(&small(), Seed::new(5), &Progress::silent())).unwrap()
}

#[test]
fn results_do_not_depend_on_threads() {
    let one = measured(1);
    for threads in [2, 3] {
        assert_eq!(measured(threads), one, "{threads} threads");
    }
}

#[test]
fn a_seed_does_not_see_how_many_others_run() {
    let options = Options { seeds: 1, ..small() };
    let alone = measure(&options, Seed::new(5), &Progress::silent()).unwrap();
    assert_eq!(alone[0], measured(1)[0]);
}

/// Science 4.7, row E0, and the criterion for the search; fixed before any run.
#[test]
fn the_criteria_are_the_published_ones() {
    let bounds: Vec<Bound> = criteria(&[]).iter().map(|criterion| criterion.bound).collect();
    use Bound::{AtLeast, AtMost};
    assert_eq!(
        bounds,
        [AtMost(1e-4), AtMost(0.5), AtLeast(2.0), AtLeast(0.95), AtMost(1.05), AtMost(1.05), AtMost(1.05)]
    );
    assert!(criteria(&[]).iter().all(|criterion| !criterion.passes()), "a run without seeds proves nothing");
}

#[test]
fn the_laws_hold_at_a_small_size() {
    let measured = measured(2);
    for m in &measured {
        assert!(m.worst_train < 1e-4 && m.validation_choice >= 1.0 && m.train_choice >= 1.0);
        for searched in [&m.sphere, &m.simplex] {
            let path = &searched.found.path;
            assert!(path.windows(2).all(|w| w[1].value <= w[0].value), "the outer objective rose");
            let evidence = searched.found.hypergradient.evidence;
            assert!(evidence.inner_residual < 1e-10 && evidence.adjoint_residual < 1e-10);
        }
        assert!((m.sphere.found.alpha.iter().map(|a| a * a).sum::<f64>() - 1.0).abs() < 1e-14);
        assert!((m.simplex.found.alpha.iter().sum::<f64>() - 1.0).abs() < 1e-14);
    }
    let text = render(&outcome(&small(), &measured));
    assert!(text.contains("hypergradients exact, residuals"), "{text}");
}

#[test]
fn a_kernel_that_cannot_interpolate_is_an_error() {
    let options = Options { lambda: 0.0, candidates: 1, ..small() };
    let error = measure(&options, Seed::new(0), &Progress::silent()).unwrap_err();
    assert!(error.to_string().contains("raise the ridge lambda"), "{error}");
}
