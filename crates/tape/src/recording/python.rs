//! A program as plain JAX code. Every primitive spells itself ([`Rule::python`](crate::rule::Rule)); here they are put together.

use std::fmt;

use crate::compile::Graph;
use crate::rule::Spelled;

/// Why a program has no Python: it calls a user's operation, of which there is only Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoPython {
    /// The name of the operation.
    pub operation: String,
    /// The line that recorded the call.
    pub location: String,
}

impl fmt::Display for NoPython {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, location } = self;
        write!(
            f,
            "the operation `{operation}`, called at {location}, exists in Rust only: record it as primitives, or make its result an input"
        )
    }
}

impl std::error::Error for NoPython {}

/// What the functions of [`Program::to_python`](crate::Program::to_python) need before them: imports, double precision, and the
/// activations of mixtures with their derivatives.
pub fn python_prelude() -> &'static str {
    include_str!("prelude.py")
}

/// A Python function of the inputs that gives a tuple of the outputs.
pub(crate) fn write(graph: &Graph, name: &str) -> Result<String, NoPython> {
    let names: Vec<String> =
        (0..graph.ops.len()).map(|id| format!("{}{id}", if id < graph.inputs { "x" } else { "y" })).collect();
    let mut text = format!("def {name}({}):\n", names[..graph.inputs].join(", "));
    for (id, op) in graph.ops.iter().enumerate().skip(graph.inputs) {
        let args: Vec<Spelled<'_>> = op
            .args
            .iter()
            .map(|&arg| Spelled { name: &names[arg as usize], shape: graph.ops[arg as usize].shape })
            .collect();
        let Some(expression) = op.primitive.rule().python(&args) else {
            return Err(NoPython { operation: op.primitive.rule().name(), location: op.origin.location.to_string() });
        };
        text += &format!("    {} = {expression}\n", names[id]);
    }
    let outputs: String = graph.outputs.iter().map(|&output| format!("{}, ", names[output as usize])).collect();
    Ok(text + &format!("    return ({})\n", outputs.trim_end()))
}
