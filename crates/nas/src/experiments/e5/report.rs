//! E5's criteria, tables and plots.

use super::{Cell, Draw, Searched, Settings};
use crate::experiments::pairs::scatter;
use crate::experiments::{Bound, Criterion, Outcome, Point};
use crate::report::{Axis, Plot, Series, Table, figure};
use crate::stats::{largest, mean, median, standard_error};

/// How far a mean may be from its formula, in parts of the formula ...
const PART: f64 = 0.15;
/// ... or in standard errors of the mean, whichever is more.
const ERRORS: f64 = 2.0;

/// A mean over draws beside its formula.
struct Compared {
    mean: f64,
    error: f64,
    formula: f64,
}

impl Compared {
    fn new(values: &[f64], formula: f64) -> Self {
        Self { mean: mean(values), error: standard_error(values).unwrap_or(f64::NAN), formula }
    }

    /// The distance over what is allowed.
    fn off(&self) -> f64 {
        (self.mean - self.formula).abs() / (PART * self.formula).max(ERRORS * self.error)
    }

    fn text(&self) -> [String; 2] {
        [format!("{} ± {}", figure(self.mean), figure(self.error)), figure(self.formula)]
    }
}

fn sin_squared(cell: &Cell, draws: &[Draw]) -> Compared {
    Compared::new(&draws.iter().map(|draw| draw.sin_squared).collect::<Vec<_>>(), cell.sin_squared())
}

fn risk(cell: &Cell, draws: &[Draw]) -> Compared {
    let c_squared = 1.0 - mean(&draws.iter().map(|draw| draw.sin_squared).collect::<Vec<_>>());
    Compared::new(&draws.iter().map(|draw| draw.risk).collect::<Vec<_>>(), cell.risk(c_squared))
}

/// The estimator against its formulas.
pub fn estimator_outcome(settings: &Settings, drawn: &[(Cell, Vec<Draw>)]) -> Outcome {
    let mut table = Table::new(&["n", "h", "p", "signal", "sin^2", "formula", "risk", "formula", "judged"]);
    for (cell, draws) in drawn {
        let sizes = [cell.samples, cell.maps, cell.features].map(|size| size.to_string());
        let judged = if cell.judged() { "yes" } else { "no" }.to_owned();
        let row = sizes.into_iter().chain([figure(cell.signal())]);
        let row = row.chain(sin_squared(cell, draws).text()).chain(risk(cell, draws).text()).chain([judged]);
        table.rows.push(row.collect());
    }
    let worst = |of: fn(&Cell, &[Draw]) -> Compared, some: &[usize]| {
        let some = |draws: &[Draw]| some.iter().map(|&draw| draws[draw]).collect::<Vec<_>>();
        let judged = drawn.iter().filter(|(cell, _)| cell.judged());
        largest(&judged.map(|(cell, draws)| of(cell, &some(draws)).off()).collect::<Vec<_>>())
    };
    let draws = |name| (drawn.first().map_or(0, |(_, draws)| draws.len()), settings.run_as.study("e5").split(name));
    Outcome {
        title: "E5  The spectral estimator against its formulas (superposition model)".into(),
        claim: "Claim: the top left singular vector of one moment matrix finds the right combination of h feature maps from n \
                samples, far fewer than the weights it does not know, with the error that random matrix theory gives; the fit \
                with it has the risk that follows."
            .into(),
        setting: format!(
            "Setting: y = alpha*' X theta* + {} z; alpha from n validation samples, theta of least norm (of least squares where \
             n > p) from n others; {} draws of each size. The signal is T / (a sqrt(hp)), a = (T + sigma^2) / n, T = 1.",
            settings.noise, settings.draws
        ),
        table,
        legend: "Columns: sizes; mean sin^2 of the angle of the estimate and the truth, with its standard error, and its \
                 formula; mean exact risk, and the formula for the measured mean cos^2. Sizes with a signal below 4 are not \
                 judged: the formulas are not for them."
            .into(),
        criteria: vec![
            Criterion::of_seeds(
                "The angle is the one of the theory.",
                "distance of mean sin^2 from its formula, in units of 15 % of it or 2 standard errors, largest over sizes",
                draws("resampled angles"),
                |some| worst(sin_squared, some),
                Bound::AtMost(1.0),
            ),
            Criterion::of_seeds(
                "So is the risk of the fit.",
                "the same of the mean risk",
                draws("resampled risks"),
                |some| worst(risk, some),
                Bound::AtMost(1.0),
            ),
        ],
        notes: Vec::new(),
        plots: plots(settings, drawn),
    }
}

