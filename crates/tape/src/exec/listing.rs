//! A program as text and as a Graphviz graph.

use std::fmt;

use crate::exec::{Inner, Parameter, Step};
use crate::{Element, Program, Shape};

impl<T: Element> fmt::Display for Program<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { inputs, outputs, steps, held_steps, arena, live_peak, .. } = &*self.0;
        let cost = self.cost();
        writeln!(
            f,
            "program in {}: {} inputs, {} outputs, {} steps, {} flops, {} elements moved, arena {arena} (live peak {live_peak})",
            T::NAME,
            inputs.len(),
            outputs.len(),
            steps.len(),
            cost.flops,
            cost.elements
        )?;
        let held = self.0.held();
        for (n, input) in inputs.iter().enumerate() {
            writeln!(f, "  {} input {}", if n < held { "held" } else { "free" }, parameter(input))?;
        }
        for (n, step) in steps.iter().enumerate() {
            writeln!(f, "  {} {n}: {}", if n < *held_steps { "held" } else { "step" }, line(step))?;
        }
        outputs.iter().try_for_each(|output| writeln!(f, "  output {}", parameter(output)))
    }
}

fn value(number: u32, shape: Shape) -> String {
    format!("%{number} {shape}")
}

fn label(label: Option<&str>) -> String {
    label.map_or_else(String::new, |label| format!(" \"{label}\""))
}

fn parameter(parameter: &Parameter) -> String {
    let Parameter { value: number, shape, origin, .. } = parameter;
    format!("{}{}  [{}]", value(*number, *shape), label(origin.label.as_deref()), origin.location)
}

fn line(step: &Step) -> String {
    let writes: Vec<String> = step.values.iter().map(|&(number, shape)| value(number, shape)).collect();
    let reads: Vec<String> = step.arguments.iter().map(|number| format!("%{number}")).collect();
    format!(
        "{}{} = {} of {}  ({} flops, {} elements)  [{}]",
        writes.join(", "),
        label(step.origin.label.as_deref()),
        step.action.name(),
        reads.join(" "),
        step.cost.flops,
        step.cost.elements,
        step.origin.location
    )
}

impl<T: Element> Program<T> {
    /// The program as a Graphviz graph: a box for each step, an edge for each value read; the held stage is grey.
    pub fn to_dot(&self) -> String {
        let mut dot = String::from("digraph program {\n  node [shape=box, fontname=monospace];\n");
        for (n, input) in self.0.inputs.iter().enumerate() {
            let text = format!("input {n}{}\n{}", label(input.origin.label.as_deref()), input.shape);
            dot += &format!("  v{} [label=\"{}\", shape=ellipse];\n", input.value, escaped(&text));
        }
        let mut writers = std::collections::HashMap::new();
        for (n, step) in self.0.steps.iter().enumerate() {
            let text = format!("{n}: {}{}", step.action.name(), label(step.origin.label.as_deref()));
            let style = if n < self.0.held_steps { ", style=filled, fillcolor=lightgrey" } else { "" };
            dot += &format!("  s{n} [label=\"{}\"{style}];\n", escaped(&text));
            for read in &step.arguments {
                let from = writers.get(read).map_or_else(|| format!("v{read}"), |(step, _)| format!("s{step}"));
                let shape = writers.get(read).map_or_else(String::new, |(_, shape): &(usize, Shape)| shape.to_string());
                dot += &format!("  {from} -> s{n} [label=\"%{read} {shape}\"];\n");
            }
            writers.extend(step.values.iter().map(|&(value, shape)| (value, (n, shape))));
        }
        for (n, output) in self.0.outputs.iter().enumerate() {
            dot += &format!("  o{n} [label=\"output {n}\", shape=ellipse];\n");
            let from =
                writers.get(&output.value).map_or_else(|| format!("v{}", output.value), |(s, _)| format!("s{s}"));
            dot += &format!("  {from} -> o{n} [label=\"%{}\"];\n", output.value);
        }
        dot + "}\n"
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
