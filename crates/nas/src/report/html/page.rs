//! The page: parts gathered, then filled into the template.

use super::activation::{self, Section};
use super::compare::{self, Comparison};
use super::error::ReportError;
use super::health::{self, Health};
use super::history::{self, Panel, Paths};
use super::palette::{Colour, PALETTE, SURFACES};
use super::setting::{self, Fact};
use super::theory::{self, Theory};
use super::verdict::{self, Headline};
use crate::run::{LogLine, Metric, SearchResult};
use askama::Template;

/// What a page is made of.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// `result.json`
    pub result: &'a SearchResult,
    /// `log.jsonl`, in any order of the seeds, the steps of a seed in their order.
    pub log: &'a [LogLine],
    /// The text of `config.toml`.
    pub config: &'a str,
    /// The command that makes the run again.
    pub command: &'a str,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    result: &'a SearchResult,
    config: String,
    command: &'a str,
    palette: &'a [Colour],
    ground: Colour,
    headline: Headline,
    facts: Vec<Fact>,
    settings: Vec<(String, String)>,
    activations: Section,
    paths: Paths,
    losses: Vec<Panel>,
    comparison: Comparison,
    health: Health,
    theory: Theory<'a>,
    seconds: String,
}

/// The page as one file. The same parts give the same bytes.
///
/// # Errors
/// When the parts do not belong together, or name candidates that this program does not have.
pub fn html(report: &Report<'_>) -> Result<String, ReportError> {
    let Report { result, log, config, command } = *report;
    check(result, log)?;
    let page = Page {
        result,
        config: without_comments(config),
        command,
        palette: &PALETTE,
        ground: SURFACES,
        headline: verdict::headline(result),
        facts: setting::facts(result),
        settings: setting::settings(config)?,
        activations: activation::section(result)?,
        paths: history::paths(result, log)?,
        losses: history::losses(result, log)?,
        comparison: compare::table(result),
        health: health::health(result),
        theory: theory::theory(result),
        seconds: setting::duration(result.seconds),
    };
    Ok(page.render()?)
}

/// The settings alone: their help stands in `config.toml`.
fn without_comments(config: &str) -> String {
    let settings = config.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    settings.collect::<Vec<_>>().join("\n")
}

/// Refuses parts that do not belong together.
fn check(result: &SearchResult, log: &[LogLine]) -> Result<(), ReportError> {
    let (h, seeds) = (result.candidates.len(), result.seeds.len());
    let wrong = |part: String, what, found, expected| Err(ReportError::Shape { part, what, found, expected });
    for mixture in result.alpha.iter().flatten() {
        if mixture.len() != h {
            return wrong("a mixture".to_owned(), "coefficients", mixture.len(), h);
        }
    }
    if result.best_seed >= seeds {
        return Err(ReportError::Seed { part: "best_seed", seed: result.best_seed, seeds });
    }
    let all = result.alpha.iter().map(Vec::len).sum::<usize>() * h;
    for line in log {
        if line.seed >= seeds {
            return Err(ReportError::Seed { part: "log.jsonl", seed: line.seed, seeds });
        }
        if line.alpha.len() != all {
            return wrong(format!("step {} of seed {}", line.step, line.seed), "coefficients", line.alpha.len(), all);
        }
    }
    let choices = [&result.searched, &result.discretised].into_iter().chain(result.baselines.values());
    let choices = choices.chain(result.rivals.iter().map(|rival| &rival.compared));
    for Metric { name, values, .. } in choices.map(|compared| &compared.test_metric) {
        if values.len() != seeds {
            return wrong(format!("the test metric {name}"), "values", values.len(), seeds);
        }
    }
    Ok(())
}
