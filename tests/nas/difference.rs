//! Derivatives by differences, the slow twin of every gradient here.

/// f′(x) by Richardson extrapolation of central differences with steps h, h/2, h/4: error O(h⁶).
pub(crate) fn derivative(f: impl Fn(f64) -> f64, x: f64, h: f64) -> f64 {
    let central = |h: f64| (f(x + h) - f(x - h)) / (2.0 * h);
    let (a, b, c) = (central(h), central(h / 2.0), central(h / 4.0));
    let (ab, bc) = ((4.0 * b - a) / 3.0, (4.0 * c - b) / 3.0);
    (16.0 * bc - ab) / 15.0
}

/// The gradient of f at x, coordinate by coordinate.
pub(crate) fn gradient(f: impl Fn(&[f64]) -> f64, x: &[f64], h: f64) -> Vec<f64> {
    let at = |i: usize, value: f64| {
        let mut moved = x.to_vec();
        moved[i] = value;
        f(&moved)
    };
    (0..x.len()).map(|i| derivative(|value| at(i, value), x[i], h)).collect()
}

/// ‖a − b‖ / ‖b‖.
pub(crate) fn relative_error(a: &[f64], b: &[f64]) -> f64 {
    let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>()) / norm(b)
}
