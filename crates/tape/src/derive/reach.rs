//! Which nodes a derivative must visit: those that depend on `wrt` and reach the outputs.

use crate::primitive::Primitive;
use crate::tape::Node;
use crate::{Tape, Var};

/// The nodes between `wrt` and the outputs, by id from [`Self::first`] on.
pub(crate) struct Reach {
    first: u32,
    depends: Vec<bool>,
    reaches: Vec<bool>,
}

impl Reach {
    /// Paths from `wrt` to `outputs` that do not pass through a node of `cut`.
    pub(crate) fn new(tape: &Tape, outputs: &[Var<'_>], wrt: &[Var<'_>], cut: &[Var<'_>]) -> Self {
        let first = wrt.iter().map(|v| v.id).min().unwrap_or(0);
        let end = outputs.iter().map(|v| v.id + 1).max().unwrap_or(0).max(first);
        let mut reach = Self { first, depends: vec![false; (end - first) as usize], reaches: Vec::new() };
        reach.reaches = reach.depends.clone();
        reach.mark(wrt, |reach| &mut reach.depends);
        reach.mark(outputs, |reach| &mut reach.reaches);
        tape.with_nodes(|nodes| {
            let nodes = &nodes[first as usize..end as usize];
            reach.forward(nodes, cut);
            reach.backward(nodes);
        });
        reach
    }

    fn mark(&mut self, vars: &[Var<'_>], field: impl Fn(&mut Self) -> &mut Vec<bool>) {
        for var in vars {
            if let Some(at) = var.id.checked_sub(self.first)
                && let Some(mark) = field(self).get_mut(at as usize)
            {
                *mark = true;
            }
        }
    }

    fn forward(&mut self, nodes: &[Node], cut: &[Var<'_>]) {
        for (at, node) in nodes.iter().enumerate() {
            let passes = !matches!(node.primitive, Primitive::StopGradient(_));
            let is_cut = cut.iter().any(|v| v.id == self.first + at as u32);
            self.depends[at] |= passes && !is_cut && node.args.iter().any(|&arg| self.depends(arg));
        }
    }

    fn backward(&mut self, nodes: &[Node]) {
        for (at, node) in nodes.iter().enumerate().rev() {
            if self.reaches[at] {
                for arg in node.args.iter().filter_map(|arg| arg.checked_sub(self.first)) {
                    self.reaches[arg as usize] = true;
                }
            }
        }
    }

    /// Whether a node depends on `wrt`.
    pub(crate) fn depends(&self, id: u32) -> bool {
        id.checked_sub(self.first).is_some_and(|at| self.depends.get(at as usize).is_some_and(|d| *d))
    }

    /// The nodes to visit, in recorded order.
    pub(crate) fn nodes(&self) -> Vec<u32> {
        let between = |at: &usize| self.depends[*at] && self.reaches[*at];
        (0..self.depends.len()).filter(between).map(|at| self.first + at as u32).collect()
    }
}

/// The derivative of each node between, so far.
pub(crate) struct Found<'t> {
    tape: &'t Tape,
    first: u32,
    /// The node that holds it, [`NONE`] where there is none.
    derivatives: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl<'t> Found<'t> {
    pub(crate) fn new(tape: &'t Tape, reach: &Reach) -> Self {
        Self { tape, first: reach.first, derivatives: vec![NONE; reach.depends.len()] }
    }

    /// The derivative of a node, if it has one.
    pub(crate) fn get(&self, id: u32) -> Option<Var<'t>> {
        let at = id.checked_sub(self.first)?;
        let derivative = *self.derivatives.get(at as usize)?;
        (derivative != NONE).then(|| self.tape.var(derivative))
    }

    /// Gives a node a derivative. What lies outside of the reach needs none.
    pub(crate) fn set(&mut self, id: u32, derivative: Var<'t>) {
        if let Some(at) = id.checked_sub(self.first)
            && let Some(place) = self.derivatives.get_mut(at as usize)
        {
            *place = derivative.id;
        }
    }

    /// Adds to the derivative of a node.
    #[track_caller]
    pub(crate) fn add(&mut self, id: u32, derivative: Var<'t>) {
        let sum = self.get(id).map_or(derivative, |before| before + derivative);
        self.set(id, sum);
    }
}
