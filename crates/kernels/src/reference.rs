//! The slow twins: naive, computed in `f64` and rounded once. What every fast path is compared with.

use crate::{Access, Activation, Bank, Dot, Float, Group, Mat, MatMut, Reduction, Source, Sum, Update};

/// C = α·A·B or C += α·A·B.
///
/// # Panics
/// When the shapes do not fit.
#[track_caller]
pub fn matmul<T: Float>(alpha: T, a: Mat<'_, T>, b: Mat<'_, T>, update: Update, c: MatMut<'_, T>) {
    assert!(
        a.cols == b.rows && a.rows == c.rows && b.cols == c.cols,
        "matmul: {}×{} by {}×{} into {}×{}",
        a.rows,
        a.cols,
        b.rows,
        b.cols,
        c.rows,
        c.cols
    );
    for i in 0..c.rows {
        for j in 0..c.cols {
            let product: f64 = (0..a.cols)
                .map(|l| {
                    a.data[i * a.row_stride + l * a.col_stride].to_f64()
                        * b.data[l * b.row_stride + j * b.col_stride].to_f64()
                })
                .sum();
            let c = &mut c.data[i * c.row_stride + j * c.col_stride];
            let old = if update == Update::Accumulate { c.to_f64() } else { 0.0 };
            *c = T::of(old + alpha.to_f64() * product);
        }
    }
}

/// A group, element by element.
///
/// # Panics
/// When an operand is too short.
pub fn group<T: Float>(group: &Group, rows: usize, cols: usize, inputs: &[&[T]], outputs: &mut [&mut [T]]) {
    let mut sums: Vec<Vec<f64>> = outputs.iter().map(|o| vec![0.0; o.len()]).collect();
    for i in 0..rows {
        for j in 0..cols {
            let at = |access: Access| match access {
                Access::Full => i * cols + j,
                Access::Row => j,
                Access::Column => i,
                Access::Scalar => 0,
            };
            let mut values: Vec<f64> = Vec::new();
            let read = |source: Source, values: &[f64], outputs: &[&mut [T]]| match source {
                Source::Input(n) => inputs[n][at(group.inputs()[n])].to_f64(),
                Source::Output(n) => outputs[n][at(Access::Full)].to_f64(),
                Source::Value(n) => values[n],
            };
            for instruction in group.instructions() {
                let args = instruction.args.map(|arg| read(arg, &values, outputs));
                values.push(instruction.op.reference(args));
            }
            let results: Vec<f64> = group.outputs().iter().map(|o| read(o.value, &values, outputs)).collect();
            for (n, (output, result)) in group.outputs().iter().zip(results).enumerate() {
                match output.reduction {
                    Reduction::None => outputs[n][i * cols + j] = T::of(result),
                    Reduction::Rows => sums[n][j] += result,
                    Reduction::Columns => sums[n][i] += result,
                    Reduction::All => sums[n][0] += result,
                }
            }
        }
    }
    for (n, output) in group.outputs().iter().enumerate() {
        if output.reduction != Reduction::None {
            for (o, s) in outputs[n].iter_mut().zip(&sums[n]) {
                *o = T::of(*s);
            }
        }
    }
}

