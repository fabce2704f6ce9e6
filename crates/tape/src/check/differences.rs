//! Difference quotients at several step sizes.

/// How often the step is halved.
const STEPS: usize = 3;

/// Quotients of a function of one number at 0, for the steps h, h/2 and h/4.
pub(crate) struct Quotients {
    forward: [Vec<f64>; STEPS],
    backward: [Vec<f64>; STEPS],
    /// What rounding of the function can do to a quotient.
    rounding: f64,
    /// The size that errors are relative to, when it is not the largest entry of what is compared.
    scale: f64,
}

impl Quotients {
    /// Quotients of `function`, whose value at 0 is known.
    pub(crate) fn new(function: impl Fn(f64) -> Vec<f64>, value: &[f64], step: f64) -> Self {
        let steps: [f64; STEPS] = std::array::from_fn(|i| step / f64::from(1 << i));
        let quotient = |moved: f64| -> Vec<f64> {
            let slope = |(there, here): (f64, &f64)| (there - here) / moved;
            function(moved).into_iter().zip(value).map(slope).collect()
        };
        let quotients =
            Self { forward: steps.map(quotient), backward: steps.map(|h| quotient(-h)), rounding: 0.0, scale: 0.0 };
        let size = value.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
        quotients.with_rounding_at(size, step)
    }

    fn with_rounding_at(self, size: f64, step: f64) -> Self {
        // The extrapolation weighs rounding errors of the smallest step by less than two.
        const ROUNDINGS: f64 = 64.0;
        Self { rounding: ROUNDINGS * f64::EPSILON * size / step, ..self }
    }
}
