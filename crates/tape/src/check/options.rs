//! What is checked, and how sharply.

/// What the checker compares, and how closely. All errors are relative to the largest entry of what is compared, or to
/// [`Self::floor`] if that is larger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// 1: first derivatives. 2: Hessian-vector products too. 3: their derivatives too.
    pub order: usize,
    /// Random directions, each of which all checks run on.
    pub directions: usize,
    /// Entries whose slope is compared one by one with differences, at most; spread evenly over all.
    pub entries: usize,
    /// Chooses the directions: a [`Sequence`](crate::generate::Sequence) of this seed.
    pub seed: u64,
    /// The largest step h of the difference quotients: one extrapolates the steps h, h/2 and h/4. Where these disagree among
    /// themselves, finer ones are tried.
    pub step: f64,
    /// What counts as small: a derivative that cancels to zero leaves rounding errors, and nothing to compare them with. 0 if the
    /// derivatives are known not to.
    pub floor: f64,
    /// What an exact identity may miss.
    pub exact: f64,
    /// What a derivative may differ from Taylor series.
    pub series: f64,
    /// What a first or second derivative may differ from differences.
    pub difference: f64,
    /// What a third derivative may differ from differences.
    pub third: f64,
    /// How many candidates are tried, at most, to make the input or the node that refutes a derivative smaller.
    pub effort: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            order: 2,
            directions: 2,
            entries: 32,
            seed: 0,
            step: 2e-3,
            floor: 0.0,
            exact: 1e-12,
            series: 1e-10,
            difference: 1e-7,
            third: 1e-6,
            effort: 10_000,
        }
    }
}

impl Options {
    /// At most `entries` of `count` indices, evenly spread.
    pub(crate) fn entries_of(&self, count: usize) -> impl Iterator<Item = usize> {
        let few = self.entries.min(count);
        (0..few).map(move |i| i * count / few)
    }
}
