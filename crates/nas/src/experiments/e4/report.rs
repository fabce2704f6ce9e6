//! E4's criteria, table and plot.

use super::{Measured, Settings};
use crate::experiments::ranking::{self, Ranking};
use crate::experiments::{Bound, Criterion, Outcome};
use crate::report::{Axis, Plot, Series, Table, figure};
use crate::stats::{largest, mean, median, power_law};

/// Which kernel a network is compared with: a place in [`Measured::deviations`].
const INFINITE: usize = 0;
const OWN: usize = 1;

/// Criteria, table and plot, of the widths of every seed.
pub fn outcome(settings: &Settings, measured: &[Vec<Measured>]) -> Outcome {
    let Settings { candidates, dimension, noise, n_train, n_validation, n_test, goal, steps, .. } = settings;
    Outcome {
        title: "E4  Networks of growing width come closer to the kernel".into(),
        claim: "Claim: trained networks do what gradient descent with their tangent kernel does, the better the \
            wider they are, for every activation at once; so what the kernel says of architectures holds for \
            networks."
            .into(),
        setting: format!(
            "Setting: y = x'Qx + {noise} z, x on the unit sphere of R^{dimension}; {candidates} Hermite candidates; \
             n_train {n_train}, n_validation {n_validation}, n_test {n_test}; {} random architectures, one start for \
             all at each width, neurons in pairs of zero sum; step 0.7 over the larger lambda_max of the kernel and \
             of the network's own tangent kernel, until train MSE {goal} (at most {steps} steps); then the kernel \
             after the same steps. {} seeds.",
            settings.architectures,
            measured.len()
        ),
        table: table(settings, measured),
        legend: "Columns: median over architectures of the root mean square deviation, on validation samples, from \
            the kernel of infinite width and from the own tangent kernel, mean over seeds; largest train MSE; fewest \
            and most steps; networks that diverged; Spearman correlation of the validation MSE of networks and \
            kernel, correlation of train and of validation MSE with test MSE, test MSE of the choice by validation \
            MSE over the best: medians over seeds."
            .into(),
        criteria: criteria(settings, measured),
        notes: notes(settings, measured),
        plots: vec![plot(settings, measured)],
    }
}

/// The mean over some seeds of the median deviation at a width.
fn deviation(measured: &[Vec<Measured>], seeds: &[usize], width: usize, kernel: usize) -> f64 {
    mean(&seeds.iter().map(|&seed| measured[seed][width].deviations()[kernel]).collect::<Vec<f64>>())
}

fn all(measured: &[Vec<Measured>]) -> Vec<usize> {
    (0..measured.len()).collect()
}

fn criteria(settings: &Settings, measured: &[Vec<Measured>]) -> Vec<Criterion> {
    let slope = |meaning: &str, of: &str, kernel, bound| {
        let from = settings.widths[settings.asymptotic().start];
        let slope = |seeds: &[usize]| {
            let widths = settings.asymptotic();
            let x: Vec<f64> = settings.widths[widths.clone()].iter().map(|&width| width as f64).collect();
            let y: Vec<f64> = widths.map(|width| deviation(measured, seeds, width, kernel)).collect();
            power_law(&x, &y).slope
        };
        let name = format!("slope in width of the deviation from {of}, from width {from} on");
        Criterion::of_seeds(meaning, name, (measured.len(), settings.run_as.study("e4")), slope, bound)
    };
    let widest: Vec<&Measured> = measured.iter().filter_map(|widths| widths.last()).collect();
    let rankings: Vec<Ranking> = widest.iter().map(|m| m.ranking).collect();
    let net_kernel: Vec<f64> = widest.iter().map(|m| m.net_kernel).collect();
    let mut criteria = vec![
        slope(
            "Networks come closer to the kernel as one over the root of the width ...",
            "the kernel",
            INFINITE,
            Bound::Within(-0.65, -0.35),
        ),
        slope("... and to their own tangent kernel faster.", "the own tangent kernel", OWN, Bound::AtMost(-0.6)),
    ];
    let at_widest = settings.widths.last().map_or_else(String::new, |width| format!(", width {width}"));
    criteria.extend(ranking::network_criteria(&rankings, &net_kernel, &at_widest));
    let least_span = widest.iter().map(|m| m.span).reduce(f64::min).unwrap_or(f64::NAN);
    criteria.push(Criterion::new(
        "Control: the architectures differ enough for their ranks to mean something.",
        format!("largest test MSE over the least, least over seeds{at_widest}"),
        least_span,
        Bound::AtLeast(5.0),
    ));
    criteria
}

fn table(settings: &Settings, measured: &[Vec<Measured>]) -> Table {
    let mut table = Table::new(&[
        "width",
        "from kernel",
        "from own",
        "worst train",
        "steps",
        "diverged",
        "net/kernel",
        "corr(tr,te)",
        "corr(va,te)",
        "val choice",
    ]);
    for (position, width) in settings.widths.iter().enumerate() {
        let seeds: Vec<&Measured> = measured.iter().map(|seed| &seed[position]).collect();
        let column = |get: fn(&Measured) -> f64| seeds.iter().map(|m| get(m)).collect::<Vec<f64>>();
        let from = [INFINITE, OWN].map(|kernel| figure(deviation(measured, &all(measured), position, kernel)));
        let fewest = seeds.iter().map(|m| m.steps.0).min().unwrap_or(0);
        let most = seeds.iter().map(|m| m.steps.1).max().unwrap_or(0);
        let diverged: usize = seeds.iter().map(|m| m.diverged).sum();
        let medians = [
            column(|m| m.net_kernel),
            column(|m| m.ranking.train_test),
            column(|m| m.ranking.validation_test),
            column(|m| m.ranking.validation_choice),
        ];
        let worst = figure(largest(&column(|m| m.ranking.worst_train)));
        let row = [width.to_string()].into_iter().chain(from);
        let row = row.chain([worst, format!("{fewest}-{most}"), diverged.to_string()]);
        table.rows.push(row.chain(medians.map(|values| figure(median(&values)))).collect());
    }
    table
}

fn notes(settings: &Settings, measured: &[Vec<Measured>]) -> Vec<String> {
    let artefact = "No criterion judges corr(tr,te): every descent stops at the same training error, and what \
        differs is how far its last step went below.";
    let goal =
        format!("Slopes are those of full training (to train MSE {}), not of a fixed number of steps.", settings.goal);
    let diverged: usize = measured.iter().flatten().map(|m| m.diverged).sum();
    let advice = format!("{diverged} networks diverged: too narrow for the step.");
    [artefact.to_owned(), goal].into_iter().chain((diverged > 0).then_some(advice)).collect()
}

/// The deviations over the width.
fn plot(settings: &Settings, measured: &[Vec<Measured>]) -> Plot {
    let series = [("from the kernel", INFINITE), ("from the own tangent kernel", OWN)].map(|(label, kernel)| {
        let at =
            |(position, &width): (usize, &usize)| [width as f64, deviation(measured, &all(measured), position, kernel)];
        Series { label: label.into(), points: settings.widths.iter().enumerate().map(at).collect(), theory: false }
    });
    Plot {
        title: "Deviation of trained networks, median over architectures".into(),
        x_label: "width".into(),
        x: Axis::Powers,
        y: Axis::Powers,
        series: series.into(),
        dots: false,
    }
}
