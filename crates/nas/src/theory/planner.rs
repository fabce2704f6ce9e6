//! The bounds, inverted: how many samples for a gap, how many candidates for a number of samples.

use super::risk::{Setting, gap};

/// The planner gives up beyond so many samples.
const MOST_SAMPLES: usize = 1 << 50;

/// No number of samples, or of candidates, brings the bound down to the target.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("no plan has a gap of {target}: the least is {least}; ask for a larger gap")]
pub struct OutOfReach {
    /// What was asked for.
    pub target: f64,
    /// The least that there is.
    pub least: f64,
}

/// The least n with `gap(n)` ≤ target, for a bound that does not grow with n: any of risk or of hypergradients.
pub fn least_samples(gap: impl Fn(usize) -> f64, target: f64) -> Result<usize, OutOfReach> {
    let reached = |n: usize| gap(n) <= target;
    let mut enough = 1;
    while !reached(enough) {
        if enough >= MOST_SAMPLES {
            return Err(OutOfReach { target, least: gap(enough) });
        }
        enough *= 2;
    }
    Ok(boundary(enough / 2, enough, reached))
}

/// The most candidates h, from 1 to `limit`, with `gap(h)` ≤ target, for a bound that does not fall with h.
///
/// # Panics
/// When the limit is 0.
pub fn most_candidates(gap: impl Fn(usize) -> f64, target: f64, limit: usize) -> Result<usize, OutOfReach> {
    assert!(limit > 0, "at most 0 candidates");
    let reached = |h: usize| gap(h) <= target;
    if !reached(1) {
        return Err(OutOfReach { target, least: gap(1) });
    }
    let mut enough = 1;
    while enough < limit {
        let more = (2 * enough).min(limit);
        if !reached(more) {
            return Ok(boundary(enough, more, |h| !reached(h)) - 1);
        }
        enough = more;
    }
    Ok(limit)
}

/// The least n_V with which every α of the class has a gap of at most `target` (science 2.2); that of the setting is not read.
///
/// # Panics
/// As [`gap`].
pub fn samples_for_gap(setting: &Setting<'_>, target: f64) -> Result<usize, OutOfReach> {
    least_samples(|n_validation| gap(&Setting { n_validation, ..*setting }).total(), target)
}

/// The first place where `holds`, which is false at `below` and true at `above`, by bisection.
fn boundary(mut below: usize, mut above: usize, holds: impl Fn(usize) -> bool) -> usize {
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if holds(middle) {
            above = middle;
        } else {
            below = middle;
        }
    }
    above
}
