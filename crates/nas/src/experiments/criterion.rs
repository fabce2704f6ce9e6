//! A pass criterion: a figure beside its bound.

use crate::stats::{clopper_pearson, largest, mean, median, median_interval, t_interval};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a figure is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Passes when the figure is not above.
    AtMost(f64),
    /// Passes when the figure is not below.
    AtLeast(f64),
    /// Passes when the figure lies between the two, or on one of them.
    Within(f64, f64),
}

/// One criterion of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// What it says in a sentence, when it holds.
    pub meaning: String,
    /// The figure's name.
    pub name: String,
    /// The measured figure.
    pub figure: f64,
    /// Where the figure would lie with other seeds, with 95 % confidence; `None` where seeds do not say.
    pub interval: Option<[f64; 2]>,
    /// What the figure is held against.
    pub bound: Bound,
}

impl Criterion {
    /// A figure that has no interval.
    pub fn new(meaning: impl Into<String>, name: impl Into<String>, figure: f64, bound: Bound) -> Self {
        Self { meaning: meaning.into(), name: name.into(), figure, interval: None, bound }
    }

    /// The median over seeds.
    pub fn of_median(meaning: impl Into<String>, name: impl Into<String>, values: &[f64], bound: Bound) -> Self {
        let interval = median_interval(values);
        Self { interval, ..Self::new(meaning, name, median(values), bound) }
    }

    /// The mean over seeds.
    pub fn of_mean(meaning: impl Into<String>, name: impl Into<String>, values: &[f64], bound: Bound) -> Self {
        let interval = t_interval(values);
        Self { interval, ..Self::new(meaning, name, mean(values), bound) }
    }

    /// The share of seeds of which something is true.
    pub fn of_share(meaning: impl Into<String>, name: impl Into<String>, holds: &[bool], bound: Bound) -> Self {
        let (count, n) = (holds.iter().filter(|holds| **holds).count(), holds.len());
        let interval = (n > 0).then(|| clopper_pearson(count, n));
        Self { interval, ..Self::new(meaning, name, count as f64 / n as f64, bound) }
    }

    /// The largest over all that was measured: more seeds can only raise it, so it has no interval.
    pub fn of_largest(meaning: impl Into<String>, name: impl Into<String>, values: &[f64], bound: Bound) -> Self {
        Self::new(meaning, name, largest(values), bound)
    }

    /// Whether the figure keeps the bound; NaN never does.
    pub fn passes(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) => self.figure <= bound,
            Bound::AtLeast(bound) => self.figure >= bound,
            Bound::Within(low, high) => (low..=high).contains(&self.figure),
        }
    }

    /// As it is published, under the name of its experiment.
    pub fn verdict(&self, id: &str) -> Verdict {
        let finite = |value: f64| value.is_finite().then_some(value);
        Verdict {
            id: id.to_owned(),
            criterion: format!("{} ({})", self.name, self.bound),
            value: finite(self.figure),
            interval: self.interval,
            pass: self.passes(),
        }
    }
}

/// One line of `verdicts.json`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Verdict {
    /// The experiment.
    pub id: String,
    /// The figure's name, with its bound.
    pub criterion: String,
    /// The figure; `None` where it is not finite.
    pub value: Option<f64>,
    /// The 95 % interval of the figure, where it has one.
    pub interval: Option<[f64; 2]>,
    /// Whether the criterion holds.
    pub pass: bool,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |bound: f64| {
            if bound != 0.0 && bound.abs() < 1e-3 { format!("{bound:e}") } else { bound.to_string() }
        };
        match *self {
            Self::AtMost(bound) => write!(f, "<= {}", number(bound)),
            Self::AtLeast(bound) => write!(f, ">= {}", number(bound)),
            Self::Within(low, high) => write!(f, "in [{}, {}]", number(low), number(high)),
        }
    }
}
