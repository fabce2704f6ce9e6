//! Sizes, relative errors, and the comparison of inner products that are equal.

use crate::check::Options;
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
