//! Edits of a recorded program: any edit is tried, and what does not fit together is no program.

use crate::compile::{Graph, Op};
use crate::primitive::Primitive;
use crate::rules::Input;
use crate::tape::Args;
use crate::{Recording, Shape};

/// A program that is being edited. Any node may become an input, and any node another one before it.
pub(super) struct Draft {
    pub(super) ops: Vec<Op>,
    /// The elements of every node that is an input.
    pub(super) values: Vec<Option<Vec<f64>>>,
    pub(super) outputs: Vec<u32>,
    /// Which node each node has become.
    instead: Vec<u32>,
}

impl Recording {
    pub(super) fn draft(&self) -> Draft {
        let mut values: Vec<Option<Vec<f64>>> = self.values.iter().cloned().map(Some).collect();
        values.resize(self.graph.ops.len(), None);
        Draft {
            instead: (0..self.graph.ops.len() as u32).collect(),
            outputs: self.graph.outputs.clone(),
            ops: self.graph.ops.clone(),
            values,
        }
    }
}

impl Draft {
    /// Whoever used `node` uses `other`, which comes before it.
    pub(super) fn replace(mut self, node: u32, other: u32) -> Self {
        self.instead[node as usize] = other;
        self
    }

    /// Makes a node an input.
    pub(super) fn free(mut self, node: u32, value: Vec<f64>) -> Self {
        let op = &mut self.ops[node as usize];
        op.primitive = Primitive::Input(Input { id: node, shape: op.shape });
        op.args = Args::new(&[]);
        self.values[node as usize] = Some(value);
        self
    }

    /// The shape of an input, its elements cut or kept.
    pub(super) fn reshape_input(&mut self, node: u32, to: Shape, keep: impl Fn(usize, usize) -> bool) {
        let op = &mut self.ops[node as usize];
        let from = std::mem::replace(&mut op.shape, to);
        if let Some(value) = &mut self.values[node as usize] {
            let mut at = 0..from.len();
            value.retain(|_| at.next().is_some_and(|at| keep(at / from.cols, at % from.cols)));
        }
    }

    /// The program without what is no longer needed, inputs first; `None` if its shapes do not fit.
    pub(super) fn finish(self) -> Option<Recording> {
        let instead = |id: u32| {
            let mut id = id;
            while self.instead[id as usize] != id {
                id = self.instead[id as usize];
            }
            id
        };
        let outputs: Vec<u32> = self.outputs.iter().map(|&output| instead(output)).collect();
        let mut needed = vec![false; self.ops.len()];
        outputs.iter().for_each(|&output| needed[output as usize] = true);
        for id in (0..self.ops.len()).rev().filter(|&id| self.instead[id] == id as u32) {
            if needed[id] {
                self.ops[id].args.iter().for_each(|&arg| needed[instead(arg) as usize] = true);
            }
        }
        let is_input = |id: &usize| self.values[*id].is_some();
        let kept = (0..self.ops.len()).filter(|&id| needed[id]);
        let (inputs, others): (Vec<usize>, Vec<usize>) = kept.partition(is_input);
        let mut numbers = vec![0; self.ops.len()];
        let mut ops: Vec<Op> = Vec::new();
        for &id in inputs.iter().chain(&others) {
            let mut op = self.ops[id].clone();
            let args: Vec<u32> = op.args.iter().map(|&arg| numbers[instead(arg) as usize]).collect();
            numbers[id] = ops.len() as u32;
            if let Primitive::Input(_) = op.primitive {
                op.primitive = Primitive::Input(Input { id: numbers[id], shape: op.shape });
            }
            let shapes: Vec<Shape> = args.iter().map(|&arg| ops[arg as usize].shape).collect();
            op.shape = op.primitive.rule().shape(&shapes).ok()?;
            op.args = Args::new(&args);
            ops.push(op);
        }
        let values: Vec<Vec<f64>> = inputs.iter().filter_map(|&id| self.values[id].clone()).collect();
        let fits = values.iter().zip(&ops).all(|(value, op)| value.len() == op.shape.len());
        let outputs = outputs.into_iter().map(|output| numbers[output as usize]).collect();
        fits.then_some(Recording {
            graph: Graph { ops, inputs: inputs.len(), outputs, differentiated: Vec::new() },
            values,
        })
    }
}
