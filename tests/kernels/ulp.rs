//! Errors in units in the last place, and points to measure them at.

use kernels::Float;

/// The distance of `a` from `exact` in units in the last place of `T` at `exact`, less an absolute `floor`.
pub(crate) fn ulps<T: Float>(a: T, exact: f64, floor: f64) -> f64 {
    let rounded = T::of(exact).to_f64();
    let a = a.to_f64();
    if a == rounded || (a.is_nan() && exact.is_nan()) {
        return 0.0;
    }
    if !a.is_finite() || !rounded.is_finite() {
        return f64::INFINITY;
    }
    let (digits, least) = if T::NAME == "f32" { (23, -149) } else { (52, -1074) };
    let exponent = (exact.abs().log2().floor() as i32).saturating_sub(digits).max(least);
    // In two steps, because the library computes a negative power as an inverse.
    let unit = 2.0_f64.powi(exponent + 60) * 2.0_f64.powi(-60);
    ((a - exact).abs() - floor).max(0.0) / unit
}

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
