//! The few statistics that the criteria are stated in.

use rand::RngExt;
use statrs::distribution::{Beta, Binomial, ContinuousCDF, DiscreteCDF, StudentsT};

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

/// The least value that a share of the values does not exceed; NaN of nothing, or when a value is NaN.
///
/// # Panics
/// When the share is not between 0 and 1.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    assert!((0.0..=1.0).contains(&share), "a quantile of {share}");
    if values.is_empty() || values.iter().any(|v| v.is_nan()) {
        return f64::NAN;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
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

/// The interval between two order statistics that holds the median of what the values are drawn from with at least 95 %
/// confidence, whatever that distribution is; `None` where so few values say nothing, or where one is NaN.
pub fn median_interval(values: &[f64]) -> Option<[f64; 2]> {
    if values.iter().any(|v| v.is_nan()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    // As many values lie below the median as heads fall in n tosses: k with P(heads <= k - 1) <= 0.025.
    let heads = Binomial::new(0.5, n as u64).ok()?;
    let k = (0..n as u64 / 2).take_while(|&below| heads.cdf(below) <= 0.025).count();
    (k > 0).then(|| [sorted[k - 1], sorted[n - k]])
}

/// The exact two-sided 95 % interval of a probability of which `count` of `n` trials came out (Clopper and Pearson 1934).
///
/// # Panics
/// When `count` is above `n`, or `n` is 0.
pub fn clopper_pearson(count: usize, n: usize) -> [f64; 2] {
    [1.0 - upper_limit(n - count, n, 0.025), upper_limit(count, n, 0.025)]
}

/// The upper limit of a probability of which `count` of `n` trials came out, wrong with probability `error` at most.
///
/// # Panics
/// When `count` is above `n`, or `n` is 0.
pub fn upper_limit(count: usize, n: usize, error: f64) -> f64 {
    assert!(count <= n && n > 0, "{count} of {n} trials came out");
    match count == n {
        true => 1.0,
        false => Beta::new((count + 1) as f64, (n - count) as f64).map_or(1.0, |beta| beta.inverse_cdf(1.0 - error)),
    }
}

/// A line y = intercept + slope · x through points, by least squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// y at x = 0.
    pub intercept: f64,
    /// dy/dx
    pub slope: f64,
    /// The share of the variance of y that the line explains; 1 where y does not vary.
    pub r_squared: f64,
}

/// The line of least squares; NaN with fewer than two different x.
///
/// # Panics
/// When the lengths differ.
pub fn line(x: &[f64], y: &[f64]) -> Line {
    assert_eq!(x.len(), y.len(), "line: {} values against {}", x.len(), y.len());
    let (mean_x, mean_y) = (mean(x), mean(y));
    let sum = |of: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(x, y)| of(x - mean_x, y - mean_y)).sum::<f64>();
    let (xx, xy, yy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
    let slope = xy / xx;
    let r_squared = if yy == 0.0 { 1.0 } else { xy * slope / yy };
    Line { intercept: mean_y - slope * mean_x, slope, r_squared }
}

/// The exponent of a power law: [`line()`] through logarithms.
///
/// # Panics
/// When the lengths differ.
pub fn power_law(x: &[f64], y: &[f64]) -> Line {
    let ln = |values: &[f64]| values.iter().map(|v| v.ln()).collect::<Vec<f64>>();
    line(&ln(x), &ln(y))
}

/// The 95 % interval of a statistic of independent seeds, by 400 resamples of them (Efron 1979, percentiles); `None` below two
/// seeds. `statistic` takes the numbers of the seeds, some of them several times.
pub fn bootstrap_interval(
    seeds: usize,
    seed: crate::seed::Seed,
    statistic: impl Fn(&[usize]) -> f64,
) -> Option<[f64; 2]> {
    if seeds < 2 {
        return None;
    }
    let mut stream = seed.split("bootstrap").stream();
    let mut draw = || (0..seeds).map(|_| stream.random_range(0..seeds)).collect::<Vec<usize>>();
    let mut values: Vec<f64> = (0..RESAMPLES).map(|_| statistic(&draw())).collect();
    values.sort_by(f64::total_cmp);
    let cut = RESAMPLES / 40;
    Some([values[cut - 1], values[RESAMPLES - cut]])
}

/// How often seeds are drawn again.
const RESAMPLES: usize = 400;

/// The p-value of the one-sided sign test: how likely at least so many of `n` fair coins show heads.
pub fn sign_test(heads: usize, n: usize) -> f64 {
    let Some(fewer) = heads.checked_sub(1) else { return 1.0 };
    Binomial::new(0.5, n as u64).map_or(f64::NAN, |coins| 1.0 - coins.cdf(fewer as u64))
}

/// The fewest heads of `n` fair coins that the sign test at this level takes for more than chance; `n` + 1 where none are.
pub fn fewest_heads(n: usize, level: f64) -> usize {
    (0..=n).find(|&heads| sign_test(heads, n) <= level).unwrap_or(n + 1)
}
