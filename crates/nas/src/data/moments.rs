//! Mean and standard deviation.

/// Mean and standard deviation (divided by n) of the values that are there; `None` when they do not vary.
///
/// Values are divided by the largest first, so that no square overflows.
pub(super) fn moments(values: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    let present = values.filter(|value| !value.is_nan());
    let largest = present.clone().map(f64::abs).fold(0.0, f64::max);
    let first = present.clone().next()?;
    if present.clone().all(|value| value == first) {
        return None;
    }
    let n = present.clone().count() as f64;
    let mean = present.clone().map(|value| value / largest).sum::<f64>() / n;
    let variance = present.map(|value| (value / largest - mean).powi(2)).sum::<f64>() / n;
    let deviation = largest * variance.sqrt();
    (deviation > 0.0).then_some((largest * mean, deviation))
}
