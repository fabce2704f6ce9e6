//! How messages name a recorded node.

use std::fmt;
use std::panic::Location;

use crate::Shape;
use crate::compile::{Graph, Op};
use crate::exec::quoted;
use crate::primitive::Primitive;
use crate::tape::Node;

/// A recorded node, as messages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its number on the tape, as `Debug` of a `Var` prints it.
    pub node: u32,
    /// The operation, `input 2` for an input of the program.
    pub operation: String,
    /// The label that its user gave it.
    pub label: Option<String>,
    /// The shape of its value.
    pub shape: Shape,
    /// The line that recorded it, or that recorded what it is a derivative of.
    pub location: &'static Location<'static>,
    /// The operation whose derivative recorded it.
    pub derivative_of: Option<String>,
}

impl Named {
    /// Node `number` of a recorded program.
    pub(crate) fn of_program(graph: &Graph, number: usize) -> Self {
        let Op { primitive, shape, origin, .. } = &graph.ops[number];
        let operation = if number < graph.inputs { format!("input {number}") } else { primitive.rule().name() };
        Self {
            node: origin.node,
            operation,
            label: origin.label.as_deref().map(str::to_owned),
            shape: *shape,
            location: origin.location,
            derivative_of: origin.derivative_of.map(|id| differentiated(graph, id)),
        }
    }

    /// Node `id` of a tape.
    pub(crate) fn of_tape(nodes: &[Node], id: u32) -> Self {
        let Node { primitive, shape, location, derivative_of, label, .. } = &nodes[id as usize];
        Self {
            node: id,
            operation: primitive.rule().name(),
            label: label.as_deref().map(str::to_owned),
            shape: *shape,
            location,
            derivative_of: derivative_of.map(|of| chain(&|id| parts(&nodes[id as usize]), of)),
        }
    }
}

/// What the name of a node consists of: operation, label, and whose derivative it belongs to.
type Parts<'a> = (&'a Primitive, Option<&'a str>, Option<u32>);

fn parts(node: &Node) -> Parts<'_> {
    (&node.primitive, node.label.as_deref(), node.derivative_of)
}

/// A node whose derivative is in the program; itself it may not be.
fn differentiated(graph: &Graph, id: u32) -> String {
    let here = |id: u32| match graph.differentiated.binary_search_by_key(&id, |(id, _)| *id) {
        Ok(at) => parts(&graph.differentiated[at].1),
        Err(_) => {
            let op = graph.ops.iter().find(|op| op.origin.node == id).expect("a node is in the graph or beside it");
            (&op.primitive, op.origin.label.as_deref(), op.origin.derivative_of)
        }
    };
    chain(&here, id)
}

fn chain<'a>(node: &dyn Fn(u32) -> Parts<'a>, id: u32) -> String {
    let (primitive, label, of) = node(id);
    let name = format!("`{}`{}", primitive.rule().name(), quoted(label));
    of.map_or_else(|| name.clone(), |of| format!("{name}, itself in the derivative of {}", chain(node, of)))
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { node, operation, label, shape, location, derivative_of } = self;
        write!(f, "%{node} `{operation}`{} ({shape}), ", quoted(label.as_deref()))?;
        match derivative_of {
            Some(of) => write!(f, "in the derivative of {of}, recorded at {location}"),
            None => write!(f, "recorded at {location}"),
        }
    }
}
