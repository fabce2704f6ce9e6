//! The functions that the `f64` kernels are measured against, to 90 bits or more. Short, and slow: some hundred nanoseconds to some
//! microseconds each.

use std::f64::consts::{FRAC_2_PI, LOG2_E};

use super::double::Double;

/// value·2^power: beyond the range of `f64` in both directions, with all digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact {
    /// The digits.
    pub(super) value: Double,
    /// The power of two.
    pub(super) power: i32,
}

/// ln 2 and π/2, each as a sum of three.
const LN_2: [f64; 3] = [std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17, 5.707_708_438_416_212e-34];
const HALF_PI: [f64; 3] = [std::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17, -1.497_384_904_859_169_8e-33];
/// 2/√π
const TWO_OVER_ROOT_PI: Double = Double::new(std::f64::consts::FRAC_2_SQRT_PI, 1.533_545_961_316_588e-17);

impl Exact {
    fn of(value: Double) -> Self {
        Self { value, power: 0 }
    }

    /// As one number: 0 or ∞ beyond the range.
    fn number(self) -> Double {
        self.value.scaled(self.power)
    }

    fn times(self, factor: impl Into<Double>) -> Self {
        Self { value: self.value * factor, ..self }
    }

    /// The distance of `a` from it in units in the last place, as [`kernels::reference::ulps`] has it.
    pub(super) fn ulps(self, a: f64) -> f64 {
        let exponent = |x: f64| (x.abs().to_bits() >> 52) as i32 - 1023;
        let high = self.value.high;
        if high.is_nan() || a.is_nan() {
            return if high.is_nan() && a.is_nan() { 0.0 } else { f64::INFINITY };
        }
        let overflows = exponent(high) + self.power > 1023;
        if overflows || a.is_infinite() {
            return if overflows && a == f64::INFINITY.copysign(high) { 0.0 } else { f64::INFINITY };
        }
        let unit = Double::from(1.0).scaled((exponent(high) - 52).max(-1074 - self.power)).high;
        let distance = ((Double::from(a).scaled(-self.power).high - high) - self.value.low).abs() / unit;
        if distance <= 0.5 { 0.0 } else { distance }
    }
}

/// n and r with x = n·c + r, n whole and |r| ≤ ½c, for a constant c that is the sum of `terms` and has the inverse `inverse`.
fn reduced(x: Double, terms: [f64; 3], inverse: f64) -> (f64, Double) {
    let n = (x.high * inverse).round();
    (n, less(x, n, terms))
}

/// x − n·c for a constant c that is the sum of `terms`.
fn less(x: Double, n: f64, terms: [f64; 3]) -> Double {
    terms.into_iter().fold(x, |x, term| x - Double::product(n, term))
}

/// eʳ − 1 for |r| ≤ ½: Taylor's series at r/512, doubled nine times.
fn small_expm1(r: Double) -> Double {
    const DOUBLINGS: i32 = 9;
    const TERMS: i32 = 10;
    let t = r.scaled(-DOUBLINGS);
    let mut sum = Double::ONE;
    for k in (2..=TERMS).rev() {
        sum = t * sum / f64::from(k) + 1.0;
    }
    let mut s = t * sum;
    for _ in 0..DOUBLINGS {
        s = s.scaled(1) + s * s;
    }
    s
}

/// e^x of a sum
fn exp_of(x: Double) -> Exact {
    // Beyond, it is 0 or ∞ however large x is.
    let x = if x.high.abs() > 800.0 { Double::from(800.0_f64.copysign(x.high)) } else { x };
    let (n, r) = reduced(x, LN_2, LOG2_E);
    Exact { value: small_expm1(r) + 1.0, power: n as i32 }
}

/// eˣ
pub(super) fn exp(x: f64) -> Exact {
    exp_of(x.into())
}

/// eˣ − 1
pub(super) fn expm1(x: f64) -> Exact {
    expm1_of(x.into())
}

fn expm1_of(x: Double) -> Exact {
    if x.high.abs() < 0.3 {
        return Exact::of(small_expm1(x));
    }
    let Exact { value, power } = exp_of(x);
    if power > 200 { Exact { value, power } } else { Exact::of(value.scaled(power) - 1.0) }
}

/// ln((1 + s)/(1 − s)) for |s| ≤ 0.15
fn twice_artanh(s: Double) -> Double {
    const TERMS: i32 = 20;
    let square = s * s;
    let mut sum = Double::from(0.0);
    for k in (0..TERMS).rev() {
        sum = square * sum + Double::ONE / f64::from(2 * k + 1);
    }
    s.scaled(1) * sum
}

/// ln of a sum
fn ln_of(x: Double) -> Double {
    let less = x - 1.0;
    if less.high.abs() < 0.25 {
        return twice_artanh(less / (x + 1.0));
    }
    // One step of Newton: x·e^(−y) is 1 + e with a tiny e.
    let y = x.high.ln();
    let inverse = exp(-y);
    let e = x.scaled(inverse.power) * inverse.value - 1.0;
    Double::from(y) + (e - e * e * 0.5)
}

