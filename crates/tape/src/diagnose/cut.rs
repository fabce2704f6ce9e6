//! What is said about a gradient that is zero.

use std::fmt;

use crate::Elementwise;
use crate::diagnose::{Named, Operand};
use crate::primitive::Primitive;

/// Cuts that a message shows at most, and elements, and nodes.
const SHOWN: usize = 8;

/// Why the gradient of a loss is zero, wholly or in some elements.
#[derive(Clone, Debug, PartialEq)]
pub struct ZeroGradient {
    /// The loss.
    pub loss: Named,
    /// What it was differentiated in.
    pub wrt: Named,
    /// Row and column of the elements whose gradient is zero.
    pub zeros: Vec<(usize, usize)>,
    /// Where their paths to the loss end, in the order of recording.
    pub cuts: Vec<Cut>,
    /// Set when there is no path: the loss is not computed from the variable.
    pub unrelated: Option<Unrelated>,
}

/// What a loss is computed from instead, and what is computed from the variable instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Unrelated {
    /// The inputs of the tape that the loss is computed from.
    pub inputs: Vec<Named>,
    /// The nodes recorded from the variable, none of which the loss is computed from.
    pub readers: Vec<Named>,
}

/// A place where a gradient ends: `node` passes nothing, or exactly 0, to one of its operands.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// The node; for [`Cause::Cancels`] the value whose readers cancel each other.
    pub node: Named,
    /// The operand that gets nothing.
    pub operand: Named,
    /// Why.
    pub cause: Cause,
    /// The number of elements of the operand whose gradient ends here.
    pub count: usize,
    /// Row and column of the first of them.
    pub element: (usize, usize),
    /// Row and column of the element of the variable that this one was computed from.
    pub root: (usize, usize),
    /// What the node makes of it there, and from what else. Empty without values.
    pub operands: Vec<Operand>,
}

/// Why a node passes no gradient to an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// `stop_gradient`.
    Stopped,
    /// A comparison, a sign, the condition of a selection: flat between its jumps.
    Jump,
    /// A power of exponent 0.
    Constant,
    /// A gather or slice that does not take these elements.
    Skipped,
    /// A user's operation whose rule gives nothing.
    Custom,
    /// A selection that chose the other side.
    NotChosen,
    /// A maximum or minimum that the other operand is.
    Lost,
    /// A function whose slope is exactly 0 there: saturated, clipped, or at an extremum.
    Flat,
    /// A product whose other factors are 0.
    ZeroFactor,
    /// Contributions whose sum is exactly 0.
    Cancels,
    /// A number too small for the element type.
    Underflow,
}

impl Cause {
    /// Of a rule that passes nothing to operand `operand`, whatever the values.
    pub(crate) fn of_structure(primitive: &Primitive) -> Self {
        match primitive {
            Primitive::StopGradient(_) => Self::Stopped,
            Primitive::Call(_) => Self::Custom,
            Primitive::Elementary(elementary) => match elementary.0 {
                Elementwise::Powi(_) | Elementwise::Powf(_) => Self::Constant,
                _ => Self::Jump,
            },
            _ => Self::Skipped,
        }
    }

    /// Of a node that passes 0 to operand `operand` and got another number itself; `values` are what it made of it.
    pub(crate) fn of_values(primitive: &Primitive, operand: usize, values: &[Operand]) -> Self {
        let other_is_zero =
            |other: usize| values.get(other).is_some_and(|other| other.elements.iter().all(|(_, _, x)| *x == 0.0));
        match primitive {
            Primitive::Elementary(elementary) => match elementary.0 {
                Elementwise::Mul if other_is_zero(1 - operand) => Self::ZeroFactor,
                Elementwise::Div if operand == 1 && other_is_zero(0) => Self::ZeroFactor,
                Elementwise::Scale(s) if s.get() == 0.0 => Self::ZeroFactor,
                Elementwise::Mul | Elementwise::Div | Elementwise::Scale(_) => Self::Underflow,
                Elementwise::Min | Elementwise::Max => Self::Lost,
                Elementwise::Select => Self::NotChosen,
                _ => Self::Flat,
            },
            Primitive::Matmul(_) | Primitive::MixtureDot(_) if other_is_zero(1 - operand) => Self::ZeroFactor,
            Primitive::Mixture(_) if operand == 1 => Self::ZeroFactor,
            Primitive::Mixture(_) => Self::Flat,
            Primitive::RowLogSumExp(_) => Self::Underflow,
            Primitive::Call(_) => Self::Custom,
            _ => Self::Cancels,
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Stopped => "`stop_gradient` passes nothing",
            Self::Jump => "it is flat between its jumps: a comparison, a sign or a condition passes no gradient",
            Self::Constant => "x to the power 0 is constant",
            Self::Skipped => "it does not take these elements",
            Self::Custom => "a user's operation, whose rule gives nothing to it",
            Self::NotChosen => "the selection chose the other side",
            Self::Lost => "the other operand is the larger (or smaller) one",
            Self::Flat => "its slope there is exactly 0",
            Self::ZeroFactor => "what it is multiplied by is 0",
            Self::Cancels => "its contributions add up to exactly 0",
            Self::Underflow => "the product is too small for the element type",
        }
    }
}

impl fmt::Display for ZeroGradient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { loss, wrt, zeros, cuts, unrelated } = self;
        let total = wrt.shape.len();
        match zeros.len() {
            0 => write!(f, "no element is known to be 0")?,
            all if all == total => write!(f, "all {all} elements are 0")?,
            some => {
                let shown: Vec<String> = zeros.iter().take(SHOWN).map(|at| format!("{at:?}")).collect();
                let more = if some > SHOWN { ", …" } else { "" };
                write!(f, "{some} of {total} elements are 0: {}{more}", shown.join(", "))?;
            }
        }
        write!(f, " in the gradient of\n  {loss}\nin\n  {wrt}")?;
        if let Some(Unrelated { inputs, readers }) = unrelated {
            write!(f, "\nsince the first is not computed from the second. It is computed from")?;
            list(f, inputs, "no input")?;
            write!(f, "\nand of the second are computed")?;
            list(f, readers, "no nodes")?;
        }
        cuts.iter().take(SHOWN).try_for_each(|cut| write!(f, "\n{cut}"))?;
        if cuts.len() > SHOWN { write!(f, "\nand {} more", cuts.len() - SHOWN) } else { Ok(()) }
    }
}

fn list(f: &mut fmt::Formatter<'_>, nodes: &[Named], none: &str) -> fmt::Result {
    if nodes.is_empty() {
        return write!(f, " {none}");
    }
    nodes.iter().take(SHOWN).try_for_each(|node| write!(f, "\n  {node}"))?;
    if nodes.len() > SHOWN { write!(f, "\n  and {} more", nodes.len() - SHOWN) } else { Ok(()) }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { node, operand, cause, count, element, root, operands } = self;
        if node == operand {
            write!(f, "cut at {node}: {}", cause.sentence())?;
        } else {
            write!(f, "cut at {node}\n  for its operand {operand}\n  since {}", cause.sentence())?;
        }
        write!(f, "\n  {count} of its {} elements, first {element:?}, computed from {root:?}", operand.shape.len())?;
        operands.iter().try_for_each(|operand| write!(f, "\n  there {operand}"))
    }
}
