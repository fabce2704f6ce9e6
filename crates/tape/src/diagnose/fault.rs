//! What is said about the first value that is not finite.

use std::fmt;

use crate::diagnose::Named;
use crate::diagnose::hints::hint;
use crate::primitive::Primitive;

/// Elements of an operand that a message shows at most.
const SHOWN: usize = 4;

/// Where a NaN or an infinity comes from: a recorded node that made it out of operands that had none, or an input that had it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The node, its line, and what it is a derivative of.
    pub node: Named,
    /// NaN, ∞ or −∞.
    pub value: f64,
    /// Row and column of the first such element.
    pub element: (usize, usize),
    /// The number of elements that this node made so.
    pub count: usize,
    /// What the element was made from.
    pub operands: Vec<Operand>,
    /// The input of the program that it is, if the node is one.
    pub input: Option<usize>,
    pub(crate) primitive: Primitive,
    /// `f32` or `f64`.
    pub(crate) element_type: &'static str,
}

/// An operand of a node, and those of its elements that one element of the result was made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// The node that computed it.
    pub node: Named,
    /// Row, column and value of each.
    pub elements: Vec<(usize, usize, f64)>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { node, value, element, count, operands, .. } = self;
        let verb = if self.input.is_some() { "given in" } else { "first made by" };
        writeln!(f, "{} {verb} {node}", spelled(*value))?;
        write!(f, "  element {element:?}")?;
        if *count > 1 {
            write!(f, ", the first of {count} in {},", node.shape.len())?;
        }
        write!(f, " is {}", spelled(*value))?;
        if let Some(hint) = hint(self) {
            write!(f, ": {hint}")?;
        }
        operands.iter().try_for_each(|operand| write!(f, "\n  of {operand}"))
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { node, elements } = self;
        let shown = elements.iter().take(SHOWN);
        let shown: Vec<String> = shown.map(|(i, j, x)| format!("{} at ({i}, {j})", spelled(*x))).collect();
        write!(f, "{node}: {}", shown.join(", "))?;
        if elements.len() > SHOWN {
            let (low, high) = self.range();
            write!(f, " … {} elements from {} to {}", elements.len(), spelled(low), spelled(high))?;
        }
        Ok(())
    }
}

impl Operand {
    /// The least and the largest of the elements.
    pub(crate) fn range(&self) -> (f64, f64) {
        let values = self.elements.iter().map(|(_, _, x)| *x);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    }
}

/// A number as messages print it.
pub(crate) fn spelled(x: f64) -> String {
    match x {
        _ if x.is_infinite() => if x > 0.0 { "∞" } else { "−∞" }.into(),
        _ if x != 0.0 && !(1e-4..1e7).contains(&x.abs()) => format!("{x:e}"),
        _ => format!("{x}"),
    }
}
