//! Where the values of a group live while it runs: each in an output or in one of a few registers, tiles of [`super::tile`].

use super::{Access, Group, Instruction, Output, Reduction, Source};
use crate::Elementwise;

/// Where a tile lies that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Input(usize),
    Slot(usize),
}

/// The registers are the slots after those of the outputs; the last slot is spare, for a step that reads where it writes.
pub(super) const FIRST_REGISTER: usize = Group::OPERANDS;
pub(super) const SPARE: usize = FIRST_REGISTER + Group::REGISTERS;
pub(super) const SLOTS: usize = SPARE + 1;

/// One operation with its places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Step {
    pub(super) op: Elementwise,
    pub(super) args: [Place; 3],
    pub(super) to: usize,
}

/// What is done on every tile, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// Old contents of outputs that must survive until they are copied.
    pub(super) saves: Vec<(Place, usize)>,
    /// What is summed into which output.
    pub(super) sums: Vec<(Place, usize)>,
    /// What is copied to which output.
    pub(super) copies: Vec<(Place, usize)>,
    pub(super) registers: usize,
}

/// The holder of a register that is never freed.
const FOREVER: usize = usize::MAX;

/// The state of the assignment.
struct Assignment<'a> {
    instructions: &'a [Instruction],
    outputs: &'a [Output],
    /// The slot of each value so far.
    homes: Vec<usize>,
    /// The last instruction that reads each value; the number of instructions when an output does.
    last: Vec<usize>,
    /// The value that each register holds.
    held: [Option<usize>; SLOTS],
    registers: usize,
}

/// The places of all values; `None` when there are not enough registers.
pub(super) fn plan(instructions: &[Instruction], outputs: &[Output]) -> Option<Plan> {
    let mut state = Assignment {
        instructions,
        outputs,
        homes: Vec::with_capacity(instructions.len()),
        last: last_reads(instructions, outputs),
        held: [None; SLOTS],
        registers: 0,
    };
    let mut plan = Plan::default();
    for (i, instruction) in instructions.iter().enumerate() {
        let args = operands(instruction).map(|source| state.place(source));
        let to = state.home(i)?;
        state.homes.push(to);
        state.free(i);
        plan.steps.push(Step { op: instruction.op, args, to });
    }
    for (j, output) in outputs.iter().enumerate() {
        let mut place = state.place(output.value);
        if output.reduction != Reduction::None {
            plan.sums.push((place, j));
            continue;
        }
        if let Source::Output(old) = output.value
            && old != j
        {
            let register = state.register(FOREVER)?;
            plan.saves.push((Place::Slot(old), register));
            place = Place::Slot(register);
        }
        if place != Place::Slot(j) {
            plan.copies.push((place, j));
        }
    }
    plan.registers = state.registers;
    Some(plan)
}

/// The operands of an instruction; those beyond its arity repeat the first.
fn operands(instruction: &Instruction) -> [Source; 3] {
    let args = instruction.args;
    std::array::from_fn(|n| if n < instruction.op.arity() { args[n] } else { args[0] })
}

fn last_reads(instructions: &[Instruction], outputs: &[Output]) -> Vec<usize> {
    let mut last = vec![0; instructions.len()];
    for (i, instruction) in instructions.iter().enumerate() {
        for source in operands(instruction) {
            if let Source::Value(value) = source {
                last[value] = i;
            }
        }
    }
    for output in outputs {
        if let Source::Value(value) = output.value {
            last[value] = instructions.len();
        }
    }
    last
}

impl Assignment<'_> {
    fn place(&self, source: Source) -> Place {
        match source {
            Source::Input(n) => Place::Input(n),
            Source::Output(n) => Place::Slot(n),
            Source::Value(n) => Place::Slot(self.homes[n]),
        }
    }

    /// Where the result of instruction `i` goes: to an output of this value whose old content nobody reads afterwards, else to
    /// a register.
    fn home(&mut self, i: usize) -> Option<usize> {
        let later = &self.instructions[i + 1..];
        let read_later = |j: usize| {
            later.iter().any(|instruction| operands(instruction).contains(&Source::Output(j)))
                || self.outputs.iter().any(|output| output.value == Source::Output(j))
        };
        let mut own = (0..self.outputs.len()).filter(|&j| {
            self.outputs[j] == Output { value: Source::Value(i), reduction: Reduction::None } && !read_later(j)
        });
        match own.next() {
            Some(output) => Some(output),
            None => self.register(i),
        }
    }

    /// A free register, from now on held by `value`.
    fn register(&mut self, value: usize) -> Option<usize> {
        let free = (FIRST_REGISTER..SPARE).find(|&slot| self.held[slot].is_none())?;
        self.held[free] = Some(value);
        self.registers = self.registers.max(free + 1 - FIRST_REGISTER);
        Some(free)
    }

    /// Frees the registers of values that nobody reads after instruction `i`.
    fn free(&mut self, i: usize) {
        for held in &mut self.held {
            if held.is_some_and(|value| value != FOREVER && self.last[value] <= i) {
                *held = None;
            }
        }
    }
}

/// Panics on a source that does not exist.
#[track_caller]
pub(super) fn check(inputs: &[Access], instructions: &[Instruction], outputs: &[Output]) {
    for (n, instruction) in instructions.iter().enumerate() {
        for source in operands(instruction) {
            check_source(("instruction", n), source, inputs.len(), n, outputs);
        }
    }
    for (n, output) in outputs.iter().enumerate() {
        check_source(("output", n), output.value, inputs.len(), instructions.len(), outputs);
    }
}

#[track_caller]
fn check_source((what, n): (&str, usize), source: Source, inputs: usize, values: usize, outputs: &[Output]) {
    match source {
        Source::Input(i) => assert!(i < inputs, "group: {what} {n} reads input {i} of {inputs}"),
        Source::Output(j) => {
            assert!(j < outputs.len(), "group: {what} {n} reads output {j} of {}", outputs.len());
            let reduction = outputs[j].reduction;
            assert!(reduction == Reduction::None, "group: {what} {n} reads output {j}, which is reduced");
        }
        Source::Value(v) => assert!(v < values, "group: {what} {n} reads value {v}; there are {values} so far"),
    }
}
