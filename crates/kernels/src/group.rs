//! A straight-line list of elementwise operations, run as one loop.

use crate::{Elementwise, Float, Isa, Par};

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
    pub fn new(inputs: Vec<Access>, instructions: Vec<Instruction>, outputs: Vec<Output>) -> Option<Self> {
        (inputs.len() + outputs.len() <= Self::OPERANDS).then_some(Self { inputs, instructions, outputs })
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
}

/// Elements of scratch that [`group()`] needs: a function of the shape only.
pub fn group_scratch(group: &Group, rows: usize, cols: usize) -> usize {
    let _ = (group, rows, cols);
    0
}

/// Runs a group over rows × cols elements, row-major.
///
/// # Panics
/// When the number or a length of the operands does not fit.
#[track_caller]
pub fn group<T: Float>(
    par: Par,
    group: &Group,
    rows: usize,
    cols: usize,
    inputs: &[&[T]],
    outputs: &mut [&mut [T]],
    scratch: &mut [T],
) {
    group_with(Isa::current(), par, group, rows, cols, inputs, outputs, scratch);
}

/// [`group()`] on a given instruction set.
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "the twin of `group` with its instruction set")]
pub fn group_with<T: Float>(
    isa: Isa,
    par: Par,
    group: &Group,
    rows: usize,
    cols: usize,
    inputs: &[&[T]],
    outputs: &mut [&mut [T]],
    scratch: &mut [T],
) {
    let _ = (isa, par, scratch);
    crate::reference::group(group, rows, cols, inputs, outputs);
}

/// out = op(x): a group of one.
///
/// # Panics
/// When `op` takes more than one operand or the lengths differ.
#[track_caller]
pub fn map<T: Float>(par: Par, op: Elementwise, x: &[T], out: &mut [T]) {
    assert_eq!(op.arity(), 1, "map: {op:?} takes {} operands", op.arity());
    let input = Source::Input(0);
    let one = Group::new(
        vec![Access::Full],
        vec![Instruction { op, args: [input; 3] }],
        vec![Output { value: Source::Value(0), reduction: Reduction::None }],
    );
    group(par, &one.expect("one operation fits"), 1, x.len(), &[x], &mut [out], &mut []);
}
