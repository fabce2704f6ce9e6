//! The result of a search as text for a terminal.

use super::{Table, figure, wrap};
use crate::diagnose::Finding;
use crate::run::{Compared, DiagnosisRecord, Judgement, Metric, SearchResult};
use crate::trial::Strategy;
use std::collections::BTreeMap;

/// What was searched, the table of every choice, the mixture that was found, and the verdict.
pub fn comparison(result: &SearchResult) -> String {
    let SearchResult { dataset, task, n_train, n_val, n_test, seeds, notes, .. } = result;
    let title = format!(
        "{dataset}: {task}, {n_train} training, {n_val} validation and {n_test} test rows, {} seed{}",
        seeds.len(),
        if seeds.len() == 1 { "" } else { "s" },
    );
    let notes: String = notes.iter().map(|note| wrap(&format!("- {note}"), 0) + "\n").collect();
    let legend = "Mean and standard error over the seeds. Each choice is fitted to training rows for its validation loss, and to \
                  training and validation rows for its test figures, from the same start with the same fit.";
    format!(
        "{title}\n{notes}\n{}\n{}\n\n{}\n{}\n{}\n{}\n",
        table(result),
        wrap(legend, 2),
        wrap(&found(result), 0),
        referee(result),
        theory(result),
        wrap(&verdict(result), 0)
    )
}

/// A row for the searched mixture, its discretisation, what other ways of searching found, and each candidate alone, the lowest validation loss first.
fn table(result: &SearchResult) -> Table {
    let metrics = |of: &Compared| [&of.test_metric].into_iter().chain(&of.test_also).cloned().collect::<Vec<Metric>>();
    let names = metrics(&result.searched).into_iter().map(|metric| format!("test {}", metric.name));
    let header = ["activation".to_owned(), "validation loss".to_owned()].into_iter().chain(names).collect();
    let row = |name: &str, of: &Compared| {
        let start = [name.to_owned(), of.val_loss.map_or_else(|| "diverged".to_owned(), figure)];
        start.into_iter().chain(metrics(of).iter().map(with_error)).collect::<Vec<String>>()
    };
    let loss = |of: &Compared| of.val_loss.unwrap_or(f64::INFINITY);
    let mut single: Vec<(&String, &Compared)> = result.baselines.iter().collect();
    single.sort_by(|a, b| loss(a.1).total_cmp(&loss(b.1)));
    let ours = [row("searched mixture", &result.searched), row("discretised", &result.discretised)];
    let rivals = result.rivals.iter().map(|rival| row(rival.strategy.title(), &rival.compared));
    Table {
        header,
        rows: ours.into_iter().chain(rivals).chain(single.into_iter().map(|(name, of)| row(name, of))).collect(),
    }
}

fn with_error(metric: &Metric) -> String {
    match (metric.mean, metric.se) {
        (Some(mean), Some(se)) => format!("{} ± {}", in_units(&metric.name, mean), in_units(&metric.name, se)),
        (Some(mean), None) => in_units(&metric.name, mean),
        (None, _) => "-".to_owned(),
    }
}

/// The mixtures of the best seed, their largest coefficients first.
fn found(result: &SearchResult) -> String {
    let mixture = |alpha: &[f64]| {
        let mut terms: Vec<(&f64, &String)> = alpha.iter().zip(&result.candidates).collect();
        terms.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        terms.retain(|(a, _)| a.abs() >= 0.005);
        terms.iter().map(|(a, name)| format!("{a:.2} {name}")).collect::<Vec<_>>().join(" + ").replace("+ -", "- ")
    };
    let many = result.alpha.len() * result.alpha[0].len() > 1;
    let places = result.alpha.iter().enumerate().flat_map(|(l, groups)| {
        groups.iter().enumerate().map(move |(g, alpha)| (format!("layer {}, group {}: ", l + 1, g + 1), alpha))
    });
    let mixtures: Vec<String> =
        places.map(|(place, alpha)| if many { place + &mixture(alpha) } else { mixture(alpha) }).collect();
    format!("Found (seed {}, the best by validation): {}.{}", result.best_seed, mixtures.join("; "), way(result))
}

/// What the spectral estimate says of it, where it is a rival.
fn referee(result: &SearchResult) -> String {
    result.referee.as_ref().map_or_else(String::new, |referee| wrap(&referee.sentence, 0) + "\n")
}

/// Where the search went, and how far from its end it may be.
fn way(result: &SearchResult) -> String {
    if result.outer.is_empty() {
        return String::new();
    }
    let gap = result.seeds.get(result.best_seed).and_then(|seed| seed.gap);
    let gap = gap.map_or_else(String::new, |gap| format!(", to a Frank-Wolfe gap of {}", figure(gap)));
    let by = match result.strategy {
        Strategy::Gradient => result.outer.clone(),
        other => other.title().to_owned(),
    };
    let fits = |title: &str, evaluations: usize| format!("{title} {evaluations}");
    let all = [fits("the search", result.evaluations)].into_iter();
    let all = all.chain(result.rivals.iter().map(|rival| fits(rival.strategy.title(), rival.evaluations)));
    format!(
        " Space {}, by {by}{gap}. Mixtures tried, over all seeds: {}.",
        result.space,
        all.collect::<Vec<_>>().join(", ")
    )
}

/// The bounds, and every diagnosis that found something.
fn theory(result: &SearchResult) -> String {
    let fired = result.theory.diagnoses.iter().filter(|diagnosis| diagnosis.finding == Finding::Found);
    let fired = fired.map(|DiagnosisRecord { name, sentence, .. }| wrap(&format!("! {name}: {sentence}"), 0) + "\n");
    let sentences = result.theory.sentences.iter().map(|sentence| wrap(sentence, 2));
    let sentences = sentences.collect::<Vec<_>>().join("\n\n");
    format!("What the theory says:\n{sentences}\n{}", fired.collect::<String>())
}

/// The comparison that the run was made for, in a sentence.
fn verdict(result: &SearchResult) -> String {
    let verdict = &result.verdict;
    let Some(difference) = verdict.difference else {
        return "Every single candidate diverged in every seed: there is nothing to compare with.".to_owned();
    };
    let mut often: BTreeMap<&str, usize> = BTreeMap::new();
    verdict.preferred.iter().for_each(|name| *often.entry(name).or_default() += 1);
    let preferred: Vec<String> = often.iter().map(|(name, times)| format!("{name} in {times}")).collect();
    let signed = |value: f64| signed(&in_units(&result.searched.test_metric.name, value));
    let interval = match verdict.interval {
        Some([low, high]) => format!("95 % interval over the seeds {} to {}", signed(low), signed(high)),
        None => "no interval from one seed".to_owned(),
    };
    let word = match verdict.outcome {
        Judgement::Won => "WON: the searched mixture is better than the best single candidate",
        Judgement::Lost => "LOST: the best single candidate is better than the searched mixture",
        Judgement::Tied => "TIED: the seeds do not tell the searched mixture and the best single candidate apart",
    };
    format!(
        "{word}. {} of the mixture minus that of the candidate that validation prefers ({}): {}, {interval}.",
        result.searched.test_metric.name,
        preferred.join(", "),
        signed(difference),
    )
}

/// A figure of a metric: with four decimals where it lies between 0 and 1, for nobody reads an accuracy as 5.6e-4.
fn in_units(metric: &str, value: f64) -> String {
    if metric.ends_with("accuracy") { format!("{value:.4}") } else { figure(value) }
}

fn signed(number: &str) -> String {
    if number.starts_with('-') { number.to_owned() } else { format!("+{number}") }
}
