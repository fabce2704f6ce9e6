//! What a group is.

use super::plan::{Plan, check, plan};
use crate::Elementwise;

/// How an input of a group is laid over the rows × cols shape of the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// One element per element: rows × cols.
    Full,
    /// One row, repeated for every row: 1 × cols.
    Row,
    /// One element per row, repeated along it: rows × 1.
    Column,
    /// One element for all: 1 × 1.
    Scalar,
}

/// Where an operand of an instruction comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// An input.
    Input(usize),
    /// What lay in an unreduced output before the group ran: how a group works in place, and how the tail of a product reads it.
    Output(usize),
    /// The result of an earlier instruction.
    Value(usize),
}

/// One elementwise operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instruction {
    /// What to do.
    pub op: Elementwise,
    /// With what; operands beyond the arity of `op` repeat the first.
    pub args: [Source; 3],
}

/// What is done with a value on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduction {
    /// Every element is written: rows × cols.
    None,
    /// The sum over the rows: 1 × cols.
    Rows,
    /// The sum of each row: rows × 1.
    Columns,
    /// The sum of all elements: 1 × 1.
    All,
}

/// One output of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Output {
    /// The value.
    pub value: Source,
    /// How it is summed.
    pub reduction: Reduction,
}

/// A straight-line list of elementwise operations with its inputs and outputs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    inputs: Vec<Access>,
    instructions: Vec<Instruction>,
    outputs: Vec<Output>,
    plan: Plan,
}

impl Group {
    /// Operands (inputs and outputs) that a group may have at most.
    pub const OPERANDS: usize = 16;
    /// Values that may be alive at one time at most.
    pub const REGISTERS: usize = 8;

    /// A group; `None` when it needs more than [`Self::OPERANDS`] operands or [`Self::REGISTERS`] live values.
    ///
    /// # Panics
    /// When a source does not exist, or `Source::Output` names a reduced output.
    #[track_caller]
    pub fn new(inputs: Vec<Access>, instructions: Vec<Instruction>, outputs: Vec<Output>) -> Option<Self> {
        check(&inputs, &instructions, &outputs);
        if inputs.len() + outputs.len() > Self::OPERANDS {
            return None;
        }
        let plan = plan(&inputs, &instructions, &outputs)?;
        Some(Self { inputs, instructions, outputs, plan })
    }

    /// How each input is laid over the shape.
    pub fn inputs(&self) -> &[Access] {
        &self.inputs
    }

    /// The operations in order.
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// The outputs.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// How many passes over the elements its operations take together: a product shares the pass of the sum, difference or product that
    /// alone reads it, and a sum of a product multiplies itself.
    pub fn passes(&self) -> usize {
        self.plan.steps.len()
    }

    /// Where its values live.
    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether an output is reduced in this way.
    pub(super) fn reduces(&self, reduction: Reduction) -> bool {
        self.outputs.iter().any(|output| output.reduction == reduction)
    }

    /// Whether the shape matters: else rows × cols elements are as good as one row of them.
    pub(super) fn has_shape(&self) -> bool {
        self.inputs.iter().any(|access| matches!(access, Access::Row | Access::Column))
            || self.reduces(Reduction::Rows)
            || self.reduces(Reduction::Columns)
    }
}
