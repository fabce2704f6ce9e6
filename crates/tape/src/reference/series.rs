//! Truncated Taylor series: c₀ + c₁t + c₂t² + c₃t³. Source: Griewank and Walther 2008, "Evaluating Derivatives", chapter 13.

use std::array::from_fn;

use crate::{Activation, Elementwise};

/// The coefficients.
pub(crate) type Series = [f64; 4];

/// A number that does not move.
pub(crate) const fn constant(x: f64) -> Series {
    [x, 0.0, 0.0, 0.0]
}

fn scale(a: Series, s: f64) -> Series {
    a.map(|a| a * s)
}

pub(crate) fn add(a: Series, b: Series) -> Series {
    from_fn(|k| a[k] + b[k])
}

fn sub(a: Series, b: Series) -> Series {
    from_fn(|k| a[k] - b[k])
}

pub(crate) fn mul(a: Series, b: Series) -> Series {
    from_fn(|k| (0..=k).map(|j| a[j] * b[k - j]).sum())
}

fn div(a: Series, b: Series) -> Series {
    let mut q = [0.0; 4];
    for k in 0..4 {
        q[k] = (a[k] - (0..k).map(|j| q[j] * b[k - j]).sum::<f64>()) / b[0];
    }
    q
}

/// y with y(0) = `start` and y′ = slope(y) · x′: coefficient k needs those of the slope below k only.
fn solve(start: f64, x: Series, slope: impl Fn(Series) -> Series) -> Series {
    let mut y = constant(start);
    for k in 1..4 {
        let g = slope(y);
        y[k] = (1..=k).map(|j| j as f64 * x[j] * g[k - j]).sum::<f64>() / k as f64;
    }
    y
}

pub(crate) fn exp(x: Series) -> Series {
    solve(x[0].exp(), x, |y| y)
}

pub(crate) fn ln(x: Series) -> Series {
    solve(x[0].ln(), x, |_| div(constant(1.0), x))
}

/// [sin x, cos x]
fn sin_cos(x: Series) -> [Series; 2] {
    let (mut s, mut c) = (constant(x[0].sin()), constant(x[0].cos()));
    for k in 1..4 {
        let term = |of: Series| (1..=k).map(|j| j as f64 * x[j] * of[k - j]).sum::<f64>() / k as f64;
        (s[k], c[k]) = (term(c), -term(s));
    }
    [s, c]
}

/// xⁿ by multiplication alone, so that it is right at 0.
fn powi(x: Series, n: i32) -> Series {
    let power = (0..n.unsigned_abs()).fold(constant(1.0), |power, _| mul(power, x));
    if n < 0 { div(constant(1.0), power) } else { power }
}

fn powf(x: Series, p: f64) -> Series {
    const MULTIPLIED: f64 = 16.0;
    if p == p.trunc() && p.abs() <= MULTIPLIED {
        return powi(x, p as i32);
    }
    solve(x[0].powf(p), x, |y| scale(div(y, x), p))
}

/// The smaller, the mean of two that are equal here; NaN if either is.
fn min(a: Series, b: Series) -> Series {
    match a[0].partial_cmp(&b[0]) {
        Some(std::cmp::Ordering::Less) => a,
        Some(std::cmp::Ordering::Greater) => b,
        Some(std::cmp::Ordering::Equal) => scale(add(a, b), 0.5),
        None => [f64::NAN; 4],
    }
}

/// An elementwise operation. Not by its rule: by the differential equation that it solves.
pub(crate) fn elementwise(op: Elementwise, args: [Series; 3]) -> Series {
    use Elementwise as E;
    let [a, b, c] = args;
    let one = constant(1.0);
    let value = op.reference([a[0], b[0], c[0]]);
    let neg = |a: Series| scale(a, -1.0);
    match op {
        E::Add => add(a, b),
        E::Sub => sub(a, b),
        E::Mul => mul(a, b),
        E::Div => div(a, b),
        E::Min => min(a, b),
        E::Max => neg(min(neg(a), neg(b))),
        E::Less | E::Sign => constant(value),
        E::Select => {
            if a[0] != 0.0 {
                b
            } else {
                c
            }
        }
        E::Neg => neg(a),
        E::Abs => {
            if a[0] == 0.0 {
                constant(0.0)
            } else {
                scale(a, a[0].signum())
            }
        }
        E::Recip => div(one, a),
        E::Sqrt => solve(value, a, |y| div(constant(0.5), y)),
        E::Exp => exp(a),
        E::Ln => ln(a),
        E::Expm1 => solve(value, a, |_| exp(a)),
        E::Ln1p => solve(value, a, |_| div(one, add(one, a))),
        E::Tanh => solve(value, a, |y| sub(one, mul(y, y))),
        // Far below zero e⁻ᵃ overflows, above it 1 − y cancels.
        E::Logistic if a[0] < 0.0 => solve(value, a, |y| mul(y, sub(one, y))),
        E::Logistic => solve(value, a, |y| mul(exp(neg(a)), mul(y, y))),
        E::Erf => solve(value, a, |_| scale(exp(neg(mul(a, a))), std::f64::consts::FRAC_2_SQRT_PI)),
        E::Sin => sin_cos(a)[0],
        E::Cos => sin_cos(a)[1],
        E::Asin => solve(value, a, |_| powf(sub(one, mul(a, a)), -0.5)),
        E::Atan => solve(value, a, |_| div(one, add(one, mul(a, a)))),
        E::Powi(n) => powi(a, n),
        E::Powf(p) => powf(a, p.get()),
        E::Scale(s) => scale(a, s.get()),
        E::Shift(s) => add(a, constant(s.get())),
    }
}

/// σ⁽ᵏ⁾(x), from the jet of σ at x₀; what needs more than its third derivative is NaN.
pub(crate) fn activation(sigma: Activation, k: usize, x: Series) -> Series {
    const FACTORIALS: [f64; 4] = [1.0, 1.0, 2.0, 6.0];
    let jet = sigma.reference(x[0]);
    let moved = [0.0, x[1], x[2], x[3]];
    (0..4).fold([0.0; 4], |sum, m| {
        let coefficient = jet.get(k + m).map_or(f64::NAN, |derivative| derivative / FACTORIALS[m]);
        let power = powi(moved, m as i32);
        // (x − x₀)ᵐ has no coefficients below m.
        from_fn(|n| if n < m { sum[n] } else { sum[n] + coefficient * power[n] })
    })
}
