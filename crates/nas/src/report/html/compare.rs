//! The table: the searched mixture, its discretised form, what other ways of searching found, and every candidate alone.

use super::palette::{ACCENT, QUIET};
use super::strip::{Dots, Scale, row};
use super::words::{Unit, count, number_or_dash};
use crate::run::{Compared, Metric, SearchResult};
use crate::stats;

/// Pixels of the drawing of a row.
const WIDTH: f64 = 200.0;
/// A row further from the middle than this many times the distance of the best is cut off.
const REACH: f64 = 5.0;

/// One choice of activations.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) searched: bool,
    /// What else is to be said; empty where nothing is.
    pub(super) remark: String,
    pub(super) metric: String,
    pub(super) also: Vec<String>,
    pub(super) validation: String,
    pub(super) picture: String,
}

/// The whole table.
pub(super) struct Comparison {
    pub(super) metric: String,
    pub(super) also: Vec<String>,
    pub(super) better: &'static str,
    pub(super) axis: String,
    pub(super) rows: Vec<Row>,
    /// What the spectral estimate says of the searched mixture; empty where it is no rival.
    pub(super) referee: String,
}

/// What a row is about.
struct Entry<'a> {
    name: &'a str,
    searched: bool,
    single: bool,
    /// Mixtures that were tried for it, where that is to be compared.
    tried: Option<usize>,
    compared: &'a Compared,
}

/// The table, best test metric first, what diverged last.
pub(super) fn table(result: &SearchResult) -> Comparison {
    let plain = |name, compared| Entry { name, searched: false, single: false, tried: None, compared };
    let tried = (!result.rivals.is_empty()).then_some(result.evaluations);
    let searched = Entry { searched: true, tried, ..plain("searched mixture", &result.searched) };
    let mut entries = vec![searched, plain("discretised mixture", &result.discretised)];
    entries.extend(
        result
            .rivals
            .iter()
            .map(|rival| Entry { tried: Some(rival.evaluations), ..plain(rival.strategy.title(), &rival.compared) }),
    );
    entries.extend(result.baselines.iter().map(|(name, of)| Entry { single: true, ..plain(name, of) }));
    let larger = result.verdict.larger_is_better;
    let key = |entry: &Entry<'_>| match entry.compared.test_metric.mean {
        Some(mean) if larger => -mean,
        Some(mean) => mean,
        None => f64::INFINITY,
    };
    entries.sort_by(|a, b| key(a).total_cmp(&key(b)));
    let (name, scale) = (&result.searched.test_metric.name, scale(&entries, larger));
    Comparison {
        metric: name.clone(),
        also: result.searched.test_also.iter().map(|metric| metric.name.clone()).collect(),
        better: if larger { "more is better" } else { "less is better" },
        axis: scale.map_or_else(String::new, |scale| scale.axis(|v| Unit::of(name).mark(v))),
        rows: entries.iter().map(|entry| shown(result, entry, scale)).collect(),
        referee: result.referee.as_ref().map_or_else(String::new, |referee| referee.sentence.clone()),
    }
}

fn known(metric: &Metric) -> Vec<f64> {
    metric.values.iter().flatten().copied().collect()
}

/// The common scale; a row that is far worse than the rest must not press the rest into one point.
fn scale(entries: &[Entry<'_>], larger: bool) -> Option<Scale> {
    let metrics = || entries.iter().map(|entry| &entry.compared.test_metric);
    let values: Vec<f64> = metrics().flat_map(known).filter(|v| v.is_finite()).collect();
    let means: Vec<f64> = metrics().filter_map(|metric| metric.mean).collect();
    let middle = stats::median(&means);
    let best = values.iter().copied().reduce(if larger { f64::max } else { f64::min })?;
    let limit = middle - REACH * (best - middle);
    let inside = |v: &f64| best == middle || (if larger { *v >= limit } else { *v <= limit });
    let values: Vec<f64> = values.into_iter().filter(inside).collect();
    let intervals: Vec<[f64; 2]> = metrics().filter_map(|metric| stats::t_interval(&known(metric))).collect();
    Some(Scale::covering(&values, &intervals, 0.5, WIDTH))
}

fn shown(result: &SearchResult, entry: &Entry<'_>, scale: Option<Scale>) -> Row {
    let (compared, metric) = (entry.compared, &entry.compared.test_metric);
    let also = |wanted: &Metric| {
        let found = compared.test_also.iter().find(|metric| metric.name == wanted.name);
        found.map_or_else(|| "–".to_owned(), |metric| Unit::of(&metric.name).with_error(metric.mean, None))
    };
    Row {
        name: entry.name.to_owned(),
        searched: entry.searched,
        remark: remark(result, entry),
        metric: Unit::of(&metric.name).with_error(metric.mean, metric.se),
        also: result.searched.test_also.iter().map(also).collect(),
        validation: number_or_dash(compared.val_loss),
        picture: scale.map_or_else(String::new, |scale| picture(result, entry, scale)),
    }
}

fn remark(result: &SearchResult, entry: &Entry<'_>) -> String {
    let (values, seeds) = (&entry.compared.test_metric.values, result.verdict.preferred.len());
    let diverged = values.iter().filter(|value| value.is_none()).count();
    let preferred = result.verdict.preferred.iter().filter(|name| entry.single && *name == entry.name).count();
    let tried = entry.tried.map(|tried| format!("{} tried", count(tried, "mixture", "mixtures")));
    let mut remarks: Vec<String> = tried.into_iter().collect();
    if preferred > 0 {
        remarks.push(match (preferred == seeds, seeds) {
            (true, 1) => "validation prefers it".to_owned(),
            (true, _) => "validation prefers it in every seed".to_owned(),
            _ => format!("validation prefers it in {preferred} of {seeds} seeds"),
        });
    }
    if diverged > 0 {
        remarks.push(match diverged == values.len() {
            true => "every fit diverged".to_owned(),
            false => format!("{diverged} of {} diverged", count(values.len(), "fit", "fits")),
        });
    }
    remarks.join("; ")
}

fn picture(result: &SearchResult, entry: &Entry<'_>, scale: Scale) -> String {
    let metric = &entry.compared.test_metric;
    let (values, unit) = (known(metric), Unit::of(&metric.name));
    let each: Vec<String> = values.iter().map(|&v| unit.value(v)).collect();
    let about = match each.is_empty() {
        true => format!("{}: nothing to show, every fit diverged", entry.name),
        false => format!("{}: {} of the seeds {}", entry.name, metric.name, each.join(", ")),
    };
    let colour = if entry.searched { ACCENT } else { QUIET };
    let dots = Dots { values: &values, mean: metric.mean, interval: stats::t_interval(&values), colour, about };
    row(scale, &dots, result.searched.test_metric.mean)
}
