//! Direction and length of a vector, at any scale.

/// u = v / ‖v‖ and ‖v‖; `None` at 0 and at a NaN. Infinite entries count as equal large numbers, the others as nothing beside
/// them.
pub(super) fn polar(v: &[f64]) -> Option<(Vec<f64>, f64)> {
    let top = v.iter().fold(0.0, |top: f64, x| top.max(x.abs()));
    if top == 0.0 || super::has_nan(v) {
        return None;
    }
    // Divided by the largest entry first, the squares neither overflow nor vanish.
    let scaled = |&x: &f64| match (top.is_infinite(), x.is_infinite()) {
        (false, _) => x / top,
        (true, true) => x.signum(),
        (true, false) => 0.0,
    };
    let mut u: Vec<f64> = v.iter().map(scaled).collect();
    let norm = u.iter().map(|x| x.powi(2)).sum::<f64>().sqrt();
    u.iter_mut().for_each(|x| *x /= norm);
    Some((u, top * norm))
}

/// The derivative of R v / ‖v‖ along d: R (I − u uᵀ) d / ‖v‖.
pub(super) fn turned(radius: f64, (u, norm): &(Vec<f64>, f64), direction: &[f64], out: &mut [f64]) {
    let along: f64 = u.iter().zip(direction).map(|(u, d)| u * d).sum();
    for (out, (u, d)) in out.iter_mut().zip(u.iter().zip(direction)) {
        *out = radius * ((d - u * along) / norm);
    }
}
