//! Running programs: a runner owns the arena, inputs are borrowed for the call, outputs are views until the next run.

use std::ops::Range;

use crate::exec::folds::{Folds, Way};
use crate::exec::operands::{Given, Operands, peel};
use crate::exec::run::run;
use crate::exec::{Inner, Outputs, Parameter, Place, Step};
use crate::{Element, Par, Program};

/// Floating-point operations of a run that takes a few times as long as it takes to wake a thread.
pub(super) const LONG: u64 = 1 << 23;

/// Cache lines start at multiples of this many bytes.
const LINE: usize = 64;

/// Zeros whose first element begins a cache line.
#[derive(Debug)]
pub(super) struct Arena<T> {
    storage: Vec<T>,
    start: usize,
}

impl<T: Element> Arena<T> {
    fn new(len: usize) -> Self {
        let storage = vec![T::ZERO; len + LINE / size_of::<T>()];
        // `align_offset` may refuse; an arena without alignment is slower and not wrong.
        let start = storage.as_ptr().align_offset(LINE).min(storage.len() - len);
        Self { storage, start }
    }

    pub(super) fn elements(&self) -> &[T] {
        &self.storage[self.start..]
    }

    pub(super) fn elements_mut(&mut self) -> &mut [T] {
        &mut self.storage[self.start..]
    }
}

/// Runs a [`Program`] in memory of its own. Running allocates nothing.
///
/// ```
/// use tape::{Par, Tape, grad};
///
/// let tape = Tape::new();
/// let x = tape.input(2, 1);
/// let loss = x.powi(3).sum();
/// let program = tape.compile::<f64>(x, (loss, grad(loss, x)));
/// let mut runner = program.runner(Par::Seq);
/// let [loss, gradient] = runner.run(&[&[1.0, 2.0]]);
/// assert_eq!((loss, gradient), (&[9.0][..], &[3.0, 12.0][..]));
/// ```
#[derive(Debug)]
pub struct Runner<T> {
    pub(super) program: Program<T>,
    pub(super) par: Par,
    pub(super) arena: Arena<T>,
    folds: Folds<T>,
    /// The outputs of the second stage that the last run computed.
    fresh: Outputs,
    /// Whether there is state to run on.
    pub(super) loaded: bool,
}

impl<T: Element> Runner<T> {
    pub(crate) fn new(program: Program<T>, par: Par) -> Self {
        let arena = Arena::new(program.arena());
        let loaded = program.0.states.is_empty();
        Self { program, par, arena, folds: Folds::default(), fresh: Outputs::ALL, loaded }
    }

    /// The program that it runs.
    pub fn program(&self) -> &Program<T> {
        &self.program
    }

    /// The elements of memory that it has for several runs at once.
    pub(crate) fn room(&self) -> usize {
        self.folds.room()
    }

    /// What [`Self::room`] will be when [`Held::run_each`] is called for `k` runs.
    pub(crate) fn room_for(&self, k: usize) -> usize {
        let inner = &self.program.0;
        Way::of(self.par, inner, k).room(self.par, inner, k)
    }

    /// Runs the program on its inputs in order (of a staged one: the held, then the free) and gives the outputs in order.
    ///
    /// # Panics
    /// When the number or a length of the inputs, or the number of outputs, is not the program's.
    #[track_caller]
    pub fn run<const N: usize>(&mut self, inputs: &[&[T]]) -> [&[T]; N] {
        check_outputs(&self.program.0, N);
        self.evaluate(inputs);
        std::array::from_fn(|i| self.output(i))
    }

    /// Runs the program; [`Self::output`] gives the results.
    ///
    /// # Panics
    /// When the number or a length of the inputs is not the program's, or it carries state and none was loaded.
    #[track_caller]
    pub fn evaluate(&mut self, inputs: &[&[T]]) {
        self.check_loaded();
        let inner = &self.program.0;
        check_inputs(&inner.inputs, inputs, 1);
        let (held, free) = inputs.split_at(inner.held());
        self.run_steps(0..self.program.steps(), held, free, 0, Outputs::ALL);
    }

    /// Output `i` of the last run.
    ///
    /// # Panics
    /// When there is no such output, or the last run was of another one.
    #[track_caller]
    pub fn output(&self, i: usize) -> &[T] {
        let outputs = &self.program.0.outputs;
        assert!(i < outputs.len(), "output {i} of a program with {} outputs", outputs.len());
        let operand = outputs[i].operand;
        if let Place::Arena(_) = operand.place {
            assert!(self.fresh.meets(Outputs::one(i)), "output {i} was not computed: the last run was of another one");
        }
        match operand.place {
            Place::Arena(start) | Place::Held(start) => &self.arena.elements()[start..][..operand.len],
            Place::Constant(start) => &self.program.0.constants[start..][..operand.len],
            Place::Input { .. } => unreachable!("an input that is an output is copied to the arena"),
        }
    }

