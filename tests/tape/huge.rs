//! A million nodes are a normal tape: recorded, differentiated, compiled and run with a small stack.

use std::time::Instant;

use tape::diagnose::why_zero;
use tape::{Par, Tape, Var, grad};

const NODES: usize = 1_000_000;
/// Bytes: a recursion over the nodes would need a hundred times as much.
const STACK: usize = 256 << 10;

/// Runs a test in a thread with a small stack.
fn with_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(test).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Prints the seconds of a phase: `cargo test -- --nocapture` shows them.
fn timed<R>(phase: &str, work: impl FnOnce() -> R) -> R {
    let start = Instant::now();
    let result = work();
    println!("{phase}: {:.2} s", start.elapsed().as_secs_f64());
    result
}

/// Records `f` of a vector of 4, differentiates, compiles and runs; gives value and gradient at (0.1, 0.2, 0.3, 0.4).
fn value_and_gradient(name: &str, f: impl for<'t> Fn(Var<'t>) -> Var<'t>) -> (f64, Vec<f64>) {
    let tape = Tape::new();
    let x = tape.input(4, 1);
    let loss = timed(&format!("{name} recorded"), || f(x));
    assert!(tape.len() >= NODES);
    let slope = timed(&format!("{name} differentiated"), || grad(loss, x));
    let program = timed(&format!("{name} compiled, {} nodes", tape.len()), || tape.compile::<f64>(x, (loss, slope)));
    let mut runner = program.runner(Par::Seq);
    let [loss, slope] =
        timed(&format!("{name} run, {} steps", program.steps()), || runner.run(&[&[0.1, 0.2, 0.3, 0.4]]));
    let answer = (loss[0], slope.to_vec());
    timed(&format!("{name} listed"), || assert!(program.to_string().lines().count() > program.steps()));
    timed(&format!("{name} freed"), || drop((program, runner, tape)));
    answer
}

const LINKS: usize = NODES / 2;

fn chain(x: Var<'_>) -> Var<'_> {
    (0..LINKS).fold(x, |y, _| (y * 0.99999).sin()).sum()
}

/// Every node needs the one before.
#[test]
fn a_chain_of_a_million_nodes() {
    with_small_stack(|| {
        let (value, slope) = value_and_gradient("chain", chain);
        let (mut expected, mut total) = ([0.1_f64, 0.2, 0.3, 0.4], [1.0_f64; 4]);
        for _ in 0..LINKS {
            for (y, slope) in expected.iter_mut().zip(&mut total) {
                *slope *= 0.99999 * (*y * 0.99999).cos();
                *y = (*y * 0.99999).sin();
            }
        }
        assert!((value - expected.iter().sum::<f64>()).abs() <= 1e-12 * value.abs());
        assert!(slope.iter().zip(total).all(|(a, b)| (a - b).abs() <= 1e-300 + 1e-9 * b.abs()), "{slope:?} {total:?}");
    });
}

const LEAVES: usize = NODES / 4;

fn wide(x: Var<'_>) -> Var<'_> {
    let terms = (1..=LEAVES).map(|i| (x * (1.0 / i as f64)).sin().sum());
    terms.reduce(|sum, term| sum + term).expect("terms")
}

/// A sum of functions of x that do not depend on each other.
#[test]
fn a_wide_graph_of_a_million_nodes() {
    with_small_stack(|| {
        let (value, slope) = value_and_gradient("wide graph", wide);
        let (mut expected, mut total) = (0.0, [0.0; 4]);
        for i in 1..=LEAVES {
            for (x, slope) in [0.1, 0.2, 0.3, 0.4].iter().zip(&mut total) {
                expected += (x / i as f64).sin();
                *slope += (x / i as f64).cos() / i as f64;
            }
        }
        assert!((value - expected).abs() <= 1e-9 * expected);
        assert!(slope.iter().zip(total).all(|(a, b)| (a - b).abs() <= 1e-9 * b), "{slope:?} {total:?}");
    });
}

/// What explains programs does not recurse either.
#[test]
fn a_long_chain_is_explained() {
    with_small_stack(|| {
        let tape = Tape::new();
        let x = tape.input(1, 1);
        let deep = (0..NODES / 10).fold(x, |y, _| y + 0.25).stop_gradient().ln();
        let program = tape.compile::<f32>(x, (0..NODES / 10).fold(deep, |y, _| y * 0.5));
        let fault = program.first_nan(&[&[-1e9]]).expect("a logarithm");
        assert_eq!(fault.node.operation, "ln");
        assert_eq!(why_zero(deep, x).cuts[0].node.operation, "stop_gradient");
    });
}
