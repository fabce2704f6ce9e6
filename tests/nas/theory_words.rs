//! Sentences carry the numbers they stand for, and say what to do.
use nas::report::figure;
use nas::space::Simplex;
use nas::theory::bernstein::Bernstein;
use nas::theory::end_to_end::{Architecture, Inner, Measured, Mismatch, Outer, bound};
use nas::theory::hypergradient::{self, Reading};
use nas::theory::kernel::Superposition;
use nas::theory::lipschitz::{Estimate, Jump, Lipschitz};
use nas::theory::low_rank::{RankOne, Signal, Sizes};
use nas::theory::risk::{Setting, excess, gap};
use nas::theory::{Class, words};

fn says(sentence: &str, parts: &[&str]) {
    assert!(parts.iter().all(|part| sentence.contains(part)), "{parts:?} in: {sentence}");
    assert!(sentence.ends_with('.') && !sentence.contains("  ") && !sentence.contains("NaN"), "{sentence}");
}

fn setting(class: Class<'_>, n_validation: usize) -> Setting<'_> {
    Setting { class, loss_range: 1.0, loss_lipschitz: 1.0, n_validation, delta: 0.05 }
}

#[test]
fn risk_in_words() {
    let simplex = Simplex::unit(10);
    let over = |lipschitz| Class::Continuous { space: &simplex, lipschitz };
    let told = |class, n| {
        let (of, found) = (setting(class, n), gap(&setting(class, n)));
        (words::risk(&of, &found), figure(found.total()), figure(excess(&found, 0.0)))
    };
    let (said, gap, excess) = told(over(Lipschitz::Proved(10.0)), 2000);
    says(
        &said,
        &[
            "probability 0.05",
            "2000 validation",
            "R^10",
            &gap,
            &excess,
            "This is a certificate",
            "fewer candidates help",
        ],
    );
    let (said, ..) = told(over(Lipschitz::Estimated(10.0)), 2000);
    says(&said, &["not a certificate", "measured or assumed"]);
    let (said, gap, _) = told(Class::of_models(3), 2000);
    says(&said, &["each of 3 models", &gap, "This is a certificate", "confidence weighs most"]);
    let (said, ..) = told(Class::of_models(1), 2000);
    says(&said, &["the one model"]);
    let (said, ..) = told(Class::Finite { log_models: 500.0 }, 20_000);
    says(&said, &["each of e^500.00 models"]);
    for n in [0, 5] {
        let (said, ..) = told(over(Lipschitz::Proved(10.0)), n);
        says(&said, &["nothing is guaranteed", "more samples"]);
    }
    says(&words::plan(&Class::of_models(300), 0.1, 470), &["470 validation samples", "0.1000", "300 models"]);
}

#[test]
fn bernstein_in_words() {
    let fixed = Bernstein::before(&setting(Class::of_models(10), 2000), None).after(0.01);
    says(&words::bernstein(0.25, &fixed), &[&figure(0.25 + fixed.total()), &figure(fixed.total()), "certificate"]);
}

/// The parts are those of the sum, and the largest is named.
#[test]
fn measured_in_words() {
    let of = |training, validation, gap| {
        words::measured(&Measured { training, validation, gap, delta: 0.05, one_source: gap < 0.15 })
    };
    let said = of(0.1, 0.35, 0.2);
    says(
        &said,
        &["probability 0.05", "at most 0.5500: 0.1000 on", "0.2500 more", "0.2000 for choosing", "of another source"],
    );
    says(&said, &["Most goes to fitting it; more training"]);
    says(&of(0.1, 0.35, 0.3), &["at most 0.6500", "Most goes to choosing it; more validation"]);
    says(&of(0.5, 0.45, 0.1), &["-0.0500 more", "DM(alpha) is 0", "Most goes to its best model; a richer"]);
}

#[test]
fn variance_in_words() {
    let of = setting(Class::of_models(10), 2000);
    let found = Bernstein::before(&of, Some(0.01)).after(0.01);
    let said = words::by_variance(&of, 0.01, &found);
    says(&said, &["at most", &figure(found.total()), "2000 validation", "variance of 0.0100 or less", "certificate"]);
    let few = setting(Class::of_models(10), 3);
    let found = Bernstein::before(&few, Some(0.01)).after(0.01);
    says(&words::by_variance(&few, 0.01, &found), &["With 3 validation samples nothing is guaranteed"]);
}

#[test]
fn hypergradients_in_words() {
    let class = Class::of_models(1);
    let of = hypergradient::Setting { class, gradient_bound: 1.0, n_validation: 200, delta: 0.05 };
    let found = hypergradient::gap(&of);
    says(&words::hypergradient(&of, &found), &["within 0.2438", "noise", "the one model"]);
    says(&words::reading(&Reading::new(0.1, &found)), &["may be noise", "Stop here", "0.3438"]);
    says(&words::reading(&Reading::new(0.5, &found)), &["at least 0.2562", "going on"]);
}

/// Which mismatch entered is always said.
#[test]
fn end_to_end_in_words() {
    let of = |mismatch, complexity| {
        let architecture = Architecture { approximation: 0.1, complexity, mismatch };
        let inner = Inner { confidence_cost: 1.0, n_train: 400, delta: 0.025 };
        words::end_to_end(&bound(&[architecture], &inner, &Outer { gap: 0.05, delta: 0.025, slack: 0.0 }))
    };
    says(&of(Mismatch::None, 3.0), &["probability 0.05", "one distribution", "Most goes to fitting", "more training"]);
    says(&of(Mismatch::Pointwise(0.3), 0.0), &["(DM, ", "on the target", "0.3000", "a source closer"]);
    says(&of(Mismatch::Uniform(0.01), 0.0), &["(DM+, ", "on the source", "architecture 0"]);
}

#[test]
fn movements_in_words() {
    let superposition = Superposition { feature_bound: 4.0, mixture_bound: 2.0, n_train: 9, label_norm: 0.5, mu: 16.0 };
    says(&words::superposition(&superposition), &["at most 2.500", "mu = 16.00", "ridge"]);
    says(&words::superposition(&Superposition { mu: 0.0, ..superposition }), &["singular", "ridge"]);
    let estimate = Estimate { largest: 4.0, median: 2.0 };
    says(&words::lipschitz(7, &estimate, &[]), &["7 pairs", "4.000", "2.000", "an estimate"]);
    let jumps = [Jump { pair: 3, height: 0.5 }, Jump { pair: 5, height: 0.75 }];
    says(&words::lipschitz(7, &estimate, &jumps), &["2 of them jump", "pair 5 by 0.7500", "not Lipschitz"]);
}

#[test]
fn signals_in_words() {
    let sizes = Sizes { samples: 400, maps: 10, features: 100 };
    says(&words::signal(&sizes, &Signal::NotFound), &["400 samples", "no signal was found", "more samples"]);
    let found = |signal| words::signal(&sizes, &Signal::Found(RankOne { signal, noise: 0.25 }));
    says(&found(1.0), &["a signal of 1.000", "noise of 0.2500", "squared sine of 0.0359"]);
    says(&found(0.01), &["too weak"]);
    let model = RankOne { signal: 1.0, noise: 0.25 };
    let risk = |risk| words::low_rank_risk(&sizes, &model, risk);
    says(&risk(Some(0.5)), &["400 other samples", "squared error of 0.5000", "has 1.250", "100 now"]);
    says(&risk(None), &["400 samples for 100 features", "no finite expected error"]);
}
