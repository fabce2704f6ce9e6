//! How long values are alive.

use crate::compile::graph::Stage;
use crate::compile::plan::{Content, Plan};
use crate::compile::views::Views;

/// The last step that needs each value, for an order of the steps.
pub(crate) const FOREVER: u32 = u32::MAX;

/// Which values must survive the run: outputs, and what the second stage reads of the first. Asked of roots.
pub(crate) fn kept(plan: &Plan, views: &Views) -> Vec<bool> {
    let mut kept = vec![false; plan.values.len()];
    plan.outputs.iter().for_each(|&output| kept[views.root[output as usize] as usize] = true);
    for step in plan.steps.iter().filter(|step| step.stage == Stage::Free) {
        for &read in &step.reads {
            let root = views.root[read as usize] as usize;
            kept[root] |= plan.values[root].stage == Stage::Held;
        }
    }
    kept
}

/// The last step that reads each root (or writes it, if none reads it); [`FOREVER`] for what is kept.
pub(crate) fn last_uses(plan: &Plan, views: &Views) -> Vec<u32> {
    let mut last = vec![0; plan.values.len()];
    for (n, step) in plan.steps.iter().enumerate() {
        for &value in step.reads.iter().chain(&step.writes) {
            last[views.root[value as usize] as usize] = n as u32;
        }
    }
    let kept = kept(plan, views);
    last.iter_mut().zip(kept).filter(|(_, kept)| *kept).for_each(|(last, _)| *last = FOREVER);
    last
}

/// The elements that a value takes in the arena.
pub(crate) fn size(plan: &Plan, views: &Views, value: u32) -> usize {
    let of = &plan.values[value as usize];
    let owned = matches!(of.content, Content::Computed) && !views.is_view(value);
    if owned { of.padded() } else { 0 }
}
