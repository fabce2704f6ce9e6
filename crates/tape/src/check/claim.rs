//! The comparison of a derivative with difference quotients.

use crate::check::Options;
use crate::check::compare::{largest, relative};
use crate::check::differences::Quotients;
use crate::check::report::{Check, Finding, Place, Verdict};

/// The claim that `derivative` is that of `function` at 0.
pub(crate) struct Claim<'a, F> {
    pub(crate) check: Check,
    pub(crate) derivative: &'a [f64],
    /// A function of one number.
    pub(crate) function: F,
    /// Its value at 0.
    pub(crate) value: &'a [f64],
    /// Rounding errors of the value are those of numbers of this size.
    pub(crate) size: f64,
    /// Errors are relative to the largest entry of the derivative, or to this if it is larger.
    pub(crate) scale: f64,
}

impl<F: Fn(f64) -> Vec<f64>> Claim<'_, F> {
    /// The worst entry, and the step that it was found at.
    ///
    /// Where the quotients of a step look like a kink, the function may only bend sharply, or the kink lie beside the point; where
    /// they disagree, it may oscillate within a step, and the quotients be of one mind by chance. The first finer step that is of one mind
    /// decides, as long as rounding leaves it a say.
    pub(crate) fn test(&self, place: impl Fn(usize) -> Place, options: &Options) -> Option<Tested> {
        const FINER: [f64; 2] = [1.0 / 16.0, 1.0 / 256.0];
        let mut tested = self.test_at(options.step, &place, options)?;
        if tested.finding.verdict < Verdict::Kink {
            return Some(tested);
        }
        for by in FINER {
            let Some(finer) = self.test_at(by * options.step, &place, options).filter(|tested| tested.decides) else {
                break;
            };
            tested = finer;
            if tested.finding.verdict != Verdict::Kink {
                break;
            }
        }
        Some(tested)
    }

    fn test_at(&self, step: f64, place: impl Fn(usize) -> Place, options: &Options) -> Option<Tested> {
        let Self { check, derivative, .. } = *self;
        let tolerance = if check == Check::Third { options.third } else { options.difference };
        let quotients = Quotients::new(&self.function, self.value, self.size, step);
        let slopes: Vec<f64> = (0..derivative.len()).map(|entry| quotients.slope(entry)).collect();
        let scale = largest(derivative).max(largest(&slopes)).max(self.scale);
        let findings = derivative.iter().zip(&slopes).enumerate().map(|(entry, (&derivative, &slope))| {
            let distance = (derivative - slope).abs();
            // What rounding does to a quotient is no error. Not by `max`, which would swallow a NaN.
            let beyond = if distance <= quotients.rounding { 0.0 } else { distance - quotients.rounding };
            let error = relative(beyond, scale);
            // Nothing of the derivative is left of a quotient that is all rounding; a derivative of about zero is consistent with it.
            let drowned =
                distance > tolerance * scale && scale <= quotients.rounding && derivative.abs() > quotients.negligible;
            let verdict = match error <= tolerance {
                true if drowned => Verdict::Cancellation,
                true => Verdict::Agrees,
                false if quotients.looks_like_a_kink(entry, distance) => Verdict::Kink,
                false => Verdict::Disagrees,
            };
            Finding { check, verdict, place: place(entry), values: [derivative, slope], error, tolerance }
        });
        let finding = findings.reduce(Finding::worse)?;
        Some(Tested { finding, step, decides: quotients.rounding <= tolerance * scale })
    }
}

/// The finding at one step.
pub(crate) struct Tested {
    pub(crate) finding: Finding,
    pub(crate) step: f64,
    /// Rounding is below the tolerance.
    decides: bool,
}
