//! Elements of matrices, and how they are compared.

use kernels::Float;
use tape::Domain;
use tape::generate::{Bytes, Choices, Sequence, within};

/// Draws elements: most from an interval, some of them special.
pub(crate) struct Elements {
    sequence: Sequence,
    scale: f64,
    specials: bool,
}

impl Elements {
    /// Numbers up to about 2, or up to 2·10^`decades`; specials are zeros, infinities, NaN and subnormal numbers.
    pub(crate) fn new(choices: &mut Bytes<'_>, decades: usize) -> Self {
        let sequence = Sequence::new(choices.below(1 << 16) as u64);
        let specials = choices.below(4) == 3;
        Self { sequence, scale: 10.0_f64.powi(choices.below(decades + 1) as i32), specials }
    }

    fn next<T: Float>(&mut self) -> T {
        const SPECIAL: [f64; 6] = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e-310];
        if self.specials && self.sequence.below(16) == 0 {
            return T::of(SPECIAL[self.sequence.below(SPECIAL.len())]);
        }
        T::of(self.scale * within(&mut self.sequence, Domain::REAL))
    }

    pub(crate) fn draw<T: Float>(&mut self, count: usize) -> Vec<T> {
        (0..count).map(|_| self.next()).collect()
    }
}

/// Equal bits, where all NaN are one.
pub(crate) fn same_bits<T: Float>(a: &[T], b: &[T]) -> bool {
    let same = |(a, b): (&T, &T)| {
        let (a, b) = (a.to_f64(), b.to_f64());
        a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

/// Panics unless `found` is `exact` within `bound`: NaN where it is NaN, and infinite where it is infinite or as good as.
#[track_caller]
pub(crate) fn near<T: Float>(found: T, exact: f64, bound: f64, context: impl Fn() -> String) {
    let found = found.to_f64();
    let most = if T::NAME == "f32" { f64::from(f32::MAX) } else { f64::MAX };
    let overflows = exact.abs() + bound >= most && found.abs() >= most * 0.999 && (found > 0.0) == (exact > 0.0);
    let agree =
        if exact.is_nan() { found.is_nan() } else { found == exact || overflows || (found - exact).abs() <= bound };
    assert!(agree, "{found:e} for {exact:e}, more than {bound:e} away: {}", context());
}

/// The smallest normal number.
pub(crate) fn least<T: Float>() -> f64 {
    if T::NAME == "f32" { f64::from(f32::MIN_POSITIVE) } else { f64::MIN_POSITIVE }
}
