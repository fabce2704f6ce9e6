//! Programs that carry state: the bits of those that are given it anew for every run, and nothing is copied that need not be.

use tape::{Element, Par, Passes, Program, Tape, Var, grad};

use crate::support::{FUNCTIONS, Function, all_passes, bits, data, run};

/// A program that carries state, and its twin that is given the state as inputs and gives what it becomes as outputs.
struct Twins<'t> {
    tape: &'t Tape,
    state: Vec<Var<'t>>,
    inputs: Vec<Var<'t>>,
    next: Vec<Var<'t>>,
    outputs: Vec<Var<'t>>,
}

const RUNS: usize = 3;

impl<'t> Twins<'t> {
    /// Every output that has the shape of an input left replaces it.
    fn of(tape: &'t Tape, function: &Function<'t>) -> Self {
        let (mut state, mut next, mut inputs) = (Vec::new(), Vec::new(), function.inputs.clone());
        for &output in function.outputs.iter().rev() {
            if let Some(at) = inputs.iter().position(|input| input.shape() == output.shape()) {
                state.push(inputs.remove(at));
                next.push(output);
            }
        }
        Self { tape, state, inputs, next, outputs: function.outputs.clone() }
    }

    fn compile<T: Element>(&self, passes: Passes) -> Program<T> {
        let [state, inputs, next, outputs] = [&self.state, &self.inputs, &self.next, &self.outputs].map(Vec::clone);
        self.tape.compile_carried_with(state, inputs, next, outputs, passes)
    }

    /// The outputs and the state after each run of the twin, without a pass.
    fn anew<T: Element>(&self) -> Vec<Vec<f64>> {
        let (inputs, outputs) = ([&self.inputs[..], &self.state].concat(), [&self.outputs[..], &self.next].concat());
        let program = self.tape.compile_with::<T>(inputs, outputs.clone(), Passes::NONE);
        let (mut state, inputs) = (data::<T>(&self.state), data::<T>(&self.inputs));
        let mut all = Vec::new();
        for _ in 0..RUNS {
            let given: Vec<Vec<T>> = inputs.iter().chain(&state).cloned().collect();
            let results = run(&program, &given);
            for (state, result) in state.iter_mut().zip(&results[self.outputs.len()..]) {
                *state = result.iter().map(|&x| T::of(x)).collect();
            }
            all.extend(results);
        }
        all
    }

    /// Panics unless the bits are the same with all passes.
    fn agree<T: Element>(&self, name: &str) {
        let anew = bits(&self.anew::<T>());
        let (state, inputs) = (data::<T>(&self.state), data::<T>(&self.inputs));
        for passes in all_passes().chain([Passes::ALL]) {
            let program = self.compile::<T>(passes);
            assert!(bits(&carried(&program, Par::Seq, &state, &inputs)) == anew, "{name}, {passes:?}\n{program}");
        }
        let program = self.compile::<T>(Passes::ALL);
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let pooled = pool.install(|| carried(&program, Par::Rayon, &state, &inputs));
            assert!(bits(&pooled) == anew, "{name}, {threads} threads\n{program}");
        }
    }
}

/// The outputs and the state after each of some runs.
fn carried<T: Element>(program: &Program<T>, par: Par, state: &[Vec<T>], inputs: &[Vec<T>]) -> Vec<Vec<f64>> {
    let mut runner = program.runner(par);
    runner.load(&slices(state));
    let (outputs, mut all) = (program.output_shapes().count(), Vec::new());
    for _ in 0..RUNS {
        runner.evaluate(&slices(inputs));
        all.extend((0..outputs).map(|i| numbers(runner.output(i))));
        for (i, state) in state.iter().enumerate() {
            let mut to = state.clone();
            runner.save(i, &mut to);
            all.push(numbers(&to));
        }
    }
    all
}

fn slices<T>(matrices: &[Vec<T>]) -> Vec<&[T]> {
    matrices.iter().map(Vec::as_slice).collect()
}

fn numbers<T: Element>(elements: &[T]) -> Vec<f64> {
    elements.iter().map(|x| x.to_f64()).collect()
}

#[test]
fn carried_state_has_the_bits_of_state_that_is_given_anew() {
    for (name, record) in FUNCTIONS {
        for n in [0, 1, 5, 33] {
            let tape = Tape::new();
            let twins = Twins::of(&tape, &record(&tape, n));
            twins.agree::<f64>(&format!("{name}, n = {n}"));
            twins.agree::<f32>(&format!("{name}, n = {n}"));
        }
    }
}

