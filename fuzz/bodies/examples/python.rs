//! Prints random programs as Python, each with its inputs and with what compiled programs make of them: outputs, gradient and
//! Hessian-vector product. `scripts/compare-with-jax` runs them in JAX.
//!
//! ```sh
//! cargo run --release -p bodies --example python -- 1000 [first seed]
//! ```

use std::process::ExitCode;

use tape::generate::{Limits, Sequence, program};
use tape::{NoPython, Par, Recording, Tape, grad, hvp, python_prelude, reference};

fn main() -> ExitCode {
    let numbers: Result<Vec<u64>, _> = std::env::args().skip(1).map(|argument| argument.parse()).collect();
    let (count, first) = match numbers.as_deref() {
        Ok([count]) => (*count, 0),
        Ok([count, first]) => (*count, *first),
        _ => {
            eprintln!("usage: python <number of programs> [first seed]");
            return ExitCode::FAILURE;
        }
    };
    print!("{}inf, nan = math.inf, math.nan\n\nPROGRAMS = []\n", python_prelude());
    for seed in first..first + count {
        match written(seed) {
            Ok(text) => print!("{text}"),
            Err(error) => {
                eprintln!("seed {seed}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// A program of this seed, as a function and an entry of the list.
fn written(seed: u64) -> Result<String, NoPython> {
    let limits = Limits { operations: 10, side: 2, mixture_order: 1, ..Limits::default() };
    let tape = Tape::new();
    let program = program(&tape, &mut Sequence::new(seed), &limits);
    let inputs = program.inputs.clone();
    let slopes = grad(program.loss, inputs.clone());
    let curved = hvp(program.loss, inputs.clone(), inputs.clone());
    let outputs = [program.outputs.clone(), slopes, curved].concat();
    let compiled = tape.compile::<f64>(inputs.clone(), outputs.clone());
    let mut runner = compiled.runner(Par::Seq);
    runner.evaluate(&program.values());
    let found: Vec<String> = (0..outputs.len()).map(|i| numbers(runner.output(i))).collect();
    // What rounding errors of either engine may do to each of them.
    let spread = reference::spread(inputs, outputs, &program.values(), 8.0 * f64::EPSILON);
    let name = format!("program_{seed}");
    let function =
        Recording::new(program.inputs.clone(), program.outputs.clone(), &program.values()).to_python(&name)?;
    let given = program.inputs.iter().zip(program.values());
    let given: Vec<String> =
        given.map(|(input, value)| format!("({}, {}, {})", input.rows(), input.cols(), numbers(value))).collect();
    let [given, found] = [given, found].map(|list| list.join(", "));
    Ok(format!("\n\n{function}\n\nPROGRAMS.append(({name}, [{given}], [{found}], {}))\n", numbers(&spread)))
}

/// A list of Python.
fn numbers(of: &[f64]) -> String {
    let number = |x: &f64| if x.is_nan() { "nan".into() } else { format!("{x:?}") };
    format!("[{}]", of.iter().map(number).collect::<Vec<String>>().join(", "))
}
