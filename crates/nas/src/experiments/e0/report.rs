//! E0's criteria, tables and notes.

use super::{Options, Ranking, kernel, network};
use crate::data::Sizes;
use crate::experiments::pairs::scatter;
use crate::experiments::{Bound, Criterion, Outcome, ranking};
use crate::hypergradient::Evidence;
use crate::report::{Plot, Table, figure};
use crate::search::{Found, Stop};
use crate::stats::{argmin, median};

/// The figures of 4.7 (medians over seeds, except the first) beside their bounds.
pub fn kernel_criteria(measured: &[kernel::Measured]) -> Vec<Criterion> {
    let column = |get: fn(&kernel::Measured) -> f64| measured.iter().map(get).collect::<Vec<f64>>();
    vec![
        Criterion::of_largest(
            "Every architecture fits the training data.",
            "largest train MSE, all architectures and seeds",
            &column(|m| m.ranking.worst_train),
            Bound::AtMost(1e-4),
        ),
        Criterion::of_median(
            "So training error says little about test error ...",
            "|corr(train MSE, test MSE)|, median",
            &column(|m| m.ranking.train_test.abs()),
            Bound::AtMost(0.5),
        ),
        Criterion::of_median(
            "... and choosing by it costs a multiple of the best.",
            "test MSE of the choice by train error, over the best, median",
            &column(|m| m.ranking.train_choice),
            Bound::AtLeast(2.0),
        ),
        Criterion::of_median(
            "Validation error follows test error ...",
            "corr(validation MSE, test MSE), median",
            &column(|m| m.ranking.validation_test),
            Bound::AtLeast(0.95),
        ),
        Criterion::of_median(
            "... and choosing by it is nearly as good as knowing test error.",
            "test MSE of the choice by validation error, over the best, median",
            &column(|m| m.ranking.validation_choice),
            Bound::AtMost(1.05),
        ),
        Criterion::of_median(
            "The bilevel search over alpha on the sphere (projected gradient) reaches the best random architecture.",
            "its test MSE over the best, median",
            &column(|m| m.sphere.ratio),
            Bound::AtMost(1.05),
        ),
        Criterion::of_median(
            "So does the search over d = alpha^2 on the simplex (exponentiated gradient).",
            "its test MSE over the best, median",
            &column(|m| m.simplex.ratio),
            Bound::AtMost(1.05),
        ),
        Criterion::of_largest(
            "The closed-form hypergradient agrees with the tape's implicit one of the dual form.",
            "largest relative difference",
            &column(|m| m.agreement.difference),
            Bound::AtMost(1e-8),
        ),
    ]
}

/// Table, criteria and notes for [`crate::report`].
pub fn kernel_outcome(options: &Options, measured: &[kernel::Measured]) -> Outcome {
    let Sizes { train, validation, test } = options.sizes;
    Outcome {
        title: "E0  Activation search with a train-validation split (Hermite activations, kernel model)".into(),
        claim: "Claim: although every architecture alpha fits the training data, so that training error cannot tell them \
                apart, the validation error of a split does, and a gradient search through the fit finds the best one."
            .into(),
        setting: format!(
            "Setting: y = x'Qx + {} z, x on the unit sphere of R^{}; {} candidates, K_alpha = sum_i alpha_i^2 rho^(i+1); \
             n_train {train}, n_validation {validation}, n_test {test}; ridge lambda {}; {} random architectures; {} seeds.",
            options.problem.noise,
            options.problem.dimension,
            options.candidates,
            options.lambda,
            options.architectures,
            measured.len(),
        ),
        table: kernel_table(measured),
        legend: "Columns: largest train MSE; correlation of train and of validation MSE with test MSE over the \
                 architectures; least test MSE; test MSE over that least one of the choice by train error, of the choice \
                 by validation error, and of the bilevel searches on sphere and simplex (outer steps in parentheses)."
            .into(),
        criteria: kernel_criteria(measured),
        notes: kernel_notes(measured),
        plots: measured.first().map(kernel_plot).into_iter().collect(),
    }
}

/// The architectures of one seed, and the one that validation chooses.
fn kernel_plot(seed: &kernel::Measured) -> Plot {
    let validation: Vec<f64> = seed.errors.iter().map(|[validation, _]| *validation).collect();
    let choice = argmin(&validation).map(|choice| seed.errors[choice]).into_iter().collect();
    let named = vec![("architectures".into(), seed.errors.clone()), ("the choice".into(), choice)];
    scatter("Test MSE over validation MSE, architectures of seed 0", "validation MSE", "equal", named)
}

/// The networks of every seed.
fn network_plot(measured: &[network::Measured]) -> Plot {
    let named = measured.iter().enumerate().map(|(seed, m)| (format!("seed {seed}"), m.errors.clone())).collect();
    scatter("Test MSE over validation MSE, trained networks", "validation MSE", "equal", named)
}