/// The step of gradient descent of a network with these layers.
fn network<'t>(tape: &'t Tape, batch: usize, sizes: &[usize]) -> Twins<'t> {
    let (x, y) = (tape.input(batch, sizes[0]), tape.input(batch, sizes[sizes.len() - 1]));
    let (mut h, mut state) = (x, Vec::new());
    for pair in sizes.windows(2) {
        let (w, b) = (tape.input(pair[0], pair[1]), tape.input(1, pair[1]));
        h = (h.matmul(w) + b.expand(batch, pair[1])).tanh();
        state.extend([w, b]);
    }
    let loss = (h - y).powi(2).mean();
    let next = state.iter().zip(grad(loss, state.clone())).map(|(&w, g)| w - 0.1 * g).collect();
    Twins { tape, state, inputs: vec![x, y], next, outputs: vec![loss] }
}

#[test]
fn weights_that_only_products_read_lie_in_panels_and_are_updated_there() {
    for sizes in [&[40, 33, 50, 10][..], &[300, 65, 2], &[7, 270, 31, 257]] {
        let tape = Tape::new();
        let twins = network(&tape, 30, sizes);
        let text = twins.compile::<f32>(Passes::ALL).to_string();
        let (lie, updated) = (text.matches(", in panels").count(), text.matches("where it lies in panels").count());
        assert_eq!((lie, updated), (sizes.len() - 1, sizes.len() - 1), "{text}");
        assert!(!text.contains("  copy") && !text.contains("  panels"), "{text}");
        twins.agree::<f32>(&format!("{sizes:?}"));
        twins.agree::<f64>(&format!("{sizes:?}"));
    }
}

#[test]
fn a_batch_too_small_for_panels_is_updated_in_rows() {
    // Of one row, a bias moves along the second result of a product, which cannot be written over what it reads.
    for (batch, sizes, copies) in [(1, [8, 5, 3], 1), (24, [3, 40, 1], 0), (4, [1, 1, 1], 0)] {
        let tape = Tape::new();
        let twins = network(&tape, batch, &sizes);
        let text = twins.compile::<f64>(Passes::ALL).to_string();
        assert!(!text.contains("in panels") && text.matches("  copy").count() == copies, "{text}");
        twins.agree::<f64>(&format!("{sizes:?}, batch of {batch}"));
    }
}

/// What becomes of a state of 4 × 4 and another one, and how many copies that takes.
#[test]
fn whatever_a_state_becomes() {
    type Next = for<'t> fn(&'t Tape, [Var<'t>; 3]) -> [Var<'t>; 2];
    let cases: [(&str, usize, Next); 12] = [
        ("itself", 0, |_, [a, b, _]| [a, b]),
        ("the other", 3, |_, [a, b, _]| [b, a]),
        ("one of both", 2, |_, [a, _, _]| [a, a]),
        ("an input", 1, |_, [_, b, x]| [x, b + 1.0]),
        ("a constant", 1, |tape, [a, _, _]| [a.sin(), tape.full(4, 4, 0.5)]),
        ("the same", 1, |_, [a, b, _]| [a + b, a + b]),
        ("a view", 1, |_, [a, b, x]| [(a.reshape(2, 8) * 2.0).reshape(4, 4), b + x]),
        ("a part", 0, |_, [a, b, x]| [a.slice(0, 4, 2).sum() + x, b.exp()]),
        ("moments", 0, |_, [m, w, g]| {
            let m = 0.9 * m + 0.1 * g;
            [m, w - 0.01 * m]
        }),
        ("each of both", 0, |_, [a, b, _]| [a + 2.0 * b.sin(), b - a.cos()]),
        ("a product", 1, |_, [a, b, x]| [a.matmul(x), b + x.matmul(x)]),
        ("a product with itself", 1, |_, [a, b, x]| [a - 0.1 * a.t().matmul(x), b]),
    ];
    for (name, copies, next) in cases {
        let tape = Tape::new();
        let all = [tape.input(4, 4), tape.input(4, 4), tape.input(4, 4)];
        let [a, b, x] = all;
        let next = next(&tape, all).to_vec();
        // The old state is an output too, and so is the new one: what they show is what the run began and ended with.
        for outputs in [vec![], vec![a.sum() + b.sum()], vec![a, next[0]], vec![next[1].reshape(2, 8), a.t()]] {
            let twins = Twins { tape: &tape, state: vec![a, b], inputs: vec![x], next: next.clone(), outputs };
            if twins.outputs.is_empty() {
                let program = twins.compile::<f64>(Passes::ALL);
                assert_eq!(program.to_string().matches("  copy").count(), copies, "{name}\n{program}");
            }
            twins.agree::<f64>(name);
        }
    }
}

