//! A program as a Graphviz graph.

use std::collections::HashMap;
use std::fmt::Write;

use crate::exec::State;
use crate::exec::listing::{origin, quoted, shortened};
use crate::exec::reads::{Read, reads};
use crate::{Element, Program};

/// Characters of an operation that a box shows at most.
const WIDTH: usize = 40;

impl<T: Element> Program<T> {
    /// The program as a Graphviz graph, for `dot -Tsvg`: a box for each step, an edge for each value read; the held stage is grey,
    /// and dashed edges carry state to the next run.
    pub fn to_dot(&self) -> String {
        let mut graph = Graph { dot: String::new(), makers: HashMap::new(), constants: 0 };
        graph.line(format_args!("digraph program {{"));
        graph.line(format_args!("  node [shape=box, fontname=monospace];"));
        let flops = self.cost().flops.max(1) as f64;
        let (operands, outputs) = reads(&self.0);
        for (n, input) in self.0.inputs.iter().enumerate() {
            let text = format!("input {n}{}\n{}", quoted(input.origin.label.as_deref()), input.shape);
            graph.node(&format!("i{n}"), &text, "shape=ellipse");
            graph.makers.insert(input.value, format!("i{n}"));
        }
        for (n, State { parameter, .. }) in self.0.states.iter().enumerate() {
            let text = format!("state {n}{}\n{}", quoted(parameter.origin.label.as_deref()), parameter.shape);
            graph.node(&format!("t{n}"), &text, "shape=ellipse, style=dashed");
            graph.makers.insert(parameter.value, format!("t{n}"));
        }
        for (n, step) in self.0.steps.iter().enumerate() {
            let name = shortened(&step.action.name(), WIDTH);
            let share = 100.0 * step.cost.flops as f64 / flops;
            let (label, line) = (quoted(step.origin.label.as_deref()), origin(&step.origin));
            let style = if n < self.0.held_steps { "style=filled, fillcolor=lightgrey" } else { "style=solid" };
            graph.node(&format!("s{n}"), &format!("{n}: {name}{label}\n{share:.1} % of flops\n{line}"), style);
            operands[n].iter().for_each(|read| graph.edge(read, &format!("s{n}")));
            graph.makers.extend(step.values.iter().map(|&(value, _)| (value, format!("s{n}"))));
        }
        for (n, output) in self.0.outputs.iter().enumerate() {
            let text = format!("output {n}{}\n{}", quoted(output.origin.label.as_deref()), output.shape);
            graph.node(&format!("o{n}"), &text, "shape=ellipse");
            graph.edge(&outputs[n], &format!("o{n}"));
        }
        for (n, State { next, .. }) in self.0.states.iter().enumerate() {
            if let Some(maker) = graph.makers.get(next).cloned() {
                graph.line(format_args!("  {maker} -> t{n} [style=dashed];"));
            }
        }
        graph.dot + "}\n"
    }
}

/// A graph that is being written.
struct Graph {
    dot: String,
    /// The node that makes each value.
    makers: HashMap<u32, String>,
    constants: usize,
}

impl Graph {
    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        self.dot.write_fmt(text).expect("a string takes any text");
        self.dot.push('\n');
    }

    fn node(&mut self, name: &str, label: &str, style: &str) {
        self.line(format_args!("  {name} [label=\"{}\", {style}];", escaped(label)));
    }

    fn edge(&mut self, read: &Read, to: &str) {
        let maker = read.value().and_then(|value| self.makers.get(&value).cloned());
        let from = maker.unwrap_or_else(|| {
            self.constants += 1;
            let name = format!("c{}", self.constants);
            self.node(&name, &read.to_string(), "shape=plaintext");
            name
        });
        // The node of a constant says what it is.
        let label = read.value().map_or_else(String::new, |_| read.to_string());
        self.line(format_args!("  {from} -> {to} [label=\"{label}\"];"));
    }
}

/// A text inside the quotes of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
