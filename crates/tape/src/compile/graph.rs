//! What the outputs need, copied from the tape: the node list that the first pass works on.

use std::sync::Arc;

use crate::exec::Origin;
use crate::primitive::Primitive;
use crate::rules::Input;
use crate::tape::{Args, Node};
use crate::{Cost, Shape, Var};

/// When a value is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Stage {
    /// Once for all runs of the second stage: it depends on held inputs only.
    Held,
    /// In every run.
    Free,
}

/// A node of the program. Operands have smaller numbers.
#[derive(Clone, Debug)]
pub(crate) struct Op {
    pub(crate) primitive: Primitive,
    pub(crate) args: Args,
    pub(crate) shape: Shape,
    pub(crate) stage: Stage,
    /// Of a sum of disjoint pieces, the first element of each: the operands are the pieces.
    pub(crate) join: Option<Arc<[usize]>>,
    pub(crate) origin: Origin,
}

/// The nodes of a program; the first are its inputs in order, needed or not.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) ops: Vec<Op>,
    pub(crate) inputs: usize,
    pub(crate) outputs: Vec<u32>,
    /// The nodes of the tape that are not here and whose derivatives are, in order: messages name them.
    pub(crate) differentiated: Vec<(u32, Node)>,
}

impl Graph {
    /// The program that computes `outputs` from `held` and `free`.
    #[track_caller]
    pub(crate) fn new(held: &[Var<'_>], free: &[Var<'_>], outputs: &[Var<'_>]) -> Self {
        let inputs: Vec<Var<'_>> = held.iter().chain(free).copied().collect();
        let mut graph = Self { ops: Vec::new(), inputs: inputs.len(), outputs: Vec::new(), differentiated: Vec::new() };
        let Some(first) = inputs.first().or(outputs.first()) else { return graph };
        let together = |var: &Var<'_>| std::ptr::eq(var.tape, first.tape);
        assert!(inputs.iter().chain(outputs).all(together), "compile: variables of different tapes");
        let built: Result<(), String> = first.tape.with_nodes(|nodes| {
            let mut numbers = graph.add_inputs(nodes, &inputs, held.len())?;
            for id in needed(nodes, outputs, &numbers) {
                numbers[id as usize] = graph.add(id, &nodes[id as usize], &numbers)?;
            }
            graph.outputs = outputs.iter().map(|var| numbers[var.id as usize]).collect();
            graph.differentiated = differentiated(&graph.ops, nodes, &numbers);
            Ok(())
        });
        // Out here, since a closure has no caller's line.
        if let Err(bug) = built {
            panic!("compile: {bug}");
        }
        graph
    }

    /// Adds the inputs; the answer has the number of each node of the tape, so far that of the inputs.
    fn add_inputs(&mut self, nodes: &[Node], inputs: &[Var<'_>], held: usize) -> Result<Vec<u32>, String> {
        let mut numbers = vec![ABSENT; nodes.len()];
        for (number, var) in inputs.iter().enumerate() {
            let node = &nodes[var.id as usize];
            let seen = &mut numbers[var.id as usize];
            if *seen != ABSENT {
                return Err(format!("inputs {seen} and {number} are one variable, recorded at {}", node.location));
            }
            *seen = number as u32;
            let stage = if number < held { Stage::Held } else { Stage::Free };
            let primitive = Primitive::Input(Input { id: var.id, shape: node.shape });
            self.ops.push(Op {
                primitive,
                args: Args::new(&[]),
                shape: node.shape,
                stage,
                join: None,
                origin: origin(var.id, node),
            });
        }
        Ok(numbers)
    }

    fn add(&mut self, id: u32, node: &Node, numbers: &[u32]) -> Result<u32, String> {
        if matches!(node.primitive, Primitive::Input(_)) {
            let (name, shape) = (node.label.as_deref().unwrap_or("an input"), node.shape);
            return Err(format!("{name} ({shape}), recorded at {}, is needed and not among the inputs", node.location));
        }
        let args: Vec<u32> = node.args.iter().map(|&arg| numbers[arg as usize]).collect();
        let stage = args.iter().map(|&arg| self.ops[arg as usize].stage).max().unwrap_or(Stage::Held);
        let (primitive, shape) = (node.primitive.clone(), node.shape);
        self.ops.push(Op { primitive, args: Args::new(&args), shape, stage, join: None, origin: origin(id, node) });
        Ok(self.ops.len() as u32 - 1)
    }

    /// The inputs and what the outputs need.
    pub(crate) fn without_dead(mut self) -> Self {
        let mut needed = vec![false; self.ops.len()];
        needed[..self.inputs].fill(true);
        self.outputs.iter().for_each(|&output| needed[output as usize] = true);
        for id in (0..self.ops.len()).rev().filter(|&id| id >= self.inputs) {
            if needed[id] {
                self.ops[id].args.iter().for_each(|&arg| needed[arg as usize] = true);
            }
        }
        let mut numbers = vec![ABSENT; self.ops.len()];
        let mut ops = Vec::new();
        for (id, mut op) in std::mem::take(&mut self.ops).into_iter().enumerate().filter(|(id, _)| needed[*id]) {
            let args: Vec<u32> = op.args.iter().map(|&arg| numbers[arg as usize]).collect();
            op.args = Args::new(&args);
            numbers[id] = ops.len() as u32;
            ops.push(op);
        }
        self.ops = ops;
        self.outputs.iter_mut().for_each(|output| *output = numbers[*output as usize]);
        self
    }

    /// The shapes of the operands of a node.
    pub(crate) fn arg_shapes(&self, op: &Op) -> Vec<Shape> {
        op.args.iter().map(|&arg| self.ops[arg as usize].shape).collect()
    }

    /// What a node costs on its own.
    pub(crate) fn cost(&self, op: &Op) -> Cost {
        op.primitive.rule().cost(&self.arg_shapes(op), op.shape)
    }
}

/// The number of what is not in a list.
pub(crate) const ABSENT: u32 = u32::MAX;

fn origin(id: u32, node: &Node) -> Origin {
    let (location, derivative_of, label) = (node.location, node.derivative_of, node.label.clone());
    Origin { node: id, location, derivative_of, label }
}

/// The nodes that have no number and whose derivatives, of any order, are among `ops`.
fn differentiated(ops: &[Op], nodes: &[Node], numbers: &[u32]) -> Vec<(u32, Node)> {
    let mut named = Vec::new();
    let mut last = None;
    for id in ops.iter().filter_map(|op| op.origin.derivative_of) {
        // A rule records several nodes in a row.
        if last.replace(id) == Some(id) {
            continue;
        }
        let mut next = Some(id);
        while let Some(id) = next.filter(|&id| numbers[id as usize] == ABSENT) {
            named.push(id);
            next = nodes[id as usize].derivative_of;
        }
    }
    named.sort_unstable();
    named.dedup();
    named.into_iter().map(|id| (id, nodes[id as usize].clone())).collect()
}

/// The nodes that the outputs need besides the inputs (those that have a number), in recorded order.
fn needed(nodes: &[Node], outputs: &[Var<'_>], numbers: &[u32]) -> Vec<u32> {
    let end = outputs.iter().map(|var| var.id as usize + 1).max().unwrap_or(0);
    let mut needed = vec![false; end];
    outputs.iter().for_each(|var| needed[var.id as usize] = true);
    for id in (0..end).rev() {
        if needed[id] && numbers[id] == ABSENT {
            nodes[id].args.iter().for_each(|&arg| needed[arg as usize] = true);
        }
    }
    (0..end as u32).filter(|&id| needed[id as usize] && numbers[id as usize] == ABSENT).collect()
}
