//! Which rows and columns of a program are one number, so that it can be changed everywhere at once.

use std::sync::Arc;

use crate::compile::{Graph, Op};
use crate::primitive::Primitive;
use crate::rules::Constant;
use crate::{Recording, Shape};

/// The dimensions of every node, those that must stay equal in one class: rows of node n at 2n, its columns at 2n + 1.
struct Classes(Vec<usize>);

/// A change of dimensions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resize {
    /// Operands of a user's operation that have equal dimensions keep them equal: what it asks of them is not known.
    pub(super) together: bool,
    pub(super) class: usize,
    pub(super) to: usize,
    /// The last elements are kept, not the first.
    pub(super) last: bool,
}

impl Classes {
    fn new(graph: &Graph, together: bool) -> Self {
        let mut classes = Self((0..2 * graph.ops.len()).collect());
        for (id, op) in graph.ops.iter().enumerate() {
            classes.relate(graph, id, op);
            if let (Primitive::Call(_), true) = (&op.primitive, together) {
                classes.relate_equal(graph, op);
            }
        }
        classes
    }

    fn relate_equal(&mut self, graph: &Graph, op: &Op) {
        let axes: Vec<usize> = op.args.iter().flat_map(|&arg| [2 * arg as usize, 2 * arg as usize + 1]).collect();
        for (n, &a) in axes.iter().enumerate() {
            axes[..n].iter().filter(|&&b| number(graph, a) == number(graph, b)).for_each(|&b| self.unite(a, b));
        }
    }

    fn find(&self, mut at: usize) -> usize {
        while self.0[at] != at {
            at = self.0[at];
        }
        at
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b);
    }

    fn relate(&mut self, graph: &Graph, id: usize, op: &Op) {
        let axis = |arg: usize, axis: usize| 2 * op.args[arg] as usize + axis;
        let out = |axis: usize| 2 * id + axis;
        let shape = |arg: usize| graph.ops[op.args[arg] as usize].shape;
        match &op.primitive {
            Primitive::Elementary(_) | Primitive::StopGradient(_) => {
                for arg in 0..op.args.len() {
                    (0..2).for_each(|n| self.unite(axis(arg, n), out(n)));
                }
            }
            Primitive::Mixture(_) => (0..2).for_each(|n| self.unite(axis(0, n), out(n))),
            Primitive::MixtureDot(_) => (0..2).for_each(|n| self.unite(axis(0, n), axis(1, n))),
            Primitive::Transpose(_) => (0..2).for_each(|n| self.unite(axis(0, n), out(1 - n))),
            Primitive::RowLogSumExp(_) => self.unite(axis(0, 0), out(0)),
            Primitive::Matmul(product) => {
                let (a, b) = (usize::from(product.ta), usize::from(product.tb));
                self.unite(axis(0, a), out(0));
                self.unite(axis(1, 1 - b), out(1));
                self.unite(axis(0, 1 - a), axis(1, b));
            }
            Primitive::Expand(_) | Primitive::SumTo(_) => {
                if shape(0).rows == op.shape.rows {
                    self.unite(axis(0, 0), out(0));
                }
                if shape(0).cols == op.shape.cols {
                    self.unite(axis(0, 1), out(1));
                }
            }
            _ => {}
        }
    }
}

fn number(graph: &Graph, at: usize) -> usize {
    let shape = graph.ops[at / 2].shape;
    if at.is_multiple_of(2) { shape.rows } else { shape.cols }
}

impl Recording {
    /// The classes of dimensions, each with its number.
    pub(super) fn dimensions(&self, together: bool) -> Vec<(usize, usize)> {
        let classes = Classes::new(&self.graph, together);
        (0..classes.0.len()).filter(|&at| classes.0[at] == at).map(|at| (at, number(&self.graph, at))).collect()
    }

    /// The program with another number for all dimensions of a class; `None` where the rest cannot follow.
    pub(super) fn resized(&self, resize: Resize) -> Option<Self> {
        let Resize { together, class, to, last } = resize;
        let classes = Classes::new(&self.graph, together);
        let mut draft = self.draft();
        let mut lens: Vec<usize> = self.graph.ops.iter().map(|op| op.shape.len()).collect();
        for id in 0..draft.ops.len() {
            let old = draft.ops[id].shape;
            let side = |axis: usize, old: usize| if classes.find(2 * id + axis) == class { to } else { old };
            let new = Shape::new(side(0, old.rows), side(1, old.cols));
            if draft.values[id].is_some() {
                let (rows, cols) = (old.rows - new.rows, old.cols - new.cols);
                let kept =
                    |i: usize, j: usize| if last { i >= rows && j >= cols } else { i < new.rows && j < new.cols };
                draft.reshape_input(id as u32, new, kept);
            }
            let op = &mut draft.ops[id];
            lens[id] = new.len();
            let source = op.args.first().map_or(0, |&arg| lens[arg as usize]);
            refit(&mut op.primitive, old, new, source);
            op.shape = new;
            if let Primitive::Input(input) = &mut op.primitive {
                input.shape = new;
            }
        }
        draft.finish()
    }
}

/// A payload for the new shape of the result, from an operand of `source` elements.
fn refit(primitive: &mut Primitive, old: Shape, new: Shape, source: usize) {
    let within = |index: &Arc<[u32]>, count: usize, bound: usize| -> Arc<[u32]> {
        index.iter().take(count).map(|&i| if bound == 0 { 0 } else { i % bound as u32 }).collect()
    };
    match primitive {
        Primitive::Constant(rule) => {
            let kept = rule.data.iter().enumerate();
            let kept = kept.filter(|(at, _)| at / old.cols < new.rows && at % old.cols < new.cols).map(|(_, x)| *x);
            *rule = Constant { data: kept.collect(), shape: new };
        }
        Primitive::Fill(rule) => rule.shape = new,
        Primitive::Expand(rule) => rule.to = new,
        Primitive::SumTo(rule) => rule.to = new,
        Primitive::Reshape(rule) => {
            rule.to = match old {
                Shape { cols: 1, .. } => Shape::new(source, 1),
                Shape { rows: 1, .. } => Shape::new(1, source),
                _ => new,
            };
        }
        Primitive::Gather(rule) => (rule.index, rule.to) = (within(&rule.index, new.len(), source), new),
        Primitive::ScatterAdd(rule) => (rule.index, rule.to) = (within(&rule.index, source, new.len()), new),
        Primitive::Slice(rule) => (rule.start, rule.to) = (rule.start.min(source.saturating_sub(new.len())), new),
        Primitive::Unslice(rule) => (rule.start, rule.to) = (rule.start.min(new.len().saturating_sub(source)), new),
        _ => {}
    }
}
