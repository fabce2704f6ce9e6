//! The zero of a function that falls, between two ends.

/// Ends that do not enclose a zero.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "no zero is enclosed between {} and {}, where the function is {} and {}; give a lower end where it is not below 0 and an upper \
     end where it is not above 0",
    bracket[0], bracket[1], values[0], values[1]
)]
pub struct NoBracket {
    /// The ends.
    pub bracket: [f64; 2],
    /// The values there.
    pub values: [f64; 2],
}

/// The least number t of the bracket with f(t) ≤ 0, for an f that nowhere rises: to the last bit, by at most 64 halvings of the
/// floating point numbers that are left.
///
/// # Errors
/// When f is below 0 at the lower end or above 0 at the upper one, the ends are in the wrong order, or one of the four is a NaN.
pub fn bisection(f: impl Fn(f64) -> f64, bracket: [f64; 2]) -> Result<f64, NoBracket> {
    let values = bracket.map(&f);
    if !(bracket[0] <= bracket[1] && values[0] >= 0.0 && values[1] <= 0.0) {
        return Err(NoBracket { bracket, values });
    }
    if values[0] <= 0.0 {
        return Ok(bracket[0]);
    }
    let [mut above, mut below] = bracket.map(rank);
    loop {
        let middle = above.midpoint(below);
        if middle == above || middle == below {
            return Ok(ranked(below));
        }
        if f(ranked(middle)) > 0.0 { above = middle } else { below = middle }
    }
}

/// Numbers in their order, as whole ones without gaps.
fn rank(x: f64) -> i64 {
    let bits = x.to_bits().cast_signed();
    if bits < 0 { i64::MIN - bits } else { bits }
}

/// The number of this rank.
fn ranked(rank: i64) -> f64 {
    f64::from_bits(if rank < 0 { (i64::MIN - rank).cast_unsigned() } else { rank.cast_unsigned() })
}
