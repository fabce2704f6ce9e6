//! E12's criteria, table and plot.

use super::{Measured, Settings};
use crate::experiments::pairs::scatter;
use crate::experiments::{Bound, Criterion, Outcome};
use crate::report::{Plot, Table, figure};
use crate::stats::{mean, median};

/// Criteria, table and plot.
pub fn outcome(settings: &Settings, measured: &[Measured]) -> Outcome {
    let Settings { maps, sparsity, features, n_train, n_validation, noise, .. } = settings;
    Outcome {
        title: "E12  A sparse space against a dense one".into(),
        claim: "Claim: the gap follows the effective dimension of the space. With more hyperparameters than validation samples a \
                dense search fits the validation samples and fails; a search over few at a time does not."
            .into(),
        setting: format!(
            "Setting: y = alpha*' X theta* + {noise} z with {maps} maps of {features} features, {sparsity} of them right, with \
             weights {sparsity} : ... : 1; {n_train} training and {n_validation} validation samples; ridge p / 2; dense: projected \
             gradient on the sphere from the spectral estimate; sparse: thresholds from the largest rows of the moment matrix, and \
             forward selection, whichever has the lower validation loss; {} seeds.",
            measured.len()
        ),
        table: table(measured),
        legend: "Columns: validation loss and exact risk of the dense search and of the sparse one; risk by thresholds alone; how \
                 many of the right maps the sparse search found."
            .into(),
        criteria: criteria(measured),
        notes: vec![format!("Right maps found, mean: {} of {sparsity}.", figure(mean(&column(measured, |m| m.hits as f64))))],
        plots: vec![plot(measured)],
    }
}

fn column(measured: &[Measured], of: fn(&Measured) -> f64) -> Vec<f64> {
    measured.iter().map(of).collect()
}

fn criteria(measured: &[Measured]) -> Vec<Criterion> {
    let lower: Vec<bool> = measured.iter().map(|m| m.sparse.risk < m.dense.risk).collect();
    let closer: Vec<bool> =
        measured.iter().map(|m| (m.sparse.risk - m.sparse.loss).abs() < (m.dense.risk - m.dense.loss).abs()).collect();
    vec![
        Criterion::of_sign_test(
            "The sparse search has the lower risk.",
            "share of seeds in which the sparse search has the lower risk",
            &lower,
        ),
        Criterion::of_median(
            "The dense search fits the validation samples ...",
            "its validation loss, median",
            &column(measured, |m| m.dense.loss),
            Bound::AtMost(0.05),
        ),
        Criterion::of_median(
            "... and nothing else.",
            "its risk, median",
            &column(measured, |m| m.dense.risk),
            Bound::AtLeast(0.8),
        ),
        Criterion::of_share(
            "The gap between risk and validation loss is smaller where the space is.",
            "share of seeds where the sparse search has the smaller gap",
            &closer,
            Bound::AtLeast(0.9),
        ),
    ]
}

fn table(measured: &[Measured]) -> Table {
    let mut table =
        Table::new(&["seed", "dense val", "dense risk", "sparse val", "sparse risk", "thresholds", "right maps"]);
    for (seed, m) in measured.iter().enumerate() {
        let numbers = [m.dense.loss, m.dense.risk, m.sparse.loss, m.sparse.risk, m.thresholds.risk].map(figure);
        table.rows.push([seed.to_string()].into_iter().chain(numbers).chain([m.hits.to_string()]).collect());
    }
    let medians: [fn(&Measured) -> f64; 5] =
        [|m| m.dense.loss, |m| m.dense.risk, |m| m.sparse.loss, |m| m.sparse.risk, |m| m.thresholds.risk];
    let medians = medians.map(|of| figure(median(&column(measured, of))));
    table.rows.push(["median".to_owned()].into_iter().chain(medians).collect());
    table
}

/// Risks of the sparse search over those of the dense one, seed by seed.
fn plot(measured: &[Measured]) -> Plot {
    let against = |of: fn(&Measured) -> f64| measured.iter().map(|m| [m.dense.risk, of(m)]).collect();
    let named = vec![
        ("sparse".into(), against(|m| m.sparse.risk)),
        ("thresholds alone".into(), against(|m| m.thresholds.risk)),
    ];
    scatter("Risk of the sparse search over that of the dense one", "risk of the dense search", "equal", named)
}
