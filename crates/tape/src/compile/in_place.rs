//! Elementwise steps write over operands that die in them.

use std::collections::HashMap;

use crate::compile::lives::last_uses;
use crate::compile::plan::{Content, Plan, Planned};
use crate::compile::views::Views;
use crate::exec::{Access, Action, Group, Output, Reduction, Source};

/// Makes steps work in place where they may. The answer names, for every value, the first value of the memory it shares.
pub(crate) fn in_place(plan: &mut Plan, views: &Views) -> Vec<u32> {
    let last = last_uses(plan, views);
    let len = |value: u32| plan.values[value as usize].shape.len();
    let whole = |&(next, state): &(u32, u32)| len(next) == len(state);
    let next = plan.next().map(|(state, n)| (views.root[plan.outputs[n] as usize], state));
    let becomes: HashMap<u32, u32> = next.filter(whole).collect();
    let mut buffers: Vec<u32> = (0..plan.values.len() as u32).collect();
    let mut steps = std::mem::take(&mut plan.steps);
    for (n, step) in steps.iter_mut().enumerate() {
        if let Action::Update { .. } = step.action {
            buffers[step.writes[0] as usize] = step.over[0];
            continue;
        }
        for output in 0..step.writes.len() {
            let dies = |value: u32| last[value as usize] == n as u32;
            let state = becomes.get(&step.writes[output]).copied();
            if let Some(state) = state.filter(|&state| last[state as usize] < n as u32) {
                // Nobody reads the state any more.
                buffers[step.writes[output] as usize] = state;
                continue;
            }
            let found = candidate(plan, views, step, output, state, dies);
            let Some((input, rewired)) = found.and_then(|input| Some((input, rewire(step, input, output)?))) else {
                continue;
            };
            let read = step.reads.remove(input);
            step.over.push(read);
            step.action = rewired;
            buffers[step.writes[output] as usize] = buffers[read as usize];
        }
    }
    plan.steps = steps;
    buffers
}

/// An operand over which an output of a step can be written: of its length, read once and element by element, and never again.
/// The `state` that the output replaces if it is one, else no state.
fn candidate(
    plan: &Plan,
    views: &Views,
    step: &Planned,
    output: usize,
    state: Option<u32>,
    dies: impl Fn(u32) -> bool,
) -> Option<usize> {
    let Action::Group { group, .. } = &step.action else { return None };
    if group.outputs()[output].reduction != Reduction::None {
        return None;
    }
    let len = |value: u32| plan.values[value as usize].shape.len();
    let wanted = len(step.writes[output]);
    let root = |value: u32| views.root[value as usize];
    let fits = |&input: &usize| {
        let read = step.reads[input];
        let alone = step.reads.iter().filter(|&&other| root(other) == read).count() == 1;
        let whole = group.inputs()[input] == Access::Full && len(read) == wanted;
        !views.is_view(read) && whole && alone && dies(read)
    };
    let computed = |input: &usize| matches!(plan.values[step.reads[*input] as usize].content, Content::Computed);
    let inputs = || (0..step.reads.len()).filter(fits);
    inputs().find(|&input| Some(step.reads[input]) == state).or_else(|| inputs().find(computed))
}

/// The action that reads `input` as the old content of `output`; `None` when that takes too many registers.
fn rewire(step: &Planned, input: usize, output: usize) -> Option<Action> {
    let Action::Group { group, shape } = &step.action else { return None };
    let taken = |source: &Source| *source == Source::Output(output);
    if group.instructions().iter().any(|instruction| instruction.args.iter().any(taken)) {
        return None;
    }
    let source = |source: Source| match source {
        Source::Input(n) if n == input => Source::Output(output),
        Source::Input(n) => Source::Input(n - usize::from(n > input)),
        other => other,
    };
    let mut inputs = group.inputs().to_vec();
    inputs.remove(input);
    let mut instructions = group.instructions().to_vec();
    for instruction in &mut instructions {
        instruction.args = instruction.args.map(source);
    }
    let outputs = group.outputs().iter().map(|output| Output { value: source(output.value), ..*output }).collect();
    let group = Group::new(inputs, instructions, outputs)?;
    Some(Action::Group { group, shape: *shape })
}
