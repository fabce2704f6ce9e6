//! Points to measure errors at.

use kernels::Float;

/// Points of a range, the same in every run: half of them evenly distributed, the others of every magnitude.
pub(crate) fn points<T: Float>(n: usize, [low, high]: [f64; 2]) -> Vec<T> {
    let mut state = 1_u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let least: f64 = if T::NAME == "f32" { 1e-44 } else { 1e-320 };
    (0..n)
        .map(|i| {
            let u = next();
            if i % 2 == 0 {
                return T::of(low + (high - low) * u);
            }
            let (end, sign) = if (i / 2) % 2 == 0 && low < 0.0 { (-low, -1.0) } else { (high, 1.0) };
            T::of(sign * (least.ln() + (end.ln() - least.ln()) * u).exp())
        })
        .filter(|x| x.to_f64() >= low && x.to_f64() <= high)
        .collect()
}
