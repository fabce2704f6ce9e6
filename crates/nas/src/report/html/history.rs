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

/// The best seed's mixtures; the other seeds too where there is one mixture.
pub(super) fn paths(result: &SearchResult, log: &[LogLine]) -> Result<Paths, ReportError> {
    let (places, best) = (places(result), result.best_seed);
    let others: Vec<usize> = (0..result.seeds.len()).filter(|&seed| seed != best).collect();
    let drawn: Vec<(usize, usize, String)> = match &places[..] {
        [_] => {
            let others = others.iter().take(MOST_OTHERS).map(|&seed| (seed, 0, format!("Seed {seed}")));
            [(best, 0, format!("Seed {best}, the best on validation"))].into_iter().chain(others).collect()
        }
        _ => places.iter().take(MOST_MIXTURES).enumerate().map(|(m, place)| (best, m, place.clone())).collect(),
    };
    let intro = match (places.len(), others.len()) {
        (1, 0) => "From their start to their end, a line for each candidate.",
        (1, _) => {
            "From their start to their end, a line for each candidate, all panels on one scale. Where the seeds end alike, the answer hardly depends on chance."
        }
        _ => {
            "Every mixture of the best seed from its start to its end, a line for each candidate, all panels on one scale."
        }
    };
    let h = result.candidates.len();
    let shown = drawn
        .iter()
        .flat_map(|(seed, mixture, _)| of_seed(log, *seed).into_iter().map(move |line| (line, mixture * h)));
    let y = range(shown.flat_map(|(line, first)| line.alpha[first..first + h].iter().copied()).chain([0.0]));
    let panels = drawn.iter().map(|(seed, mixture, title)| {
        let (title, svg) = (title.clone(), path(result, log, (*seed, *mixture), title, y).svg()?);
        Ok(Panel { title, svg })
    });
    let hidden = match places.len() {
        1 => others.len().saturating_sub(MOST_OTHERS),
        n => n.saturating_sub(MOST_MIXTURES),
    };
    let hidden = match (places.len(), hidden, others.len()) {
        (1, 0, _) => String::new(),
        (1, n, _) => format!("{} not shown.", count(n, "more seed is", "more seeds are")),
        (_, 0, 0) => String::new(),
        (_, 0, seeds) => format!("{} not shown.", count(seeds, "other seed is", "other seeds are")),
        (_, n, _) => format!("{} and all other seeds are not shown.", count(n, "more mixture", "more mixtures")),
    };
    Ok(Paths { panels: panels.collect::<Result<_, ReportError>>()?, intro, hidden })
}

fn path(result: &SearchResult, log: &[LogLine], (seed, mixture): (usize, usize), title: &str, y: [f64; 2]) -> Chart {
    let (h, lines) = (result.candidates.len(), of_seed(log, seed));
    let alpha = |line: &LogLine, i: usize| line.alpha[mixture * h + i];
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
        title: format!("Coefficients over outer steps: {title}"),
        about: format!("One line for each of {}.", count(h, "candidate", "candidates")),
        x_label: "outer step",
        x: steps(log),
        y,
        powers: false,
        lines: lines.collect(),
    }
}

/// Training loss, validation loss and stationarity of all seeds, the best one emphasised.
pub(super) fn losses(result: &SearchResult, log: &[LogLine]) -> Result<Vec<Panel>, ReportError> {
    let power = |v: f64| if v > 0.0 { v.log10() } else { f64::NAN };
    let curves: [(&str, bool, &dyn Fn(&LogLine) -> f64); 3] = [
        ("Validation loss", false, &|line| line.val_loss),
        ("Training loss", false, &|line| line.train_loss),
        ("Projected gradient", true, &|line| power(line.stationarity)),
    ];
    let panels = curves.map(|(title, powers, of)| {
        let svg = curve(result, log, title, powers, of).svg()?;
        Ok(Panel { title: title.to_owned(), svg })
    });
    panels.into_iter().collect()
}

fn curve(result: &SearchResult, log: &[LogLine], title: &str, powers: bool, of: &dyn Fn(&LogLine) -> f64) -> Chart {
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
        x_label: "outer step",
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