/// ln x
pub(super) fn ln(x: f64) -> Exact {
    // A subnormal number has room for digits only when it is scaled.
    let lift = if x < f64::MIN_POSITIVE { 60 } else { 0 };
    let value = ln_of(Double::from(x).scaled(lift));
    Exact::of(less(value, f64::from(lift), LN_2))
}

fn ln_1p_of(x: Double) -> Double {
    if x.high.abs() < 0.25 { twice_artanh(x / (x + 2.0)) } else { ln_of(x + 1.0) }
}

/// ln(1 + x)
pub(super) fn ln_1p(x: f64) -> Exact {
    Exact::of(ln_1p_of(x.into()))
}

/// tanh x
pub(super) fn tanh(x: f64) -> Exact {
    let twice = Double::from(x.abs()).scaled(1);
    let value = if x.abs() > 20.0 {
        let e = exp_of(-twice).number();
        Double::ONE - e.scaled(1) / (e + 1.0)
    } else {
        let less = expm1_of(twice).number();
        less / (less + 2.0)
    };
    Exact::of(if x < 0.0 { -value } else { value })
}

/// 1 / (1 + e⁻ˣ)
pub(super) fn logistic(x: f64) -> Exact {
    let e = exp(-x.abs());
    let sum = e.number() + 1.0;
    if x < 0.0 { Exact { value: e.value / sum, ..e } } else { Exact::of(Double::ONE / sum) }
}

/// Σₖ (−r²)ᵏ/(2k + s)!, times s!: sin r/r for s = 1, cos r for s = 0; |r| ≤ 0.8.
fn alternating(r: Double, s: i32) -> Double {
    const TERMS: i32 = 16;
    let square = r * r;
    let mut sum = Double::ONE;
    for k in (1..TERMS).rev() {
        let divisor = f64::from((2 * k + s - 1) * (2 * k + s));
        sum = Double::ONE - square * sum / divisor;
    }
    sum
}

/// sin(x + quarters·π/2) for |x| up to 2²⁰ or so.
fn circle(x: f64, quarters: i64) -> Exact {
    let (n, r) = reduced(x.into(), HALF_PI, FRAC_2_PI);
    let quadrant = (n as i64 + quarters).rem_euclid(4);
    let value = if quadrant % 2 == 0 { r * alternating(r, 1) } else { alternating(r, 0) };
    Exact::of(if quadrant < 2 { value } else { -value })
}

/// sin x
pub(super) fn sin(x: f64) -> Exact {
    circle(x, 0)
}

/// cos x
pub(super) fn cos(x: f64) -> Exact {
    circle(x, 1)
}

/// From where on a continued fraction is used for 1 − erf y.
const FAR: f64 = 3.0;

/// erf y for 0 ≤ y up to [`FAR`] or so, from e = exp(−y²): 2/√π·e·Σ 2ⁿy²ⁿ⁺¹/(2n+1)!!, all terms of one sign.
fn near_erf(y: Double, e: Exact) -> Double {
    let square = (y * y).scaled(1);
    let (mut term, mut sum, mut n) = (y, y, 1.0);
    while term.high > 1e-34 * sum.high {
        n += 2.0;
        term = term * square / n;
        sum = sum + term;
    }
    TWO_OVER_ROOT_PI * e.number() * sum
}

/// 1 − erf y for y from [`FAR`] on, from e = exp(−y²): e/(√π·f), f = y + (1/2)/(y + (2/2)/(y + (3/2)/(y + …))).
fn far_erfc(y: Double, e: Exact) -> Exact {
    let terms = 10 + (900.0 / (y.high * y.high)) as i32;
    let mut f = y;
    for k in (1..=terms).rev() {
        f = y + Double::from(f64::from(k) / 2.0) / f;
    }
    e.times(TWO_OVER_ROOT_PI.scaled(-1) / f)
}

/// 1 − erf y for y ≥ 0
fn erfc(y: Double, e: Exact) -> Exact {
    if y.high < FAR { Exact::of(Double::ONE - near_erf(y, e)) } else { far_erfc(y, e) }
}

/// erf x
pub(super) fn erf(x: f64) -> Exact {
    let (y, e) = (Double::from(x.abs()), exp_of(-Double::product(x, x)));
    let value = if x.abs() < FAR { near_erf(y, e) } else { Double::ONE - far_erfc(y, e).number() };
    Exact::of(if x < 0.0 { -value } else { value })
}

/// ln(1 + eˣ)
pub(super) fn softplus(x: f64) -> Exact {
    let e = exp(-x.abs());
    if x >= 0.0 {
        return Exact::of(ln_1p_of(e.number()) + x);
    }
    // ln(1 + e) = e − e²/2 + …
    if x < -100.0 { e } else { Exact::of(ln_1p_of(e.number())) }
}

/// x / (1 + e⁻ˣ)
pub(super) fn silu(x: f64) -> Exact {
    logistic(x).times(x)
}

/// x·Φ(x)
pub(super) fn gelu(x: f64) -> Exact {
    let y = Double::from(x.abs()) / Double::from(2.0).sqrt();
    let tail = erfc(y, exp_of(-Double::product(x, x).scaled(-1)));
    let tail = Exact { power: tail.power - 1, ..tail };
    if x < 0.0 { tail.times(x) } else { Exact::of(Double::ONE - tail.number()).times(x) }
}
