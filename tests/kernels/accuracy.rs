//! Elementary functions and activations: errors in ULP.

use kernels::{Elementwise, Float, Isa, Real};

/// The distance of `a` from `exact` in units in the last place of `T` at `exact`.
fn ulps<T: Float>(a: T, exact: f64) -> f64 {
    let rounded = T::of(exact).to_f64();
    let a = a.to_f64();
    if a == rounded || (a.is_nan() && exact.is_nan()) {
        return 0.0;
    }
    if !a.is_finite() || !rounded.is_finite() {
        return f64::INFINITY;
    }
    let (digits, least) = if T::NAME == "f32" { (23, -149) } else { (52, -1074) };
    let exponent = (exact.abs().log2().floor() as i32 - digits).max(least);
    (a - exact).abs() / 2.0_f64.powi(exponent + 60) * 2.0_f64.powi(-60)
}
/// Points of every magnitude and sign, in a range.
fn points<T: Float>(n: usize, low: f64, high: f64) -> Vec<T> {
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

fn worst<T: Float>(isa: Isa, op: Elementwise, low: f64, high: f64, exact: fn(f64) -> f64) -> (f64, f64) {
    let x = points::<T>(1_000_000, low, high);
    let mut out = vec![T::of(f64::NAN); x.len()];
    op.apply_with(isa, [&x, &[], &[]], &mut out);
    let mut worst = (0.0, 0.0);
    for (x, o) in x.iter().zip(&out) {
        let e = ulps(*o, exact(x.to_f64()));
        if e > worst.0 {
            worst = (e, x.to_f64());
        }
    }
    worst
}

#[test]
fn survey() {
    let cases: &[(Elementwise, f64, f64, fn(f64) -> f64)] = &[
        (Elementwise::Exp, -760.0, 710.0, f64::exp),
        (Elementwise::Exp, -110.0, 90.0, f64::exp),
        (Elementwise::Expm1, -60.0, 710.0, f64::exp_m1),
        (Elementwise::Expm1, -3.0, 3.0, f64::exp_m1),
        (Elementwise::Ln, 0.0, 1e38, f64::ln),
        (Elementwise::Ln, 0.0, 3.0, f64::ln),
        (Elementwise::Ln1p, -0.999_999_9, 3.0, f64::ln_1p),
        (Elementwise::Ln1p, -0.999_999_9, 3e38, f64::ln_1p),
        (Elementwise::Tanh, -20.0, 20.0, f64::tanh),
        (Elementwise::Logistic, -750.0, 50.0, kernels::reference::logistic),
        (Elementwise::Logistic, -105.0, 10.0, kernels::reference::logistic),
        (Elementwise::Erf, -6.0, 6.0, libm::erf),
        (Elementwise::Sin, -1500.0, 1500.0, f64::sin),
        (Elementwise::Cos, -1500.0, 1500.0, f64::cos),
        (Elementwise::Sin, -1e30, 1e30, f64::sin),
        (Elementwise::Sin, -1.5e6, 1.5e6, f64::sin),
        (Elementwise::Asin, -1.0, 1.0, f64::asin),
        (Elementwise::Atan, -1e30, 1e30, f64::atan),
        (Elementwise::Atan, -3.0, 3.0, f64::atan),
        (Elementwise::Powi(7), -5.0, 5.0, |x| x.powi(7)),
        (Elementwise::Powi(-4), -5.0, 5.0, |x| libm::pow(x, -4.0)),
        (Elementwise::Powi(-11), -5.0, 5.0, |x| libm::pow(x, -11.0)),
        (Elementwise::Powf(Real::new(1.0 / 3.0)), 0.0, 1e38, |x| libm::pow(x, 1.0 / 3.0)),
        (Elementwise::Powf(Real::new(2.7)), 0.0, 100.0, |x| libm::pow(x, 2.7)),
        (Elementwise::Powf(Real::new(-40.1)), 0.0, 4.0, |x| libm::pow(x, -40.1)),
    ];
    for &isa in Isa::available() {
        for &(op, low, high, f) in cases {
            let a = worst::<f32>(isa, op, low, high, f);
            let b = worst::<f64>(isa, op, low, high, f);
            println!("{isa} {op:?} [{low}, {high}]: f32 {:.2} at {:e}, f64 {:.2} at {:e}", a.0, a.1, b.0, b.1);
        }
    }
}
