//! A program as text.

use std::fmt;

use crate::exec::reads::{Read, reads};
use crate::exec::{Action, Chain, Inner, Layout, Link, Origin, Parameter, Slot, Step};
use crate::{Element, Program, Shape};

/// Characters of an operation that a row shows at most.
const WIDTH: usize = 64;
/// The head of the table of steps; numbers stand to the right.
const HEAD: [&str; 9] = ["step", "flops", "%", "bytes", "%", "results", "operation", "operands", "recorded at"];
const NUMBERS: usize = 5;

/// The table of all steps, with the share of each in the arithmetic and in the memory traffic of a run.
impl<T: Element> fmt::Display for Program<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { inputs, states, outputs, steps, held_steps, arena, live_peak, .. } = &*self.0;
        let (cost, size) = (self.cost(), size_of::<T>());
        let bytes = |elements: usize| scaled((elements * size) as f64, "B");
        let (flops, moved) = (scaled(cost.flops as f64, ""), bytes(cost.elements as usize));
        writeln!(
            f,
            "program in {}: {} steps, {flops} flops and {moved} moved in a run; memory {} (at least {})",
            T::NAME,
            steps.len(),
            bytes(*arena),
            bytes(*live_peak)
        )?;
        let held = self.0.held();
        for (n, input) in inputs.iter().enumerate() {
            writeln!(f, "  {} input {n}: {}", if n < held { "held" } else { "free" }, parameter(input))?;
        }
        for (n, state) in states.iter().enumerate() {
            let lies = if state.layout == Layout::Panels { ", in panels" } else { "" };
            writeln!(f, "  state {n}: {}{lies}", parameter(&state.parameter))?;
        }
        let (reads, results_of) = reads(&self.0);
        let share = |part: u64, all: u64| format!("{:.1}", 100.0 * part as f64 / all.max(1) as f64);
        let row = |(n, step): (usize, &Step)| {
            [
                format!("{} {n}", if n < *held_steps { "held" } else { "step" }),
                scaled(step.cost.flops as f64, ""),
                share(step.cost.flops, cost.flops),
                bytes(step.cost.elements as usize),
                share(step.cost.elements, cost.elements),
                results(step),
                shortened(&step.action.name(), WIDTH),
                reads[n].iter().map(Read::to_string).collect::<Vec<_>>().join(" "),
                origin(&step.origin),
            ]
        };
        let mut rows: Vec<[String; 9]> = Vec::new();
        for (n, step) in steps.iter().enumerate() {
            rows.push(row((n, step)));
            if let Action::Chain(chain) = &step.action {
                let share = |flops| share(flops, cost.flops);
                rows.extend(chain.links.iter().map(|link| linked(chain, link, &reads[n], &share)));
            }
        }
        table(f, &HEAD.map(str::to_owned), &rows)?;
        for (n, output) in outputs.iter().enumerate() {
            let (of, shape) = (&output.origin, output.shape);
            writeln!(f, "  output {n}: {} {shape}{}  {}", results_of[n], quoted(of.label.as_deref()), origin(of))?;
        }
        if steps.iter().any(|step| step.origin.derivative_of.is_some()) {
            writeln!(f, "  ∂: in the derivative of what that line recorded")?;
        }
        Ok(())
    }
}

/// Columns with two blanks between.
fn table<const N: usize>(f: &mut fmt::Formatter<'_>, head: &[String; N], rows: &[[String; N]]) -> fmt::Result {
    let width = |column: usize| rows.iter().chain([head]).map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    for row in std::iter::once(head).chain(rows) {
        for (n, (cell, width)) in row.iter().zip(widths).enumerate() {
            match n {
                _ if n + 1 == N => write!(f, "  {cell}")?,
                _ if n < NUMBERS => write!(f, "  {cell:>width$}")?,
                _ => write!(f, "  {cell:width$}")?,
            }
        }
        writeln!(f)?;
    }
    Ok(())
}

/// Three digits and a unit: 104 M, 2.51 MB.
fn scaled(x: f64, unit: &str) -> String {
    let prefixes = ["", "k", "M", "G", "T", "P"];
    let mut power = 0;
    let mut x = x;
    while x >= 999.5 && power + 1 < prefixes.len() {
        (x, power) = (x / 1e3, power + 1);
    }
    let digits = if power == 0 || x >= 99.95 { 0 } else { 1 + usize::from(x < 9.995) };
    let suffix = format!("{}{unit}", prefixes[power]);
    format!("{x:.digits$}{}{suffix}", if suffix.is_empty() { "" } else { " " })
}

/// The beginning of a text, and how many words it has in all when that is not all.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => {
            let start = text[..end].rfind(' ').map_or(&text[..end], |blank| &text[..blank]);
            format!("{start} … ({} in all)", text.split(' ').count())
        }
    }
}

fn value(number: u32, shape: Shape) -> String {
    format!("%{number} {shape}")
}

/// A label as it follows a name.
pub(crate) fn quoted(label: Option<&str>) -> String {
    label.map_or_else(String::new, |label| format!(" {label:?}"))
}

fn parameter(parameter: &Parameter) -> String {
    let Parameter { value: number, shape, origin: of, .. } = parameter;
    format!("{}{}  {}", value(*number, *shape), quoted(of.label.as_deref()), origin(of))
}

/// The row of one link of a chain: what stays in it has a name too.
fn linked(chain: &Chain, link: &Link, reads: &[Read], share: &dyn Fn(u64) -> String) -> [String; 9] {
    let shape = |local: usize| Shape::new(chain.rows(), chain.locals[local].cols);
    let result = |&local: &usize| value(chain.locals[local].value, shape(local));
    let operand = |slot: &Slot| match *slot {
        Slot::Whole(read) | Slot::Rows { read, .. } => reads[read].to_string(),
        Slot::Local(local) => format!("%{}", chain.locals[local].value),
    };
    let (flops, results, operands, location) = match link {
        Link::Step { reads, writes, flops, origin: of, .. } => {
            (*flops, writes.iter().map(result).collect(), reads.iter().map(operand).collect(), origin(of))
        }
        Link::Pack { from, to } => (0, vec![result(to)], vec![operand(&Slot::Local(*from))], String::new()),
    };
    let (results, operands): (Vec<String>, Vec<String>) = (results, operands);
    [
        "link".into(),
        scaled(flops as f64, ""),
        share(flops),
        String::new(),
        String::new(),
        results.join(", "),
        shortened(&link.name(), WIDTH),
        operands.join(" "),
        location,
    ]
}

fn results(step: &Step) -> String {
    let values: Vec<String> = step.values.iter().map(|&(number, shape)| value(number, shape)).collect();
    format!("{}{}", values.join(", "), quoted(step.origin.label.as_deref()))
}

pub(crate) fn origin(origin: &Origin) -> String {
    format!("{}{}", if origin.derivative_of.is_some() { "∂ " } else { "" }, origin.location)
}
