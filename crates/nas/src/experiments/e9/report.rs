//! E9's criteria, table and plot.

use super::{Measured, Settings};
use crate::experiments::{Bound, Criterion, Outcome};
use crate::report::{Axis, Plot, Series, Table, figure};
use crate::stats::{argmin, mean, standard_error};

/// Criteria, table and plot.
pub fn outcome(settings: &Settings, planted: &[Measured], digits: &[Measured]) -> Outcome {
    let Settings { samples, dimension, noise, n_test, .. } = settings;
    Outcome {
        title: "E9  How to split".into(),
        claim: "Claim: with few validation samples the choice is bad, with few training samples the fit is: the best split lies \
                between, at few validation samples where hyperparameters are few."
            .into(),
        setting: format!(
            "Setting: {samples} samples in all; Hermite activations of degree 1 to 4 in the kernel model, chosen by a search on the \
             validation part, fitted on the training part. Planted: y = x'Qx + {noise} z on the unit sphere of R^{dimension}, \
             {n_test} test samples. Digits: below 5 against the others, centred and on the unit sphere, the rest to test. The planner \
             proposes the ratio of least a + c n_T^-g + sd sqrt(2 h_eff / n_V), fitted without test samples. A flat curve on the \
             digits would be a legitimate outcome: where their best ratio lies is reported, and what the proposal loses is judged. \
             {} seeds.",
            planted.len()
        ),
        table: table(settings, planted, digits),
        legend: "Columns: percent that validate; mean test error with its standard error; how often the planner proposes the ratio."
            .into(),
        criteria: criteria(settings, planted, digits),
        notes: vec![note(settings, digits)],
        plots: vec![plot(settings, planted, digits)],
    }
}

fn column(measured: &[Measured], position: usize) -> Vec<f64> {
    measured.iter().map(|seed| seed.risks[position]).collect()
}

fn means(settings: &Settings, measured: &[Measured]) -> Vec<f64> {
    (0..settings.percents.len()).map(|position| mean(&column(measured, position))).collect()
}

/// Test errors at the planner's proposals.
fn proposed(measured: &[Measured]) -> Vec<f64> {
    measured.iter().map(|seed| seed.risks[seed.proposal.position]).collect()
}

fn less(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn criteria(settings: &Settings, planted: &[Measured], digits: &[Measured]) -> Vec<Criterion> {
    let best = argmin(&means(settings, planted)).map_or_else(Vec::new, |best| column(planted, best));
    let mut criteria = Vec::new();
    for (end, position) in [("fewest", 0), ("most", settings.percents.len() - 1)] {
        criteria.push(Criterion::of_errors(
            format!("The {end} validation samples are not the best split."),
            format!(
                "planted: test error at {} % above the best ratio, in paired standard errors",
                settings.percents[position]
            ),
            &less(&column(planted, position), &best),
            Bound::AtLeast(2.0),
        ));
    }
    criteria.extend([("planted", planted), ("digits", digits)].map(|(data, measured)| {
        Criterion::of_seeds(
            format!("The planner's proposal is as good as the best ratio, {data}."),
            format!("{data}: what is lost by the proposal, over one paired standard error or 5 % of the best"),
            (measured.len(), settings.run_as.study("e9 proposals").split(data)),
            |seeds| lost(settings, &seeds.iter().map(|&seed| measured[seed].clone()).collect::<Vec<_>>()),
            Bound::AtMost(1.0),
        )
    }));
    criteria
}

/// What the proposals lose to the best ratio, in units of what they may lose: one paired standard error, or 5 % of the best.
fn lost(settings: &Settings, measured: &[Measured]) -> f64 {
    let best = argmin(&means(settings, measured)).map_or_else(Vec::new, |best| column(measured, best));
    let lost = less(&proposed(measured), &best);
    mean(&lost) / standard_error(&lost).unwrap_or(f64::NAN).max(0.05 * mean(&best))
}

fn note(settings: &Settings, digits: &[Measured]) -> String {
    let means = means(settings, digits);
    let best = argmin(&means).unwrap_or(0);
    format!(
        "Digits: the best ratio is {} % with a mean test error of {}; at the planner's proposals it is {}.",
        settings.percents[best],
        figure(means[best]),
        figure(mean(&proposed(digits)))
    )
}

fn table(settings: &Settings, planted: &[Measured], digits: &[Measured]) -> Table {
    let mut table = Table::new(&["percent", "planted", "proposed", "digits", "proposed"]);
    for (position, percent) in settings.percents.iter().enumerate() {
        let cells = [planted, digits].into_iter().flat_map(|measured| {
            let risks = column(measured, position);
            let error = standard_error(&risks).unwrap_or(f64::NAN);
            let times = measured.iter().filter(|seed| seed.proposal.position == position).count();
            [format!("{} ± {}", figure(mean(&risks)), figure(error)), times.to_string()]
        });
        table.rows.push([percent.to_string()].into_iter().chain(cells).collect());
    }
    table
}

fn plot(settings: &Settings, planted: &[Measured], digits: &[Measured]) -> Plot {
    let series = [("planted", planted), ("digits", digits)].map(|(label, measured)| {
        let means = means(settings, measured);
        let points = settings.percents.iter().zip(means).map(|(percent, mean)| [*percent as f64, mean]).collect();
        Series { label: label.into(), points, theory: false }
    });
    Plot {
        title: "Test error over the share that validates".into(),
        x_label: "percent that validate".into(),
        x: Axis::Linear,
        y: Axis::Powers,
        series: series.into(),
        dots: false,
    }
}
