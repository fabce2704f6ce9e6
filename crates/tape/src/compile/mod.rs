//! Compiling: from the nodes of a tape to a program, by five passes. Each can be switched off and changes no bit of a result.

mod allocate;
mod carry;
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
    /// and products read panels that are packed once, or in which state lies from run to run.
    pub chain: Option<usize>,
    /// Values that are not alive together share memory; views and in-place work copy nothing; new state is written over the old.
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
        compile(&[], &list(&inputs), &list(&outputs), 0, Passes::ALL)
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
        compile(&[], &list(&inputs), &list(&outputs), 0, passes)
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
        compile(&list(&held), &list(&free), &list(&outputs), 0, Passes::ALL)
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
        compile(&list(&held), &list(&free), &list(&outputs), 0, passes)
    }

    /// A function with state: of `state` and `inputs`, in that order, it computes `outputs`, and every run replaces the state by
    /// `next`, which has its shapes. The state lies in the runner ([`Runner::load`](crate::Runner::load) and
    /// [`save`](crate::Runner::save) copy it in and out), so a step of training is a run on a batch:
    ///
    /// ```
    /// use tape::{Par, Tape, grad};
    ///
    /// let tape = Tape::new();
    /// let (x, y, w) = (tape.input(3, 2), tape.input(3, 1), tape.input(2, 1));
    /// let loss = (x.matmul(w) - y).powi(2).sum();
    /// let program = tape.compile_carried::<f64>(w, (x, y), w - 0.05 * grad(loss, w), loss);
    /// let mut runner = program.runner(Par::Seq);
    /// runner.load(&[&[0.0, 0.0]]);
    /// for _ in 0..500 {
    ///     runner.evaluate(&[&[1.0, 0.0, 1.0, 1.0, 1.0, 2.0], &[1.0, 3.0, 5.0]]);
    /// }
    /// let mut w = [0.0; 2];
    /// runner.save(0, &mut w);
    /// assert!((w[0] - 1.0).abs() < 1e-6 && (w[1] - 2.0).abs() < 1e-6);
    /// ```
    ///
    /// Nothing is copied from run to run where the last step that reads a state can write over it: elementwise steps can, and
    /// products that are added to it. A matrix that is otherwise read as the second operand of products lies as they read it best.
    ///
    /// # Panics
    /// As [`Self::compile`], and when `next` has other shapes than `state`.
    #[track_caller]
    pub fn compile_carried<'t, T: Element>(
        &'t self,
        state: impl Vars<'t>,
        inputs: impl Vars<'t>,
        next: impl Vars<'t>,
        outputs: impl Vars<'t>,
    ) -> Program<T> {
        carried([list(&state), list(&inputs), list(&next), list(&outputs)], Passes::ALL)
    }

    /// [`Self::compile_carried`] with a choice of passes.
    ///
    /// # Panics
    /// As [`Self::compile_carried`].
    #[track_caller]
    pub fn compile_carried_with<'t, T: Element>(
        &'t self,
        state: impl Vars<'t>,
        inputs: impl Vars<'t>,
        next: impl Vars<'t>,
        outputs: impl Vars<'t>,
        passes: Passes,
    ) -> Program<T> {
        carried([list(&state), list(&inputs), list(&next), list(&outputs)], passes)
    }
}

/// State goes behind the inputs, and what it becomes behind the outputs.
#[track_caller]
fn carried<T: Element>([state, inputs, next, outputs]: [Vec<Var<'_>>; 4], passes: Passes) -> Program<T> {
    let (count, becomes) = (state.len(), next.len());
    assert!(count == becomes, "compile: {count} states are carried, and {becomes} values replace them");
    for (n, (state, next)) in state.iter().zip(&next).enumerate() {
        let (from, to) = (state.shape(), next.shape());
        assert!(from == to, "compile: state {n} is {from}, and what replaces it {to}");
    }
    compile(&[], &[inputs, state].concat(), &[outputs, next].concat(), count, passes)
}

/// Of the free inputs and of the outputs the last `carried` are state and what it becomes.
#[track_caller]
fn compile<T: Element>(
    held: &[Var<'_>],
    free: &[Var<'_>],
    outputs: &[Var<'_>],
    carried: usize,
    passes: Passes,
) -> Program<T> {
    let recorded = Arc::new(rank_one::split(Graph::new(held, free, outputs)));
    let graph = if passes.simplify { simplify::simplify::<T>(&recorded) } else { (*recorded).clone() };
    program(graph, recorded, held.len(), carried, passes)
}

/// The program that gives the value of every node of a recorded graph, in order, with the bits of any other program of it.
pub(crate) fn every_value<T: Element>(recorded: &Arc<Graph>, held: usize) -> Program<T> {
    let outputs = (0..recorded.ops.len() as u32).collect();
    program(Graph { outputs, ..(**recorded).clone() }, recorded.clone(), held, 0, Passes::NONE)
}

#[track_caller]
fn program<T: Element>(graph: Graph, recorded: Arc<Graph>, held: usize, carried: usize, passes: Passes) -> Program<T> {
    let mut plan = if passes.group { group::group(graph) } else { lower::singles(&graph) };
    carry::declare(&mut plan, carried);
    copy_outputs(&mut plan);
    plan.sort_stages();
    if passes.order {
        order::order(&mut plan, if passes.place { Views::new } else { Views::none });
    }
    if passes.place {
        carry::update_where_it_lies(&mut plan);
    }
    if let Some(bytes) = passes.chain {
        carry::panels(&mut plan);
        chain::chain::<T>(&mut plan, bytes);
    }
    Program(Arc::new(place::place(plan, recorded, held, passes.place)))
}

/// Outputs outlive the call, inputs do not, and state is replaced: an input or a state that is an output is copied, but not a
/// state that stays what it is.
fn copy_outputs(plan: &mut Plan) {
    for n in 0..plan.outputs.len() {
        let read = plan.outputs[n];
        let value = plan.values[read as usize].clone();
        let stays = plan.next().any(|next| next == (read, n));
        if matches!(value.content, Content::Input(_) | Content::State) && !stays {
            let stage = value.stage;
            let write = plan.value(Value { content: Content::Computed, ..value });
            plan.outputs[n] = write;
            let (action, reads, writes) = (Action::Copy { start: 0 }, vec![read], vec![write]);
            plan.steps.push(Planned { action, reads, over: Vec::new(), writes, flops: 0, stage });
        }
    }
}