#[test]
fn loading_again_begins_anew() {
    let tape = Tape::new();
    let w = tape.input(1, 2);
    let program = tape.compile_carried::<f64>(w, (), w * 2.0, w.sum());
    let mut runner = program.runner(Par::Seq);
    for _ in 0..2 {
        runner.load(&[&[1.0, 2.0]]);
        for total in [3.0, 6.0, 12.0] {
            let [sum] = runner.run(&[]);
            assert_eq!(sum, [total]);
        }
    }
    let mut w = [0.0; 2];
    runner.save(0, &mut w);
    assert_eq!(w, [8.0, 16.0]);
    assert_eq!(program.state_shapes().collect::<Vec<_>>(), [tape::Shape::new(1, 2)]);
}

#[test]
fn a_stage_of_nothing_held_steps_too() {
    let tape = Tape::new();
    let (w, x) = (tape.input(1, 1), tape.input(1, 1));
    let program = tape.compile_carried::<f64>(w, x, w + x, w);
    let mut runner = program.runner(Par::Seq);
    runner.load(&[&[0.0]]);
    let mut sums = [0.0; 3];
    runner.hold(&[]).run_each(3, &[&[1.0, 2.0, 3.0]], &mut [&mut sums]);
    assert_eq!(sums, [0.0, 1.0, 3.0]);
    let mut w = [0.0];
    runner.save(0, &mut w);
    assert_eq!(w, [6.0]);
}

/// w ← w + 1, with a label.
fn counter() -> Program<f64> {
    let tape = Tape::new();
    let w = tape.input(2, 2).label("weights");
    tape.compile_carried(w, (), w + 1.0, ())
}

#[test]
fn a_listing_and_a_graph_show_the_state() {
    let program = counter();
    let text = program.to_string();
    assert!(text.contains("  state 0: %0 2×2 \"weights\"  tests/tape/carried.rs"), "{text}");
    let dot = program.to_dot();
    assert!(dot.contains("t0 [label=\"state 0 \\\"weights\\\"") && dot.contains("t0 -> s0"), "{dot}");
    assert!(dot.contains("s0 -> t0"), "{dot}");
}

#[test]
#[should_panic(expected = "carries 1 matrices from run to run, and none was loaded")]
fn a_runner_without_state_does_not_run() {
    counter().runner(Par::Seq).evaluate(&[]);
}

#[test]
#[should_panic(expected = "state 0 \"weights\" (recorded at tests/tape/carried.rs")]
fn state_of_another_length() {
    counter().runner(Par::Seq).load(&[&[1.0; 3]]);
}

#[test]
#[should_panic(expected = "load: 2 matrices for a program that carries 1")]
fn too_much_state() {
    counter().runner(Par::Seq).load(&[&[1.0; 4], &[1.0; 4]]);
}

#[test]
#[should_panic(expected = "save: state 1 of a program that carries 1")]
fn no_such_state() {
    let program = counter();
    let mut runner = program.runner(Par::Seq);
    runner.load(&[&[1.0; 4]]);
    runner.save(1, &mut [0.0; 4]);
}

#[test]
#[should_panic(expected = "run_only: the program carries state")]
fn a_run_of_a_part() {
    let tape = Tape::new();
    let w = tape.input(1, 1);
    let program = tape.compile_carried::<f64>(w, (), w + 1.0, w);
    let mut runner = program.runner(Par::Seq);
    runner.load(&[&[1.0]]);
    runner.hold(&[]).run_only(0, &[]);
}

#[test]
#[should_panic(expected = "state 0 is 2×1, and what replaces it 1×2")]
fn a_state_of_another_shape() {
    let tape = Tape::new();
    let w = tape.input(2, 1);
    tape.compile_carried::<f64>(w, (), w.t(), ());
}

#[test]
#[should_panic(expected = "1 states are carried, and 2 values replace them")]
fn more_values_than_state() {
    let tape = Tape::new();
    let w = tape.input(2, 1);
    tape.compile_carried::<f64>(w, (), (w, w), ());
}
