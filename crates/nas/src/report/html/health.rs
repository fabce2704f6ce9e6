//! Whether the hypergradients can be trusted, and how each search ended.

use super::words::{Unit, count, number, number_or_dash, thousands};
use crate::run::SearchResult;

/// The section of the hypergradients.
pub(super) struct Health {
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) sentences: Vec<String>,
    pub(super) seeds: Vec<Seed>,
    /// What the reasons mean that occur.
    pub(super) stops: Vec<(String, &'static str)>,
}

/// One seed's search.
pub(super) struct Seed {
    pub(super) number: usize,
    pub(super) best: bool,
    pub(super) steps: String,
    pub(super) stop: String,
    pub(super) inner: String,
    pub(super) status: String,
    pub(super) validation: String,
    pub(super) preferred: String,
    pub(super) metric: String,
}

/// Gathers the evidence.
pub(super) fn health(result: &SearchResult) -> Health {
    let record = &result.hypergradient;
    let facts = vec![
        ("Method", record.method.clone()),
        ("Status", record.status.clone()),
        ("Products", thousands(record.hvps)),
        ("Residual", number(record.residual)),
        ("Error estimate", record.error.map_or_else(|| "none".to_owned(), number)),
        ("Steps skipped", thousands(record.skipped)),
    ];
    let mut sentences = vec![meaning(&record.status).to_owned()];
    sentences.push(match record.skipped {
        0 => "No outer step was skipped.".to_owned(),
        n => format!(
            "{} not taken because a hypergradient could not be verified.",
            count(n, "outer step was", "outer steps were")
        ),
    });
    if let Some(error) = record.error {
        sentences
            .push(format!("The relative error of the last hypergradients is estimated at {} or less.", number(error)));
    }
    let mut stops: Vec<(String, &'static str)> = Vec::new();
    for seed in &result.seeds {
        if stops.iter().all(|(stop, _)| *stop != seed.stop) {
            stops.push((seed.stop.clone(), reason(&seed.stop)));
        }
    }
    stops.retain(|(_, reason)| !reason.is_empty());
    Health { facts, sentences, seeds: seeds(result), stops }
}

fn meaning(status: &str) -> &'static str {
    match status {
        "converged" => {
            "Every linear system was solved to its tolerance as it stands, without damping: the search followed the derivative it was meant to follow."
        }
        "damped" => {
            "At least one linear system could not be solved as it stands and was damped. A damped hypergradient still points downhill as a rule, but it is biased."
        }
        "unrolled" => {
            "The derivative was taken through the steps of the fit themselves, so there was no linear system to solve; it is exact for those steps."
        }
        "failed" => {
            "At least one hypergradient could not be verified, even damped. Read the result with care: the search may have stopped early."
        }
        _ => "This is the weakest state of all accepted steps.",
    }
}

fn reason(stop: &str) -> &'static str {
    match stop {
        "stationary" => "no small change of the coefficients lowers the validation loss any more",
        "step limit" => "the limit on outer steps was reached; more steps may still help",
        "noise" => "what was left of the hypergradient is within the noise of the validation rows",
        "no decrease" => "no step along the hypergradient, however short, lowered the validation loss",
        "all tried" => "every mixture that was to be tried has been; more of them may still help",
        _ => "",
    }
}

fn seeds(result: &SearchResult) -> Vec<Seed> {
    let metric = &result.searched.test_metric;
    let each = result.seeds.iter().enumerate();
    each.map(|(number, seed)| Seed {
        number,
        best: number == result.best_seed,
        steps: thousands(seed.outer_steps),
        stop: seed.stop.clone(),
        inner: thousands(seed.inner_steps),
        status: seed.status.clone(),
        validation: number_or_dash(Some(seed.val_loss).filter(|loss| loss.is_finite())),
        preferred: result.verdict.preferred.get(number).cloned().unwrap_or_default(),
        metric: metric
            .values
            .get(number)
            .copied()
            .flatten()
            .map_or_else(|| "diverged".to_owned(), |v| Unit::of(&metric.name).value(v)),
    })
    .collect()
}
