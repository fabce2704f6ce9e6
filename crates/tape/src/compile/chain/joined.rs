//! The step that runs several.

use crate::Shape;
use crate::compile::chain::{Run, by_rows};
use crate::compile::plan::{Plan, Planned};
use crate::exec::{Action, Chain, Link, Slot};

/// What a chain reads and writes.
pub(super) struct Joined<'p> {
    plan: &'p Plan,
    rows: usize,
    /// What the chain writes, then what only its links read.
    locals: Vec<u32>,
    outputs: usize,
    reads: Vec<u32>,
}

impl<'p> Joined<'p> {
    /// For a run of steps; `needs` counts the readers of each value, with the outputs of the program.
    pub(super) fn new(plan: &'p Plan, steps: &[Planned], run: &Run, needs: &[u32]) -> Self {
        let members = || run.members.iter().map(|&n| &steps[n]);
        let inside = |value: &u32| members().filter(|step| step.reads.contains(value)).count();
        let written = members().flat_map(|step| step.writes.iter().copied());
        let (kept, inner): (Vec<u32>, Vec<u32>) =
            written.partition(|value| inside(value) < needs[*value as usize] as usize);
        Self { plan, rows: run.rows, outputs: kept.len(), locals: [kept, inner].concat(), reads: Vec::new() }
    }

    /// The chain of `links`, in blocks of `block` rows.
    pub(super) fn join(mut self, links: &[Planned], block: usize) -> Planned {
        let last = self.rows - (self.rows.div_ceil(block) - 1) * block;
        let chained = links.iter().map(|step| self.link(step, [block, last])).collect();
        let cols = self.locals.iter().map(|&value| self.plan.values[value as usize].shape.len() / self.rows).collect();
        let chain = Chain { rows: self.rows, block, links: chained, cols, outputs: self.outputs };
        Planned {
            action: Action::Chain(Box::new(chain)),
            reads: self.reads,
            over: Vec::new(),
            writes: self.locals[..self.outputs].to_vec(),
            flops: links.iter().map(|step| step.flops).sum(),
            stage: links[0].stage,
        }
    }

    fn link(&mut self, step: &Planned, rows: [usize; 2]) -> Link {
        let reads = (0..step.reads.len()).map(|n| self.slot(step, n)).collect();
        let local = |value: &u32| self.locals.iter().position(|local| local == value).expect("a link writes locals");
        Link {
            actions: rows.map(|rows| on_rows(&step.action, rows)),
            reads,
            writes: step.writes.iter().map(local).collect(),
        }
    }

    fn slot(&mut self, step: &Planned, operand: usize) -> Slot {
        let value = step.reads[operand];
        if let Some(local) = self.locals.iter().position(|local| *local == value) {
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
