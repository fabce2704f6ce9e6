//! What was searched, and with what.

use super::error::ReportError;
use super::words::{count, list, thousands};
use crate::data::Task;
use crate::run::SearchResult;

/// Settings that say what was searched, where the configuration has them.
const TELLING: [&str; 18] = [
    "split",
    "hidden",
    "groups",
    "shared",
    "space",
    "outer",
    "entropy",
    "strategy",
    "start",
    "method",
    "outer_steps",
    "inner",
    "inner_steps",
    "tol",
    "ridge",
    "batch",
    "fit_start",
    "precision",
];

/// A term and what it is.
pub(super) type Fact = (&'static str, String);

/// The facts about the search.
pub(super) fn facts(result: &SearchResult) -> Vec<Fact> {
    let task = match result.task {
        Task::Classification => "classification: the target is one of several classes",
        Task::Regression => "regression: the target is a number",
    };
    let rows = format!(
        "{} to train the weights, {} to validate the coefficients, {} to test the outcome",
        thousands(result.n_train),
        thousands(result.n_val),
        thousands(result.n_test)
    );
    let groups = result.alpha.first().map_or(0, Vec::len);
    let mixtures = match (result.alpha.len(), groups) {
        (1, 1) => "one, in every layer and neuron".to_owned(),
        (1, _) => format!("{}, the same in every layer", count(groups, "group of neurons", "groups of neurons")),
        (layers, 1) => format!("one in each of {layers} layers"),
        (layers, _) => format!("{groups} groups of neurons in each of {layers} layers"),
    };
    vec![
        ("Data set", result.dataset.clone()),
        ("Task", task.to_owned()),
        ("Rows", rows),
        (
            "Seeds",
            format!("{}, each with a split and a start of its own; root seed {}", result.seeds.len(), result.seed),
        ),
        ("Candidates", list(&result.candidates)),
        ("Mixtures", mixtures),
    ]
}

/// The telling settings, as they stand in the configuration.
pub(super) fn settings(config: &str) -> Result<Vec<(String, String)>, ReportError> {
    let table: toml::Table = config.parse()?;
    let found = TELLING.iter().filter_map(|key| Some(((*key).to_owned(), table.get(*key)?.to_string())));
    Ok(found.map(|(key, value)| (key, value.trim_matches('"').to_owned())).collect())
}

/// A wall time.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 100.0 => format!("{s:.1} s"),
        s if s < 6000.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}
