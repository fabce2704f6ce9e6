//! E1's criteria, table and plot.

use super::{Gap, Measured, Settings, gap::CLIP};
use crate::experiments::laws::Laws;
use crate::experiments::{Bound, Criterion, Outcome, Superposition};
use crate::report::{Table, figure};
use crate::theory::Class;
use crate::theory::risk::{Setting, gap};

/// The certified bound fails with this probability at most.
const DELTA: f64 = 0.05;

/// Criteria, table and plot.
pub fn outcome(settings: &Settings, measured: &[Measured]) -> Outcome {
    let Settings { problems: Superposition { features, n_train, noise, .. }, points, steps, .. } = settings;
    let (over_points, over_sphere) =
        (laws(settings, measured, |gap| gap.points), laws(settings, measured, |gap| gap.sphere));
    let excess = laws(settings, measured, |gap| gap.excess);
    let mut criteria = Vec::new();
    for (what, laws) in [("the gap over the points", &over_points), ("the gap over the sphere", &over_sphere)] {
        criteria.extend(laws.slopes(what, Bound::Within(-0.6, -0.4), Some(Bound::AtLeast(0.9))));
    }
    criteria.extend(over_sphere.exponents("the gap over the sphere", Bound::Within(0.35, 0.75)));
    criteria.push(coverage(settings, &excess));
    Outcome {
        title: "E1  The largest gap between validation risk and risk (superposition model)".into(),
        claim: "Claim: over a continuous space of h hyperparameters, validation risk is uniformly close to risk: the largest gap \
                falls as the root of h / n_V, whatever the number of weights and training samples is."
            .into(),
        setting: format!(
            "Setting: y = alpha*' X theta* + {noise} z, X of h maps with {features} features; weights of least norm on {n_train} \
             training samples, so every alpha on the sphere fits them; loss min(r^2, {}), whose risk is exact; {points} \
             random alpha, and an ascent of {steps} steps from the worst of them; {} seeds.",
            CLIP.bound,
            measured.len()
        ),
        table: table(settings, [&over_points, &over_sphere, &excess]),
        legend: "Columns: mean over seeds of the largest gap over the random points, and after the ascent; of the excess risk \
                 of the point of least validation risk; and what is certified for the points with probability 0.95."
            .into(),
        criteria,
        notes: Vec::new(),
        plots: vec![over_sphere.plot("Largest gap over the sphere")],
    }
}

fn laws<'a>(settings: &'a Settings, measured: &[Measured], of: fn(&Gap) -> f64) -> Laws<'a> {
    let gaps = measured.iter().map(|seed| seed.gaps.iter().map(|gaps| gaps.iter().map(of).collect()).collect());
    Laws {
        maps: &settings.problems.maps,
        n_validation: &settings.problems.n_validation,
        gaps: gaps.collect(),
        seed: settings.run_as.study("e1"),
    }
}

/// How often the excess risk of the choice among the points is within twice the certified gap, where that is least often.
fn coverage(settings: &Settings, excess: &Laws<'_>) -> Criterion {
    let sizes = settings.problems.n_validation.len();
    let within = |cell: usize| -> Vec<bool> {
        let (h, n) = (cell / sizes, cell % sizes);
        excess.gaps.iter().map(|seed| seed[h][n] <= 2.0 * certified(settings, n)).collect()
    };
    let share = |holds: &Vec<bool>| holds.iter().filter(|holds| **holds).count();
    let worst = (0..settings.problems.maps.len() * sizes).map(within).min_by_key(share).unwrap_or_default();
    Criterion::of_share(
        "The choice by validation risk loses no more than the theory certifies.",
        "share of seeds with an excess risk of at most twice the certified gap, least over h and n_V",
        &worst,
        Bound::AtLeast(0.95),
    )
}

/// What is certified for the random points, which are named before V is seen.
fn certified(settings: &Settings, n: usize) -> f64 {
    let setting = Setting {
        class: Class::of_models(settings.points),
        loss_range: CLIP.bound,
        loss_lipschitz: CLIP.lipschitz(),
        n_validation: settings.problems.n_validation[n],
        delta: DELTA,
    };
    gap(&setting).total()
}

fn table(settings: &Settings, columns: [&Laws<'_>; 3]) -> Table {
    let mut table = Table::new(&["h", "n_V", "gap, points", "gap, sphere", "excess", "certified"]);
    for (h, maps) in settings.problems.maps.iter().enumerate() {
        for (n, size) in settings.problems.n_validation.iter().enumerate() {
            let means = columns.map(|column| figure(column.mean(h, n)));
            let sizes = [maps, size].map(ToString::to_string);
            table.rows.push(sizes.into_iter().chain(means).chain([figure(certified(settings, n))]).collect());
        }
    }
    table
}