    /// Runs the first stage, of what depends on the held inputs only. The answer runs the second stage, any number of times.
    /// Of a program without stages, all inputs are free and `held` is empty.
    ///
    /// The point of a stage is borrowed, so it cannot move under it. This runs:
    ///
    /// ```
    /// # use tape::{Par, Tape};
    /// let tape = Tape::new();
    /// let (x, v) = (tape.input(1, 1), tape.input(1, 1));
    /// let program = tape.compile_staged::<f64>(x, v, x.exp() * v);
    /// let mut runner = program.runner(Par::Seq);
    /// let mut at = [0.0];
    /// let point: [&[f64]; 1] = [&at];
    /// let mut stage = runner.hold(&point);
    /// let [y] = stage.run(&[&[3.0]]);
    /// assert_eq!(y, [3.0]);
    /// at.fill(1.0);
    /// ```
    ///
    /// and this, which would use a stage whose point has moved, does not compile:
    ///
    /// ```compile_fail,E0502
    /// # use tape::{Par, Tape};
    /// let tape = Tape::new();
    /// let (x, v) = (tape.input(1, 1), tape.input(1, 1));
    /// let program = tape.compile_staged::<f64>(x, v, x.exp() * v);
    /// let mut runner = program.runner(Par::Seq);
    /// let mut at = [0.0];
    /// let point: [&[f64]; 1] = [&at];
    /// let mut stage = runner.hold(&point);
    /// at.fill(1.0);
    /// let [y] = stage.run(&[&[3.0]]);
    /// assert_eq!(y, [3.0]);
    /// ```
    ///
    /// # Panics
    /// When the number or a length of the inputs is not that of the program's held inputs.
    #[track_caller]
    pub fn hold<'s>(&'s mut self, held: &'s [&'s [T]]) -> Held<'s, T> {
        self.check_loaded();
        let inner = &self.program.0;
        check_inputs(&inner.inputs[..inner.held()], held, 1);
        self.run_steps(0..self.program.held_steps(), held, &[], 0, Outputs::ALL);
        Held { runner: self, held }
    }

    fn run_steps(&mut self, steps: Range<usize>, held: &[&[T]], free: &[&[T]], fold: usize, wanted: Outputs) {
        self.fresh = wanted;
        let (par, inner) = (self.par, &*self.program.0);
        let given = Given { constants: &inner.constants, held, free, fold, lens: &inner.free_lens, base: None };
        let (steps, arena) = (&inner.steps[steps], self.arena.elements_mut());
        kernels::awake(for_long(par, steps), || {
            for step in steps.iter().filter(|step| step.serves.meets(wanted)) {
                run_step(par, step, arena, &given);
            }
        });
    }
}

/// Who is to stay awake in a run of these steps: nobody when it is short.
pub(super) fn for_long(par: Par, steps: &[Step]) -> Par {
    if flops(steps) >= LONG { par } else { Par::Seq }
}

pub(super) fn flops(steps: &[Step]) -> u64 {
    steps.iter().map(|step| step.cost.flops).sum()
}

pub(super) fn run_step<'a, T: Element>(par: Par, step: &Step, arena: &'a mut [T], given: &Given<'a, T>) {
    let Operands { reads, mut writes } = peel(arena, given, &step.reads, &step.writes, &step.by_offset);
    let (writes, scratch) = writes.split_at_mut(step.values.len());
    run(par, &step.action, &reads[..step.reads.len()], writes, scratch[0]);
}

#[track_caller]
fn check_outputs<T>(inner: &Inner<T>, expected: usize) {
    let have = inner.outputs.len();
    assert!(have == expected, "run: the program has {have} outputs, and the pattern takes {expected}");
}

/// Checks that each input holds `folds` consecutive matrices.
#[track_caller]
pub(super) fn check_inputs<T>(parameters: &[Parameter], given: &[&[T]], folds: usize) {
    let (expected, count) = (parameters.len(), given.len());
    assert!(count == expected, "run: {count} inputs for a program that takes {expected} here");
    for (n, (parameter, data)) in parameters.iter().zip(given).enumerate() {
        parameter.check("run", "input", n, folds, data.len());
    }
}

/// A runner whose first stage was run: [`Self::run`] runs the second.
#[derive(Debug)]
pub struct Held<'s, T> {
    runner: &'s mut Runner<T>,
    held: &'s [&'s [T]],
}

