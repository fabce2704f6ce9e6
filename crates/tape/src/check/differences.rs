//! Difference quotients at several step sizes.

/// How often the step is halved.
const STEPS: usize = 3;

/// Quotients at 0 of a function of one number, for the steps h, h/2 and h/4.
pub(crate) struct Quotients {
    forward: [Vec<f64>; STEPS],
    backward: [Vec<f64>; STEPS],
    /// What rounding of the function can do to [`Self::slope`].
    pub(crate) rounding: f64,
    /// The part of it that is rounding of what the function changes by: a slope below is none.
    pub(crate) negligible: f64,
}

impl Quotients {
    /// Quotients of `function`, whose value at 0 is known and is rounded as numbers of this `size` are.
    pub(crate) fn new(function: impl Fn(f64) -> Vec<f64>, value: &[f64], size: f64, step: f64) -> Self {
        // The extrapolation multiplies rounding errors of the function by less than ten over the largest step.
        const ROUNDINGS: f64 = 64.0;
        // The smallest step is a quarter of the largest.
        const OF_CHANGE: f64 = 16.0 * ROUNDINGS;
        let steps: [f64; STEPS] = std::array::from_fn(|i| step / f64::from(1 << i));
        let quotient = |moved: f64| -> Vec<f64> {
            function(moved).into_iter().zip(value).map(|(there, here)| (there - here) / moved).collect()
        };
        let (forward, backward) = (steps.map(quotient), steps.map(|h| quotient(-h)));
        let finite = forward.iter().chain(&backward).flatten().filter(|x| x.is_finite());
        let steepest = finite.fold(0.0, |steepest: f64, x| steepest.max(x.abs()));
        let negligible = OF_CHANGE * f64::EPSILON * steepest;
        Self { forward, backward, rounding: ROUNDINGS * f64::EPSILON * size / step + negligible, negligible }
    }

    fn central(&self, entry: usize) -> [f64; STEPS] {
        std::array::from_fn(|i| 0.5 * (self.forward[i][entry] + self.backward[i][entry]))
    }

    /// Central quotients extrapolated to step 0, from the larger and from the smaller two steps, with errors of order h⁴.
    fn extrapolated(&self, entry: usize) -> [f64; 2] {
        let [a, b, c] = self.central(entry);
        [(4.0 * b - a) / 3.0, (4.0 * c - b) / 3.0]
    }

    /// The slope, extrapolated from all steps, with an error of order h⁶. Source: Romberg 1955.
    pub(crate) fn slope(&self, entry: usize) -> f64 {
        let [large, small] = self.extrapolated(entry);
        (16.0 * small - large) / 15.0
    }

    /// The slope on one side, extrapolated from all steps, with an error of order h³.
    fn one_sided(quotients: &[Vec<f64>; STEPS], entry: usize) -> f64 {
        let [a, b, c] = quotients.each_ref().map(|quotient| quotient[entry]);
        (a - 6.0 * b + 8.0 * c) / 3.0
    }

    /// Whether the quotients behave as those of no smooth function do, by a noticeable part of `error`: either the slopes of the two
    /// sides differ, or the extrapolations from different steps.
    pub(crate) fn looks_like_a_kink(&self, entry: usize, error: f64) -> bool {
        const NOTICEABLE: f64 = 0.01;
        // Extrapolated, because the quotients themselves may approach each other where the function is curved.
        let jump = (Self::one_sided(&self.forward, entry) - Self::one_sided(&self.backward, entry)).abs();
        let [large, small] = self.extrapolated(entry);
        jump > NOTICEABLE * error + self.rounding || (large - small).abs() > NOTICEABLE * error
    }
}
