//! How good predictions are, in the units of the data.

use crate::data::{Preprocess, Samples, Task};
use crate::model::Loss;
use serde::{Deserialize, Serialize};

/// What predictions of some rows are worth.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Scores {
    /// The loss that is minimised: cross-entropy, or half the squared error in units of the target's standard deviation.
    pub loss: f64,
    /// What people look at: the accuracy, or the root mean squared error in the target's own units.
    pub metric: f64,
    /// Balanced accuracy (the mean over the classes that occur of the share of their rows that is right), or R².
    pub second: f64,
}

/// The names of [`Scores::metric`] and [`Scores::second`].
pub fn names(task: Task) -> [&'static str; 2] {
    match task {
        Task::Classification => ["accuracy", "balanced accuracy"],
        Task::Regression => ["RMSE", "R2"],
    }
}

/// Whether a larger [`Scores::metric`] is better.
pub fn larger_is_better(task: Task) -> bool {
    task == Task::Classification
}

/// The loss that fits a task.
pub fn loss(task: Task) -> Loss {
    match task {
        Task::Classification => Loss::CrossEntropy,
        Task::Regression => Loss::Squared,
    }
}

/// The scores of outputs (n × k) on rows with known targets.
pub fn scores(preprocess: &Preprocess, outputs: &[f64], rows: &Samples) -> Scores {
    match preprocess.task() {
        Task::Classification => of_classes(outputs, rows),
        Task::Regression => of_numbers(preprocess, outputs, rows),
    }
}

/// The loss of every row, of which [`Scores::loss`] is the mean.
pub fn row_losses(task: Task, outputs: &[f64], rows: &Samples) -> Vec<f64> {
    let each = outputs.chunks(rows.outputs.max(1));
    match task {
        Task::Classification => each.zip(&rows.classes).map(|(logits, &class)| cross_entropy(logits, class)).collect(),
        Task::Regression => {
            let squares = |(f, y): (&[f64], &[f64])| f.iter().zip(y).map(|(f, y)| (f - y).powi(2)).sum::<f64>();
            each.zip(rows.y.chunks(rows.outputs.max(1))).map(|pair| squares(pair) / 2.0).collect()
        }
    }
}

/// −ln of the softmax probability of a class.
fn cross_entropy(logits: &[f64], class: usize) -> f64 {
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    top + logits.iter().map(|x| (x - top).exp()).sum::<f64>().ln() - logits[class]
}

fn of_classes(outputs: &[f64], rows: &Samples) -> Scores {
    let k = rows.outputs;
    let (mut right, mut of_class) = (vec![0usize; k], vec![0usize; k]);
    for (logits, &class) in outputs.chunks(k.max(1)).zip(&rows.classes) {
        of_class[class] += 1;
        right[class] += usize::from(choice(logits) == class);
    }
    let occurring = right.iter().zip(&of_class).filter(|(_, n)| **n > 0);
    let shares: Vec<f64> = occurring.map(|(right, n)| *right as f64 / *n as f64).collect();
    let n = rows.n as f64;
    Scores {
        loss: row_losses(Task::Classification, outputs, rows).iter().sum::<f64>() / n,
        metric: right.iter().sum::<usize>() as f64 / n,
        second: shares.iter().sum::<f64>() / shares.len() as f64,
    }
}

/// The class of the largest output, the first of equals.
pub fn choice(logits: &[f64]) -> usize {
    (0..logits.len()).fold(0, |best, i| if logits[i] > logits[best] { i } else { best })
}

fn of_numbers(preprocess: &Preprocess, outputs: &[f64], rows: &Samples) -> Scores {
    let n = rows.n as f64;
    let squares = |errors: &mut dyn Iterator<Item = f64>| errors.map(|e| e * e).sum::<f64>() / n;
    let own = squares(&mut outputs.iter().zip(&rows.target).map(|(f, y)| preprocess.own_units(*f) - y));
    let loss = row_losses(Task::Regression, outputs, rows).iter().sum::<f64>() / n;
    let mean = rows.target.iter().sum::<f64>() / n;
    let spread = squares(&mut rows.target.iter().map(|y| y - mean));
    Scores { loss, metric: own.sqrt(), second: 1.0 - own / spread }
}