impl<T: Element> Held<'_, T> {
    /// The program that it runs.
    pub fn program(&self) -> &Program<T> {
        &self.runner.program
    }

    /// Runs the second stage on the free inputs and gives all outputs of the program.
    ///
    /// # Panics
    /// When the number or a length of the inputs, or the number of outputs, is not the program's.
    #[track_caller]
    pub fn run<const N: usize>(&mut self, free: &[&[T]]) -> [&[T]; N] {
        check_outputs(&self.runner.program.0, N);
        self.evaluate(free);
        std::array::from_fn(|i| self.runner.output(i))
    }

    /// Runs the second stage; [`Self::output`] gives the results.
    ///
    /// # Panics
    /// When the number or a length of the inputs is not that of the program's free inputs.
    #[track_caller]
    pub fn evaluate(&mut self, free: &[&[T]]) {
        self.check_free(free, 1);
        self.run_second(free, 0, Outputs::ALL);
    }

    /// Runs what output `i` needs of the second stage, and gives it.
    ///
    /// # Panics
    /// When the number or a length of the inputs is not that of the program's free inputs, there is no such output, or the program
    /// carries state.
    #[track_caller]
    pub fn run_only(&mut self, i: usize, free: &[&[T]]) -> &[T] {
        assert!(self.program().0.states.is_empty(), "run_only: the program carries state, and its runs are whole");
        self.check_free(free, 1);
        self.run_second(free, 0, Outputs::one(i));
        self.runner.output(i)
    }

    /// Output `i` of the last run.
    ///
    /// # Panics
    /// When there is no such output, or the last run was of another one.
    #[track_caller]
    pub fn output(&self, i: usize) -> &[T] {
        self.runner.output(i)
    }

    /// Runs the second stage on each of `k` consecutive matrices of every free input, and writes each output as `k` consecutive
    /// matrices. The bits are those of `k` single runs (which hand on state one to the next, if the program carries some).
    ///
    /// A product of a held matrix with a vector of each run is one product, so that the matrix is read once; this takes `k` times
    /// the memory, which is kept for the next call. Without such a product, each run is on one thread, when there are runs enough for
    /// all threads; this takes the memory once for each.
    ///
    /// # Panics
    /// When the number or a length of the inputs or outputs is not the program's.
    #[track_caller]
    pub fn run_each(&mut self, k: usize, inputs: &[&[T]], outputs: &mut [&mut [T]]) {
        self.check_free(inputs, k);
        let expected = &self.runner.program.0.outputs;
        let (count, given) = (expected.len(), outputs.len());
        assert!(count == given, "run_each: the program has {count} outputs, and {given} places were given");
        for (n, (output, place)) in expected.iter().zip(&*outputs).enumerate() {
            let (shape, len) = (output.shape, place.len());
            assert!(len == k * shape.len(), "run_each: output {n} is {k} × {shape} and its place has {len} elements");
        }
        match Way::of(self.runner.par, &self.runner.program.0, k) {
            Way::InTurn => self.run_in_turn(k, inputs, outputs),
            way => self.run_folds(way, k, inputs, outputs),
        }
    }

    fn run_in_turn(&mut self, k: usize, inputs: &[&[T]], outputs: &mut [&mut [T]]) {
        for fold in 0..k {
            self.run_second(inputs, fold, Outputs::ALL);
            for (i, place) in outputs.iter_mut().enumerate() {
                let output = self.runner.output(i);
                place[fold * output.len()..][..output.len()].copy_from_slice(output);
            }
        }
    }

    fn run_folds(&mut self, way: Way, k: usize, inputs: &[&[T]], outputs: &mut [&mut [T]]) {
        self.runner.fresh = Outputs::default();
        let Runner { program, par, arena, folds, .. } = &mut *self.runner;
        let (inner, base) = (&*program.0, arena.elements());
        let (constants, lens) = (&inner.constants[..], &inner.free_lens[..]);
        let given = Given { constants, held: self.held, free: inputs, fold: 0, lens, base: Some(base) };
        let run = if way == Way::Together { Folds::run_together } else { Folds::run_on_threads };
        run(folds, *par, inner, &given, base, k, outputs);
    }

    #[track_caller]
    fn check_free(&self, free: &[&[T]], folds: usize) {
        let inner = &self.runner.program.0;
        check_inputs(&inner.inputs[inner.held()..], free, folds);
    }

    fn run_second(&mut self, free: &[&[T]], fold: usize, wanted: Outputs) {
        let steps = self.runner.program.held_steps()..self.runner.program.steps();
        self.runner.run_steps(steps, self.held, free, fold, wanted);
    }
}
