//! Pass 4, place: every value gets its place in the arena.

use crate::compile::plan::{Content, Plan, Planned, padded};
use crate::exec::{Inner, Operand, Parameter, Place, Span, Step, scratch};
use crate::{Cost, Element};

/// The program of a plan.
pub(crate) fn place<T: Element>(plan: &Plan, held: usize) -> Inner<T> {
    let mut constants = Vec::new();
    let mut arena = 0;
    let places: Vec<Place> = plan
        .values
        .iter()
        .map(|value| match &value.content {
            Content::Input(index) => Place::Input { index: *index as usize, start: 0 },
            Content::Constant(data) => {
                let start = constants.len();
                constants.extend(data.iter().map(|x| T::of(x.get())));
                Place::Constant(start)
            }
            Content::Fill(x) => {
                let start = constants.len();
                constants.resize(start + value.shape.len(), T::of(x.get()));
                Place::Constant(start)
            }
            Content::Computed => {
                let start = arena;
                arena += value.padded();
                Place::Arena(start)
            }
        })
        .collect();
    let operand = |value: u32| Operand { place: places[value as usize], len: plan.values[value as usize].shape.len() };
    let parameter = |&value: &u32| {
        let of = &plan.values[value as usize];
        Parameter { value, shape: of.shape, operand: operand(value), origin: of.origin.clone() }
    };
    let inputs: Vec<Parameter> = plan.inputs.iter().map(parameter).collect();
    let steps = plan.steps.iter().map(|step| placed::<T>(plan, step, &operand, &mut arena)).collect();
    Inner {
        free_lens: inputs[held..].iter().map(|input| input.shape.len()).collect(),
        outputs: plan.outputs.iter().map(parameter).collect(),
        inputs,
        steps,
        held_steps: plan.steps.iter().filter(|step| step.stage == crate::compile::graph::Stage::Held).count(),
        constants,
        arena,
        live_peak: arena,
    }
}

fn placed<T: Element>(plan: &Plan, step: &Planned, operand: &impl Fn(u32) -> Operand, arena: &mut usize) -> Step {
    let need = scratch::<T>(&step.action);
    let span = |&value: &u32| match operand(value) {
        Operand { place: Place::Arena(start), len } => Span { start, len },
        _ => unreachable!("steps write to the arena"),
    };
    let mut writes: Vec<Span> = step.writes.iter().map(span).collect();
    writes.push(Span { start: *arena, len: need });
    *arena += if need == 0 { 0 } else { padded(need) };
    let mut by_offset: Vec<u8> = (0..writes.len() as u8).collect();
    by_offset.sort_by_key(|&write| writes[usize::from(write)].start);
    let value = |&value: &u32| (value, plan.values[value as usize].shape);
    let elements = step.reads.iter().chain(&step.writes).map(|&v| plan.values[v as usize].shape.len() as u64).sum();
    Step {
        action: step.action.clone(),
        reads: step.reads.iter().map(|&read| operand(read)).collect(),
        writes: writes.into(),
        by_offset: by_offset.into(),
        values: step.writes.iter().map(value).collect(),
        arguments: step.reads.iter().copied().collect(),
        cost: Cost { flops: step.flops, elements },
        origin: plan.values[step.writes[0] as usize].origin.clone(),
    }
}
