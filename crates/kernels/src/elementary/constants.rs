//! The polynomials of the elementary functions, lowest power first, and what belongs to them.
//!
//! All are minimax fits of this project: Remez exchange at 130 bits or more, minimising the relative error of the function that the
//! polynomial serves, coefficients rounded one after the other (`f32`) or at once (`f64`). The error beside each is measured
//! with the rounded coefficients and exact arithmetic.

mod double;
mod single;

/// The constants of one element type.
pub trait Constants: Sized + 'static {
    /// (eʳ − 1 − r)/r² for |r| ≤ 0.36, in powers of r; the error is that of eʳ.
    const EXP: &'static [Self];
    /// ln 2 as a sum. The first term is short: its product with an exponent is exact.
    const LN_2: [Self; 2];
    /// (2 artanh s − 2s)/s³ for s² ≤ 0.0295, in powers of s²; the error is that of the logarithm.
    const LOG: &'static [Self];
    /// (2 artanh s − 2s − ⅔s³)/s⁵ on the same range, in powers of s².
    const LOG_TAIL: &'static [Self];
    /// (tanh x − x)/x³ for |x| ≤ 0.625, in powers of x².
    const TANH: &'static [Self];
    /// erf x/x − 1 for |x| ≤ 0.92, in powers of x².
    const ERF: &'static [Self];
    /// The scale p of the variable t = 1/(1 + p·x) of [`Self::ERFC`] and [`Self::TAIL`].
    const TAIL_SCALE: Self;
    /// exp(x²)·erfc x/t for x ≥ 0.79 as long as erf x is not 1, in powers of t − k with k = [`Self::ERFC_CENTRE`]: t makes of
    /// all x a short interval, with one division (Hastings, Approximations for Digital Computers, 1955).
    const ERFC: &'static [Self];
    /// The t at which the variable of [`Self::ERFC`] is 0.
    const ERFC_CENTRE: Self;
    /// 2·exp(x²/2)·Φ(−x)/t for x ≥ 0, in powers of t − k with k = [`Self::TAIL_CENTRE`], where Φ is the distribution function of the
    /// normal distribution.
    const TAIL: &'static [Self];
    /// The t at which the variable of [`Self::TAIL`] is 0.
    const TAIL_CENTRE: Self;
    /// Up to here 2³¹·exp(−x²/2) is normal.
    const LIGHT_REACH: Self;
    /// (ln(1 + e) − e)/e² for 0 ≤ e ≤ 1, in powers of e − k with k = [`Self::LOG_1P_CENTRE`]; the error is that of the logarithm.
    const LOG_1P: &'static [Self];
    /// The e at which the variable of [`Self::LOG_1P`] is 0.
    const LOG_1P_CENTRE: Self;
    /// (sin r − r)/r³ for |r| ≤ 0.79, in powers of r².
    const SIN: &'static [Self];
    /// (cos r − 1 + r²/2)/r⁴ on the same range, in powers of r².
    const COS: &'static [Self];
    /// (sin r − r)/r³ for |r| ≤ 1.572, in powers of r².
    const LIGHT_SIN: &'static [Self];
    /// π/2 as a sum of three terms, none of them negative: the first two are cut off, not rounded.
    const HALF_PI_TERMS: [Self; 3];
    /// π/2 as a sum of four terms, none of them negative. The first three are short: their products with numbers of quadrants up to [`Self::TRIG_REACH`] are exact.
    const HALF_PI_PARTS: [Self; 4];
    /// π/2 as a sum of its nearest element and the rest.
    const HALF_PI: [Self; 2];
    /// The |x| up to which the reduction of an argument of sine and cosine is exact enough: for `f32` every argument up to it has
    /// been tried, and the errors are below 1.5 units in the last place.
    const TRIG_REACH: Self;
    /// (arctan x − x)/x³ for |x| ≤ 1, in powers of x².
    const ATAN: &'static [Self];
    /// (arcsin x − x)/x³ for |x| ≤ ½, in powers of x².
    const ASIN: &'static [Self];
    /// The number m of bits of a fraction.
    const FRACTION: usize;
    /// The bits of a fraction.
    const FRACTION_MASK: Self;
    /// The upper bits of an element, so few that the square of what they hold is exact.
    const UPPER_HALF: Self;
    /// 3·2ᵐ⁻¹: a whole number added to it stands in the last bits of the sum.
    const MAGIC: Self;
    /// 2ᵐ; its last bits, read as a whole number k, make it 2ᵐ + k.
    const TWO_TO_FRACTION: Self;
    /// The exponent whose bits are 0, negated.
    const BIAS: Self;
    /// 2/√π as a sum of its nearest element and the rest.
    const TWO_OVER_ROOT_PI: [Self; 2];
    /// Below the first eˣ is subnormal, or nearly: there it is exp(x + the second)·the third, where the sum is exact and the third
    /// exp(−the second) to a hundredth of a unit in the last place.
    const FAR_LEFT: [Self; 3];
    /// √½, rounded.
    const ROOT_HALF: Self;
    /// The bits of 1 less those of [`Self::ROOT_HALF`].
    const ONE_LESS_ROOT_HALF: Self;
    /// The smallest normal number.
    const NORMAL: Self;
    /// The least and the largest x at which eˣ is neither 0 nor ∞, or a little beyond.
    const EXP_RANGE: [Self; 2];
    /// An x below which eˣ − 1 is −1.
    const EXPM1_LEAST: Self;
    /// An x beyond which exp(−x²) is 0.
    const GAUSS_REACH: Self;
    /// A whole number h so that 2^h and 2^(n − h) are normal for every n that is an exponent of a number or of 0 or ∞ made by [`Self::EXP_RANGE`].
    const HALF_EXPONENT: Self;
    /// 2^h and 2^−h for h = [`Self::HALF_EXPONENT`].
    const LIFT: [Self; 2];
    /// A power p so large that xᵖ is 0, 1 or ∞ for every x.
    const POWER_REACH: f64;
}
