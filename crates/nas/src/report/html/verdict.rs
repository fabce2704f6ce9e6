//! What the run is worth, in plain sentences.

use super::palette::ACCENT;
use super::strip::{Dots, difference};
use super::words::{Unit, count, list, short};
use crate::run::{Judgement, SearchResult};
use crate::stats;

/// The head of the page.
pub(super) struct Headline {
    /// The class of its mark.
    pub(super) outcome: &'static str,
    pub(super) title: String,
    pub(super) sentences: Vec<String>,
    /// The differences of the seeds; empty where no seed has one.
    pub(super) picture: String,
    /// How to read the picture.
    pub(super) caption: String,
}

/// Judges the searched mixture against the single candidates that validation prefers.
pub(super) fn headline(result: &SearchResult) -> Headline {
    let (outcome, title) = match (result.verdict.outcome, result.seeds.len()) {
        (Judgement::Won, _) => ("won", "Won: the searched mixture beats the preferred single activation"),
        (Judgement::Lost, _) => ("lost", "Lost: the preferred single activation beats the searched mixture"),
        (Judgement::Tied, 1) => {
            ("tied", "Tied: one seed does not tell the searched mixture and the preferred single activation apart")
        }
        (Judgement::Tied, _) => {
            ("tied", "Tied: the seeds do not tell the searched mixture and the preferred single activation apart")
        }
    };
    let sentences = vec![searched(result), preferred(result), compared(result)];
    Headline { outcome, title: title.to_owned(), sentences, picture: picture(result), caption: caption(result) }
}

fn unit(result: &SearchResult) -> Unit {
    Unit::of(&result.searched.test_metric.name)
}

fn searched(result: &SearchResult) -> String {
    let metric = &result.searched.test_metric;
    let seeds = count(result.seeds.len(), "seed", "seeds");
    let Some(mean) = metric.mean else {
        return format!("On {}, every fit with the searched mixture diverged, in {seeds}.", result.dataset);
    };
    let (value, article) = (unit(result).with_error(Some(mean), metric.se), article(&metric.name));
    let fitted = metric.values.iter().flatten().count();
    let how = match (fitted, result.seeds.len()) {
        (1, 1) => "one seed".to_owned(),
        (fitted, all) if fitted == all => format!("mean ± standard error over {seeds}"),
        (fitted, _) => format!("mean ± standard error over {fitted} of {seeds}; the other fits diverged"),
    };
    let better = if result.verdict.larger_is_better { "" } else { " (less is better)" };
    format!(
        "On {}, networks with the searched mixture reach {article} {} of {value}{better} on {} that the search never saw ({how}).",
        result.dataset,
        metric.name,
        count(result.n_test, "row", "rows"),
    )
}

fn article(name: &str) -> &'static str {
    if name.starts_with(['a', 'e', 'i', 'o', 'u', 'R', 'L', 'M']) { "an" } else { "a" }
}

/// The candidates that validation prefers, the most frequent first, each with its number of seeds.
fn frequencies(result: &SearchResult) -> Vec<(&str, usize)> {
    let of = |name: &str| result.verdict.preferred.iter().filter(|preferred| *preferred == name).count();
    let mut found: Vec<_> = result.candidates.iter().map(|name| (name.as_str(), of(name))).collect();
    found.retain(|(_, n)| *n > 0);
    found.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    found
}

/// The preferred candidate's figure of every seed.
fn preferred_values(result: &SearchResult) -> Vec<Option<f64>> {
    let of = |(seed, name): (usize, &String)| result.baselines.get(name)?.test_metric.values.get(seed).copied()?;
    result.verdict.preferred.iter().enumerate().map(of).collect()
}

fn preferred(result: &SearchResult) -> String {
    let seeds = result.verdict.preferred.len();
    let named: Vec<String> = match &frequencies(result)[..] {
        [] => return "Validation prefers no single activation: none of them could be fitted.".to_owned(),
        [(one, _)] => vec![(*one).to_owned()],
        [(first, n), rest @ ..] => {
            let rest = rest.iter().map(|(name, n)| format!("{name} ({n})"));
            [format!("{first} (in {n} of {seeds} seeds)")].into_iter().chain(rest).collect()
        }
    };
    let values: Vec<f64> = preferred_values(result).into_iter().flatten().collect();
    let mean = (!values.is_empty()).then(|| stats::mean(&values));
    format!(
        "With the single activation that validation prefers, {}, they reach {}.",
        list(&named),
        unit(result).with_error(mean, stats::standard_error(&values))
    )
}

fn compared(result: &SearchResult) -> String {
    let (verdict, unit) = (&result.verdict, unit(result));
    let Some(difference) = verdict.difference else {
        return "In no seed could both be fitted, so there is no difference to judge.".to_owned();
    };
    let what = format!("The difference is {}{}", unit.difference(difference), unit.of_difference());
    let Some([lo, hi]) = verdict.interval else {
        return format!("{what}; below two seeds there is no interval, so nothing can be said about chance.");
    };
    let side = if (verdict.outcome == Judgement::Won) == verdict.larger_is_better { "above" } else { "below" };
    let meaning = match verdict.outcome {
        Judgement::Won => format!("all of it lies {side} zero, so the mixture is better by more than chance explains"),
        Judgement::Lost => format!("all of it lies {side} zero, so the mixture is worse by more than chance explains"),
        Judgement::Tied => "zero lies inside, so the seeds do not tell them apart".to_owned(),
    };
    let (lo, hi) = (unit.difference(lo), unit.difference(hi));
    format!("{what}, paired by seed, with a 95 % interval from {lo} to {hi}: {meaning}.")
}

fn caption(result: &SearchResult) -> String {
    let unit = match unit(result) {
        Unit::Percent => " in percentage points",
        Unit::Plain => "",
    };
    let marks = match result.verdict.interval {
        Some(_) => "Dots are seeds, the tick is their mean, the line its 95 % interval.",
        None => "The dot is the one seed.",
    };
    format!("Searched mixture minus single activation, {}{unit}. {marks}", result.searched.test_metric.name)
}

fn picture(result: &SearchResult) -> String {
    let (searched, preferred) = (&result.searched.test_metric.values, preferred_values(result));
    let pairs = searched.iter().zip(preferred).filter_map(|(a, b)| Some((*a)? - b?));
    let values: Vec<f64> = pairs.collect();
    if values.is_empty() {
        return String::new();
    }
    let (verdict, unit) = (&result.verdict, unit(result));
    let about = format!(
        "Differences of {}, searched mixture minus single activation: a dot for each seed, a tick for the mean, a line for its 95 % interval.",
        count(values.len(), "seed", "seeds")
    );
    let dots = Dots { values: &values, mean: verdict.difference, interval: verdict.interval, colour: ACCENT, about };
    let mut sides = ["single activation better", "mixture better"];
    if !verdict.larger_is_better {
        sides.reverse();
    }
    let plus = |v: f64, text: String| if v > 0.0 { format!("+{text}") } else { text };
    difference(&dots, sides, |v| match unit {
        Unit::Percent => plus(v, short(100.0 * v)),
        Unit::Plain => plus(v, short(v)),
    })
}
