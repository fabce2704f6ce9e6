//! Eight directions on one held stage against eight single ones: the Hessian of a logistic regression, whose products are those of
//! one matrix with vectors, and of a layer of the activation search, whose products are already those of matrices.
//!
//! Writes `target/bench/rows.csv`: a single direction and eight together, in microseconds.

use std::time::Instant;

use benches::{Row, append, median, on_threads};
use tape::{Activation, Bank, Element, Par, Runner, Tape, Var, hvp};

const DIRECTIONS: usize = 8;
const ROUNDS: usize = 41;

fn main() {
    for threads in [1, 2] {
        on_threads(threads, |par| {
            measure::<f32>("logistic", logistic, par, threads);
            measure::<f64>("logistic", logistic, par, threads);
            measure::<f32>("layer", layer, par, threads);
        });
    }
}

/// What is held, the direction and the product of the Hessian with it.
type Recorded<'t> = (Vec<Var<'t>>, Var<'t>, Var<'t>);

/// 2,000 rows of 500 features.
fn logistic(tape: &Tape) -> Recorded<'_> {
    let (x, y, w, d) = (tape.input(2000, 500), tape.input(2000, 1), tape.input(500, 1), tape.input(500, 1));
    let margin = x.matmul(w) * y;
    let loss = (-margin).exp().ln_1p().mean() + 1e-3 * w.powi(2).sum();
    (vec![x, y, w], d, hvp(loss, w, d))
}

/// 500 rows, 64 features, 512 neurons.
fn layer(tape: &Tape) -> Recorded<'_> {
    let bank = Bank::new([Activation::Relu, Activation::Tanh, Activation::Sin]);
    let (x, y, v, alpha) = (tape.input(500, 64), tape.input(500, 1), tape.input(512, 1), tape.input(3, 1));
    let (w, d) = (tape.input(512, 64), tape.input(512, 64));
    let loss = (x.matmul(w.t()).mixture(&bank, alpha).matmul(v) - y).powi(2).mean();
    (vec![x, y, v, alpha, w], d, hvp(loss, w, d))
}

fn measure<T: Element>(name: &str, record: fn(&Tape) -> Recorded<'_>, par: Par, threads: usize) {
    let tape = Tape::new();
    let (held, direction, product) = record(&tape);
    let numbers = |len: usize| -> Vec<T> { (0..len).map(|i| T::of(0.1 * (i as f64 * 0.7).sin())).collect() };
    let data: Vec<Vec<T>> = held.iter().map(|v| numbers(v.shape().len())).collect();
    let data: Vec<&[T]> = data.iter().map(Vec::as_slice).collect();
    let len = direction.shape().len();
    let directions = numbers(DIRECTIONS * len);
    let mut runner: Runner<T> = tape.compile_staged::<T>(held.clone(), direction, product).runner(par);
    let mut stage = runner.hold(&data);
    let (mut single, mut together) = (Vec::new(), Vec::new());
    let mut products = vec![T::ZERO; DIRECTIONS * len];
    for round in 0..ROUNDS + 2 {
        let start = Instant::now();
        for (direction, product) in directions.chunks_exact(len).zip(products.chunks_exact_mut(len)) {
            product.copy_from_slice(stage.run_only(0, &[direction]));
        }
        let one_by_one = start.elapsed().as_secs_f64();
        let start = Instant::now();
        stage.run_each(DIRECTIONS, &[&directions], &mut [&mut products]);
        if round >= 2 {
            single.push(one_by_one / DIRECTIONS as f64 * 1e6);
            together.push(start.elapsed().as_secs_f64() * 1e6);
        }
    }
    let (one, all) = (median(&mut single), median(&mut together));
    println!(
        "{name} {} {threads} threads: one {one:.0} µs, {DIRECTIONS} together {all:.0} µs, as {:.1} single ones",
        T::NAME,
        all / one
    );
    let shape = format!("{name}_{}", T::NAME);
    append(&Row { bench: "directions_1", peer: "ours", threads, shape: &shape, median: one, unit: "us" });
    append(&Row { bench: "directions_8", peer: "ours", threads, shape: &shape, median: all, unit: "us" });
}
