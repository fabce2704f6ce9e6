//! Compiling: from the nodes of a tape to a program, by five passes. Each can be switched off and changes no bit of a result.

mod allocate;
mod chain;
mod graph;
mod group;
mod hasher;
mod in_place;
mod lives;
mod lower;
mod order;
mod place;
mod plan;
mod rank_one;
mod sequence;
mod simplify;
mod views;

use std::sync::Arc;

pub(crate) use crate::compile::graph::{Graph, Op};
use crate::compile::plan::{Content, Plan, Planned, Value};
use crate::compile::views::Views;
use crate::exec::Action;
use crate::vars::list;
use crate::{Element, Program, Tape, Var, Vars};

/// Which passes of the compiler run. Any choice gives the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Passes {
    /// Common subexpressions, constants, and transposes that become flags of a product.
    pub simplify: bool,
    /// Elementwise chains with the sums that end them, mixtures of one operand, and what follows a product become one step.
    pub group: bool,
    /// An order that keeps few values alive, and neighbours with a common operand in one step.
    pub order: bool,
    /// Neighbours that work row by row and hand on at least so many bytes go through one block of rows after the other together,
    /// and products read panels that are packed once.
    pub chain: Option<usize>,
    /// Values that are not alive together share memory; views and in-place work copy nothing.
    pub place: bool,
}

impl Passes {
    /// All passes. What fits a cache of one core is not chained.
    pub const ALL: Self = Self { simplify: true, group: true, order: true, chain: Some(512 << 10), place: true };
    /// No pass: every node is a step of its own, and every value has a place of its own.
    pub const NONE: Self = Self { simplify: false, group: false, order: false, chain: None, place: false };
}

impl Default for Passes {
    fn default() -> Self {
        Self::ALL
    }
}

impl Tape {
    /// A function of `inputs`, in that order, that computes `outputs`. Any variable can be an input: what it was recorded from
    /// is then not computed.
    ///
    /// # Panics
    /// When an output needs an input that is not listed, or a variable is listed twice.
    #[track_caller]
    pub fn compile<'t, T: Element>(&'t self, inputs: impl Vars<'t>, outputs: impl Vars<'t>) -> Program<T> {
        compile(&[], &list(&inputs), &list(&outputs), Passes::ALL)
    }

    /// [`Self::compile`] with a choice of passes.
    ///
    /// # Panics
    /// As [`Self::compile`].
    #[track_caller]
    pub fn compile_with<'t, T: Element>(
        &'t self,
        inputs: impl Vars<'t>,
        outputs: impl Vars<'t>,
        passes: Passes,
    ) -> Program<T> {
        compile(&[], &list(&inputs), &list(&outputs), passes)
    }

    /// A function in two stages: what depends on `held` only is computed once for many values of `free`
    /// ([`Runner::hold`](crate::Runner::hold)).
    ///
    /// # Panics
    /// As [`Self::compile`].
    #[track_caller]
    pub fn compile_staged<'t, T: Element>(
        &'t self,
        held: impl Vars<'t>,
        free: impl Vars<'t>,
        outputs: impl Vars<'t>,
    ) -> Program<T> {
        compile(&list(&held), &list(&free), &list(&outputs), Passes::ALL)
    }

    /// [`Self::compile_staged`] with a choice of passes.
    ///
    /// # Panics
    /// As [`Self::compile`].
    #[track_caller]
    pub fn compile_staged_with<'t, T: Element>(
        &'t self,
        held: impl Vars<'t>,
        free: impl Vars<'t>,
        outputs: impl Vars<'t>,
        passes: Passes,
    ) -> Program<T> {
        compile(&list(&held), &list(&free), &list(&outputs), passes)
    }
}

#[track_caller]
fn compile<T: Element>(held: &[Var<'_>], free: &[Var<'_>], outputs: &[Var<'_>], passes: Passes) -> Program<T> {
    let recorded = Arc::new(rank_one::split(Graph::new(held, free, outputs)));
    let graph = if passes.simplify { simplify::simplify::<T>(&recorded) } else { (*recorded).clone() };
    program(graph, recorded, held.len(), passes)
}

/// The program that gives the value of every node of a recorded graph, in order, with the bits of any other program of it.
pub(crate) fn every_value<T: Element>(recorded: &Arc<Graph>, held: usize) -> Program<T> {
    let outputs = (0..recorded.ops.len() as u32).collect();
    program(Graph { outputs, ..(**recorded).clone() }, recorded.clone(), held, Passes::NONE)
}

#[track_caller]
fn program<T: Element>(graph: Graph, recorded: Arc<Graph>, held: usize, passes: Passes) -> Program<T> {
    let mut plan = if passes.group { group::group(graph) } else { lower::singles(&graph) };
    copy_outputs(&mut plan);
    plan.sort_stages();
    if passes.order {
        order::order(&mut plan, if passes.place { Views::new } else { Views::none });
    }
    if let Some(bytes) = passes.chain {
        chain::chain::<T>(&mut plan, bytes);
    }
    Program(Arc::new(place::place(plan, recorded, held, passes.place)))
}

/// Outputs outlive the call and inputs do not: an input that is an output is copied.
fn copy_outputs(plan: &mut Plan) {
    for n in 0..plan.outputs.len() {
        let read = plan.outputs[n];
        let value = plan.values[read as usize].clone();
        if let Content::Input(_) = value.content {
            let stage = value.stage;
            let write = plan.value(Value { content: Content::Computed, ..value });
            plan.outputs[n] = write;
            let (action, reads, writes) = (Action::Copy { start: 0 }, vec![read], vec![write]);
            plan.steps.push(Planned { action, reads, over: Vec::new(), writes, flops: 0, stage });
        }
    }
}
