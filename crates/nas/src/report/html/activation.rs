//! The found activations: each a thick line over its candidates, with its derivative and its coefficients.

use super::chart::{Chart, Line};
use super::error::ReportError;
use super::palette::{INK, SERIES, series};
use super::strip;
use super::words::{coefficient, count};
use crate::model::candidates;
use crate::run::SearchResult;
use tape::{Par, Tape, jvp};

/// Points of a curve.
const POINTS: usize = 161;
/// Curves are drawn for x between −4 and 4.
const REACH: f64 = 4.0;
/// No more mixtures than this are drawn.
const MOST: usize = 12;

/// One mixture of the best seed.
pub(super) struct Found {
    /// Where in the network it is; empty when there is only one.
    pub(super) place: String,
    pub(super) value: String,
    pub(super) slope: String,
    pub(super) coefficients: Vec<Coefficient>,
}

/// One candidate's share.
pub(super) struct Coefficient {
    pub(super) candidate: String,
    pub(super) bar: String,
    pub(super) text: String,
}

/// The section of the found activations.
pub(super) struct Section {
    pub(super) found: Vec<Found>,
    /// What is not shown; empty when all is.
    pub(super) hidden: String,
}

/// Values and slopes on the grid, column by column: the candidates, then the mixtures.
struct Curves {
    x: Vec<f64>,
    orders: [Vec<Vec<f64>>; 2],
}

/// Draws the mixtures of the best seed.
pub(super) fn section(result: &SearchResult) -> Result<Section, ReportError> {
    let places = places(result);
    let mixtures: Vec<&[f64]> = result.alpha.iter().flatten().map(Vec::as_slice).collect();
    let shown = &mixtures[..mixtures.len().min(MOST)];
    let curves = curves(&result.candidates, shown)?;
    let found = shown.iter().zip(places).enumerate();
    let found = found.map(|(m, (alpha, place))| {
        let draw = |order| chart(result, &curves, m, order, &place).svg();
        Ok(Found { value: draw(0)?, slope: draw(1)?, coefficients: coefficients(result, alpha), place })
    });
    let hidden = match mixtures.len() - shown.len() {
        0 => String::new(),
        n => count(n, "more mixture is", "more mixtures are"),
    };
    Ok(Section { found: found.collect::<Result<_, ReportError>>()?, hidden })
}

/// The place of every mixture, in the order of α; empty when there is only one.
pub(super) fn places(result: &SearchResult) -> Vec<String> {
    let layers = result.alpha.len();
    let mut places = Vec::new();
    for (l, groups) in result.alpha.iter().enumerate() {
        for g in 0..groups.len() {
            places.push(match (layers, groups.len()) {
                (1, 1) => String::new(),
                (1, _) => format!("Group {}", g + 1),
                (_, 1) => format!("Layer {}", l + 1),
                _ => format!("Layer {}, group {}", l + 1, g + 1),
            });
        }
    }
    places
}

/// One program computes all columns: every candidate alone, then every mixture.
fn curves(names: &[String], mixtures: &[&[f64]]) -> Result<Curves, ReportError> {
    let bank = candidates::bank(names)?;
    let (tape, h) = (Tape::new(), bank.len());
    let columns = h + mixtures.len();
    let (x, alpha) = (tape.input(POINTS, 1), tape.input(h, columns));
    let each = x.expand(POINTS, columns);
    let value = bank.mixture(each, alpha);
    let slope = jvp(value, each, tape.full(POINTS, columns, 1.0));
    let program = tape.compile::<f64>((x, alpha), (value, slope));

    let grid: Vec<f64> = (0..POINTS).map(|i| REACH * (2.0 * i as f64 / (POINTS - 1) as f64 - 1.0)).collect();
    let weight = |i: usize, j: usize| mixtures.get(j.wrapping_sub(h)).map_or(f64::from(u8::from(i == j)), |a| a[i]);
    let weights: Vec<f64> = (0..h * columns).map(|at| weight(at / columns, at % columns)).collect();
    let mut runner = program.runner(Par::Seq);
    let orders: [&[f64]; 2] = runner.run(&[&grid, &weights]);
    let column = |rows: &[f64], j: usize| rows.iter().skip(j).step_by(columns).copied().collect();
    Ok(Curves { orders: orders.map(|rows| (0..columns).map(|j| column(rows, j)).collect()), x: grid })
}

fn chart(result: &SearchResult, curves: &Curves, mixture: usize, order: usize, place: &str) -> Chart {
    let (h, columns) = (result.candidates.len(), &curves.orders[order]);
    let points = |j: usize| curves.x.iter().zip(&columns[j]).map(|(&x, &y)| [x, y]).collect();
    let thin = |j: usize| Line {
        points: points(j),
        colour: series(j).rgb(),
        width: 12,
        opacity: 0.75,
        dashed: j >= SERIES,
        dot: false,
        label: None,
    };
    let mut lines: Vec<Line> = (0..h).map(thin).collect();
    let found = points(h + mixture);
    lines.push(Line {
        points: found,
        colour: INK.rgb(),
        width: 34,
        opacity: 1.0,
        dashed: false,
        dot: false,
        label: None,
    });
    let what = ["Found activation", "Derivative of the found activation"][order];
    let title = if place.is_empty() { what.to_owned() } else { format!("{what}, {}", place.to_lowercase()) };
    let about = format!(
        "A thick line for the mixture over thin lines for {}, for inputs from −4 to 4.",
        count(h, "candidate", "candidates")
    );
    let y = window(&columns[h + mixture]);
    Chart { title, about, x_label: "x".into(), x: [-REACH, REACH], y, x_powers: false, powers: false, lines }
}

/// What is shown of y: the found curve with room around it, for candidates may go much further.
fn window(found: &[f64]) -> [f64; 2] {
    let [lo, hi] = found.iter().fold([-0.5, 1.0], |[lo, hi]: [f64; 2], &y| [lo.min(y), hi.max(y)]);
    let air = (0.2 * (hi - lo)).max(0.25);
    [lo - air, hi + air]
}

fn coefficients(result: &SearchResult, alpha: &[f64]) -> Vec<Coefficient> {
    let most = alpha.iter().fold(0.0, |most: f64, a| most.max(a.abs()));
    let signed = alpha.iter().any(|&a| a < 0.0);
    let each = result.candidates.iter().zip(alpha).enumerate();
    each.map(|(i, (candidate, &a))| Coefficient {
        candidate: candidate.clone(),
        bar: strip::bar(if most > 0.0 { a / most } else { 0.0 }, signed, series(i)),
        text: coefficient(a),
    })
    .collect()
}
