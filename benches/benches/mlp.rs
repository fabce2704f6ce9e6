//! One training step of a multilayer perceptron, 784-512-512-10 with a batch of 128 in f32: forward, backward and the update
//! w ← w − 0.01 ∂L/∂w, with tanh and with the exact GELU; L is the mean cross-entropy of the softmax.
//!
//! Recorded with the public API and compiled once. The weights are carried from step to step in the runner, so nothing is copied and the
//! time of a step is all there is. The first step is compared with plain loops in `f64`. Writes `target/bench/rows.csv`.
//!
//! `cargo bench -p benches --bench mlp -- --listing` prints the programs with the time of each step, and stops.

#[path = "mlp/plain.rs"]
mod plain;

use std::time::Instant;

use benches::{Row, append, median, on_threads};
use kernels::{Isa, peak};
use tape::{Activation, Par, Program, Runner, Tape, Var, grad};

use crate::plain::{Function, Network};

const BATCH: usize = 128;
const SIZES: [usize; 4] = [784, 512, 512, 10];
const STEP: f64 = 0.01;
/// Blocks of steps, one after the other as training takes them; what else runs on a machine slows it down for about a second.
const BLOCKS: usize = 12;
const TIMED: usize = 25;
/// Steps at the head of a block that are not timed: they warm the caches and bring the threads of the pool to their processors.
const WARM: usize = 5;
/// Floating-point operations of the eight products of a step.
const FLOPS: f64 = 2.0 * BATCH as f64 * (2 * (784 * 512 + 512 * 512 + 512 * 10) + 512 * 512 + 512 * 10) as f64;

fn main() {
    let listing = std::env::args().any(|arg| arg == "--listing");
    for function in [Function::Tanh, Function::Gelu] {
        let network = Network::random(BATCH, &SIZES);
        let program = compile(function);
        if listing {
            println!("{program}");
            for threads in [1, 2] {
                let times = on_threads(threads, |par| step_times(&program, &network, par));
                println!("µs of each step, {threads} threads: {times:.0?}");
            }
            continue;
        }
        println!("{} {} steps, off by {:.1e}", function.name(), program.steps(), error(&program, function, &network));
        for threads in [1, 2] {
            on_threads(threads, |par| measure(&program, function, &network, par, threads));
        }
    }
}

/// The least microseconds of each step.
fn step_times(program: &Program<f32>, network: &Network, par: Par) -> Vec<f64> {
    let times = loaded(program, network, par).step_times(&network.batch(), 40);
    times.iter().map(|time| time.as_secs_f64() * 1e6).collect()
}

/// A runner with the first parameters.
fn loaded(program: &Program<f32>, network: &Network, par: Par) -> Runner<f32> {
    let mut runner = program.runner(par);
    runner.load(&network.parameters());
    runner
}

/// The program of a step on data and labels (one-hot), which carries the parameters.
fn compile(function: Function) -> Program<f32> {
    let tape = Tape::new();
    let x = tape.input(BATCH, SIZES[0]).label("x");
    let y = tape.input(BATCH, SIZES[3]).label("labels");
    let mut parameters = Vec::new();
    let mut h = x;
    for (layer, sizes) in SIZES.windows(2).enumerate() {
        let w = tape.input(sizes[0], sizes[1]).label(&format!("W{}", layer + 1));
        let b = tape.input(1, sizes[1]).label(&format!("b{}", layer + 1));
        h = h.matmul(w) + b.expand(BATCH, sizes[1]);
        if layer < 2 {
            h = activation(function, h);
        }
        parameters.extend([w, b]);
    }
    let loss = (h.row_log_sum_exp() - (h * y).sum_cols()).mean().label("loss");
    let gradient = grad(loss, parameters.clone());
    let moved: Vec<Var<'_>> = parameters.iter().zip(&gradient).map(|(&w, &g)| w - STEP * g).collect();
    tape.compile_carried::<f32>(parameters, (x, y), moved, ())
}

fn activation(function: Function, x: Var<'_>) -> Var<'_> {
    match function {
        Function::Tanh => x.tanh(),
        Function::Gelu => x.activation(Activation::Gelu),
    }
}

/// The largest difference of one step from plain loops in `f64`, relative to the largest change of its parameter.
fn error(program: &Program<f32>, function: Function, network: &Network) -> f64 {
    let mut runner = loaded(program, network, Par::Seq);
    runner.evaluate(&network.batch());
    let mut worst: f64 = 0.0;
    for (i, slope) in network.gradient(function).iter().enumerate() {
        let largest = slope.iter().fold(0.0_f64, |a, g| a.max(g.abs()));
        let before = network.parameters()[i];
        let mut after = before.to_vec();
        runner.save(i, &mut after);
        for ((&after, &before), g) in after.iter().zip(before).zip(slope) {
            // w − 0.01 g is rounded to the spacing of w: that much is no error of g.
            let spacing = f64::from(before.abs()) * f64::from(f32::EPSILON);
            let off = (f64::from(after) - (f64::from(before) - STEP * g)).abs() - spacing;
            worst = worst.max(off / (STEP * largest));
        }
    }
    assert!(worst < 1e-4, "{}: a step differs by {worst:e}", function.name());
    worst
}

fn measure(program: &Program<f32>, function: Function, network: &Network, par: Par, threads: usize) {
    let mut runner = loaded(program, network, par);
    let (mut times, mut peaks) = (Vec::new(), Vec::new());
    for _ in 0..BLOCKS {
        peaks.push(flops_per_second());
        for step in 0..WARM + TIMED {
            let start = Instant::now();
            runner.evaluate(&network.batch());
            let seconds = start.elapsed().as_secs_f64();
            if step >= WARM {
                times.push(seconds * 1e6);
            }
        }
    }
    let mut w = network.parameters()[0].to_vec();
    runner.save(0, &mut w);
    assert!(w.iter().all(|w| w.is_finite()), "the weights stay finite");
    let floor = FLOPS / (median(&mut peaks) * threads as f64) * 1e6;
    let (median, least) = (median(&mut times), times[0]);
    println!(
        "  {threads} threads: {median:6.0} µs, least {least:6.0}; the products at peak {floor:5.0}, {:.0} % of the median",
        100.0 * floor / median
    );
    let bench = format!("train_mlp_{}", function.name());
    append(&Row { bench: &bench, peer: "ours", threads, shape: "b128:784-512-512-10", median, unit: "us" });
}

/// Multiply-adds of one thread, right now.
fn flops_per_second() -> f64 {
    let start = Instant::now();
    let flops = peak::<f32>(Isa::current(), 20_000);
    flops as f64 / start.elapsed().as_secs_f64()
}
