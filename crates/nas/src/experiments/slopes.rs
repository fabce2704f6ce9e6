//! Gradients by differences, and distances of gradients: how experiments judge derivatives without any formula.

/// The distance of two values of a coordinate.
const H: f64 = 1e-3;

/// The gradient of `value` at `alpha` by central differences of fourth order.
///
/// # Errors
/// As `value`.
pub(super) fn differences<E>(alpha: &[f64], value: impl Fn(&[f64]) -> Result<f64, E>) -> Result<Vec<f64>, E> {
    let partial = |i: usize| {
        let moved = |times: f64| {
            let mut alpha = alpha.to_vec();
            alpha[i] += times * H;
            value(&alpha)
        };
        Ok((8.0 * (moved(1.0)? - moved(-1.0)?) - (moved(2.0)? - moved(-2.0)?)) / (12.0 * H))
    };
    (0..alpha.len()).map(partial).collect()
}

/// ‖a − b‖
pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>())
}

/// ‖x‖
pub(super) fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}
