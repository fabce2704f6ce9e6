//! Pass 5, place: every value gets its place in one arena. Views need none, elementwise steps write over operands that die in
//! them, and values that are not alive together share memory. Switched off, every value has a place of its own.

use std::sync::Arc;

use crate::compile::allocate::{Allocation, Life, allocate};
use crate::compile::carry;
use crate::compile::graph::{ABSENT, Graph, Stage};
use crate::compile::in_place::in_place;
use crate::compile::lives::{FOREVER, last_uses};
use crate::compile::plan::{Content, Plan, Planned};
use crate::compile::views::Views;
use crate::exec::{Inner, Operand, Outputs, Parameter, Place, Span, State, Step, padded, scratch};
use crate::{Cost, Element};

/// The program of a plan, of which the first `held` inputs are held.
pub(crate) fn place<T: Element>(mut plan: Plan, recorded: Arc<Graph>, held: usize, share: bool) -> Inner<T> {
    let (mut views, mut buffers) = if share {
        let views = Views::new(&plan);
        plan.steps.retain(|step| !views.is_view(step.writes[0]));
        let buffers = in_place(&mut plan, &views);
        (views, buffers)
    } else {
        (Views::none(&plan), (0..plan.values.len() as u32).collect())
    };
    carry::copy_the_others(&mut plan, &mut views, &mut buffers);
    let needs: Vec<usize> = plan.steps.iter().map(|step| scratch::<T>(&step.action)).collect();
    let blocks = Blocks::new(&plan, &views, &buffers, &needs, share);
    let allocation = allocate(&blocks.lives);
    let mut constants = Constants::default();
    let places: Vec<Place> = (0..plan.values.len() as u32)
        .map(|value| {
            let (root, start) = (views.root[value as usize], views.start[value as usize]);
            match &plan.values[root as usize].content {
                Content::Input(index) => Place::Input { index: *index as usize, start },
                Content::Computed | Content::State => {
                    Place::Arena(blocks.offset(&allocation, buffers[root as usize]) + start)
                }
                known => Place::Constant(constants.place(root, known, plan.values[root as usize].shape.len()) + start),
            }
        })
        .collect();
    let serves = serves(&plan, &views);
    let scratches = (0..needs.len()).map(|n| blocks.scratch(&allocation, n, needs[n]));
    let steps = std::mem::take(&mut plan.steps);
    let placed = Placed { plan: &plan, places };
    let inputs: Vec<Parameter> = plan.inputs.iter().map(|&input| placed.parameter(input)).collect();
    let own = plan.outputs.len() - plan.states.len();
    Inner {
        free_lens: inputs[held..].iter().map(|input| input.shape.len()).collect(),
        outputs: plan.outputs[..own].iter().map(|&output| placed.parameter(output)).collect(),
        states: plan.next().map(|(state, output)| placed.state(state, plan.outputs[output])).collect(),
        inputs,
        held_steps: steps.iter().filter(|step| step.stage == Stage::Held).count(),
        steps: (steps.into_iter().zip(scratches).zip(serves))
            .map(|((step, scratch), serves)| placed.step(step, scratch, serves))
            .collect(),
        constants: constants.elements,
        recorded,
        arena: allocation.arena,
        live_peak: allocation.peak,
    }
}

/// The outputs that each step is needed for.
fn serves(plan: &Plan, views: &Views) -> Vec<Outputs> {
    let mut needed = vec![Outputs::default(); plan.values.len()];
    let root = |value: u32| views.root[value as usize] as usize;
    for (n, &output) in plan.outputs.iter().enumerate() {
        needed[root(output)] |= Outputs::one(n);
    }
    let mut serves = vec![Outputs::default(); plan.steps.len()];
    for (step, serves) in plan.steps.iter().zip(&mut serves).rev() {
        step.writes.iter().for_each(|&value| *serves |= needed[root(value)]);
        step.reads.iter().chain(&step.over).for_each(|&value| needed[root(value)] |= *serves);
    }
    serves
}

/// The blocks of memory that a plan needs, in the order of their first steps.
struct Blocks {
    lives: Vec<Life>,
    /// The block of each buffer, named by its first value.
    of_buffer: Vec<u32>,
    /// The block of the scratch of each step.
    of_scratch: Vec<u32>,
}

