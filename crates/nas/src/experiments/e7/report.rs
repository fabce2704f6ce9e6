//! E7's criteria, table and plots.

use super::{Candidates, Measured, Settings};
use crate::experiments::{Bound, Criterion, Outcome};
use crate::report::{Axis, Plot, Series, Table, figure};
use crate::seed::Seed;
use crate::stats::{argmin, largest, mean, median};

/// Criteria, table and plots, of the cells of every seed.
pub fn outcome(settings: &Settings, measured: &[Vec<Measured>]) -> Outcome {
    let cells = cells(settings, measured);
    let Settings { spacing, n_train, n_validation, steps, lambda, .. } = settings;
    Outcome {
        title: "E7  How far trained networks move with the activation".into(),
        claim: "Claim: training from one start moves the predictions of a network in proportion to its activation \
            weights, by a moderate factor that does not grow with the width: the assumption that the theory rests on."
            .into(),
        setting: format!(
            "Setting: digits below 5 against the others, centred and on the unit sphere; {n_train} training samples, \
             {n_validation} held out. One hidden layer in pairs of zero sum, sigma_alpha = alpha ReLU + (1 - alpha) \
             of the other; {steps} steps of gradient descent on all samples from one start, each 0.7 / lambda_max of \
             the tangent kernel; alpha in steps of {spacing} %. Kernel: ridge fits with the tangent kernel at the \
             start, lambda {lambda}. {} seeds.",
            measured.len()
        ),
        table: table(settings, &cells),
        legend: "Columns: training error, largest over alpha; root mean square distance of predictions over eps, \
            median and largest over alpha; largest over median; the largest with a start drawn again for every \
            alpha; the largest of the kernel. Means over seeds."
            .into(),
        criteria: criteria(settings, &cells),
        notes: vec![note(measured)],
        plots: Candidates::ALL.map(|candidates| plot(settings, &cells, candidates)).into(),
    }
}

/// All seeds of one pair of candidates at one width.
struct Cell<'a> {
    candidates: Candidates,
    width: usize,
    seeds: Vec<&'a Measured>,
}

/// Of ratios by distance and α: those of the network, of the control, or of the kernel.
type Ratios = fn(&Measured) -> &Vec<Vec<f64>>;

fn cells<'a>(settings: &Settings, measured: &'a [Vec<Measured>]) -> Vec<Cell<'a>> {
    let of = |(position, cell): (usize, super::sweep::Cell)| Cell {
        candidates: cell.candidates,
        width: cell.width,
        seeds: measured.iter().map(|seed| &seed[position]).collect(),
    };
    settings.cells().into_iter().enumerate().map(of).collect()
}

impl Cell<'_> {
    fn name(&self) -> String {
        format!("{}, width {}", self.candidates.name(), self.width)
    }

    /// The largest ratio over α, by seed.
    fn largest(&self, ratios: Ratios, distance: usize) -> Vec<f64> {
        self.seeds.iter().map(|seed| largest(&ratios(seed)[distance])).collect()
    }

    /// The median ratio over α, by seed.
    fn median(&self, distance: usize) -> Vec<f64> {
        self.seeds.iter().map(|seed| median(&seed.ratios[distance])).collect()
    }

    /// The largest over the median, by seed.
    fn spread(&self, distance: usize) -> Vec<f64> {
        let (largest, median) = (self.largest(of_network, distance), self.median(distance));
        largest.iter().zip(&median).map(|(largest, median)| largest / median).collect()
    }
}

fn of_network(measured: &Measured) -> &Vec<Vec<f64>> {
    &measured.ratios
}

fn criteria(settings: &Settings, cells: &[Cell<'_>]) -> Vec<Criterion> {
    let last = settings.distances.len() - 1;
    let seed = settings.run_as.study("e7");
    let mut criteria: Vec<Criterion> = cells.iter().map(|cell| evenness(cell, last)).collect();
    for of_pair in cells.chunks(settings.widths.len()) {
        let [.., narrow, wide] = of_pair else { continue };
        criteria.push(growth(narrow, wide, last, seed));
    }
    let across = |cell: &Cell<'_>, ratios: Ratios| {
        (cell.name(), Quotient { above: cell.largest(ratios, 0), below: cell.largest(ratios, last) })
    };
    let [near, far] = [settings.distances[0], settings.distances[last]];
    let name = |who: &str, of: &str| format!("largest ratio at eps = {near} % over that at {far} %, {who}{of}");
    for cell in cells {
        let (of, quotient) = across(cell, of_network);
        let meaning = "Closer activations do not lie further apart than their distance says: there are no jumps.";
        criteria.push(quotient.criterion(meaning, name("", &of), Bound::AtMost(1.5), seed));
    }
    let redrawn: Vec<Quotient> = cells.iter().map(|cell| across(cell, |measured| &measured.redrawn).1).collect();
    let least = &redrawn[greatest(redrawn.iter().map(|quotient| -quotient.figure()))];
    let meaning = "Control: with a start drawn again for every alpha there are, and the same figure tells.";
    let name = name("a start for every alpha", ", least over pairs and widths");
    criteria.push(least.criterion(meaning, name, Bound::AtLeast(1.5), seed));
    let shares: Vec<f64> = cells.iter().flat_map(|cell| &cell.seeds).map(|seed| seed.surrogate.of_bound).collect();
    criteria.push(Criterion::of_largest(
        "The tangent kernel moves by less than the theory allows, between any two alpha.",
        "largest movement of the kernel over the lesser of its two bounds, all pairs of alpha",
        &shares,
        Bound::AtMost(1.0),
    ));
    criteria
}

