//! E3's criteria and table.

use super::{Case, Settings};
use crate::experiments::{Bound, Criterion, Outcome};
use crate::report::{Table, figure};
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
        self.bound / quantile(&self.suprema, 0.95)
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
             side 2/h, the simplex, or its vertices alone (the finite set); losses (1 + <a, psi>)^2/4 beside them for hypergradients; \
             {n_validation} validation samples, delta {delta}; the worst a of each validation set in closed form; {draws} draws."
        ),
        table,
        legend: "Columns: the certified bound; the 95 % quantile of what it bounds, and the bound over that; how often the bound failed, \
                 and the one-sided 95 % limit of that rate (Clopper and Pearson)."
            .into(),
        criteria: criteria(settings, observed),
        notes: Vec::new(),
        plots: Vec::new(),
    }
}

fn criteria(settings: &Settings, observed: &[Observed]) -> Vec<Criterion> {
    let mut criteria: Vec<Criterion> = observed
        .iter()
        .map(|one| {
            let name = format!("one-sided 95 % limit of the rate of failures, {}", one.name);
            let interval = Some(clopper_pearson(one.above(one.bound), one.suprema.len()));
            let meaning = "The bound fails no more often than it states.";
            Criterion { interval, ..Criterion::new(meaning, name, one.limit(), Bound::AtMost(settings.delta)) }
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
        criteria.push(Criterion::new(
            "Control: for a finite set it is nearly as small as it can be.",
            "bound over the 95 % quantile, finite set",
            one.tightness(),
            Bound::Within(1.0, 2.0),
        ));
    }
    criteria
}
