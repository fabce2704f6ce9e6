//! Rule 5 of the architecture: a bug in the caller's program panics at the caller's line, and names the operation and what does
//! not fit. A binary of its own, since it listens to all panics of its process.

use std::panic::{catch_unwind, set_hook};
use std::sync::Mutex;

use kernels::{Mat, MatMut, Update, reduce};
use tape::{Activation, Bank, Par, Problem, Setup, Tape, grad};

/// The file and the text of the last panic.
static LAST: Mutex<Option<(String, String)>> = Mutex::new(None);

/// A bug by its name, and what the message must say.
type Bug = (&'static str, fn(), &'static [&'static str]);

const BUGS: [Bug; 14] = [
    ("matmul on a tape", matmul, &["matmul", "2×3", "4×5"]),
    ("sum of two shapes", sum, &["add", "2×3", "3×2"]),
    ("slice beyond the end", slice, &["slice", "2×3", "1..7"]),
    ("gradient of a matrix", gradient, &["grad", "2×3"]),
    ("input of the wrong length", length, &["run", "2×3", "5"]),
    ("output without its input", unlisted, &["compile", "2×3", "callers.rs"]),
    ("input listed twice", twice, &["compile", "one variable"]),
    ("reference without an input", interpreted, &["2×3"]),
    ("cotangents missing", cotangents, &["vjp", "1", "2"]),
    ("groups that do not divide", groups, &["mixture", "2×3"]),
    ("outputs of another number", outputs, &["run", "1", "2"]),
    ("problem of a matrix", problem, &["loss", "2×3", "1×1"]),
    ("matmul on slices", product, &["matmul", "2×3", "2×2"]),
    ("dot of two lengths", dot, &["dot", "1", "2"]),
];

fn matmul() {
    let tape = Tape::new();
    let _ = tape.input(2, 3).matmul(tape.input(4, 5));
}

fn sum() {
    let tape = Tape::new();
    let _ = tape.input(2, 3) + tape.input(3, 2);
}

fn slice() {
    let tape = Tape::new();
    let _ = tape.input(2, 3).slice(1, 2, 3);
}

fn gradient() {
    let tape = Tape::new();
    let x = tape.input(2, 3);
    let _ = grad(x, x);
}

fn length() {
    let tape = Tape::new();
    let x = tape.input(2, 3);
    let program = tape.compile::<f64>(x, x.sum());
    let mut runner = program.runner(Par::Seq);
    let [_] = runner.run(&[&[0.0; 5]]);
}

fn unlisted() {
    let tape = Tape::new();
    let _ = tape.compile::<f64>((), tape.input(2, 3));
}

fn twice() {
    let tape = Tape::new();
    let x = tape.input(2, 3);
    let _ = tape.compile::<f64>((x, x), x.sum());
}

fn interpreted() {
    let tape = Tape::new();
    let _ = tape::reference::evaluate((), tape.input(2, 3), &[]);
}

fn cotangents() {
    let tape = Tape::new();
    let x = tape.input(2, 3);
    let _ = tape::vjp(vec![x, x], vec![x], x);
}

fn groups() {
    let tape = Tape::new();
    let _ = tape.input(2, 3).mixture(&Bank::new([Activation::Tanh]), tape.input(1, 2));
}

fn outputs() {
    let tape = Tape::new();
    let x = tape.input(2, 3);
    let program = tape.compile::<f64>(x, x.sum());
    let mut runner = program.runner(Par::Seq);
    let [_, _] = runner.run(&[&[0.0; 6]]);
}

fn problem() {
    let tape = Tape::new();
    let (x, y) = (tape.input(2, 3), tape.input(1, 1));
    let _ = Problem::<f64>::stationary(x, x.sum(), y, x, (), Setup::default());
}

fn product() {
    let (a, mut c) = ([0.0; 6], [0.0; 4]);
    let (a, b) = (Mat::new(&a, 2, 3), Mat::new(&[0.0; 4], 2, 2));
    kernels::matmul(Par::Seq, 1.0, a, b, Update::Overwrite, MatMut::new(&mut c, 2, 2), None, &mut []);
}

fn dot() {
    let _ = reduce::dot(Par::Seq, &[1.0], &[1.0, 2.0]);
}

#[test]
fn bugs_panic_at_the_callers_line_and_name_what_does_not_fit() {
    set_hook(Box::new(|panic| {
        let text = panic.payload_as_str().unwrap_or_default().to_owned();
        let file = panic.location().map_or_else(String::new, |at| at.file().to_owned());
        *LAST.lock().expect("no panic in here") = Some((file, text));
    }));
    let mut wrong = Vec::new();
    for (name, bug, said) in BUGS {
        let outcome = catch_unwind(bug);
        let last = LAST.lock().expect("no panic in here").take();
        match last {
            Some((file, text)) if outcome.is_err() => {
                if !file.ends_with("callers.rs") || !said.iter().all(|part| text.contains(part)) {
                    wrong.push(format!("{name}: at {file}: {text}"));
                }
            }
            _ => wrong.push(format!("{name}: no panic")),
        }
    }
    drop(std::panic::take_hook());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
