//! Whether a formula can serve as an activation.

use super::{Formula, FormulaError};
use tape::check::{self, Options, Verdict};
use tape::{Element, Par, Tape, jvp};

/// Formulas are checked for x between −10 and 10: a unit of a network seldom sees more.
const REACH: f64 = 10.0;
/// Points at which values must be finite, 0 and all whole numbers among them.
const POINTS: usize = 2001;
/// Points at which derivatives are compared with differences, away from whole numbers, where people put kinks.
const COMPARED: usize = 60;

fn grid(points: usize, at: impl Fn(usize) -> f64) -> Vec<f64> {
    (0..points).map(|i| REACH * at(i)).collect()
}

/// Whether value, slope and curvature are finite numbers on the grid, in `T`.
pub(super) fn finite<T: Element>(formula: &Formula, precision: &'static str) -> Result<(), FormulaError> {
    let tape = Tape::new();
    let (x, ones) = (tape.input(POINTS, 1), tape.full(POINTS, 1, 1.0));
    let value = formula.record(x);
    let slope = jvp(value, x, ones);
    let curvature = jvp(slope, x, ones);
    let mut runner = tape.compile::<T>(x, (value, slope, curvature)).runner(Par::Seq);

    let middle = (POINTS / 2) as f64;
    let x = grid(POINTS, |i| (i as f64 - middle) / middle);
    let narrow: Vec<T> = x.iter().map(|&x| T::of(x)).collect();
    let [value, slope, curvature] = runner.run(&[&narrow]);
    let named = [("value", value), ("first derivative", slope), ("second derivative", curvature)];
    for (what, values) in named {
        let broken = x.iter().zip(values).filter(|(_, value)| !value.to_f64().is_finite());
        if let Some((x, value)) = broken.min_by(|a, b| a.0.abs().total_cmp(&b.0.abs())) {
            let (x, value) = (x.to_string(), value.to_f64().to_string());
            return Err(FormulaError::NotFinite { what, x, value, precision });
        }
    }
    Ok(())
}

/// Whether first and second derivatives agree with differences, where these prove anything.
pub(super) fn differences(formula: &Formula) -> Result<(), FormulaError> {
    let tape = Tape::new();
    let x = tape.input(COMPARED, 1);
    let points = grid(COMPARED, |i| (2.0 * i as f64 + 1.0) / COMPARED as f64 - 1.0);
    // A slope that is zero everywhere leaves nothing to be relative to.
    let options = Options { directions: 1, floor: 1.0, ..Options::default() };
    let report = check::gradient(formula.record(x), x, x, &[&points], &options);
    let refuted = report.worst().filter(|finding| finding.verdict == Verdict::Disagrees);
    refuted.map_or(Ok(()), |finding| Err(FormulaError::Refuted { finding: finding.to_string() }))
}
