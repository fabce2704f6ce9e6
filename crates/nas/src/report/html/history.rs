//! The search step by step: coefficients and losses.

use super::activation::places;
use super::chart::{Chart, Line, range};
use super::error::ReportError;
use super::palette::{ACCENT, QUIET, SERIES, series};
use super::words::count;
use crate::run::{LogLine, SearchResult};

/// No more mixtures of the best seed than this are drawn.
const MOST_MIXTURES: usize = 12;
/// No more of the other seeds than this are drawn.
const MOST_OTHERS: usize = 5;

/// What is drawn of a point of a search.
type Quantity<'a> = &'a dyn Fn(&LogLine) -> f64;

/// A drawing under its heading.
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) svg: String,
}

/// Coefficients over steps.
pub(super) struct Paths {
    pub(super) panels: Vec<Panel>,
    /// What the panels are, a sentence or two.
    pub(super) intro: &'static str,
    /// What is not shown, a sentence; empty when all is.
    pub(super) hidden: String,
}

/// The lines of one seed, in the order of the steps.
fn of_seed(log: &[LogLine], seed: usize) -> Vec<&LogLine> {
    log.iter().filter(|line| line.seed == seed).collect()
}

fn steps(log: &[LogLine]) -> [f64; 2] {
    [0.0, log.iter().map(|line| line.step).max().unwrap_or(0).max(1) as f64]
}

/// One panel: a mixture of a seed under its title.
struct Drawn {
    seed: usize,
    mixture: usize,
    title: String,
}

/// The best seed's mixtures; the other seeds too where there is one mixture.
pub(super) fn paths(result: &SearchResult, log: &[LogLine]) -> Result<Paths, ReportError> {
    let (places, h) = (places(result), result.candidates.len());
    let drawn = if places.len() == 1 { each_seed(result) } else { each_mixture(result, &places) };
    let of = |panel: &Drawn| {
        let first = panel.mixture * h;
        of_seed(log, panel.seed).into_iter().flat_map(move |line| line.alpha[first..first + h].iter().copied())
    };
    let y = range(drawn.iter().flat_map(of).chain([0.0]));
    let (intro, hidden) = (intro(places.len(), result.seeds.len()), hidden(places.len(), result.seeds.len()));
    let panels = drawn.into_iter().map(|panel| {
        let svg = path(result, log, &panel, y).svg()?;
        Ok(Panel { title: panel.title, svg })
    });
    Ok(Paths { panels: panels.collect::<Result<_, ReportError>>()?, intro, hidden })
}

/// The one mixture, the best seed first.
fn each_seed(result: &SearchResult) -> Vec<Drawn> {
    let (best, seeds) = (result.best_seed, result.seeds.len());
    let note = if seeds > 1 { ", the best on validation" } else { "" };
    let others = (0..seeds).filter(|&seed| seed != best).take(MOST_OTHERS);
    let others = others.map(|seed| Drawn { seed, mixture: 0, title: format!("Seed {seed}") });
    [Drawn { seed: best, mixture: 0, title: format!("Seed {best}{note}") }].into_iter().chain(others).collect()
}

fn each_mixture(result: &SearchResult, places: &[String]) -> Vec<Drawn> {
    let each = places.iter().take(MOST_MIXTURES).enumerate();
    each.map(|(mixture, place)| Drawn { seed: result.best_seed, mixture, title: place.clone() }).collect()
}

fn intro(mixtures: usize, seeds: usize) -> &'static str {
    match (mixtures, seeds) {
        (1, 1) => "From their start to their end, a line for each candidate.",
        (1, _) => {
            "From their start to their end, a line for each candidate, all panels on one scale. Where the seeds end alike, \
             the answer hardly depends on chance."
        }
        _ => {
            "Every mixture of the best seed from its start to its end, a line for each candidate, all panels on one scale."
        }
    }
}