/// The largest ratio over the median one, at the distance where its mean over seeds is most.
fn evenness(cell: &Cell<'_>, last: usize) -> Criterion {
    let most = cell.spread(greatest((0..=last).map(|distance| mean(&cell.spread(distance)))));
    Criterion::of_mean(
        "No activation moves far more than the others.",
        format!("largest ratio over the median one, largest over eps, {}", cell.name()),
        &most,
        Bound::AtMost(3.0),
    )
}

/// The largest ratio at one width over that at another, at the distance where that is most.
fn growth(narrow: &Cell<'_>, wide: &Cell<'_>, last: usize, seed: Seed) -> Criterion {
    let at =
        |distance| Quotient { above: wide.largest(of_network, distance), below: narrow.largest(of_network, distance) };
    let most = at(greatest((0..=last).map(|distance| at(distance).figure())));
    let name = format!(
        "largest ratio at width {} over that at {}, largest over eps, {}",
        wide.width,
        narrow.width,
        wide.candidates.name()
    );
    most.criterion("The factor does not grow with the width.", name, Bound::AtMost(1.25), seed)
}

/// The position of the greatest figure; one that is not a number is greater than any other.
fn greatest(figures: impl Iterator<Item = f64>) -> usize {
    let turned: Vec<f64> = figures.map(|figure| if figure.is_nan() { f64::NEG_INFINITY } else { -figure }).collect();
    argmin(&turned).unwrap_or(0)
}

/// A mean over seeds over another.
struct Quotient {
    above: Vec<f64>,
    below: Vec<f64>,
}

impl Quotient {
    fn of(&self, seeds: &[usize]) -> f64 {
        let mean = |values: &[f64]| mean(&seeds.iter().map(|&seed| values[seed]).collect::<Vec<f64>>());
        mean(&self.above) / mean(&self.below)
    }

    fn figure(&self) -> f64 {
        mean(&self.above) / mean(&self.below)
    }

    fn criterion(&self, meaning: &str, name: String, bound: Bound, seed: Seed) -> Criterion {
        Criterion::of_seeds(meaning, name, (self.above.len(), seed), |seeds| self.of(seeds), bound)
    }
}

fn note(measured: &[Vec<Measured>]) -> String {
    let errors: Vec<f64> = measured.iter().flatten().flat_map(|cell| &cell.train_errors).copied().collect();
    let fitted = errors.iter().filter(|error| **error == 0.0).count();
    format!(
        "Every network makes the same number of steps; {fitted} of {} on the grid classify all training samples right.",
        errors.len()
    )
}

fn table(settings: &Settings, cells: &[Cell<'_>]) -> Table {
    let mut table =
        Table::new(&["pair", "width", "train error", "eps %", "median", "largest", "of median", "redrawn", "kernel"]);
    for cell in cells {
        let error = mean(&cell.seeds.iter().map(|seed| largest(&seed.train_errors)).collect::<Vec<f64>>());
        for (distance, percent) in settings.distances.iter().enumerate() {
            let name = [cell.candidates.name().to_owned(), cell.width.to_string(), figure(error), percent.to_string()];
            let columns = [
                cell.median(distance),
                cell.largest(of_network, distance),
                cell.spread(distance),
                cell.largest(|measured| &measured.redrawn, distance),
                cell.largest(|measured| &measured.surrogate.ratios, distance),
            ];
            table.rows.push(name.into_iter().chain(columns.map(|column| figure(mean(&column)))).collect());
        }
    }
    table
}

/// The ratio of the nearest pairs over α, a line for each width; dashed that of the kernel.
fn plot(settings: &Settings, cells: &[Cell<'_>], candidates: Candidates) -> Plot {
    let mut series = Vec::new();
    for cell in cells.iter().filter(|cell| cell.candidates == candidates) {
        let points = |ratios: Ratios| {
            let at = |(position, percent): (usize, usize)| {
                let over_seeds: Vec<f64> = cell.seeds.iter().map(|seed| ratios(seed)[0][position]).collect();
                [percent as f64 / 100.0, mean(&over_seeds)]
            };
            settings.grid().enumerate().map(at).collect()
        };
        series.push(Series { label: format!("width {}", cell.width), points: points(of_network), theory: false });
        let kernel = points(|measured| &measured.surrogate.ratios);
        series.push(Series { label: "its tangent kernel".into(), points: kernel, theory: true });
    }
    Plot {
        title: format!("Distance of predictions over eps = {} %, {}", settings.distances[0], candidates.name()),
        x_label: "alpha, the weight of ReLU".into(),
        x: Axis::Linear,
        y: Axis::Linear,
        series,
        dots: false,
    }
}
