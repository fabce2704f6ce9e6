//! E6's criteria, table and plots.

use super::{Chosen, Measured, Settings};
use crate::experiments::{Bound, Criterion, Outcome};
use crate::report::{Axis, Plot, Series, Table, figure};
use crate::stats::median;

/// Fewer seeds in which the choices differ say nothing.
const FEWEST: usize = 15;

/// Criteria, table and plots.
pub fn outcome(settings: &Settings, rotated: &[Measured], shifted: &[Measured], same: &[Measured]) -> Outcome {
    let Settings { maps, features, architectures, n_train, n_validation, angle, scale, clip, noise, .. } = settings;
    let sources = [("rotated", rotated), ("shifted", shifted)];
    let all = [sources[0], sources[1], ("same", same)];
    let mut criteria: Vec<Criterion> = sources.iter().flat_map(|(name, measured)| of_source(name, measured)).collect();
    criteria.extend(of_control(same));
    Outcome {
        title: "E6  Trained on a source, chosen on the target".into(),
        claim: "Claim: a few validation samples of the target choose, among models trained on another distribution, \
                one that transfers; the risk on the source chooses one that does not."
            .into(),
        setting: format!(
            "Setting: y = alpha*' X theta* + {noise} z with {maps} maps of {features} features, loss min(r^2, {clip}); \
             {architectures} random architectures, fitted by least squares to {n_train} samples of a source, chosen by \
             {n_validation} samples of the target or by the exact risk on the source. Rotated: alpha* is {angle} \
             degrees away; shifted: half of the maps are scaled by {scale}; same: the control. {} seeds each.",
            rotated.len()
        ),
        table: table(&all),
        legend: "Columns: in how many seeds the choices differ, and in how many of these validation chose better; \
                 medians of: the target risk of the source-best, of the validated choice and of the best; DM of the \
                 first two; the bound with DM+, and the DM+ in it."
            .into(),
        criteria,
        notes: all.iter().map(|(name, measured)| note(name, measured)).collect(),
        plots: sources.iter().map(|(name, measured)| plot(name, measured)).collect(),
    }
}

fn column<T>(measured: &[Measured], of: fn(&Measured) -> T) -> Vec<T> {
    measured.iter().map(of).collect()
}

/// In every seed where the choices differ: whether validation chose better.
fn better(measured: &[Measured]) -> Vec<bool> {
    let differ = measured.iter().filter(|m| m.differs());
    differ.map(|m| m.validated.risk < m.source_best.risk).collect()
}

fn of_source(name: &str, measured: &[Measured]) -> [Criterion; 4] {
    let (better, differ) = (better(measured), column(measured, Measured::differs));
    let inconclusive = better.len() < FEWEST;
    [
        Criterion::of_median(
            "The shift is one that the validation samples can see.",
            format!("{name}: target risk of the source-best above the best, over 4 sd sqrt(2 ln N / n_V), median"),
            &column(measured, |m| (m.source_best.risk - m.target_best.risk) / m.resolved),
            Bound::AtLeast(1.0),
        ),
        Criterion {
            inconclusive,
            ..Criterion::of_count(
                "Source and validation samples choose differently ...",
                format!("{name}: seeds in which the choices differ, fewer of which are inconclusive"),
                &differ,
                Bound::AtLeast(FEWEST as f64),
            )
        },
        Criterion {
            inconclusive,
            ..Criterion::of_share(
                "... and the validated choice transfers better.",
                format!("{name}: share of these in which the validated choice has the lower target risk"),
                &better,
                Bound::AtLeast(0.8),
            )
        },
        bound_holds(name, measured),
    ]
}

fn of_control(same: &[Measured]) -> [Criterion; 2] {
    let lost: Vec<f64> = same.iter().map(|m| m.validated.risk - m.source_best.risk).collect();
    // Without a single seed that differs, the two are equal.
    let control = Criterion::of_errors(
        "Control: where the source is the target, the two choices are equally good.",
        "same: mean difference of their risks, in paired standard errors",
        &lost,
        Bound::AtMost(2.0),
    );
    [control.unsigned(), bound_holds("same", same)]
}

fn bound_holds(name: &str, measured: &[Measured]) -> Criterion {
    let holds: Vec<bool> = measured.iter().map(|m| m.validated.risk <= m.bound).collect();
    Criterion::of_share(
        "The bound with DM+ holds in every seed.",
        format!("{name}: share of seeds in which the target risk keeps the bound"),
        &holds,
        Bound::AtLeast(1.0),
    )
}

fn note(name: &str, measured: &[Measured]) -> String {
    let tightness = median(&column(measured, |m| m.bound / m.validated.risk));
    let over = |of: fn(&Measured) -> Chosen| measured.iter().filter(|m| of(m).risk > m.unpaid).count();
    format!(
        "{name}: the bound is {} times the risk (median); without DM+ it would fail for the source-best in {} and for \
         the validated choice in {} of {} seeds.",
        figure(tightness),
        over(|m| m.source_best),
        over(|m| m.validated),
        measured.len()
    )
}

fn table(sources: &[(&str, &[Measured])]) -> Table {
    let mut table = Table::new(&[
        "source",
        "differ",
        "better",
        "source-best",
        "validated",
        "best",
        "DM source",
        "DM valid",
        "bound",
        "DM+",
    ]);
    let medians: [fn(&Measured) -> f64; 7] = [
        |m| m.source_best.risk,
        |m| m.validated.risk,
        |m| m.target_best.risk,
        |m| m.source_best.mismatch,
        |m| m.validated.mismatch,
        |m| m.bound,
        |m| m.paid,
    ];
    for (name, measured) in sources {
        let better = better(measured);
        let counts = [better.len(), better.iter().filter(|better| **better).count()].map(|count| count.to_string());
        let medians = medians.map(|of| figure(median(&column(measured, of))));
        table.rows.push([(*name).to_owned()].into_iter().chain(counts).chain(medians).collect());
    }
    table
}

/// Risks seed by seed, in the order of the validated choice's.
fn plot(name: &str, measured: &[Measured]) -> Plot {
    let mut sorted = measured.to_vec();
    sorted.sort_by(|a, b| a.validated.risk.total_cmp(&b.validated.risk));
    let series = |label: &str, of: fn(&Measured) -> f64, theory| {
        let points = sorted.iter().enumerate().map(|(place, m)| [place as f64, of(m)]).collect();
        Series { label: label.into(), points, theory }
    };
    Plot {
        title: format!("Target risk, {name} source"),
        x_label: "seeds, sorted".into(),
        x: Axis::Linear,
        y: Axis::Linear,
        series: vec![
            series("source-best", |m| m.source_best.risk, false),
            series("validated choice", |m| m.validated.risk, false),
            series("its bound", |m| m.bound, true),
            series("best", |m| m.target_best.risk, false),
        ],
        dots: false,
    }
}
