//! Where the values of a group live while it runs: each in an output or in one of a few registers, tiles of [`super::tile`].

use super::fuse::{Exit, Task, Tasks, apart, fused, operands};
use super::{Access, Group, Instruction, Output, Reduction, Source, direct};
use crate::Elementwise;
use crate::elementwise::{Fused, Pass};

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

/// One pass with its places, and what there is to know of them before it runs on one tile after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Step {
    pub(super) pass: Pass,
    pub(super) args: [Place; 4],
    pub(super) to: usize,
    /// The number of operands.
    pub(super) arity: usize,
    /// Whether it reads what it writes.
    pub(super) in_place: bool,
    /// Whether it reads a column.
    pub(super) columns: bool,
    /// The input that is a factor of its first product and is one element along a row, if there is one, and the other factor.
    pub(super) factor: Option<(usize, Place)>,
}

impl Step {
    fn new(inputs: &[Access], pass: Pass, args: [Place; 4], to: usize) -> Self {
        let access = |place| if let Place::Input(n) = place { inputs[n] } else { Access::Full };
        let repeated = |place| matches!(access(place), Access::Column | Access::Scalar);
        let factor = match (pass, args) {
            (Pass::One(Elementwise::Mul) | Pass::Fused(Fused { number: None, .. }), [a, b, ..]) => {
                [(a, b), (b, a)].into_iter().find_map(|(factor, other)| match factor {
                    Place::Input(n) if repeated(factor) => Some((n, other)),
                    _ => None,
                })
            }
            _ => None,
        };
        let arity = pass.arity();
        let columns = args[..arity].iter().any(|&place| access(place) == Access::Column);
        Self { pass, args, to, arity, in_place: args[..arity].contains(&Place::Slot(to)), columns, factor }
    }
}

/// What is summed into an output: what lies in a place, or the product of two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Summed {
    pub(super) place: Place,
    pub(super) times: Option<Place>,
    pub(super) output: usize,
}

/// What is done on every tile, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// Old contents of outputs that must survive until they are copied.
    pub(super) saves: Vec<(Place, usize)>,
    pub(super) sums: Vec<Summed>,
    /// What is copied to which output.
    pub(super) copies: Vec<(Place, usize)>,
    pub(super) registers: usize,
    /// Whether it is one pass, one sum of [`super::direct`].
    pub(super) is_a_pass: bool,
    pub(super) is_a_sum: bool,
}

impl Plan {
    /// Whether it is one pass that takes no longer than reading and writing.
    pub(super) fn is_quick(&self) -> bool {
        self.is_a_pass && self.steps.iter().all(|step| step.pass.is_quick())
    }
}

/// The holder of a register that is never freed.
const FOREVER: usize = usize::MAX;

/// The state of the assignment.
struct Assignment<'a> {
    tasks: &'a [Task],
    exits: &'a [Exit],
    /// The slot of each value so far.
    homes: Vec<usize>,
    /// The last task that reads each value; the number of tasks when an output does.
    last: Vec<usize>,
    /// The value that each register holds.
    held: [Option<usize>; SLOTS],
    registers: usize,
}

/// The places of all values; `None` when there are not enough registers. Operations that cannot share a pass for want of them
/// have passes of their own.
pub(super) fn plan(inputs: &[Access], instructions: &[Instruction], outputs: &[Output]) -> Option<Plan> {
    let tasks = fused(inputs, instructions, outputs);
    assign(inputs, &tasks).or_else(|| assign(inputs, &apart(instructions, outputs)))
}

fn assign(inputs: &[Access], Tasks { tasks, exits }: &Tasks) -> Option<Plan> {
    let mut state = Assignment {
        tasks,
        exits,
        homes: Vec::with_capacity(tasks.len()),
        last: last_reads(tasks, exits),
        held: [None; SLOTS],
        registers: 0,
    };
    let mut plan = Plan::default();
    for (i, task) in tasks.iter().enumerate() {
        let args = task.args.map(|source| state.place(source));
        let to = state.home(i)?;
        state.homes.push(to);
        state.free(i);
        plan.steps.push(Step::new(inputs, task.pass, args, to));
    }
    for (j, exit) in exits.iter().enumerate() {
        let mut place = state.place(exit.value);
        if exit.reduction != Reduction::None {
            let times = exit.times.map(|times| state.place(times));
            plan.sums.push(Summed { place, times, output: j });
            continue;
        }
        if let Source::Output(old) = exit.value
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
    plan.is_a_pass = direct::is_a_pass(inputs, &plan);
    plan.is_a_sum = direct::is_a_sum(inputs, &plan);
    Some(plan)
}

fn last_reads(tasks: &[Task], exits: &[Exit]) -> Vec<usize> {
    let mut last = vec![0; tasks.len()];
    let args = tasks.iter().enumerate().flat_map(|(i, task)| task.args.map(|source| (i, source)));
    let leaving = exits.iter().flat_map(Exit::sources).map(|source| (tasks.len(), source));
    for (i, source) in args.chain(leaving) {
        if let Source::Value(value) = source {
            last[value] = i;
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

    /// Where the result of task `i` goes: to an output of this value whose old content nobody reads afterwards, else to a
    /// register.
    fn home(&mut self, i: usize) -> Option<usize> {
        let later = &self.tasks[i + 1..];
        let read_later = |j: usize| {
            later.iter().any(|task| task.args.contains(&Source::Output(j)))
                || self.exits.iter().flat_map(Exit::sources).any(|source| source == Source::Output(j))
        };
        let mut own = (0..self.exits.len()).filter(|&j| {
            let Exit { value, reduction, .. } = self.exits[j];
            value == Source::Value(i) && reduction == Reduction::None && !read_later(j)
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

    /// Frees the registers of values that nobody reads after task `i`.
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
