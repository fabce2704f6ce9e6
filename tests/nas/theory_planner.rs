//! The planner against the bounds that it inverts.
use nas::space::{Copies, Simplex, Space, Sphere};
use nas::theory::lipschitz::Lipschitz;
use nas::theory::planner::{least_samples, most_candidates, samples_for_gap};
use nas::theory::risk::{Setting, gap};
use nas::theory::{Class, hypergradient};

fn setting(class: Class<'_>, n_validation: usize) -> Setting<'_> {
    Setting { class, loss_range: 1.0, loss_lipschitz: 1.0, n_validation, delta: 0.05 }
}

fn over(space: &dyn Space) -> Class<'_> {
    Class::Continuous { space, lipschitz: Lipschitz::Proved(10.0) }
}

/// gap(n) ≤ target < gap(n − 1).
#[test]
fn the_number_of_samples_is_the_least() {
    let (simplex, sphere) = (Simplex::unit(10), Copies { space: Sphere::unit(7), copies: 4 });
    for class in [over(&simplex), over(&sphere), Class::of_models(1), Class::of_models(300)] {
        for target in [2.0, 0.5, 0.1, 0.033, 0.01] {
            let n = samples_for_gap(&setting(class, 0), target).unwrap();
            let at = |n| gap(&setting(class, n)).total();
            assert!(at(n) <= target && at(n - 1) > target, "{n}: {} and {}", at(n), at(n - 1));
        }
    }
}

/// N = 1: n = ⌈ln(2/δ) / (2 gap²)⌉, known without a search.
#[test]
fn one_model_has_a_closed_plan() {
    for target in [0.3, 0.1, 0.05, 0.01] {
        let want = (40f64.ln() / (2.0 * target * target)).ceil();
        assert_eq!(samples_for_gap(&setting(Class::of_models(1), 0), target).unwrap() as f64, want);
    }
}

#[test]
fn plans_for_hypergradients() {
    let simplex = Simplex::unit(5);
    let at = |n_validation| {
        let of = hypergradient::Setting { class: over(&simplex), gradient_bound: 1.0, n_validation, delta: 0.05 };
        hypergradient::gap(&of).total()
    };
    let n = least_samples(at, 0.2).unwrap();
    assert!(at(n) <= 0.2 && at(n - 1) > 0.2);
}

/// On plain functions, boundaries at every place.
#[test]
fn boundaries_are_found_wherever_they_are() {
    for first in 1..200_usize {
        assert_eq!(least_samples(|n| if n < first { 1.0 } else { 0.0 }, 0.5).unwrap(), first);
        for limit in [1, 2, 63, 64, 65, 199] {
            let found = most_candidates(|h| if h <= first { 0.0 } else { 1.0 }, 0.5, limit).unwrap();
            assert_eq!(found, first.min(limit));
        }
    }
}

/// The most candidates: one more has a gap above the target.
#[test]
fn the_number_of_candidates_is_the_most() {
    for (n, target) in [(1000, 0.2), (5000, 0.1), (100_000, 0.05)] {
        let at = |h| gap(&setting(over(&Simplex::unit(h)), n)).total();
        let h = most_candidates(at, target, 10_000).unwrap();
        assert!(h > 1 && at(h) <= target && at(h + 1) > target, "{h}: {} and {}", at(h), at(h + 1));
    }
}

#[test]
fn what_cannot_be_reached_is_said() {
    let none = samples_for_gap(&setting(over(&Simplex::unit(10)), 0), 0.0).unwrap_err();
    assert!(none.least > 0.0 && none.to_string().contains("ask for a larger gap"), "{none}");
    assert!(samples_for_gap(&setting(Class::of_models(3), 0), f64::NAN).is_err());
    let few = most_candidates(|h| h as f64, 0.5, 9).unwrap_err();
    assert_eq!((few.target, few.least), (0.5, 1.0));
    assert!(least_samples(|_| f64::NAN, 0.5).is_err());
}
