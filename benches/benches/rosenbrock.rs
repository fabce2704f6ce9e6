//! Value and gradient of the Rosenbrock function of 1,000 variables in f64, on one thread, against the same written by hand:
//! f(x) = Σᵢ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)². Both are run in turn, so that both see the same phases of the machine.
//! Writes `target/bench/rows.csv`. `cargo bench -p benches --bench rosenbrock -- --listing` prints the program with the time of each step, and stops.

use std::hint::black_box;
use std::time::Instant;

use benches::{Row, append, median};
use tape::{Par, Program, Tape, grad};

const N: usize = 1_000;
const ROUNDS: usize = 201;
/// Calls of one measurement.
const CALLS: usize = 40;

fn main() {
    let program = compile();
    let x: Vec<f64> = (0..N).map(|i| (i as f64 * 0.7).sin()).collect();
    let mut runner = program.runner(Par::Seq);
    if std::env::args().any(|arg| arg == "--listing") {
        println!("{program}\n{:.2?}", runner.step_times(&[&x], 1000));
        return;
    }
    let mut gradient = vec![0.0; N];
    let value = by_hand(&x, &mut gradient);
    let [f, found] = runner.run(&[&x]);
    assert!((f[0] - value).abs() <= 1e-12 * value, "value {}, not {value}", f[0]);
    for (i, (found, expected)) in found.iter().zip(&gradient).enumerate() {
        assert!((found - expected).abs() <= 1e-12 * expected.abs().max(100.0), "element {i}: {found}, not {expected}");
    }
    let (mut ours, mut hand) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(microseconds(|| runner.evaluate(&[black_box(&x)])));
        hand.push(microseconds(|| {
            black_box(by_hand(black_box(&x), black_box(&mut gradient)));
        }));
    }
    let [by_program, by_hand] = [&mut ours, &mut hand].map(|times| median(times));
    println!(
        "{} steps: {by_program:.2} µs, by hand {by_hand:.2} µs, ratio {:.1}; least {:.2} and {:.2}",
        program.steps(),
        by_program / by_hand,
        ours[0],
        hand[0]
    );
    for (peer, median) in [("ours", by_program), ("hand_written_rust", by_hand)] {
        append(&Row { bench: "rosen_grad", peer, threads: 1, shape: "n1000_f64", median, unit: "us" });
    }
}

fn compile() -> Program<f64> {
    let tape = Tape::new();
    let x = tape.input(N, 1).label("x");
    let (head, tail) = (x.slice(0, N - 1, 1), x.slice(1, N - 1, 1));
    let f = (100.0 * (tail - head.powi(2)).powi(2) + (1.0 - head).powi(2)).sum();
    tape.compile(x, (f, grad(f, x)))
}

fn by_hand(x: &[f64], gradient: &mut [f64]) -> f64 {
    gradient.fill(0.0);
    let mut f = 0.0;
    for i in 0..x.len() - 1 {
        let (a, b) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        f += 100.0 * a * a + b * b;
        gradient[i] += -400.0 * a * x[i] - 2.0 * b;
        gradient[i + 1] += 200.0 * a;
    }
    f
}

fn microseconds(mut run: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        run();
    }
    start.elapsed().as_secs_f64() * 1e6 / CALLS as f64
}
