//! Why a check failed.

use std::fmt;

use crate::Recording;
use crate::check::Finding;

/// The verdict of a whole report with what explains it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cause<'a> {
    /// Everything agrees.
    Agrees,
    /// Rounding errors of the derivative explain the difference.
    Precision,
    /// Rounding errors of the function drown the difference quotients.
    Cancellation,
    /// The function has a kink within a step.
    Kink,
    /// The rule of one node is wrong by itself.
    WrongRule(&'a WrongRule),
    /// A derivative is infinite or NaN: the point lies on the border of where the function is defined, or beyond.
    NotFinite,
    /// A derivative is wrong, and no node of a tape is to blame.
    Wrong,
}

impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agrees => f.write_str("everything agrees"),
            Self::Precision => f.write_str("rounding: use a better conditioned formula, or a larger tolerance"),
            Self::Cancellation => f.write_str("cancellation in the function: rescale it, or take a larger step"),
            Self::Kink => f.write_str("a kink: move the point"),
            Self::WrongRule(rule) => rule.fmt(f),
            Self::NotFinite => f.write_str("the derivative is infinite or NaN here: move the point"),
            Self::Wrong => f.write_str("the derivative is wrong"),
        }
    }
}

/// A node whose rule does not fit what it computes, found by checking every node alone at the values that it met.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongRule {
    /// The number of the node among the primitives of the function, from 0.
    pub node: usize,
    /// The primitive, or the name of the user's operation.
    pub name: String,
    /// The line that recorded it.
    pub location: String,
    /// What refutes the rule.
    pub finding: Finding,
    /// The node alone, made as small as it still fails.
    pub smallest: Recording,
}

impl fmt::Display for WrongRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { node, name, location, finding, smallest } = self;
        write!(
            f,
            "wrong rule at node {node}: `{name}`, recorded at {location}\n    {finding}\n  smallest program:\n{smallest}"
        )
    }
}