/// The requests of a mixture, one element after the other.
///
/// # Panics
/// When an operand is too short.
pub fn mixture<T: Float>(
    bank: &Bank,
    x: &[T],
    rows: usize,
    cols: usize,
    groups: usize,
    sums: &mut [Sum<'_, T>],
    dots: &mut [Dot<'_, T>],
) {
    let width = cols / groups.max(1);
    let mut totals: Vec<Vec<f64>> = dots.iter().map(|d| vec![0.0; d.out.len()]).collect();
    for (at, x) in x[..rows * cols].iter().enumerate() {
        let g = at % cols / width;
        let jets: Vec<[f64; 4]> = bank.activations().iter().map(|a| a.reference(x.to_f64())).collect();
        for sum in &mut *sums {
            sum.out[at] = T::of(
                jets.iter()
                    .enumerate()
                    .map(|(i, jet)| sum.coefficients[i * groups + g].to_f64() * jet[sum.order])
                    .sum(),
            );
        }
        for (dot, total) in dots.iter().zip(&mut totals) {
            for (i, jet) in jets.iter().enumerate() {
                total[i * groups + g] += dot.g[at].to_f64() * jet[dot.order];
            }
        }
    }
    for (dot, total) in dots.iter_mut().zip(totals) {
        for (o, t) in dot.out.iter_mut().zip(total) {
            *o = T::of(t);
        }
    }
}

/// out\[i\] = ln Σⱼ exp(x\[i, j\]).
pub fn row_log_sum_exp<T: Float>(x: &[T], rows: usize, cols: usize, out: &mut [T]) {
    for i in 0..rows {
        let row = &x[i * cols..(i + 1) * cols];
        let largest =
            row.iter().map(|x| x.to_f64()).fold(f64::NEG_INFINITY, |a, b| if b.is_nan() || b > a { b } else { a });
        let shift = if largest.is_finite() { largest } else { 0.0 };
        let sum: f64 = row.iter().map(|x| (x.to_f64() - shift).exp()).sum();
        out[i] = T::of(shift + sum.ln());
    }
}

/// The distance of `a` from `exact` in units in the last place of `T` at `exact`, less an absolute `floor`. 0 where `a` is `exact`
/// rounded, infinite where one of the two is a number and the other an infinity or NaN.
pub fn ulps<T: Float>(a: T, exact: f64, floor: f64) -> f64 {
    let rounded = T::of(exact).to_f64();
    let a = a.to_f64();
    if a == rounded || (a.is_nan() && exact.is_nan()) {
        return 0.0;
    }
    if !a.is_finite() || !rounded.is_finite() {
        return f64::INFINITY;
    }
    let (digits, least) = if T::NAME == "f32" { (23, -149) } else { (52, -1074) };
    let exponent = ((exact.abs().to_bits() >> 52) as i32 - 1023 - digits).max(least);
    // In two steps, because the library computes a negative power as an inverse.
    let unit = 2.0_f64.powi(exponent + 60) * 2.0_f64.powi(-60);
    ((a - exact).abs() - floor).max(0.0) / unit
}

/// 1 / (1 + e⁻ˣ), without cancellation in either tail.
pub fn logistic(x: f64) -> f64 {
    if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) }
}

/// exp(−s·x²), the square with the part that its rounding loses.
fn gauss(x: f64, s: f64) -> f64 {
    let square = x * x;
    let lost = if square < f64::INFINITY { x.mul_add(x, -square) } else { 0.0 };
    (-s * square).exp() * (1.0 - s * lost)
}

/// erf x = 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹/(2n+1)!! (all terms of one sign), beyond 2 by [`erfc`].
pub fn erf(x: f64) -> f64 {
    if x.abs() > 2.0 {
        return (1.0 - erfc(x.abs())).copysign(x);
    }
    let (mut term, mut sum, mut n) = (x, x, 0.0);
    while term.abs() > 1e-18 * sum.abs() {
        n += 1.0;
        term *= 2.0 * x * x / (2.0 * n + 1.0);
        sum += term;
    }
    std::f64::consts::FRAC_2_SQRT_PI * gauss(x, 1.0) * sum
}

/// erfc x = 1 − erf x, without cancellation: from ½ on as exp(−x²) times `erfcx`.
pub fn erfc(x: f64) -> f64 {
    if x.is_nan() || x < 0.5 { 1.0 - erf(x) } else { gauss(x, 1.0) * erfcx(x) }
}

/// exp(x²)·erfc x for x ≥ ½, by the continued fraction 1/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))), whose error after n terms
/// is about exp(−2x·√(2n)).
fn erfcx(x: f64) -> f64 {
    let terms = (250.0 / (x * x)) as u32 + 20;
    let tail = (1..=terms).rev().fold(x, |tail, n| x + f64::from(n) * 0.5 / tail);
    std::f64::consts::FRAC_2_SQRT_PI * 0.5 / tail
}

