//! Independent elementwise steps of one shape that read a common operand become one step, so that it is read once.

use std::collections::HashMap;

use crate::Shape;
use crate::compile::graph::{ABSENT, Stage};
use crate::compile::plan::{Plan, Planned};
use crate::compile::sequence::{Wiring, sequence};
use crate::exec::{Access, Action, Group, Output, Reduction, Source};

/// Unreduced results of a joined step at most: more would all be alive together.
const RESULTS: usize = 4;

/// The length of the longest path to each step. Steps of one level have no path between them, joined or not.
fn levels(plan: &Plan) -> Vec<u32> {
    let wiring = Wiring::new(plan);
    let mut levels: Vec<u32> = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        let writers = step.reads.iter().map(|&value| wiring.writer[value as usize]).filter(|&writer| writer != ABSENT);
        levels.push(writers.map(|writer| levels[writer as usize] + 1).max().unwrap_or(0));
    }
    levels
}

/// What joined steps have in common: level, stage, shape and one operand.
type Key = (u32, Stage, Shape, u32);

/// Joins neighbours, first come first served.
pub(crate) fn join(plan: &mut Plan) {
    let levels = levels(plan);
    let mut open: HashMap<Key, usize> = HashMap::new();
    let mut joined = vec![false; plan.steps.len()];
    let mut keys: Vec<u32> = (0..plan.steps.len() as u32).collect();
    for n in 0..plan.steps.len() {
        let shared = shared(&plan.steps[n], levels[n]);
        let target = shared.iter().find_map(|key| {
            let &target = open.get(key)?;
            Some((target, both(&plan.steps[target], &plan.steps[n])?))
        });
        let mut owner = n;
        if let Some((target, step)) = target {
            plan.steps[target] = step;
            keys[target] = n as u32;
            joined[n] = true;
            owner = target;
        }
        for key in shared {
            open.insert(key, owner);
        }
    }
    if joined.contains(&true) {
        let mut at = joined.iter();
        plan.steps.retain(|_| at.next() == Some(&false));
        let keys: Vec<u32> =
            keys.into_iter().zip(&joined).filter(|(_, joined)| !**joined).map(|(key, _)| key).collect();
        sequence(plan, &keys);
        plan.sort_stages();
    }
}

/// Under which keys a step may be joined with others.
fn shared(step: &Planned, level: u32) -> Vec<Key> {
    let Action::Group { group, shape } = &step.action else { return Vec::new() };
    let full = group.inputs().iter().zip(&step.reads).filter(|(access, _)| **access == Access::Full);
    full.map(|(_, &value)| (level, step.stage, *shape, value)).collect()
}

/// The step that does the work of two, if it keeps within the limits.
fn both(a: &Planned, b: &Planned) -> Option<Planned> {
    let (Action::Group { group: first, shape }, Action::Group { group: second, .. }) = (&a.action, &b.action) else {
        return None;
    };
    let mut accesses = first.inputs().to_vec();
    let mut reads = a.reads.clone();
    let places: Vec<usize> = second
        .inputs()
        .iter()
        .zip(&b.reads)
        .map(|(access, read)| {
            let known = (0..reads.len()).find(|&n| (reads[n], accesses[n]) == (*read, *access));
            known.unwrap_or_else(|| {
                reads.push(*read);
                accesses.push(*access);
                reads.len() - 1
            })
        })
        .collect();
    let shift = first.instructions().len();
    let source = |source: Source| match source {
        Source::Input(n) => Source::Input(places[n]),
        Source::Value(n) => Source::Value(n + shift),
        Source::Output(n) => Source::Output(n + first.outputs().len()),
    };
    let mut instructions = first.instructions().to_vec();
    instructions.extend(second.instructions().iter().map(|instruction| {
        let mut moved = *instruction;
        moved.args = moved.args.map(source);
        moved
    }));
    let mut outputs = first.outputs().to_vec();
    outputs.extend(second.outputs().iter().map(|output| Output { value: source(output.value), ..*output }));
    if outputs.iter().filter(|output| output.reduction == Reduction::None).count() > RESULTS {
        return None;
    }
    let group = Group::new(accesses, instructions, outputs)?;
    Some(Planned {
        action: Action::Group { group, shape: *shape },
        reads,
        over: Vec::new(),
        writes: a.writes.iter().chain(&b.writes).copied().collect(),
        flops: a.flops + b.flops,
        stage: a.stage,
    })
}
