//! The step list that the later passes work on.

use crate::compile::graph::Stage;
use crate::exec::{Action, Layout, Origin, padded};
use crate::{Real, Shape};

/// Where the elements of a value come from.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// An input, by its number.
    Input(u32),
    /// Elements known now.
    Constant(std::sync::Arc<[Real]>),
    /// One element for all, known now.
    Fill(Real),
    /// What the last run left.
    State,
    /// A step writes it.
    Computed,
}

/// A matrix of the program.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) shape: Shape,
    pub(crate) layout: Layout,
    pub(crate) content: Content,
    pub(crate) stage: Stage,
    pub(crate) origin: Origin,
}

impl Value {
    /// The elements that it takes in the arena: a multiple of 16, so that a cache line holds elements of one value only.
    pub(crate) fn padded(&self) -> usize {
        padded(self.len())
    }

    /// Its own elements.
    pub(crate) const fn len(&self) -> usize {
        self.layout.len(self.shape)
    }
}

/// One step: an action with the values that it reads and writes, in the order of the action.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) action: Action,
    pub(crate) reads: Vec<u32>,
    /// Values that it reads too, by writing over them.
    pub(crate) over: Vec<u32>,
    pub(crate) writes: Vec<u32>,
    pub(crate) flops: u64,
    pub(crate) stage: Stage,
}

/// The steps of a program in an order that runs, those of the held stage first. Values are single-assignment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) values: Vec<Value>,
    pub(crate) steps: Vec<Planned>,
    /// The values of the inputs and of the outputs of the program.
    pub(crate) inputs: Vec<u32>,
    pub(crate) outputs: Vec<u32>,
    /// The values that are carried from run to run; as many of the last outputs are what they become.
    pub(crate) states: Vec<u32>,
}

impl Plan {
    /// Adds a value.
    pub(crate) fn value(&mut self, value: Value) -> u32 {
        self.values.push(value);
        self.values.len() as u32 - 1
    }

    /// Which output each state becomes.
    pub(crate) fn next(&self) -> impl Iterator<Item = (u32, usize)> + use<> {
        let first = self.outputs.len() - self.states.len();
        self.states.clone().into_iter().zip(first..)
    }

    /// Puts the steps of the held stage before those of the free one, each in its order.
    pub(crate) fn sort_stages(&mut self) {
        self.steps.sort_by_key(|step| step.stage);
    }
}
