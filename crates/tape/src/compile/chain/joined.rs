//! The step that runs several.

use crate::Shape;
use crate::compile::chain::{Blocks, Run, by_rows};
use crate::compile::plan::{Plan, Planned};
use crate::exec::{Action, Chain, Layout, Link, Local, Slot};

/// What a chain reads and writes.
pub(super) struct Joined<'p> {
    plan: &'p Plan,
    rows: usize,
    /// What the chain writes, then what only its links read: values and how they lie.
    locals: Vec<(u32, Layout)>,
    outputs: usize,
    reads: Vec<u32>,
}

impl<'p> Joined<'p> {
    /// For a run of steps; `needs` counts the readers of each value, with the outputs of the program. Values that lie in panels
    /// in the plan have their rows in the chain too, unless they can be written without.
    pub(super) fn new(plan: &'p Plan, steps: &[Planned], run: &Run, needs: &[u32]) -> Self {
        let written = run.members.iter().flat_map(|&n| steps[n].writes.iter().copied());
        let (kept, inner): (Vec<u32>, Vec<u32>) =
            written.partition(|value| run.readers(steps, *value) < needs[*value as usize]);
        let layout = |value: &u32| plan.values[*value as usize].layout;
        let direct = |value: &u32| {
            let writer = run.members.iter().map(|&n| &steps[n]).find(|step| step.writes.contains(value));
            run.readers(steps, *value) == 0 && writer.is_some_and(writes_panels)
        };
        let packed = kept.iter().filter(|value| layout(value) == Layout::Panels && !direct(value));
        let rows = packed.chain(&inner);
        let locals = kept.iter().map(|value| (*value, layout(value))).chain(rows.map(|value| (*value, Layout::Rows)));
        Self { plan, rows: run.rows, outputs: kept.len(), locals: locals.collect(), reads: Vec::new() }
    }

    /// The chain of `links`, in blocks of about so many rows.
    pub(super) fn join(mut self, links: &[Planned], Blocks { spans, height: block, alone }: Blocks) -> Planned {
        let panels = self.locals.iter().any(|(_, layout)| *layout == Layout::Panels);
        let spans = Chain::spans(self.rows, panels, spans);
        let alone = if panels { block } else { alone };
        let heights = Chain::heights(&spans, block, alone);
        let chained: Vec<Link> = links.iter().flat_map(|step| self.links(step, &heights)).collect();
        let cols = |value: u32| self.plan.values[value as usize].shape.len() / self.rows;
        let local = |&(value, layout): &(u32, Layout)| Local { value, cols: cols(value), layout };
        let (locals, outputs): (Vec<Local>, usize) = (self.locals.iter().map(local).collect(), self.outputs);
        let buffers = Chain::buffers(&chained, &locals, outputs);
        let chain = Chain { spans, block, alone, heights, links: chained, locals, outputs, buffers };
        Planned {
            action: Action::Chain(Box::new(chain)),
            reads: self.reads,
            over: Vec::new(),
            writes: self.locals[..self.outputs].iter().map(|(value, _)| *value).collect(),
            flops: links.iter().map(|step| step.flops).sum(),
            stage: links[0].stage,
        }
    }

    fn local(&self, value: u32, layout: Layout) -> Option<usize> {
        self.locals.iter().position(|local| *local == (value, layout))
    }

    /// A step, and the packing of what it writes.
    fn links(&mut self, step: &Planned, heights: &[usize]) -> Vec<Link> {
        let reads = (0..step.reads.len()).map(|n| self.slot(step, n)).collect();
        let row = |value: &u32| self.local(*value, Layout::Rows);
        let written = |value: &u32| row(value).or_else(|| self.local(*value, Layout::Panels));
        let written = |value: &u32| written(value).expect("a link writes locals");
        let actions = heights.iter().map(|&rows| on_rows(&step.action, rows)).collect();
        let (writes, origin) =
            (step.writes.iter().map(written).collect(), self.plan.values[step.writes[0] as usize].origin.clone());
        let action = Link::Step { actions, reads, writes, flops: step.flops, origin };
        let packed = step
            .writes
            .iter()
            .filter_map(|value| Some(Link::Pack { from: row(value)?, to: self.local(*value, Layout::Panels)? }));
        std::iter::once(action).chain(packed).collect()
    }

    fn slot(&mut self, step: &Planned, operand: usize) -> Slot {
        let value = step.reads[operand];
        if let Some(local) = self.local(value, Layout::Rows) {
            return Slot::Local(local);
        }
        let read = self.reads.iter().position(|read| *read == value).unwrap_or_else(|| {
            self.reads.push(value);
            self.reads.len() - 1
        });
        match by_rows(self.plan, step, operand) {
            Some(cols) => Slot::Rows { read, cols },
            None => Slot::Whole(read),
        }
    }
}

/// Whether a step is a group that writes panels as it writes rows.
fn writes_panels(step: &Planned) -> bool {
    matches!(&step.action, Action::Group { group, .. } if group.writes_panels())
}

/// The same work on so many rows.
fn on_rows(action: &Action, rows: usize) -> Action {
    let mut action = action.clone();
    match &mut action {
        Action::Group { shape, .. } | Action::Mixture { shape, .. } | Action::RowLogSumExp(shape) => {
            *shape = Shape { rows, ..*shape };
        }
        Action::Matmul { sizes, .. } => sizes.0 = rows,
        _ => unreachable!("a link works row by row"),
    }
    action
}
