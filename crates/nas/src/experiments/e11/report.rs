//! E11's criteria, table and plot.

use super::methods::{FEATURES, PRIMAL};
use super::{Found, Measured, Settings};
use crate::experiments::{Bound, Criterion, Outcome};
use crate::report::{Axis, Plot, Series, Table, figure};
use crate::stats::median;

/// Criteria, table and plot.
pub fn outcome(settings: &Settings, measured: &[Measured]) -> Outcome {
    let Settings { maps, features, n_train, n_validation, noise, lambda, .. } = settings;
    Outcome {
        title: "E11  Every way to a hypergradient on one problem".into(),
        claim: "Claim: with a ridge, all ways lead to the closed form, each as fast as its theory says. Without one, where the fit \
                interpolates, the implicit formula is wrong, whatever inverse of the Hessian is taken; the dual closed form and \
                unrolling are right."
            .into(),
        setting: format!(
            "Setting: {maps} maps of {features} features, {n_train} training and {n_validation} validation samples, noise {noise}; \
             ridge lambda {lambda}, then 0; step 1 / lambda_max; {} seeds.",
            measured.len()
        ),
        table: table(measured),
        legend: "Columns: median and largest relative error, largest error over what theory allows; products with the Hessian, or \
                 steps that were differentiated; milliseconds, median. With a ridge against the closed form, without one against \
                 differences of the problem solved again."
            .into(),
        criteria: criteria(measured),
        notes: vec![
            "DARTS of first and second order are reported without a criterion: they are not meant to be exact. Without a ridge, nor \
             are the last 100 of 800 steps, which give what the pseudo-inverse gives: what moves the weights inside the null space \
             happens in the first ones. Products of a fixed point count those that measure how far it contracts."
                .into(),
        ],
        plots: vec![plot(measured)],
    }
}

/// With a ridge, or without.
type Half = fn(&Measured) -> &Vec<Found>;

/// What all seeds found by one way.
fn by_way(measured: &[Measured], half: Half) -> Vec<Vec<&Found>> {
    let ways = measured.first().map_or(0, |first| half(first).len());
    (0..ways).map(|way| measured.iter().map(|seed| &half(seed)[way]).collect()).collect()
}

fn of(found: &[&Found], get: impl Fn(&Found) -> f64) -> Vec<f64> {
    found.iter().map(|found| get(found)).collect()
}

fn criteria(measured: &[Measured]) -> Vec<Criterion> {
    let ridge = by_way(measured, |seed| &seed.ridge);
    let ridgeless = by_way(measured, |seed| &seed.ridgeless);
    let errors = |ways: &[Vec<&Found>], name: &str| {
        let named = ways.iter().filter(|found| found.iter().any(|found| found.name == name));
        named.flat_map(|found| of(found, |found| found.error)).collect::<Vec<f64>>()
    };
    let share = |name: &str| {
        let bounded = ridge.iter().flatten().filter(|found| found.name.contains(name));
        bounded.filter_map(|found| Some(found.error / found.bound?)).collect::<Vec<f64>>()
    };
    let least = |values: Vec<f64>| values.into_iter().reduce(f64::min).unwrap_or(f64::NAN);
    let direct = [("a Cholesky factor of the Hessian", PRIMAL), ("the fit of feature maps", FEATURES)];
    let mut criteria: Vec<Criterion> = direct
        .into_iter()
        .map(|(way, name)| {
            Criterion::of_largest(
                format!("With a ridge, {way} gives the dual closed form."),
                format!("lambda > 0: largest relative error, {name}"),
                &errors(&ridge, name),
                Bound::AtMost(1e-8),
            )
        })
        .collect();
    let bounded = [
        ("Conjugate gradients", "CG"),
        ("MINRES", "MINRES"),
        ("GMRES", "GMRES"),
        ("The Neumann series", "Neumann"),
        ("The fixed point of the adjoint", "fixed point"),
        ("Unrolling", "unrolled"),
    ];
    for (way, name) in bounded {
        criteria.push(Criterion::of_largest(
            format!("{way} stays within the bound of its theory."),
            format!("lambda > 0: largest error over its bound, {name}"),
            &share(name),
            Bound::AtMost(1.0),
        ));
    }
    criteria.push(Criterion::of_largest(
        "Differences of the problem trained again agree.",
        "lambda > 0: largest relative error, finite differences",
        &errors(&ridge, "finite differences"),
        Bound::AtMost(1e-5),
    ));
    for name in ["closed form (dual)", "unrolled, 800", "unrolled forward, 800"] {
        criteria.push(Criterion::of_largest(
            "Without a ridge, this is right too.",
            format!("lambda = 0: largest relative difference from finite differences, {name}"),
            &errors(&ridgeless, name),
            Bound::AtMost(1e-5),
        ));
    }
    for name in ["pseudo-inverse of H", "damped, CG"] {
        criteria.push(Criterion::new(
            "The implicit formula is not.",
            format!("lambda = 0: least relative difference from finite differences, {name}"),
            least(errors(&ridgeless, name)),
            Bound::AtLeast(0.1),
        ));
    }
    criteria
}

fn table(measured: &[Measured]) -> Table {
    let mut table = Table::new(&["lambda", "way", "error", "largest", "of bound", "products", "ms"]);
    let halves: [(&str, Half); 2] = [("> 0", |seed| &seed.ridge), ("= 0", |seed| &seed.ridgeless)];
    for (lambda, half) in halves {
        for found in by_way(measured, half) {
            let errors = of(&found, |found| found.error);
            let shares = of(&found, |found| found.bound.map_or(f64::NAN, |bound| found.error / bound));
            let largest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
            let bound = if shares[0].is_nan() { String::new() } else { figure(largest(&shares)) };
            table.rows.push(vec![
                lambda.to_owned(),
                found[0].name.clone(),
                figure(median(&errors)),
                figure(largest(&errors)),
                bound,
                if found[0].products == 0 { String::new() } else { found[0].products.to_string() },
                figure(1e3 * median(&of(&found, |found| found.seconds))),
            ]);
        }
    }
    table
}

/// Error over products, with a ridge.
fn plot(measured: &[Measured]) -> Plot {
    let ways = by_way(measured, |seed| &seed.ridge);
    let series = ["CG", "MINRES", "Neumann", "unrolled,"].map(|name| {
        let own = ways.iter().filter(|found| found[0].name.starts_with(name));
        let point =
            |found: &Vec<&Found>| [found[0].products as f64, median(&of(found, |found| found.error)).max(1e-16)];
        Series { label: name.trim_end_matches(',').into(), points: own.map(point).collect(), theory: false }
    });
    Plot {
        title: "Relative error of the hypergradient, with a ridge".into(),
        x_label: "products, or steps differentiated".into(),
        x: Axis::Powers,
        y: Axis::Powers,
        series: series.into(),
        dots: false,
    }
}
