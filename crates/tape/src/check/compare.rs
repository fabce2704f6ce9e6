//! The two comparisons: of inner products that are equal, and of a derivative with difference quotients.

use crate::check::Options;
use crate::check::differences::Quotients;
use crate::check::report::{Check, Finding, Place, Verdict};

/// The largest absolute value; NaN counts as infinite.
pub(crate) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |size, x| if x.is_nan() { f64::INFINITY } else { size.max(x.abs()) })
}

/// Σ aᵢ bᵢ
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Σ |aᵢ bᵢ|: the size of what an inner product adds.
pub(crate) fn paired(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a * b).abs()).sum()
}

/// `error` over `scale`, where nothing over nothing is nothing, and NaN is an error without bound.
pub(crate) fn relative(error: f64, scale: f64) -> f64 {
    match error / scale {
        _ if error == 0.0 => 0.0,
        ratio if ratio.is_nan() => f64::INFINITY,
        ratio => ratio,
    }
}

/// ⟨a, b⟩ = ⟨c, d⟩, relative to the sum of the absolute terms.
pub(crate) fn identity(check: Check, left: [&[f64]; 2], right: [&[f64]; 2], options: &Options) -> Finding {
    let values = [dot(left[0], left[1]), dot(right[0], right[1])];
    let scale = paired(left[0], left[1]).max(paired(right[0], right[1])).max(options.floor);
    let tolerance = options.exact;
    let error = relative((values[0] - values[1]).abs(), scale);
    let verdict = if error <= tolerance { Verdict::Agrees } else { Verdict::Disagrees };
    Finding { check, verdict, place: Place::Everywhere, values, error, tolerance }
}

/// A derivative against quotients, entry by entry, relative to the largest entry or to `scale` if that is larger. What
/// rounding does to a quotient is no error.
pub(crate) fn difference(
    check: Check,
    derivative: &[f64],
    quotients: &Quotients,
    scale: f64,
    place: impl Fn(usize) -> Place,
    tolerance: f64,
) -> Option<Finding> {
    let slopes: Vec<f64> = (0..quotients.len()).map(|entry| quotients.slope(entry)).collect();
    let scale = largest(derivative).max(largest(&slopes)).max(scale);
    let findings = derivative.iter().zip(&slopes).enumerate().map(|(entry, (&derivative, &slope))| {
        let distance = (derivative - slope).abs();
        // Not `max`, which would swallow a NaN.
        let beyond = if distance <= quotients.rounding { 0.0 } else { distance - quotients.rounding };
        let error = relative(beyond, scale);
        let verdict = match error <= tolerance {
            true => Verdict::Agrees,
            false if quotients.looks_like_a_kink(entry, distance) => Verdict::Kink,
            false => Verdict::Disagrees,
        };
        Finding { check, verdict, place: place(entry), values: [derivative, slope], error, tolerance }
    });
    findings.reduce(Finding::worse)
}
