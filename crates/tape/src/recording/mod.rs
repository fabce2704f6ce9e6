//! A program off its tape, with values for its inputs: what a check fails on, what is made smaller, and what is printed.

mod dimensions;
mod python;
mod rebuild;
mod rust;
mod shrink;

pub(crate) use python::write as python;
pub use python::{NoPython, python_prelude};
pub(crate) use shrink::simpler_numbers;

use std::fmt;

use crate::compile::{Graph, Op};
use crate::primitive::Primitive;
use crate::vars::list;
use crate::{Tape, Var, Vars, reference};

/// A recorded program with values for its inputs, independent of any tape.
///
/// ```
/// use tape::{Recording, Tape};
///
/// let tape = Tape::new();
/// let (x, y) = (tape.input(1, 2), tape.input(1, 2));
/// let noise = (x * y).sin() + y.exp();
/// let recording = Recording::new([x, y], noise.sqrt(), &[&[0.3, -7.25], &[1.5, 0.1]]);
///
/// // Shrinks to the smallest program that still fails, here: that makes a NaN of finite numbers.
/// let smallest = recording.shrink(|candidate| {
///     let finite = candidate.values().concat().iter().all(|x| x.is_finite());
///     finite && candidate.evaluate().concat().iter().any(|x| x.is_nan())
/// });
/// assert_eq!(smallest.to_rust("smallest"), "\
/// fn smallest() -> tape::Recording {
///     let tape = tape::Tape::new();
///     let x0 = tape.input(1, 1);
///     let y1 = x0.sqrt();
///     tape::Recording::new([x0], [y1], &[&[-1.0]])
/// }
/// ");
/// ```
#[derive(Clone, Debug)]
pub struct Recording {
    pub(crate) graph: Graph,
    pub(crate) values: Vec<Vec<f64>>,
}

impl Recording {
    /// What `outputs` need of the tape, with an element of `values` for every element of the inputs.
    ///
    /// # Panics
    /// When the number or a length of `values` differs from the inputs, an output needs an input that is not listed, or an input
    /// is listed twice.
    #[track_caller]
    pub fn new<'t>(inputs: impl Vars<'t>, outputs: impl Vars<'t>, values: &[&[f64]]) -> Self {
        let (inputs, outputs) = (list(&inputs), list(&outputs));
        assert!(inputs.len() == values.len(), "Recording: {} values for {} inputs", values.len(), inputs.len());
        for (input, value) in inputs.iter().zip(values) {
            let shape = input.shape();
            assert!(value.len() == shape.len(), "Recording: {} elements for an input of shape {shape}", value.len());
        }
        let graph = Graph::new(&[], &inputs, &outputs);
        Self { graph, values: values.iter().map(|value| value.to_vec()).collect() }
    }

    /// Records the program again; gives its inputs and its outputs. Every node keeps the line that recorded it first.
    pub fn replay<'t>(&self, tape: &'t Tape) -> (Vec<Var<'t>>, Vec<Var<'t>>) {
        let nodes = self.replay_all(tape);
        let outputs = self.graph.outputs.iter().map(|&output| nodes[output as usize]).collect();
        (nodes[..self.graph.inputs].to_vec(), outputs)
    }

    /// As [`Self::replay`], but gives all nodes.
    pub(crate) fn replay_all<'t>(&self, tape: &'t Tape) -> Vec<Var<'t>> {
        let mut vars: Vec<Var<'t>> = Vec::with_capacity(self.graph.ops.len());
        for op in &self.graph.ops {
            let args: Vec<Var<'t>> = op.args.iter().map(|&arg| vars[arg as usize]).collect();
            let var = match op.primitive {
                Primitive::Input(_) => tape.input_at(op.shape, op.origin.location),
                _ => tape.record_at(op.primitive.clone(), &args, op.origin.location),
            };
            vars.push(op.origin.label.as_ref().map_or(var, |label| var.label(label)));
        }
        vars
    }

    /// The elements of the inputs, in order.
    pub fn values(&self) -> Vec<&[f64]> {
        self.values.iter().map(Vec::as_slice).collect()
    }

    /// The outputs by the slow twin.
    pub fn evaluate(&self) -> Vec<Vec<f64>> {
        let tape = Tape::new();
        let (inputs, outputs) = self.replay(&tape);
        reference::evaluate(inputs, outputs, &self.values())
    }

    /// The number of primitives, inputs not counted.
    pub fn len(&self) -> usize {
        self.graph.ops.len() - self.graph.inputs
    }

    /// Whether there is no primitive.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of the primitives in order.
    pub fn names(&self) -> Vec<String> {
        self.operations().map(|op| op.primitive.rule().name()).collect()
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &Op> {
        self.graph.ops[self.graph.inputs..].iter()
    }

    /// How often the outputs can be differentiated: mixtures have three derivatives, those of order k have 3 − k.
    pub fn differentiable(&self) -> usize {
        let order = |op: &Op| match &op.primitive {
            Primitive::Mixture(rule) => rule.order,
            Primitive::MixtureDot(rule) => rule.order,
            _ => 0,
        };
        3 - self.operations().map(order).max().unwrap_or(0)
    }

    /// The program as plain JAX code: [`Program::to_python`](crate::Program::to_python).
    ///
    /// # Errors
    /// When it calls a user's operation.
    pub fn to_python(&self, name: &str) -> Result<String, NoPython> {
        python(&self.graph, name)
    }
}

impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rust("recorded"))
    }
}

/// Equal when the same would be recorded at the same values.
impl PartialEq for Recording {
    fn eq(&self, other: &Self) -> bool {
        self.to_rust("") == other.to_rust("")
    }
}
