//! E2's criteria, table and plot.

use super::{Measured, Settings};
use crate::experiments::laws::Laws;
use crate::experiments::{Bound, Criterion, Outcome, Superposition};
use crate::report::{Table, figure};

/// Criteria, table and plot.
pub fn outcome(settings: &Settings, measured: &[Measured]) -> Outcome {
    let Settings { problems: Superposition { features, n_train, noise, .. }, points, .. } = settings;
    let laws = Laws {
        maps: &settings.problems.maps,
        n_validation: &settings.problems.n_validation,
        gaps: measured.iter().map(|seed| seed.gaps.clone()).collect(),
        seed: settings.run_as.study("e2"),
    };
    let what = "the gap of hypergradients";
    let mut criteria = laws.slopes(what, Bound::Within(-0.6, -0.4), None);
    criteria.extend(laws.exponents(what, Bound::Within(0.3, 0.7)));
    criteria.push(Criterion::of_largest(
        "The exact gradient is that of the exact risk.",
        "largest relative difference from finite differences of the risk",
        &measured.iter().map(|seed| seed.differences).collect::<Vec<f64>>(),
        Bound::AtMost(1e-6),
    ));
    Outcome {
        title: "E2  The largest gap between validation hypergradients and those of the risk (superposition model)".into(),
        claim: "Claim: not only validation risk, but its gradient through the fit follows that of the risk, at the same rate: the \
                root of h / n_V."
            .into(),
        setting: format!(
            "Setting: y = alpha*' X theta* + {noise} z, X of h maps with {features} features; weights of least norm on {n_train} \
             training samples; squared error, in all directions of alpha; the largest distance over {points} random points of the \
             sphere; {} seeds.",
            measured.len()
        ),
        table: table(settings, &laws),
        legend: "Columns: mean over seeds of the largest distance, for each number of validation samples.".into(),
        criteria,
        notes: vec![note(settings, &laws, what)],
        plots: vec![laws.plot("Largest gap of hypergradients")],
    }
}

/// Fewer samples than a few times h have no law yet; what a line through them too would say.
fn note(settings: &Settings, laws: &Laws<'_>, what: &str) -> String {
    let slopes = settings.problems.maps.iter().enumerate();
    let each: Vec<String> = slopes.map(|(h, maps)| format!("{} (h = {maps})", figure(laws.slope_of_all(h)))).collect();
    format!("Slopes in n_V are over n_V >= 5 h, as in E1. Over all n_V those of {what} would be {}.", each.join(", "))
}

fn table(settings: &Settings, laws: &Laws<'_>) -> Table {
    let mut table = Table { header: vec!["h".into()], rows: Vec::new() };
    table.header.extend(settings.problems.n_validation.iter().map(|size| format!("n_V = {size}")));
    for (h, maps) in settings.problems.maps.iter().enumerate() {
        let means = (0..settings.problems.n_validation.len()).map(|n| figure(laws.mean(h, n)));
        table.rows.push([maps.to_string()].into_iter().chain(means).collect());
    }
    table
}
