//! E8's criteria, table and plot.

use super::{Measured, Searched, Settings};
use crate::experiments::{Bound, Criterion, Outcome};
use crate::report::{Axis, Plot, Series, Table, figure};
use crate::stats::{largest, mean, power_law, standard_error};

/// Criteria, table and plot of one data set, whose training error must be at most `most` at the end.
pub fn outcome(settings: &Settings, data: &str, most: f64, measured: &[Measured]) -> Outcome {
    let Settings { n_train, n_test, cells, width, steps, settle, batch, rate, alpha_rate, second_order, .. } = settings;
    let order = if *second_order { "second" } else { "first" };
    Outcome {
        title: format!("E8  Validation and test error of a supernet, {data}"),
        claim: "Claim: a supernet that fits its training images without error, searched as DARTS does, has a \
                validation error that is its test error, up to a gap that falls as one over the root of n_V and is \
                noise from n_V = h on."
            .into(),
        setting: format!(
            "Setting: {cells} cell(s) of 14 edges with 5 operations each (zero, identity, a linear map with relu, \
             tanh, silu), h = {}; nodes of width {width}; {steps} steps of momentum on batches of {batch} of {n_train} \
             training images, from {rate} to 1/25 of it along half a cosine, each followed by a step of Adam on the \
             softmax logits of size {alpha_rate} ({order} order), then {settle} of the weights alone; {} seeds with a split of their \
             own, at most {n_test} of the other images test.",
            settings.hyperparameters(),
            measured.len()
        ),
        table: table(settings, measured),
        legend: "Columns: validation and test images; n_eff = 1/(1/n_V + 1/n_test); largest training error; mean \
                 validation and test error; mean |val - test|, and what binomial noise alone would give; mean test - \
                 val (above 0: V is overfitted); mean validation loss of the search, and of uniform weights; largest \
                 weight of an edge, mean (0.2: nothing moved)."
            .into(),
        criteria: criteria(settings, most, measured),
        notes: vec![note(settings, measured)],
        plots: vec![plot(settings, data, measured)],
    }
}

/// A figure of every seed, at the size with this position.
fn column(measured: &[Measured], size: usize, of: impl Fn(&Searched) -> f64) -> Vec<f64> {
    measured.iter().map(|seed| of(&seed.searches[size])).collect()
}

fn at(measured: &[Measured], size: usize, of: impl Fn(&Searched) -> f64) -> f64 {
    mean(&column(measured, size, of))
}

/// √(e (1 − e) / n_eff): the standard deviation of val − test by chance alone, e the mean test error.
fn noise(measured: &[Measured], size: usize) -> f64 {
    let error = at(measured, size, |s| s.searched.test);
    (error * (1.0 - error) / at(measured, size, Searched::effective)).sqrt()
}

fn criteria(settings: &Settings, most: f64, measured: &[Measured]) -> Vec<Criterion> {
    let sizes = settings.sizes();
    let positions = || 0..sizes.len();
    let train: Vec<f64> = positions().flat_map(|size| column(measured, size, |s| s.searched.train)).collect();
    let over = |seeds: &[usize], size: usize, of: fn(&Searched) -> f64| {
        mean(&seeds.iter().map(|&seed| of(&measured[seed].searches[size])).collect::<Vec<f64>>())
    };
    let slope = |seeds: &[usize]| {
        let effective: Vec<f64> = positions().map(|size| at(measured, size, Searched::effective)).collect();
        power_law(&effective, &positions().map(|size| over(seeds, size, Searched::gap)).collect::<Vec<f64>>()).slope
    };
    let moved = |seeds: &[usize]| {
        let ratio = |size| over(seeds, size, |s| s.searched.loss) / over(seeds, size, |s| s.uniform.loss);
        largest(&positions().map(ratio).collect::<Vec<f64>>())
    };
    let of_seeds = |name| (measured.len(), settings.run_as.study(name));
    let h = settings.hyperparameters();
    let of_h = sizes.iter().position(|&size| size == h).unwrap_or(0);
    let in_noise: Vec<f64> = column(measured, of_h, |s| s.gap() / noise(measured, of_h));
    vec![
        Criterion::of_largest(
            "The supernet fits its training images ...",
            "largest training error at the end, all seeds and sizes",
            &train,
            Bound::AtMost(most),
        ),
        Criterion::of_seeds(
            "... and yet validation error comes as close to test error as the number of images allows.",
            "slope of the mean |val - test| in n_eff",
            of_seeds("e8 slope"),
            slope,
            Bound::Within(-0.7, -0.3),
        ),
        Criterion::of_mean(
            "With as many validation images as hyperparameters the gap is noise.",
            format!("mean |val - test| at n_V = h = {h}, over sqrt(e (1 - e) / n_eff)"),
            &in_noise,
            Bound::AtMost(2.0),
        ),
        Criterion::of_seeds(
            "The search did move: it ends at a lower validation loss than uniform weights.",
            "mean validation loss over that of uniform weights, the largest over n_V",
            of_seeds("e8 losses"),
            moved,
            Bound::AtMost(1.0),
        ),
    ]
}

fn note(settings: &Settings, measured: &[Measured]) -> String {
    let signed = |size| at(measured, size, |s| s.searched.test - s.searched.validation);
    let sizes = settings.sizes();
    let each: Vec<String> =
        sizes.iter().enumerate().map(|(size, n)| format!("{} at {n}", figure(signed(size)))).collect();
    format!("Upper overfitting, mean test - val error by n_V: {}.", each.join(", "))
}

fn table(settings: &Settings, measured: &[Measured]) -> Table {
    let mut table = Table::new(&[
        "n_V",
        "n_test",
        "n_eff",
        "train",
        "val",
        "test",
        "|val-test|",
        "noise",
        "test-val",
        "val loss",
        "uniform",
        "weight",
    ]);
    for (size, n) in settings.sizes().iter().enumerate() {
        let with_error = |of: &dyn Fn(&Searched) -> f64| {
            let values = column(measured, size, of);
            format!("{} ± {}", figure(mean(&values)), figure(standard_error(&values).unwrap_or(f64::NAN)))
        };
        let mean = |of: &dyn Fn(&Searched) -> f64| figure(at(measured, size, of));
        table.rows.push(vec![
            n.to_string(),
            at(measured, size, |s| s.n_test as f64).to_string(),
            mean(&Searched::effective),
            figure(largest(&column(measured, size, |s| s.searched.train))),
            mean(&|s| s.searched.validation),
            mean(&|s| s.searched.test),
            with_error(&Searched::gap),
            // E |z| of a normal z.
            figure((2.0 / std::f64::consts::PI).sqrt() * noise(measured, size)),
            with_error(&|s| s.searched.test - s.searched.validation),
            mean(&|s| s.searched.loss),
            mean(&|s| s.uniform.loss),
            mean(&|s| s.largest),
        ]);
    }
    table
}

fn plot(settings: &Settings, data: &str, measured: &[Measured]) -> Plot {
    let over = |of: &dyn Fn(usize) -> f64| {
        (0..settings.sizes().len()).map(|size| [at(measured, size, Searched::effective), of(size)]).collect()
    };
    let gap = |size| at(measured, size, Searched::gap);
    let chance = |size| (2.0 / std::f64::consts::PI).sqrt() * noise(measured, size);
    Plot {
        title: format!("Mean |validation error - test error|, {data}"),
        x_label: "n_eff".into(),
        x: Axis::Powers,
        y: Axis::Powers,
        series: vec![
            Series { label: "searched".into(), points: over(&gap), theory: false },
            Series { label: "binomial noise".into(), points: over(&chance), theory: true },
        ],
        dots: false,
    }
}
