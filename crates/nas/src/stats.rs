//! The few statistics that the criteria are stated in.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Arithmetic mean; NaN of nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Median, the mean of the two middle values when their number is even; NaN of nothing, or when a value is NaN.
pub fn median(values: &[f64]) -> f64 {
    if values.is_empty() || values.iter().any(|v| v.is_nan()) {
        return f64::NAN;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { sorted[middle - 1].midpoint(sorted[middle]) }
}

/// Largest value; NaN of nothing, or when a value is NaN (unlike `f64::max`, which would hide it).
pub fn largest(values: &[f64]) -> f64 {
    if values.is_empty() || values.iter().any(|v| v.is_nan()) {
        return f64::NAN;
    }
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// Position of the least value (the first of equals, NaN counted as the greatest); `None` of nothing.
pub fn argmin(values: &[f64]) -> Option<usize> {
    let or_last = |i: usize| if values[i].is_nan() { f64::INFINITY } else { values[i] };
    (0..values.len()).min_by(|&i, &j| or_last(i).total_cmp(&or_last(j)))
}

/// Pearson's correlation, by centred products; NaN when either side is constant.
///
/// # Panics
/// When the lengths differ.
pub fn pearson(x: &[f64], y: &[f64]) -> f64 {
    assert_eq!(x.len(), y.len(), "pearson: {} values against {}", x.len(), y.len());
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (a, b) in x.iter().zip(y) {
        let (a, b) = (a - mean_x, b - mean_y);
        xx += a * a;
        xy += a * b;
        yy += b * b;
    }
    xy / (xx.sqrt() * yy.sqrt())
}

/// Spearman's rank correlation: Pearson's on ranks, ties sharing their mean rank.
///
/// # Panics
/// When the lengths differ.
pub fn spearman(x: &[f64], y: &[f64]) -> f64 {
    pearson(&ranks(x), &ranks(y))
}

/// Ranks from 1, ties sharing their mean rank.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for tied in order.chunk_by(|&i, &j| values[i] == values[j]) {
        // Positions first .. first + len - 1 (from 0) have the mean rank first + (len + 1) / 2 (from 1).
        let shared = first as f64 + (tied.len() + 1) as f64 / 2.0;
        tied.iter().for_each(|&i| ranks[i] = shared);
        first += tied.len();
    }
    ranks
}

/// The standard error of the mean of independent values; `None` below two values.
pub fn standard_error(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let (n, mean) = (values.len() as f64, mean(values));
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    Some((squares / (n - 1.0) / n).sqrt())
}

/// The two-sided 95 % interval of the mean by Student's t; `None` below two values.
pub fn t_interval(values: &[f64]) -> Option<[f64; 2]> {
    let half = t_quantile_975(values.len().checked_sub(1)?)? * standard_error(values)?;
    let mean = mean(values);
    Some([mean - half, mean + half])
}

/// The quantile of Student's t at 0.975; `None` without a degree of freedom.
pub fn t_quantile_975(freedom: usize) -> Option<f64> {
    Some(StudentsT::new(0.0, 1.0, freedom as f64).ok()?.inverse_cdf(0.975))
}
