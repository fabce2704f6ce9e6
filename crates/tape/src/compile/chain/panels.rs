//! Which products read their second operand in panels, and which chains write it so.

use std::collections::HashMap;

use crate::Shape;
use crate::compile::chain::Run;
use crate::compile::graph::Stage;
use crate::compile::plan::{Content, Plan, Planned, Value};
use crate::exec::{Action, Layout};

/// With fewer rows a product reads its second operand where it lies.
pub(crate) const ROWS: usize = 24;

/// What was packed so far: the panels of each value, and of its transpose.
#[derive(Default)]
pub(super) struct Panels(HashMap<(u32, bool), u32>);

impl Panels {
    /// Lets a product read panels when it runs in blocks, or again and again on an operand that is held. A new packing is added to
    /// the plan.
    pub(super) fn choose(&mut self, plan: &mut Plan, step: &mut Planned, in_blocks: bool) {
        let Action::Matmul { ref mut tb, sizes: (m, k, n), ref mut panels, .. } = step.action else { return };
        let b = step.reads[1];
        if plan.values[b as usize].layout == Layout::Panels {
            *panels = true;
            return;
        }
        let held = plan.values[b as usize].stage == Stage::Held && step.stage == Stage::Free;
        // A rank-one product has no use for them, and one of few rows is over before they are packed.
        let worth = k > 1 && m > ROWS && (in_blocks || held);
        if worth && Layout::takes_panels(k, n) {
            *panels = true;
            let flip = std::mem::take(tb);
            step.reads[1] = *self.0.entry((b, flip)).or_insert_with(|| pack(plan, b, flip, Shape::new(k, n)));
        }
    }
}

/// Lets a run write in panels what only one product after it reads, as its second operand: the rows are still in cache then.
pub(super) fn write(plan: &mut Plan, steps: &[Planned], run: &Run, needs: &[u32]) {
    for &value in run.members.iter().flat_map(|&n| &steps[n].writes) {
        let only = needs[value as usize] == run.readers(steps, value) + 1;
        let reader = steps[run.end..].iter().find(|step| step.reads.contains(&value));
        if let Some(Planned { action: Action::Matmul { tb: false, sizes: (m, k, n), .. }, reads, .. }) = reader {
            let second = reads[0] != value && reads[2..].iter().all(|read| *read != value);
            if only && second && *m > ROWS && *k == run.rows && Layout::takes_panels(*k, *n) {
                plan.values[value as usize].layout = Layout::Panels;
            }
        }
    }
}

/// The step that packs a value, and its result.
fn pack(plan: &mut Plan, b: u32, flip: bool, shape: Shape) -> u32 {
    let Value { stage, ref origin, .. } = plan.values[b as usize];
    let origin = origin.clone();
    let packed = plan.value(Value { shape, layout: Layout::Panels, content: Content::Computed, stage, origin });
    let action = Action::Pack { shape: if flip { shape.transposed() } else { shape }, flip };
    plan.steps.push(Planned { action, reads: vec![b], over: Vec::new(), writes: vec![packed], flops: 0, stage });
    packed
}
