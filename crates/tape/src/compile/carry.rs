//! State that is carried from run to run: it lies in the arena for ever, and what it becomes takes its place.
//!
//! Whoever computes that goes behind the last reader of the state, where the order allows it, and then writes over it: elementwise
//! steps as anywhere ([`in_place`](super::in_place)), products that are added to the state here. What cannot is copied when the run
//! ends.

use crate::Real;
use crate::compile::chain::ROWS;
use crate::compile::plan::{Content, Plan, Planned, Value};
use crate::compile::views::Views;
use crate::exec::{Access, Action, Layout};

/// Makes the last `count` inputs state, which becomes the last `count` outputs.
pub(crate) fn declare(plan: &mut Plan, count: usize) {
    plan.states = plan.inputs.split_off(plan.inputs.len() - count);
    for &state in &plan.states {
        plan.values[state as usize].content = Content::State;
    }
}

/// Puts the steps that compute new states behind those that read the old ones, and adds products where the states lie.
pub(crate) fn update_where_it_lies(plan: &mut Plan) {
    let views = Views::new(plan);
    for (state, output) in plan.next() {
        sink(plan, &views, state, plan.outputs[output]);
    }
    for (state, output) in plan.next() {
        let next = plan.outputs[output];
        let Some(at) = plan.steps.iter().position(|step| step.writes == [next]) else { continue };
        let later = plan.steps[at + 1..].iter().any(|step| reads(&views, step, state));
        if let (false, Some(update)) = (later, update(&views, &plan.steps[at], state)) {
            plan.steps[at] = update;
        }
    }
}

/// Whether a step reads a value or a part of it.
fn reads(views: &Views, step: &Planned, root: u32) -> bool {
    step.reads.iter().any(|&read| views.root[read as usize] == root)
}

/// Moves the step that writes `next` behind the last other one that reads `state`, unless one between them needs what it writes.
fn sink(plan: &mut Plan, views: &Views, state: u32, next: u32) {
    let Some(at) = plan.steps.iter().position(|step| step.writes.contains(&next)) else { return };
    let last = plan.steps.iter().rposition(|step| reads(views, step, state) && !step.writes.contains(&next));
    let Some(last) = last.filter(|&last| last > at) else { return };
    let needed = |step: &Planned| plan.steps[at].writes.iter().any(|&write| reads(views, step, write));
    if !plan.steps[at + 1..=last].iter().any(needed) {
        plan.steps[at..=last].rotate_left(1);
    }
}

/// A product with s·C + state as its tail, as a product that is added to the state; `None` when the step is another one.
fn update(views: &Views, step: &Planned, state: u32) -> Option<Planned> {
    let Action::Matmul { ta, tb, sizes, tail: Some(group), .. } = &step.action else { return None };
    let (input, access, scale) = group.added()?;
    let &[a, b, added] = &step.reads[..] else { return None };
    let apart = [a, b].iter().all(|&read| views.root[read as usize] != state);
    // Without depth nothing is added, and 0 + −0 is not −0.
    if added != state || (input, access) != (0, Access::Full) || !apart || sizes.1 == 0 {
        return None;
    }
    let action = Action::Update { ta: *ta, tb: *tb, sizes: *sizes, scale: Real::new(scale), panels: false };
    Some(Planned { action, reads: vec![a, b], over: vec![state], ..step.clone() })
}

/// Lets a state lie in panels when all that is done with it is that products read it as their second operand, and that one is
/// added to it.
pub(crate) fn panels(plan: &mut Plan) {
    for at in 0..plan.steps.len() {
        if serves_products(plan, at) {
            lay_in_panels(plan, at);
        }
    }
}

/// Whether step `at` adds a product to a state that only products read, and what it becomes is not read in this run.
fn serves_products(plan: &Plan, at: usize) -> bool {
    let Action::Update { sizes: (m, k, n), .. } = plan.steps[at].action else { return false };
    let (state, next) = (plan.steps[at].over[0], plan.steps[at].writes[0]);
    let mut readers = plan.steps.iter().filter(|step| step.reads.contains(&state)).peekable();
    let read = readers.peek().is_some() && readers.all(|step| reads_panels(step, state));
    let once = plan.outputs.iter().filter(|&&output| output == next).count() == 1;
    read && once && Layout::made_in_panels(m, k, n) && !plan.steps.iter().any(|step| step.reads.contains(&next))
}

/// The state that step `at` updates, what it becomes, and the products that read it: in panels.
fn lay_in_panels(plan: &mut Plan, at: usize) {
    let (state, next) = (plan.steps[at].over[0], plan.steps[at].writes[0]);
    for value in [state, next] {
        plan.values[value as usize].layout = Layout::Panels;
    }
    for step in &mut plan.steps {
        match &mut step.action {
            Action::Update { panels, .. } if step.over.contains(&state) => *panels = true,
            Action::Matmul { panels, .. } if step.reads.contains(&state) => *panels = true,
            _ => {}
        }
    }
}

/// Whether a step reads a state as a product may read it in panels, and nowhere else.
fn reads_panels(step: &Planned, state: u32) -> bool {
    let Action::Matmul { tb, sizes: (m, k, n), .. } = step.action else { return false };
    let second = step.reads.iter().enumerate().all(|(operand, &read)| (operand == 1) == (read == state));
    // Its transpose is packed for the product, from panels as from rows.
    let lies = Layout::takes_panels(k, n) && (!tb || Layout::takes_panels(n, k));
    second && lies && m > ROWS
}

/// Copies to their places what the states become and did not take them, and says which memory the copies share with the states.
pub(crate) fn copy_the_others(plan: &mut Plan, views: &mut Views, buffers: &mut Vec<u32>) {
    for (state, output) in plan.next() {
        let next = plan.outputs[output];
        let root = views.root[next as usize];
        if buffers[root as usize] == state && views.start[next as usize] == 0 {
            continue;
        }
        let copy = plan.value(Value { content: Content::Computed, ..plan.values[next as usize].clone() });
        views.add(copy);
        buffers.push(state);
        plan.outputs[output] = copy;
        let (action, stage) = (Action::Copy { start: 0 }, plan.values[state as usize].stage);
        plan.steps.push(Planned { action, reads: vec![next], over: vec![state], writes: vec![copy], flops: 0, stage });
    }
}