/// Φ(x), with a small relative error also in the left tail.
fn normal_cdf(x: f64) -> f64 {
    let y = -x * std::f64::consts::FRAC_1_SQRT_2;
    if y < 0.5 { 0.5 * erfc(y) } else { 0.5 * gauss(x, 0.5) * erfcx(y) }
}

/// \[σ, σ′, σ″, σ‴\](x).
pub fn activation(activation: Activation, x: f64) -> [f64; 4] {
    let step = if x > 0.0 { 1.0 } else { 0.0 };
    // A factor that is 0 far out makes a product 0 there, also at ±∞.
    let from_below = if x < -1e4 { -1e4 } else { x };
    let within = if x > 1e4 { 1e4 } else { from_below };
    let logistic_jet = |x: f64| {
        let (s, c) = (logistic(x), logistic(-x));
        let d = s * c;
        [s, d, -d * (0.5 * x).tanh(), d * (1.0 - 6.0 * d)]
    };
    match activation {
        Activation::Relu => [if x < 0.0 { 0.0 } else { x }, step, 0.0, 0.0],
        Activation::LeakyRelu(s) => {
            let slope = if x > 0.0 { 1.0 } else { s.get() };
            [slope * x, slope, 0.0, 0.0]
        }
        Activation::Tanh => {
            let (t, d) = (x.tanh(), x.cosh().recip().powi(2));
            [t, d, -2.0 * t * d, d * (4.0 * t * t - 2.0 * d)]
        }
        Activation::Sigmoid => logistic_jet(x),
        Activation::Softplus => {
            let [s, d, dd, _] = logistic_jet(x);
            [if x < 0.0 { 0.0 } else { x } + (-x.abs()).exp().ln_1p(), s, d, dd]
        }
        Activation::Silu => {
            let [s, d, dd, ddd] = logistic_jet(x);
            [from_below * s, s + within * d, 2.0 * d + within * dd, 3.0 * dd + within * ddd]
        }
        Activation::Gelu => {
            let (cdf, x) = (normal_cdf(x), within);
            let pdf = gauss(x, 0.5) * (0.5 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2);
            [from_below * cdf, cdf + x * pdf, pdf * (2.0 - x * x), pdf * x * (x * x - 4.0)]
        }
        Activation::Elu(_) if x > 0.0 => [x, 1.0, 0.0, 0.0],
        Activation::Elu(a) => {
            let e = a.get() * x.exp();
            [a.get() * x.exp_m1(), e, e, e]
        }
        Activation::Sin => [x.sin(), x.cos(), -x.sin(), -x.cos()],
        Activation::Identity => [x, 1.0, 0.0, 0.0],
        Activation::Square => [x * x, 2.0 * x, 2.0, 0.0],
        Activation::Erf => {
            let d = std::f64::consts::FRAC_2_SQRT_PI * gauss(x, 1.0);
            [erf(x), d, -2.0 * within * d, d * (4.0 * within * within - 2.0)]
        }
        Activation::Hermite(n) => {
            let n = f64::from(n);
            let h = |order: f64| hermite(n - order, x);
            [h(0.0) / n.sqrt(), h(1.0), (n - 1.0).sqrt() * h(2.0), ((n - 1.0) * (n - 2.0)).max(0.0).sqrt() * h(3.0)]
        }
    }
}

/// The normalised probabilists' Hermite polynomial hₙ = Heₙ/√n!, by √(n+1)·hₙ₊₁ = x·hₙ − √n·hₙ₋₁; 0 for negative n.
pub fn hermite(n: f64, x: f64) -> f64 {
    if n < 0.0 {
        return 0.0;
    }
    let (mut previous, mut h, mut k) = (0.0, 1.0, 0.0_f64);
    while k < n {
        (previous, h) = (h, (x * h - k.sqrt() * previous) / (k + 1.0).sqrt());
        k += 1.0;
    }
    h
}
