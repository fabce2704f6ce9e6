//! A compiled program: immutable, shared between threads.

use std::ops::BitOrAssign;
use std::panic::Location;
use std::sync::Arc;

use crate::compile::Graph;
use crate::exec::{Action, Layout, Operand, Span};
use crate::recording::{NoPython, python};
use crate::{Cost, Element, Par, Runner, Shape};

/// Which node something was recorded as, where, and how its user called it.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) node: u32,
    /// The node whose derivative it belongs to.
    pub(crate) derivative_of: Option<u32>,
    pub(crate) location: &'static Location<'static>,
    pub(crate) label: Option<Box<str>>,
}

/// An input or an output.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) value: u32,
    pub(crate) shape: Shape,
    pub(crate) operand: Operand,
    pub(crate) origin: Origin,
}

impl Parameter {
    /// Panics when the `n`-th of its `kind` was given another number of elements than `folds` times its own.
    #[track_caller]
    pub(crate) fn check(&self, call: &str, kind: &str, n: usize, folds: usize, len: usize) {
        let Self { shape, origin: Origin { label, location, .. }, .. } = self;
        let label = label.as_ref().map_or_else(String::new, |label| format!(" \"{label}\""));
        let times = if folds == 1 { String::new() } else { format!("{folds} × ") };
        assert!(
            len == folds * shape.len(),
            "{call}: {kind} {n}{label} (recorded at {location}) is {times}{shape} and was given {len} elements"
        );
    }
}

/// What is carried from run to run.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) parameter: Parameter,
    /// The value that replaces it.
    pub(crate) next: u32,
    /// Where it lies in the arena, and how.
    pub(crate) span: Span,
    pub(crate) layout: Layout,
}

/// Some of the outputs of a program: those beyond the last bit share it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outputs(u64);

impl Outputs {
    pub(crate) const ALL: Self = Self(u64::MAX);

    /// Output `n` alone.
    pub(crate) fn one(n: usize) -> Self {
        Self(1 << n.min(63))
    }

    /// Whether there is one in both.
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOrAssign for Outputs {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// One kernel call. Values are numbered for listings only.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) action: Action,
    pub(crate) reads: Box<[Operand]>,
    /// What the action writes, then its scratch.
    pub(crate) writes: Box<[Span]>,
    /// The writes from left to right.
    pub(crate) by_offset: Box<[u8]>,
    /// The outputs that need it.
    pub(crate) serves: Outputs,
    pub(crate) values: Box<[(u32, Shape)]>,
    pub(crate) arguments: Box<[u32]>,
    pub(crate) cost: Cost,
    pub(crate) origin: Origin,
}

/// The content of a program.
#[derive(Debug)]
pub(crate) struct Inner<T> {
    pub(crate) inputs: Vec<Parameter>,
    /// The lengths of the inputs of the second stage.
    pub(crate) free_lens: Vec<usize>,
    pub(crate) outputs: Vec<Parameter>,
    pub(crate) states: Vec<State>,
    pub(crate) steps: Vec<Step>,
    /// The number of steps that belong to the first stage.
    pub(crate) held_steps: usize,
    pub(crate) constants: Vec<T>,
    /// What the program was compiled from.
    pub(crate) recorded: Arc<Graph>,
    pub(crate) arena: usize,
    pub(crate) live_peak: usize,
}

impl<T> Inner<T> {
    /// The number of inputs of the first stage.
    pub(crate) fn held(&self) -> usize {
        self.inputs.len() - self.free_lens.len()
    }
}

/// A compiled function of its inputs: immutable, cheap to clone, shared between threads. A [`Runner`] runs it.
///
/// It prints as a listing of its steps: values, shapes, labels, costs and the lines that recorded them.
#[derive(Clone, Debug)]
pub struct Program<T>(pub(crate) Arc<Inner<T>>);

impl<T: Element> Program<T> {
    /// A runner with its own memory. Results have the same bits for every `par`.
    pub fn runner(&self, par: Par) -> Runner<T> {
        Runner::new(self.clone(), par)
    }

    /// The number of steps, of both stages.
    pub fn steps(&self) -> usize {
        self.0.steps.len()
    }

    /// The number of steps that belong to the first stage.
    pub fn held_steps(&self) -> usize {
        self.0.held_steps
    }

    /// The elements of memory that a runner owns.
    pub fn arena(&self) -> usize {
        self.0.arena
    }

    /// The largest number of elements alive at one time, padding and scratch included: no arena is smaller.
    pub fn live_peak(&self) -> usize {
        self.0.live_peak
    }

    /// What one run costs, both stages.
    pub fn cost(&self) -> Cost {
        self.step_costs().sum()
    }

    /// What each step costs, in the order of running.
    pub fn step_costs(&self) -> impl Iterator<Item = Cost> {
        self.0.steps.iter().map(|step| step.cost)
    }

    /// The program as plain JAX code: a Python function `name` of the inputs in order, matrices in double precision, that gives a
    /// tuple of the outputs; state follows the inputs, and what it becomes the outputs. [`python_prelude`](crate::python_prelude) goes before it. It is the program as it was recorded, so JAX
    /// can differentiate it.
    ///
    /// ```
    /// use tape::Tape;
    ///
    /// let tape = Tape::new();
    /// let x = tape.input(2, 3);
    /// let program = tape.compile::<f64>(x, x.powi(2).sum());
    /// assert_eq!(program.to_python("loss").unwrap(), "\
    /// def loss(x0):
    ///     y1 = jax.lax.integer_pow(x0, 2)
    ///     y2 = jnp.sum(y1, axis=(0, 1), keepdims=True)
    ///     return (y2,)
    /// ");
    /// ```
    ///
    /// # Errors
    /// When it calls a user's operation.
    pub fn to_python(&self, name: &str) -> Result<String, NoPython> {
        python(&self.0.recorded, name)
    }

    /// The shapes of the inputs in order: those of the first stage, then those of the second.
    pub fn input_shapes(&self) -> impl Iterator<Item = Shape> {
        self.0.inputs.iter().map(|input| input.shape)
    }

    /// The shapes of what is carried from run to run, in order.
    pub fn state_shapes(&self) -> impl Iterator<Item = Shape> {
        self.0.states.iter().map(|state| state.parameter.shape)
    }

    /// The shapes of the outputs in order.
    pub fn output_shapes(&self) -> impl Iterator<Item = Shape> {
        self.0.outputs.iter().map(|output| output.shape)
    }
}
