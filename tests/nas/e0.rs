//! E0 at a small size: its laws, and that threads change nothing.
use nas::data::Sizes;
use nas::experiments::Bound::{self, AtLeast, AtMost};
use nas::experiments::Criterion;
use nas::experiments::e0::kernel::{self, Measured};
use nas::experiments::e0::{self, Options, network};
use nas::report::{Progress, render};
use nas::run::pool;
use nas::seed::Seed;

fn small() -> Options {
    let sizes = Sizes { train: 40, validation: 40, test: 100 };
    let network = network::Options { seeds: 2, pairs: 64, architectures: 3, limit: 200, ..network::Options::default() };
    Options { seeds: 3, architectures: 20, sizes, network, ..Options::default() }
}

fn measured(threads: usize) -> Vec<Measured> {
    pool(threads).unwrap().install(|| kernel::measure(&small(), Seed::new(5), &Progress::silent())).unwrap()
}

fn networks(threads: usize) -> Vec<network::Measured> {
    pool(threads).unwrap().install(|| network::measure(&small(), Seed::new(5), &Progress::silent())).unwrap()
}

#[test]
fn results_do_not_depend_on_threads() {
    let (kernels, nets) = (measured(1), networks(1));
    for threads in [2, 3] {
        assert_eq!(measured(threads), kernels, "kernels, {threads} threads");
        assert_eq!(networks(threads), nets, "networks, {threads} threads");
    }
}

#[test]
fn a_seed_does_not_see_how_many_others_run() {
    let options = Options { seeds: 1, ..small() };
    let alone = kernel::measure(&options, Seed::new(5), &Progress::silent()).unwrap();
    assert_eq!(alone[0], measured(1)[0]);
}

/// Science 4.7, row E0, and the criteria of the search and of the networks; fixed before any run.
#[test]
fn the_criteria_are_the_published_ones() {
    let bounds = |criteria: &[Criterion]| criteria.iter().map(|c| c.bound).collect::<Vec<Bound>>();
    let (kernels, networks) = (e0::kernel_criteria(&[]), e0::network_criteria(&[]));
    let choices = [AtMost(1e-4), AtMost(0.5), AtLeast(2.0), AtLeast(0.95), AtMost(1.05)];
    assert_eq!(bounds(&kernels)[..5], choices);
    assert_eq!(bounds(&kernels)[5..], [AtMost(1.05), AtMost(1.05), AtMost(1e-8)]);
    assert_eq!(bounds(&networks), [AtMost(1e-4), AtLeast(0.95), AtMost(1.05), AtLeast(0.9)]);
    assert!(kernels.iter().chain(&networks).all(|c| !c.passes()), "a run without seeds proves nothing");
}

#[test]
fn the_laws_hold_at_a_small_size() {
    let measured = measured(2);
    for m in &measured {
        assert!(m.ranking.worst_train < 1e-4 && m.ranking.validation_choice >= 1.0 && m.ranking.train_choice >= 1.0);
        for searched in [&m.sphere, &m.simplex] {
            let path = &searched.found.path;
            assert!(path.windows(2).all(|w| w[1].value <= w[0].value), "the outer objective rose");
            let evidence = searched.found.hypergradient.evidence;
            assert!(evidence.inner_residual < 1e-10 && evidence.adjoint_residual < 1e-10);
        }
        assert!((m.sphere.found.alpha.iter().map(|a| a * a).sum::<f64>() - 1.0).abs() < 1e-14);
        assert!((m.simplex.found.alpha.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        assert!(m.agreement.difference < 1e-10);
    }
    let text = render(&e0::kernel_outcome(&small(), &measured));
    assert!(text.contains("hypergradients exact, residuals"), "{text}");
}

#[test]
fn networks_report_what_happened_to_them() {
    for m in networks(2) {
        assert_eq!(m.diverged, 0);
        assert!(m.steps.0 > 0 && m.steps.1 <= 200 && m.ranking.validation_choice >= 1.0);
    }
    let mut options = small();
    options.network.step = 1e3;
    let wild = network::measure(&options, Seed::new(5), &Progress::silent()).unwrap();
    assert!(wild.iter().all(|m| m.diverged == 3 && m.ranking.worst_train.is_nan()));
    assert!(render(&e0::network_outcome(&options, &wild)).contains("6 networks diverged"));
}

#[test]
fn a_kernel_that_cannot_interpolate_is_an_error() {
    let options = Options { lambda: 0.0, candidates: 1, ..small() };
    let error = kernel::measure(&options, Seed::new(0), &Progress::silent()).unwrap_err();
    assert!(error.to_string().contains("raise the ridge lambda"), "{error}");
}
