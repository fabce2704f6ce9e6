//! A pass criterion: a figure beside its bound.

use std::fmt;

/// What a figure is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Passes when the figure is not above.
    AtMost(f64),
    /// Passes when the figure is not below.
    AtLeast(f64),
}

/// One criterion of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// What it says in a sentence, when it holds.
    pub meaning: &'static str,
    /// The figure's name.
    pub name: &'static str,
    /// The measured figure.
    pub figure: f64,
    /// What the figure is held against.
    pub bound: Bound,
}

impl Criterion {
    /// Whether the figure keeps the bound; NaN never does.
    pub fn passes(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) => self.figure <= bound,
            Bound::AtLeast(bound) => self.figure >= bound,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, bound) = match self {
            Self::AtMost(bound) => ("<=", *bound),
            Self::AtLeast(bound) => (">=", *bound),
        };
        if bound != 0.0 && bound.abs() < 1e-3 { write!(f, "{sign} {bound:e}") } else { write!(f, "{sign} {bound}") }
    }
}
