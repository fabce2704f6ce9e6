//! The end-to-end bound: by hand, and against problems with finitely many models, where every loss is known.
use crate::theory_draws::rate_is_at_most;
use nas::seed::{Seed, Stream};
use nas::theory::Class;
use nas::theory::end_to_end::{Architecture, Inner, Mismatch, Outer, bound};
use nas::theory::risk::{Setting, gap};
use rand::RngExt;

fn costs(approximation: f64, complexity: f64, mismatch: Mismatch) -> Architecture {
    Architecture { approximation, complexity, mismatch }
}

#[test]
fn the_parts_of_the_bound() {
    let inner = Inner { confidence_cost: 2.0, n_train: 100, delta: (-4f64).exp() };
    let outer = Outer { gap: 0.05, delta: 0.01, slack: 0.001 };
    let given = [
        costs(0.5, 0.0, Mismatch::None),           // .5 + (0 + 2·2)/10
        costs(0.1, 1.0, Mismatch::Pointwise(0.2)), // .1 + (1 + 2·2)/10 + .2
        costs(0.1, 6.0, Mismatch::Uniform(0.0)),   // .1 + (6 + 2·2)/10
    ];
    let found = bound(&given, &inner, &outer);
    assert_eq!((found.architecture, found.approximation, found.mismatch), (1, 0.1, Mismatch::Pointwise(0.2)));
    assert!((found.training - 0.5).abs() < 1e-15 && (found.validation - 0.101).abs() < 1e-15, "{found:?}");
    assert!((found.total() - 0.901).abs() < 1e-15 && (found.delta - 0.01 - (-4f64).exp()).abs() < 1e-17);
    assert_eq!(bound(&given[..1], &inner, &outer).architecture, 0);
    // The first of equals.
    assert_eq!(bound(&[given[2], given[2]], &inner, &outer).architecture, 0);
}

/// DM against its definition, where the best on the source is unique and where it is not, and below DM⁺.
#[test]
fn mismatches_of_finite_classes() {
    assert_eq!(Mismatch::pointwise(&[0.1, 0.1, 0.3], &[0.2, 0.6, 0.1]).cost(), 0.5);
    assert_eq!(Mismatch::uniform(&[0.125, 0.5, 0.25], &[0.25, 0.25, 0.25]).cost(), 0.5);
    assert_eq!(Mismatch::pointwise(&[0.7], &[0.1]).cost(), 0.0);
    let mut stream = Seed::new(0).split("mismatch").stream();
    for models in 1..50 {
        let mut losses = || (0..models).map(|_| stream.random::<f64>()).collect::<Vec<f64>>();
        let (source, target) = (losses(), losses());
        let (pointwise, uniform) = (Mismatch::pointwise(&source, &target), Mismatch::uniform(&source, &target));
        assert!(0.0 <= pointwise.cost() && pointwise.cost() <= uniform.cost());
        assert_eq!(Mismatch::pointwise(&source, &source).cost(), 0.0);
        assert_eq!(Mismatch::uniform(&source, &source).cost(), 0.0);
    }
}

#[test]
#[should_panic(expected = "losses of 2 models on D' and of 1 on D")]
fn mismatches_need_the_same_models() {
    Mismatch::uniform(&[0.1, 0.2], &[0.1]);
}

/// The rates of error of the models of each architecture.
type Rates = Vec<Vec<f64>>;

/// Mean losses of every model on n samples, each an error or not.
fn measured(rates: &Rates, n: usize, stream: &mut Stream) -> Rates {
    let mut of = |rate: f64| (0..n).filter(|_| stream.random::<f64>() < rate).count() as f64 / n as f64;
    rates.iter().map(|models| models.iter().map(|rate| of(*rate)).collect()).collect()
}

fn argmin(losses: &[f64]) -> usize {
    nas::stats::argmin(losses).unwrap()
}

/// Architectures with few to many models, trained by empirical risk on D′ and chosen by validation on D. By Hoeffding's
/// inequality training on D′ reaches min L_D′ + (√(2 ln 2|F|) + √2 √t)/√n_T, as the bound with DM⁺ needs it; with D′ = D
/// there is no mismatch.
#[test]
fn the_bound_covers_what_the_search_returns() {
    const DRAWS: usize = 300;
    const ROWS: [usize; 2] = [100, 80];
    for shift in [0.0, 0.15] {
        let mut stream = Seed::new(0).split("end to end").stream();
        let target: Rates =
            [1, 4, 64].iter().map(|m| (0..*m).map(|_| stream.random_range(0.1..0.6)).collect()).collect();
        let moved = |rate: &f64| rate + shift * stream.random_range(-1.0..1.0) / 2.0;
        let mut moved = moved;
        let source: Rates = target.iter().map(|models| models.iter().map(&mut moved).collect()).collect();
        let architectures: Vec<Architecture> = source
            .iter()
            .zip(&target)
            .map(|(source, target)| {
                let mismatch = if shift == 0.0 { Mismatch::None } else { Mismatch::uniform(source, target) };
                costs(target[argmin(target)], (2.0 * (2.0 * target.len() as f64).ln()).sqrt(), mismatch)
            })
            .collect();
        let (class, delta) = (Class::of_models(3), 0.025);
        let of = Setting { class, loss_range: 1.0, loss_lipschitz: 1.0, n_validation: ROWS[1], delta };
        let outer = Outer { gap: gap(&of).total(), delta, slack: 0.0 };
        let inner = Inner { confidence_cost: 2f64.sqrt(), n_train: ROWS[0], delta };
        let bounded = bound(&architectures, &inner, &outer);
        let mut reached = Vec::new();
        for _ in 0..DRAWS {
            let fitted: Vec<usize> = measured(&source, ROWS[0], &mut stream).iter().map(|m| argmin(m)).collect();
            let validated = measured(&target, ROWS[1], &mut stream);
            let chosen = argmin(&fitted.iter().zip(&validated).map(|(f, losses)| losses[*f]).collect::<Vec<f64>>());
            reached.push(target[chosen][fitted[chosen]]);
        }
        let failures = reached.iter().filter(|risk| **risk > bounded.total()).count();
        assert!(rate_is_at_most(bounded.delta, failures, DRAWS), "{failures} of {DRAWS} above {bounded:?}");
        // Without what training and choice cost it would not hold.
        let above = reached.iter().filter(|risk| **risk > bounded.approximation).count();
        assert!(above > DRAWS / 10, "{above}");
    }
}
