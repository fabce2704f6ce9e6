//! A pass criterion: a figure beside its bound.

use crate::report::figure;
use crate::seed::Seed;
use crate::stats::{
    bootstrap_interval, clopper_pearson, fewest_heads, largest, mean, median, median_interval, sign_test,
    standard_error, t_interval, t_quantile_975,
};
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
    /// Whether too little was measured to judge it: it does not hold then, and it has not failed either.
    pub inconclusive: bool,
}

impl Criterion {
    /// A figure that has no interval.
    pub fn new(meaning: impl Into<String>, name: impl Into<String>, figure: f64, bound: Bound) -> Self {
        Self { meaning: meaning.into(), name: name.into(), figure, interval: None, bound, inconclusive: false }
    }

    /// The median over seeds.
    pub fn of_median(meaning: impl Into<String>, name: impl Into<String>, values: &[f64], bound: Bound) -> Self {
        Self::new(meaning, name, median(values), bound).with(median_interval(values))
    }

    /// The mean over seeds.
    pub fn of_mean(meaning: impl Into<String>, name: impl Into<String>, values: &[f64], bound: Bound) -> Self {
        Self::new(meaning, name, mean(values), bound).with(t_interval(values))
    }

    /// The share of seeds of which something is true.
    pub fn of_share(meaning: impl Into<String>, name: impl Into<String>, holds: &[bool], bound: Bound) -> Self {
        let (count, n) = (count(holds), holds.len());
        Self::new(meaning, name, count as f64 / n as f64, bound).with((n > 0).then(|| clopper_pearson(count, n)))
    }

    /// The number of seeds of which something is true.
    pub fn of_count(meaning: impl Into<String>, name: impl Into<String>, holds: &[bool], bound: Bound) -> Self {
        let (count, n) = (count(holds), holds.len());
        let of_seeds = |share: f64| share * n as f64;
        let interval = (n > 0).then(|| clopper_pearson(count, n).map(of_seeds));
        Self::new(meaning, name, count as f64, bound).with(interval)
    }

    /// The one-sided sign test at 5 %, of seeds in which one of a pair is above the other (a tie is not): their share, which is
    /// to be at least the least one that the test takes for more than chance: 15 of 20. More than all, where there are too
    /// few seeds to prove anything.
    pub fn of_sign_test(meaning: impl Into<String>, name: &str, above: &[bool]) -> Self {
        let (count, n) = (count(above), above.len());
        let name = format!("{name} (sign test: p = {})", figure(sign_test(count, n)));
        Self::of_share(meaning, name, above, Bound::AtLeast(fewest_heads(n, 0.05) as f64 / n as f64))
    }

    /// The mean of paired differences in units of its standard error, nothing over nothing being nothing; the interval is
    /// Student's in the same unit.
    pub fn of_errors(meaning: impl Into<String>, name: impl Into<String>, differences: &[f64], bound: Bound) -> Self {
        let error = standard_error(differences).unwrap_or(f64::NAN);
        let figure = match mean(differences) {
            0.0 => 0.0,
            mean => mean / error,
        };
        let half = t_quantile_975(differences.len().saturating_sub(1)).filter(|_| error > 0.0);
        Self::new(meaning, name, figure, bound).with(half.map(|half| [figure - half, figure + half]))
    }

    /// A figure of seeds, `of` so many of them by their numbers. Its interval is that of the bootstrap, which asks for the
    /// figure of seeds that are drawn again; `seed` draws them.
    pub fn of_seeds(
        meaning: impl Into<String>,
        name: impl Into<String>,
        (seeds, seed): (usize, Seed),
        of: impl Fn(&[usize]) -> f64,
        bound: Bound,
    ) -> Self {
        let figure = of(&(0..seeds).collect::<Vec<usize>>());
        Self::new(meaning, name, figure, bound).with(bootstrap_interval(seeds, seed, of))
    }

    /// The largest over all that was measured: more seeds can only raise it, so it has no interval.
    pub fn of_largest(meaning: impl Into<String>, name: impl Into<String>, values: &[f64], bound: Bound) -> Self {
        Self::new(meaning, name, largest(values), bound)
    }

    /// With this interval, if it is one: its ends are finite.
    pub fn with(self, interval: Option<[f64; 2]>) -> Self {
        Self { interval: interval.filter(|ends| ends.iter().all(|end| end.is_finite())), ..self }
    }

    /// The size of the figure, whatever its sign is.
    pub fn unsigned(self) -> Self {
        let size = |[low, high]: [f64; 2]| {
            let nearest = if low <= 0.0 && high >= 0.0 { 0.0 } else { low.abs().min(high.abs()) };
            [nearest, low.abs().max(high.abs())]
        };
        Self { figure: self.figure.abs(), interval: self.interval.map(size), ..self }
    }

    /// Whether the figure keeps the bound; NaN never does, nor does one that too little was measured for.
    pub fn passes(&self) -> bool {
        !self.inconclusive && self.keeps()
    }

    fn keeps(&self) -> bool {
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
            criterion: format!(
                "{} ({}{})",
                self.name,
                self.bound,
                if self.inconclusive { ", inconclusive" } else { "" }
            ),
            value: finite(self.figure),
            interval: self.interval,
            pass: self.passes(),
        }
    }
}

fn count(holds: &[bool]) -> usize {
    holds.iter().filter(|holds| **holds).count()
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
