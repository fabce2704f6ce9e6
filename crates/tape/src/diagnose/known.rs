//! What is known of the numbers of a sweep: all of them, or only where there are paths.

use std::sync::Arc;

use crate::compile::{Graph, every_value};
use crate::diagnose::paths::Paths;
use crate::diagnose::sweep::{Flow, Sweep};
use crate::{Element, Par, Runner, Tape, Var};

/// What is known of the numbers.
pub(crate) trait Known {
    /// An element of the cotangent of a node.
    fn adjoint(&self, node: u32, at: usize) -> f64;
    /// An element of what an edge passes.
    fn flow(&self, edge: usize, at: usize) -> f64;
    /// An element of the value of a node, where values are known.
    fn value(&self, node: u32, at: usize) -> Option<f64>;
}

/// Without values: 1 where there is a path to the loss, else 0.
pub(crate) struct Structure {
    adjoints: Vec<Vec<f64>>,
    /// Empty for an edge that passes nothing.
    flows: Vec<Vec<f64>>,
}

impl Structure {
    pub(crate) fn new(tape: &Tape, sweep: &Sweep, loss: u32) -> Self {
        let mut adjoints: Vec<Vec<f64>> = (0..sweep.depends.len() as u32)
            .map(|id| if sweep.depends[id as usize] { vec![0.0; tape.var(id).shape().len()] } else { Vec::new() })
            .collect();
        if let Some(of_loss) = adjoints[loss as usize].first_mut() {
            *of_loss = 1.0;
        }
        let mut flows = vec![Vec::new(); sweep.edges.len()];
        // Readers come after what they read.
        for (n, edge) in sweep.edges.iter().enumerate().rev().filter(|(_, edge)| matches!(edge.flow, Flow::Through(_)))
        {
            let reached = &adjoints[edge.node as usize];
            let passed: Vec<f64> = tape.with_nodes(|nodes| {
                let node = &nodes[edge.node as usize];
                let shapes = node.args.iter().map(|&arg| nodes[arg as usize].shape).collect();
                let paths = Paths::new(&node.primitive, shapes, node.shape);
                let passed = |at| {
                    let mut passed = 0.0_f64;
                    paths.makes(edge.operand, at, &mut |to| passed = passed.max(reached[to]));
                    passed
                };
                (0..nodes[edge.source as usize].shape.len()).map(passed).collect()
            });
            for (sum, &passed) in adjoints[edge.source as usize].iter_mut().zip(&passed) {
                *sum = passed.max(*sum);
            }
            flows[n] = passed;
        }
        Self { adjoints, flows }
    }
}

impl Known for Structure {
    fn adjoint(&self, node: u32, at: usize) -> f64 {
        self.adjoints[node as usize][at]
    }

    fn flow(&self, edge: usize, at: usize) -> f64 {
        self.flows[edge].get(at).map_or(0.0, |flow| *flow)
    }

    fn value(&self, _: u32, _: usize) -> Option<f64> {
        None
    }
}

/// The numbers of a run of the whole sweep.
pub(crate) struct Numbers<'a, T> {
    runner: Runner<T>,
    /// The output of each node of the tape that was computed.
    outputs: Vec<Option<usize>>,
    sweep: &'a Sweep,
}

impl<'a, T: Element> Numbers<'a, T> {
    #[track_caller]
    pub(crate) fn new(tape: &Tape, sweep: &'a Sweep, inputs: &[Var<'_>], values: &[&[T]]) -> Self {
        let adjoints = sweep.adjoints.values().copied();
        let operands = sweep.edges.iter().flat_map(|edge| tape.with(edge.node, |node| node.args.to_vec()));
        let flows = sweep.edges.iter().filter_map(|edge| match edge.flow {
            Flow::Through(id) => Some(id),
            _ => None,
        });
        let wanted: Vec<Var<'_>> = adjoints.chain(operands).chain(flows).map(|id| tape.var(id)).collect();
        let graph = Arc::new(Graph::new(&[], inputs, &wanted));
        let mut outputs = vec![None; tape.len()];
        graph.ops.iter().enumerate().for_each(|(n, op)| outputs[op.origin.node as usize] = Some(n));
        let mut runner = every_value::<T>(&graph, 0).runner(Par::Seq);
        runner.evaluate(values);
        Self { runner, outputs, sweep }
    }

    fn element(&self, node: u32, at: usize) -> Option<f64> {
        self.outputs[node as usize].map(|output| self.runner.output(output)[at].to_f64())
    }
}

impl<T: Element> Known for Numbers<'_, T> {
    fn adjoint(&self, node: u32, at: usize) -> f64 {
        self.sweep.adjoints.get(&node).and_then(|&id| self.element(id, at)).unwrap_or(0.0)
    }

    fn flow(&self, edge: usize, at: usize) -> f64 {
        match self.sweep.edges[edge].flow {
            Flow::Through(id) => self.element(id, at).unwrap_or(0.0),
            _ => 0.0,
        }
    }

    fn value(&self, node: u32, at: usize) -> Option<f64> {
        self.element(node, at)
    }
}