impl Blocks {
    fn new(plan: &Plan, views: &Views, buffers: &[u32], needs: &[usize], share: bool) -> Self {
        let mut last = vec![0; plan.values.len()];
        for (value, end) in last_uses(plan, views).into_iter().enumerate() {
            let buffer = buffers[value] as usize;
            last[buffer] = end.max(last[buffer]);
        }
        let mut blocks = Self { lives: Vec::new(), of_buffer: vec![ABSENT; last.len()], of_scratch: Vec::new() };
        for &state in &plan.states {
            let size = plan.values[state as usize].padded();
            blocks.of_buffer[state as usize] = blocks.add(Life { size, first: 0, last: FOREVER });
        }
        for (n, step) in plan.steps.iter().enumerate() {
            let until = |last: u32| if share { last } else { FOREVER };
            for &value in &step.writes {
                let buffer = buffers[value as usize] as usize;
                if blocks.of_buffer[buffer] == ABSENT {
                    let size = plan.values[value as usize].padded();
                    blocks.of_buffer[buffer] = blocks.add(Life { size, first: n as u32, last: until(last[buffer]) });
                }
            }
            let scratch = Life { size: padded(needs[n]), first: n as u32, last: until(n as u32) };
            let block = if needs[n] == 0 { ABSENT } else { blocks.add(scratch) };
            blocks.of_scratch.push(block);
        }
        blocks
    }

    fn add(&mut self, life: Life) -> u32 {
        self.lives.push(life);
        self.lives.len() as u32 - 1
    }

    fn offset(&self, allocation: &Allocation, buffer: u32) -> usize {
        // A value that no step writes (a view that was an output before it was copied, say) is never read.
        allocation.offsets.get(self.of_buffer[buffer as usize] as usize).map_or(0, |offset| *offset)
    }

    fn scratch(&self, allocation: &Allocation, step: usize, len: usize) -> Span {
        let start = allocation.offsets.get(self.of_scratch[step] as usize).map_or(0, |offset| *offset);
        Span { start, len }
    }
}

/// The elements known before the program runs.
#[derive(Default)]
struct Constants<T> {
    elements: Vec<T>,
    starts: std::collections::HashMap<u32, usize>,
}

impl<T: Element> Constants<T> {
    fn place(&mut self, value: u32, content: &Content, len: usize) -> usize {
        let next = self.elements.len();
        let start = *self.starts.entry(value).or_insert(next);
        if start == next {
            match content {
                Content::Constant(data) => self.elements.extend(data.iter().map(|x| T::of(x.get()))),
                Content::Fill(x) => self.elements.resize(next + len, T::of(x.get())),
                Content::Input(_) | Content::State | Content::Computed => {
                    unreachable!("not known before the program runs")
                }
            }
        }
        start
    }
}

/// A plan whose values have their places.
struct Placed<'a> {
    plan: &'a Plan,
    places: Vec<Place>,
}

impl Placed<'_> {
    /// What is read after the stage that computes it.
    fn operand_of(&self, stage: Stage, value: u32) -> Operand {
        let operand = self.operand(value);
        match operand.place {
            Place::Arena(start) if stage == Stage::Free && self.plan.values[value as usize].stage == Stage::Held => {
                Operand { place: Place::Held(start), ..operand }
            }
            _ => operand,
        }
    }

    fn operand(&self, value: u32) -> Operand {
        Operand { place: self.places[value as usize], len: self.plan.values[value as usize].len() }
    }

    fn parameter(&self, value: u32) -> Parameter {
        let of = &self.plan.values[value as usize];
        Parameter { value, shape: of.shape, operand: self.operand_of(Stage::Free, value), origin: of.origin.clone() }
    }

    fn state(&self, value: u32, next: u32) -> State {
        let Operand { place, len } = self.operand(value);
        let Place::Arena(start) = place else { unreachable!("states lie in the arena") };
        let layout = self.plan.values[value as usize].layout;
        State { parameter: self.parameter(value), next, span: Span { start, len }, layout }
    }

    fn step(&self, step: Planned, scratch: Span, serves: Outputs) -> Step {
        let span = |&value: &u32| match self.operand(value) {
            Operand { place: Place::Arena(start), len } => Span { start, len },
            _ => unreachable!("steps write to the arena"),
        };
        let writes: Box<[Span]> = step.writes.iter().map(span).chain([scratch]).collect();
        let mut by_offset: Box<[u8]> = (0..writes.len() as u8).collect();
        by_offset.sort_by_key(|&write| (writes[usize::from(write)].start, writes[usize::from(write)].len));
        let shape = |value: u32| self.plan.values[value as usize].shape;
        let operands = step.reads.iter().chain(&step.over).chain(&step.writes);
        Step {
            action: step.action,
            reads: step.reads.iter().map(|&read| self.operand_of(step.stage, read)).collect(),
            values: step.writes.iter().map(|&value| (value, shape(value))).collect(),
            arguments: step.reads.iter().chain(&step.over).copied().collect(),
            cost: Cost { flops: step.flops, elements: operands.map(|&value| shape(value).len() as u64).sum() },
            origin: self.plan.values[step.writes[0] as usize].origin.clone(),
            writes,
            by_offset,
            serves,
        }
    }
}