fn kernel_table(measured: &[kernel::Measured]) -> Table {
    let mut table = Table::new(&[
        "seed",
        "worst train",
        "corr(tr,te)",
        "corr(va,te)",
        "best test",
        "train choice",
        "val choice",
        "sphere",
        "simplex",
    ]);
    for (seed, m) in measured.iter().enumerate() {
        let searched = |s: &kernel::Searched| format!("{} ({})", figure(s.ratio), s.found.path.len());
        let numbers = [
            m.ranking.worst_train,
            m.ranking.train_test,
            m.ranking.validation_test,
            m.ranking.best,
            m.ranking.train_choice,
            m.ranking.validation_choice,
        ];
        let row = [seed.to_string()].into_iter().chain(numbers.map(figure));
        table.rows.push(row.chain([searched(&m.sphere), searched(&m.simplex)]).collect());
    }
    table
}

/// How the searches ended, and the weakest evidence for their hypergradients.
fn kernel_notes(measured: &[kernel::Measured]) -> Vec<String> {
    let sphere = measured.iter().map(|m| &m.sphere.found).collect::<Vec<_>>();
    let simplex = measured.iter().map(|m| &m.simplex.found).collect::<Vec<_>>();
    let by_tape = measured.iter().map(|m| m.agreement.by_tape).reduce(Evidence::weaker);
    let by_tape = by_tape.map(|evidence| format!("Hypergradient by the tape at the start of the search: {evidence}."));
    [search_note("sphere", &sphere), search_note("simplex", &simplex)].into_iter().chain(by_tape).collect()
}

fn search_note(name: &str, found: &[&Found]) -> String {
    let stationary = found.iter().filter(|f| f.stop == Stop::Stationary).count();
    let steps = median(&found.iter().map(|f| f.path.len() as f64).collect::<Vec<_>>());
    let hypergradients = match found.iter().map(|f| f.hypergradient.evidence).reduce(Evidence::weaker) {
        Some(evidence) => evidence.to_string(),
        None => "none".to_owned(),
    };
    format!(
        "Search on the {name}: stationary in {stationary} of {} seeds, {steps} steps (median); hypergradients {hypergradients}.",
        found.len()
    )
}

/// The criteria of the network half (medians over seeds, except the first) beside their bounds.
pub fn network_criteria(measured: &[network::Measured]) -> Vec<Criterion> {
    let rankings: Vec<Ranking> = measured.iter().map(|m| m.ranking).collect();
    let net_kernel: Vec<f64> = measured.iter().map(|m| m.net_kernel).collect();
    ranking::network_criteria(&rankings, &net_kernel, "")
}

/// Table, criteria and notes of the network half for [`crate::report`].
pub fn network_outcome(options: &Options, measured: &[network::Measured]) -> Outcome {
    let network::Options { pairs, architectures, step, goal, limit, .. } = options.network;
    Outcome {
        title: "E0  The same with real networks, trained by gradient descent on the tape".into(),
        claim: "Claim: what the kernel says holds for networks: each fits the training data, validation error chooses well, \
                and the ranking is the kernel's."
            .into(),
        setting: format!(
            "Setting: the data and the first {architectures} architectures of the first {} seeds; {} neurons in pairs of \
             zero sum, one start for all; step {step} / lambda_max of the network's tangent kernel at the start, until train \
             MSE {goal} (at most {limit} steps).",
            measured.len(),
            2 * pairs,
        ),
        table: network_table(measured),
        legend: "Columns: largest train MSE; fewest and most steps; correlation of train and of validation MSE with test \
                 MSE over the architectures; least test MSE; test MSE over that least one of the choice by train error and \
                 of the choice by validation error; Spearman correlation of the validation MSE of networks and of the \
                 kernel after the same steps."
            .into(),
        criteria: network_criteria(measured),
        notes: network_notes(measured),
        plots: vec![network_plot(measured)],
    }
}

fn network_table(measured: &[network::Measured]) -> Table {
    let mut table = Table::new(&[
        "seed",
        "worst train",
        "steps",
        "corr(tr,te)",
        "corr(va,te)",
        "best test",
        "train choice",
        "val choice",
        "net/kernel",
    ]);
    for (seed, m) in measured.iter().enumerate() {
        let steps = format!("{}-{}", m.steps.0, m.steps.1);
        let r = &m.ranking;
        let numbers = [r.train_test, r.validation_test, r.best, r.train_choice, r.validation_choice, m.net_kernel];
        let row = [seed.to_string(), figure(r.worst_train), steps].into_iter().chain(numbers.map(figure));
        table.rows.push(row.collect());
    }
    table
}

fn network_notes(measured: &[network::Measured]) -> Vec<String> {
    let artefact = "No criterion judges corr(tr,te) and the train choice here: every descent stops at the same training error, \
                    and what differs is how far its last step went below.";
    let diverged: usize = measured.iter().map(|m| m.diverged).sum();
    let advice = format!("{diverged} networks diverged: too narrow for the step; raise --net-width.");
    [artefact.to_owned()].into_iter().chain((diverged > 0).then_some(advice)).collect()
}
