//! What the steps of a program read, as listings say it: a view has no step of its own, so it is said what it is a part of.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::Element;
use crate::exec::{Inner, Operand, Place, Span, State};

/// An operand.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Read {
    /// A value, all of it.
    Value(u32),
    /// Some elements of a value, counted row-major.
    Part { of: u32, start: usize, end: usize },
    /// One element known before the program runs.
    Number(f64),
    /// So many of them.
    Constant(usize),
}

impl Read {
    /// The value that it is, or is a part of.
    pub(crate) fn value(&self) -> Option<u32> {
        match self {
            Self::Value(of) | Self::Part { of, .. } => Some(*of),
            Self::Number(_) | Self::Constant(_) => None,
        }
    }
}

impl fmt::Display for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "%{value}"),
            Self::Part { of, start, end } => write!(f, "%{of}[{start}..{end}]"),
            Self::Number(x) => write!(f, "{x}"),
            Self::Constant(len) => write!(f, "constant[{len}]"),
        }
    }
}

/// The operands of every step, then the outputs.
pub(crate) fn reads<T: Element>(inner: &Inner<T>) -> (Vec<Vec<Read>>, Vec<Read>) {
    let mut known = Known { inner, written: BTreeMap::new(), lens: HashMap::new() };
    for input in &inner.inputs {
        known.lens.insert(input.value, input.shape.len());
    }
    for State { parameter, span, .. } in &inner.states {
        known.write(parameter.value, parameter.shape.len(), *span);
    }
    let mut steps = Vec::with_capacity(inner.steps.len());
    for step in &inner.steps {
        let reads = step.reads.iter().zip(&step.arguments).map(|(&operand, &number)| known.read(operand, number));
        // What is written over was written before.
        let over = step.arguments[step.reads.len()..].iter().map(|&number| known.over(number, step));
        steps.push(reads.chain(over).collect());
        for (&(number, shape), span) in step.values.iter().zip(&step.writes) {
            known.write(number, shape.len(), *span);
        }
    }
    let outputs = inner.outputs.iter().map(|output| known.read(output.operand, output.value)).collect();
    (steps, outputs)
}

/// What lies where.
struct Known<'a, T> {
    inner: &'a Inner<T>,
    /// The value at each place of the arena, by its first element.
    written: BTreeMap<usize, u32>,
    lens: HashMap<u32, usize>,
}

impl<T: Element> Known<'_, T> {
    fn write(&mut self, number: u32, len: usize, span: Span) {
        let gone: Vec<usize> = self.written.range(span.start..span.start + span.len).map(|(start, _)| *start).collect();
        for start in gone {
            self.written.remove(&start);
        }
        self.written.insert(span.start, number);
        self.lens.insert(number, len);
    }

    fn read(&self, operand: Operand, number: u32) -> Read {
        if self.lens.contains_key(&number) {
            return Read::Value(number);
        }
        let (of, start) = match operand.place {
            Place::Constant(at) if operand.len == 1 => return Read::Number(self.inner.constants[at].to_f64()),
            Place::Constant(_) => return Read::Constant(operand.len),
            Place::Input { index, start } => (self.inner.inputs[index].value, start),
            Place::Arena(at) | Place::Held(at) => match self.written.range(..=at).next_back() {
                Some((start, of)) => (*of, at - start),
                None => return Read::Value(number),
            },
        };
        match self.lens.get(&of) {
            Some(&len) if start == 0 && len == operand.len => Read::Value(of),
            _ => Read::Part { of, start, end: start + operand.len },
        }
    }

    fn over(&self, number: u32, step: &crate::exec::Step) -> Read {
        let spans = step.writes.iter().take(step.values.len());
        let mut places = spans.filter_map(|span| self.written.get(&span.start)).copied();
        if self.lens.contains_key(&number) { Read::Value(number) } else { Read::Value(places.next().unwrap_or(number)) }
    }
}
