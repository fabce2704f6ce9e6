//! E3's criteria and table.

use super::{Case, MOST_SIDES, Settings};
use crate::experiments::{Bound, Criterion, Outcome};
use crate::report::{Plot, Series, Table, figure};
use crate::stats::{clopper_pearson, quantile, upper_limit};

/// The confidence of a one-sided limit is one minus this.
const ERROR: f64 = 0.05;

/// What was drawn for one bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// What is bounded, and over which space.
    pub name: &'static str,
    /// The certified bound.
    pub bound: f64,
    /// The worst deviation of every validation set.
    pub suprema: Vec<f64>,
}

impl Observed {
    pub(super) fn new(case: &Case, suprema: Vec<f64>) -> Self {
        Self { name: case.name, bound: case.bound, suprema }
    }

    /// How often the bound failed; a supremum that is not known counts.
    fn above(&self, bound: f64) -> usize {
        self.suprema.len() - self.suprema.iter().filter(|supremum| **supremum <= bound).count()
    }

    /// The bound over the 95 % quantile of what it bounds.
    fn tightness(&self) -> f64 {
        self.tightness_of(&self.suprema)
    }

    fn tightness_of(&self, suprema: &[f64]) -> f64 {
        self.bound / quantile(suprema, 0.95)
    }

    /// The one-sided 95 % limit of the rate at which the bound fails.
    fn limit(&self) -> f64 {
        upper_limit(self.above(self.bound), self.suprema.len(), ERROR)
    }
}

/// Criteria and table.
pub fn outcome(settings: &Settings, observed: &[Observed]) -> Outcome {
    let Settings { draws, coordinates, n_validation, delta, .. } = settings;
    let mut table = Table::new(&["bound", "certified", "95 % quantile", "tightness", "failures", "limit of rate"]);
    for one in observed {
        table.rows.push(vec![
            one.name.to_owned(),
            figure(one.bound),
            figure(quantile(&one.suprema, 0.95)),
            figure(one.tightness()),
            one.above(one.bound).to_string(),
            figure(one.limit()),
        ]);
    }
    Outcome {
        title: "E3  Certified bounds against exact suprema".into(),
        claim: "Claim: the bounds hold for every alpha at once, except with the probability that they state; and they are not so loose \
                that a wrong constant would go unseen."
            .into(),
        setting: format!(
            "Setting: losses (1 + <a, psi>)/2, psi uniform on the unit sphere of R^{coordinates} or signs, a in the unit ball, the box of \
             side 2/h, the simplex, or its vertices alone (the finite set); losses (1 + <a, psi>)^2/4 beside them for hypergradients, whose \
             worst a in box, simplex and finite set is one of the vertices; {n_validation} validation samples, delta {delta}; the worst a of each validation set in closed form; {draws} draws."
        ),
        table,
        legend: "Columns: the certified bound; the 95 % quantile of what it bounds, and the bound over that; how often the bound failed, \
                 and the one-sided 95 % limit of that rate (Clopper and Pearson)."
            .into(),
        criteria: criteria(settings, observed),
        notes: notes(settings),
        plots: vec![plot(observed)],
    }
}

fn notes(settings: &Settings) -> Vec<String> {
    let left_out =
        format!("Hypergradients of the quadratic loss in the box need at most {MOST_SIDES} coordinates: left out.");
    (settings.coordinates > MOST_SIDES).then_some(left_out).into_iter().collect()
}

/// A bar from 1 to its tightness for every bound.
fn plot(observed: &[Observed]) -> Plot {
    let bar = |(row, one): (usize, &Observed)| {
        let place = (row + 1) as f64;
        Series { label: short(one.name), points: vec![[1.0, place], [one.tightness(), place]], theory: false }
    };
    Plot {
        title: "Tightness of every bound, by its row in the table".into(),
        x_label: "bound over the 95 % quantile".into(),
        series: observed.iter().enumerate().map(bar).collect(),
        ..Plot::default()
    }
}

/// A name that has room beside a bar.
fn short(name: &str) -> String {
    let abbreviated = [("hypergradient, ", "slope "), ("linear loss, ", "lin. "), ("quadratic loss, ", "quad. ")];
    abbreviated.iter().fold(name.replace("finite set", "finite"), |name, (long, short)| name.replace(long, short))
}

fn criteria(settings: &Settings, observed: &[Observed]) -> Vec<Criterion> {
    let mut criteria: Vec<Criterion> = observed
        .iter()
        .map(|one| {
            let name = format!("one-sided 95 % limit of the rate of failures, {}", one.name);
            let interval = clopper_pearson(one.above(one.bound), one.suprema.len());
            let meaning = "The bound fails no more often than it states.";
            Criterion::new(meaning, name, one.limit(), Bound::AtMost(settings.delta)).with(Some(interval))
        })
        .collect();
    for one in observed.iter().filter(|one| one.name == "risk, one model") {
        let halved: Vec<bool> = one.suprema.iter().map(|supremum| *supremum > 0.5 * one.bound).collect();
        criteria.push(Criterion::of_share(
            "Control: half of it fails often, so a constant that is half of what it must be would show.",
            "share of draws above half the bound, one model with losses of 0 and 1",
            &halved,
            Bound::AtLeast(0.1),
        ));
    }
    for one in observed.iter().filter(|one| one.name == "risk, finite set") {
        let of = |draws: &[usize]| one.tightness_of(&draws.iter().map(|&draw| one.suprema[draw]).collect::<Vec<f64>>());
        criteria.push(Criterion::of_seeds(
            "Control: for a finite set it is nearly as small as it can be.",
            "bound over the 95 % quantile, finite set",
            (one.suprema.len(), settings.run_as.study("e3 tightness")),
            of,
            Bound::Within(1.0, 2.0),
        ));
    }
    criteria
}
