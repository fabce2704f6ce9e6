//! The result of `nas mkl` as text, and its plots.

use super::{Axis, Plot, Series, Table, figure, wrap};
use crate::run::{By, Metric, PathRecord, Weighed, WeighedMethod};

/// Every so manieth ridge of the path stands in the table.
const SHOWN: usize = 4;

/// What was weighed, the table of all choices, the mixture, its path over the ridge, and what the theory says.
pub fn weighed(result: &Weighed) -> String {
    let Weighed { dataset, task, labels, n_train, n_val, n_test, seeds, notes, .. } = result;
    let plural = if seeds.len() == 1 { "" } else { "s" };
    let title = format!(
        "{dataset}: {task}, {n_train} training, {n_val} validation and {n_test} test rows, {} seed{plural}\nLabels: {labels}.",
        seeds.len()
    );
    let notes: String = notes.iter().map(|note| wrap(&format!("- {note}"), 0) + "\n").collect();
    let legend = format!(
        "Mean and standard error over the seeds of the squared error on test rows, the least first; its difference to that of the mixture, \
         with the paired 95 % interval; weights of the best seed, in the order {}. All fit the same training rows. The mixture has \
         coefficients, and a kernel for each pair of candidates; the others weigh the kernel of each candidate, centred and of equal trace. \
         Each family has \
         the ridge that is best with all candidates in equal parts, by leave-one-out on training rows, or --ridge.",
        result.candidates.join(", ")
    );
    let theory: String = result.theory.sentences.iter().map(|sentence| wrap(sentence, 2) + "\n").collect();
    format!(
        "{title}\n{notes}\n{}\n{}\n\n{}\n\n{}\n{}\n\nWhat the theory says:\n{theory}",
        table(result),
        wrap(&legend, 2),
        wrap(&found(result), 0),
        path(result),
        wrap(&best(result), 0),
    )
}

fn table(result: &Weighed) -> Table {
    let mut sorted: Vec<&WeighedMethod> = result.methods.iter().collect();
    let error = |method: &WeighedMethod| method.test.mean.unwrap_or(f64::INFINITY);
    sorted.sort_by(|a, b| error(a).total_cmp(&error(b)));
    let classes = sorted.iter().any(|method| method.accuracy.is_some());
    let mut table = Table::new(&["method", "test error", "minus mixture"]);
    table.header.extend(classes.then(|| "accuracy".to_owned()));
    table.header.push("weights".to_owned());
    for method in sorted {
        let mut row = vec![method.name.clone(), with_error(&method.test), difference(method)];
        row.extend(classes.then(|| method.accuracy.as_ref().map_or_else(|| "-".to_owned(), with_error)));
        // A kernel alone has the weight 1.
        let all = method.weights.len() > 1 || result.candidates.len() == 1;
        row.push(if all { weights(&method.weights) } else { "-".to_owned() });
        table.rows.push(row);
    }
    table
}

fn weights(weights: &[f64]) -> String {
    weights.iter().map(|weight| format!("{weight:.2}")).collect::<Vec<_>>().join(" ")
}

fn with_error(metric: &Metric) -> String {
    match (metric.mean, metric.se) {
        (Some(mean), Some(se)) => format!("{mean:.4} ± {se:.4}"),
        (Some(mean), None) => format!("{mean:.4}"),
        (None, _) => "-".to_owned(),
    }
}

fn difference(method: &WeighedMethod) -> String {
    match (method.difference, method.interval) {
        (Some(difference), Some([low, high])) => format!("{difference:+.4} [{low:+.4}, {high:+.4}]"),
        (Some(difference), None) => format!("{difference:+.4}"),
        (None, _) => "-".to_owned(),
    }
}

/// The mixture of the best seed, its largest coefficients first.
fn found(result: &Weighed) -> String {
    let mut terms: Vec<(&f64, &String)> = result.alpha.iter().zip(&result.candidates).collect();
    terms.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    terms.retain(|(a, _)| a.abs() >= 0.005);
    let mixture = terms.iter().map(|(a, name)| format!("{a:.2} {name}")).collect::<Vec<_>>().join(" + ");
    let mixture = if mixture.is_empty() { "nothing".to_owned() } else { mixture.replace("+ -", "- ") };
    let ridge = result.seeds.get(result.best_seed).map_or(f64::NAN, |seed| seed.ridge);
    format!(
        "Found (seed {}, the best by {}): {mixture}. Space {}, ridge {}.",
        result.best_seed,
        result.criterion.title(),
        result.space,
        figure(ridge)
    )
}

fn path(result: &Weighed) -> Table {
    let mut table = Table::new(&["ridge", "validation error", "leave-one-out", "GCV"]);
    let shown =
        |(place, record): &(usize, &PathRecord)| place.is_multiple_of(SHOWN) || record.ridge == result.best_ridge;
    for (_, record) in result.path.iter().enumerate().filter(shown) {
        let validation = record.validation.map_or_else(|| "-".to_owned(), figure);
        table.rows.push(vec![figure(record.ridge), validation, figure(record.leave_one_out), figure(record.gcv)]);
    }
    table
}

fn best(result: &Weighed) -> String {
    let folds = if result.criterion == By::Kfold { " (by leave-one-out, which is on the path)" } else { "" };
    let end = result.path.first().is_some_and(|first| first.ridge == result.best_ridge);
    let end = if end { ", the least of the path: exact fits are best" } else { "" };
    format!(
        "All of these ridges come from one eigendecomposition of the found mixture's kernel; the best is {}{folds}{end}.",
        figure(result.best_ridge)
    )
}

/// The errors over the ridge, and the weights over the candidates: what `nas mkl` draws, each with the name of its file.
pub fn weighed_plots(result: &Weighed) -> [(&'static str, Plot); 2] {
    let errors = |label: &str, of: &dyn Fn(&PathRecord) -> Option<f64>| {
        let points = result.path.iter().filter_map(|record| Some([record.ridge, of(record)?])).collect::<Vec<_>>();
        (!points.is_empty()).then(|| Series { label: label.to_owned(), points, theory: false })
    };
    let series = [
        errors("validation", &|record| record.validation),
        errors("leave-one-out", &|record| Some(record.leave_one_out)),
        errors("GCV", &|record| Some(record.gcv)),
    ];
    let path = Plot {
        title: "Squared error over the ridge, at the found mixture".to_owned(),
        x_label: "ridge".to_owned(),
        x: Axis::Powers,
        y: Axis::Linear,
        series: series.into_iter().flatten().collect(),
        dots: false,
    };
    let h = result.candidates.len();
    let line = |method: &WeighedMethod| {
        let points = method.weights.iter().enumerate().map(|(i, weight)| [(i + 1) as f64, *weight]).collect();
        Series { label: method.name.clone(), points, theory: false }
    };
    // A kernel alone has no line, and the mixture at another ridge the same one.
    let lines = result.methods.iter().enumerate().filter(|(m, method)| method.weights.len() == h && *m != 1);
    let names = result.candidates.iter().enumerate().map(|(i, name)| format!("{} {name}", i + 1));
    let weights = Plot {
        title: format!("Weights over candidates: {}", names.collect::<Vec<_>>().join(", ")),
        x_label: "candidate, by its number".to_owned(),
        x: Axis::Linear,
        y: Axis::Linear,
        series: lines.map(|(_, method)| line(method)).collect(),
        dots: false,
    };
    [("mkl-path.svg", path), ("mkl-weights.svg", weights)]
}