/// What is not shown, a sentence; empty when all is.
fn hidden(mixtures: usize, seeds: usize) -> String {
    let others = seeds.saturating_sub(1);
    let (more_seeds, more_mixtures) = (others.saturating_sub(MOST_OTHERS), mixtures.saturating_sub(MOST_MIXTURES));
    match (mixtures, more_mixtures) {
        (1, _) if more_seeds == 0 => String::new(),
        (1, _) => format!("{} not shown.", count(more_seeds, "more seed is", "more seeds are")),
        (_, 0) if others == 0 => String::new(),
        (_, 0) => format!("{} not shown.", count(others, "other seed is", "other seeds are")),
        (_, n) if others == 0 => format!("{} not shown.", count(n, "more mixture is", "more mixtures are")),
        (_, n) => format!("{} and all other seeds are not shown.", count(n, "more mixture", "more mixtures")),
    }
}

fn path(result: &SearchResult, log: &[LogLine], panel: &Drawn, y: [f64; 2]) -> Chart {
    let (h, lines) = (result.candidates.len(), of_seed(log, panel.seed));
    let alpha = |line: &LogLine, i: usize| line.alpha[panel.mixture * h + i];
    let lines = result.candidates.iter().enumerate().map(|(i, candidate)| Line {
        points: lines.iter().map(|line| [line.step as f64, alpha(line, i)]).collect(),
        colour: series(i).rgb(),
        width: 18,
        opacity: 1.0,
        dashed: i >= SERIES,
        dot: false,
        label: Some(candidate.clone()),
    });
    Chart {
        title: format!("Coefficients over outer steps: {}", panel.title),
        about: format!("One line for each of {}.", count(h, "candidate", "candidates")),
        x_label: "outer step".into(),
        x_powers: false,
        x: steps(log),
        y,
        powers: false,
        lines: lines.collect(),
    }
}

/// Training loss, validation loss and stationarity of all seeds, the best one emphasised.
pub(super) fn losses(result: &SearchResult, log: &[LogLine]) -> Result<Vec<Panel>, ReportError> {
    let power = |v: f64| if v > 0.0 { v.log10() } else { f64::NAN };
    let curves: [(&str, bool, Quantity<'_>); 3] = [
        ("Validation loss", false, &|line| line.val_loss),
        ("Training loss", false, &|line| line.train_loss.unwrap_or(f64::NAN)),
        ("Projected gradient", true, &|line| power(line.stationarity)),
    ];
    // An unrolled training has no fit whose loss could be drawn.
    let drawn = curves.into_iter().filter(|(_, _, of)| log.iter().any(|line| of(line).is_finite()));
    let panels = drawn.map(|(title, powers, of)| {
        let svg = curve(result, log, title, powers, of).svg()?;
        Ok(Panel { title: title.to_owned(), svg })
    });
    panels.collect()
}

fn curve(result: &SearchResult, log: &[LogLine], title: &str, powers: bool, of: Quantity<'_>) -> Chart {
    let seeds = result.seeds.len();
    let line = |seed: usize, best: bool| Line {
        points: of_seed(log, seed).into_iter().map(|line| [line.step as f64, of(line)]).collect(),
        colour: if best { ACCENT.rgb() } else { QUIET.rgb() },
        width: if best { 26 } else { 12 },
        opacity: if best { 1.0 } else { 0.7 },
        dashed: false,
        dot: true,
        label: None,
    };
    let others = (0..seeds).filter(|&seed| seed != result.best_seed).map(|seed| line(seed, false));
    let y = range(log.iter().map(of));
    Chart {
        title: format!("{title} over outer steps"),
        about: format!("One line for each of {}; the thick one is the best seed.", count(seeds, "seed", "seeds")),
        x_label: "outer step".into(),
        x_powers: false,
        x: steps(log),
        y: if powers { decades(y) } else { y },
        powers,
        lines: others.chain([line(result.best_seed, true)]).collect(),
    }
}

/// Whole decades around a range.
fn decades([lo, hi]: [f64; 2]) -> [f64; 2] {
    [lo.floor(), hi.ceil().max(lo.floor() + 1.0)]
}