/// The validation losses of every seed: of the search from the estimator over the best from a random start.
fn search_plot(searched: &[(Cell, Vec<Searched>)]) -> Plot {
    let losses = |(cell, seeds): &(Cell, Vec<Searched>)| {
        let points = seeds.iter().map(|s| [s.random.loss, s.polished.loss]).collect();
        (format!("h = {}, p = {}", cell.maps, cell.features), points)
    };
    let title = "Validation loss of a search from the estimator, over the best of random starts";
    scatter(title, "validation loss, best random start", "equal", searched.iter().map(losses).collect())
}

/// sin² over h, measured and by formula, for each p of the largest n.
fn plots(settings: &Settings, drawn: &[(Cell, Vec<Draw>)]) -> Vec<Plot> {
    let most = settings.samples.iter().copied().max().unwrap_or(0);
    let mut series = Vec::new();
    for percent in &settings.features_percent {
        let features = most * percent / 100;
        let cells = || drawn.iter().filter(move |(cell, _)| cell.samples == most && cell.features == features);
        let points = |of: fn(&Compared) -> f64| {
            cells().map(|(cell, draws)| [cell.maps as f64, of(&sin_squared(cell, draws))]).collect()
        };
        series.push(Series { label: format!("p = {features}"), points: points(|c| c.mean), theory: false });
        series.push(Series { label: "formula".into(), points: points(|c| c.formula), theory: true });
    }
    let title = format!("sin^2 of the estimate's angle, n = {most}");
    vec![Plot { title, x_label: "feature maps".into(), x: Axis::Powers, y: Axis::Powers, series, dots: false }]
}

/// The estimator as the start of a search.
pub fn search_outcome(settings: &Settings, searched: &[(Cell, Vec<Searched>)]) -> Outcome {
    let mut table = Table::new(&[
        "h",
        "p",
        "spectral",
        "polished",
        "random",
        "alternated",
        "oracle",
        "spectral",
        "polished",
        "random",
        "alternated",
        "oracle",
    ]);
    let mut criteria = Vec::new();
    for (cell, seeds) in searched {
        let column = |get: &dyn Fn(&Searched) -> f64| figure(median(&seeds.iter().map(get).collect::<Vec<f64>>()));
        let points: [fn(&Searched) -> Point; 5] =
            [|s| s.spectral, |s| s.polished, |s| s.random, |s| s.alternated, |s| s.oracle];
        let losses = points.map(|point| column(&|s| point(s).loss));
        let risks = points.map(|point| column(&|s| point(s).risk));
        let sizes = [cell.maps, cell.features].map(|size| size.to_string());
        table.rows.push(sizes.into_iter().chain(losses).chain(risks).collect());
        let reached: Vec<bool> = seeds.iter().map(|s| s.polished.loss <= 1.01 * s.random.loss).collect();
        criteria.push(Criterion::of_share(
            "A search from the estimator reaches what the best of many random starts reaches.",
            format!("share of seeds with a validation loss within 1 % of it, h = {}, p = {}", cell.maps, cell.features),
            &reached,
            Bound::AtLeast(0.9),
        ));
    }
    let times: Vec<f64> = searched.iter().flat_map(|(_, seeds)| seeds).map(|s| s.time).collect();
    criteria.push(Criterion::of_median(
        "The estimator costs less than one search.",
        "its time over that of one search from a random start, median",
        &times,
        Bound::AtMost(1.0),
    ));
    Outcome {
        title: "E5  The spectral estimator as the start of a search".into(),
        claim: "Claim: a gradient search through the fit, which is not convex, needs no restarts when it begins at the estimator."
            .into(),
        setting: format!(
            "Setting: the sizes above with the least n that are judged; projected gradient on the sphere from the estimator and \
             from {} random points; {} seeds.",
            settings.starts, settings.search_seeds
        ),
        table,
        legend: "Columns: sizes; median validation loss of the estimator, of the search from it, of the best search from a \
                 random start, of alternating minimisation from the estimator, and of the truth; then their median exact risk."
            .into(),
        criteria,
        notes: vec![
            "The estimator alone lies above what a search reaches, and is not expected to reach it.".into(),
        ],
        plots: vec![search_plot(searched)],
    }
}
