//! Several inputs of a second stage at once: the bits of one after the other.

use tape::{Element, Par, Program, Tape, Var, grad, hvp};

use crate::support::data;

/// Products of held matrices with the vectors of a direction, either operand transposed or not, with and without tails; a chain of
/// two of them; matrices of each direction; a result of the first stage.
fn program<T: Element>(n: usize, p: usize) -> (Program<T>, Vec<Vec<T>>, Vec<usize>) {
    let tape = Tape::new();
    let (x, y, w) = (tape.input(n, p), tape.input(n, 1), tape.input(p, 1));
    let (d, row, square) = (tape.input(p, 1), tape.input(1, n), tape.input(p, p));
    let loss = ((x.matmul(w) * y).tanh() - y).powi(2).sum();
    let outputs: Vec<Var<'_>> = vec![
        hvp(loss, w, d),
        x.matmul(d),
        x.exp().matmul(d).tanh() + y,
        row.matmul(x) + 1.0,
        row.t().t().matmul(x.sin()),
        x.t().matmul(row.t()),
        d.t().matmul(x.t()).matmul(x),
        x.matmul(square).matmul(d),
        grad(loss, w),
    ];
    let held = [x, y, w];
    let free = [d, row, square];
    let lens = free.iter().map(|v| v.shape().len()).collect();
    (tape.compile_staged::<T>(held, free, outputs), data::<T>(&held), lens)
}

fn same_bits<T: Element>(par: Par) {
    for (n, p, k) in [(1, 1, 3), (7, 5, 1), (30, 17, 8), (200, 64, 2), (3, 2500, 4)] {
        let (program, held, lens) = program::<T>(n, p);
        let held: Vec<&[T]> = held.iter().map(Vec::as_slice).collect();
        let element = |i: usize| T::of((i as f64 * 0.61).sin());
        let free: Vec<Vec<T>> = lens.iter().map(|len| (0..k * len).map(element).collect()).collect();
        let mut together: Vec<Vec<T>> =
            program.output_shapes().map(|shape| vec![T::of(f64::NAN); k * shape.len()]).collect();
        let mut runner = program.runner(par);
        let mut stage = runner.hold(&held);
        // Twice: nothing may depend on what was left in memory, and fewer runs use the room of more.
        for _ in 0..2 {
            let free: Vec<&[T]> = free.iter().map(Vec::as_slice).collect();
            let mut places: Vec<&mut [T]> = together.iter_mut().map(Vec::as_mut_slice).collect();
            stage.run_each(k, &free, &mut places);
        }
        for fold in 0..k {
            let one: Vec<&[T]> = free.iter().zip(&lens).map(|(x, len)| &x[fold * len..][..*len]).collect();
            stage.evaluate(&one);
            for (i, together) in together.iter().enumerate() {
                let alone = stage.output(i);
                let of_fold = &together[fold * alone.len()..][..alone.len()];
                let same = of_fold.iter().zip(alone).all(|(a, b)| a.to_f64().to_bits() == b.to_f64().to_bits());
                assert!(same, "output {i} of run {fold} for {n}×{p}: {of_fold:?} together, {alone:?} alone");
            }
        }
    }
}

#[test]
fn together_as_one_by_one() {
    same_bits::<f32>(Par::Seq);
    same_bits::<f64>(Par::Seq);
    same_bits::<f64>(Par::Rayon);
}

/// Directions that are matrices run at the same time, each on one thread, when they are enough for all threads.
#[test]
fn matrices_on_threads_as_one_by_one() {
    let tape = Tape::new();
    let (x, y, w) = (tape.input(60, 20), tape.input(60, 30), tape.input(20, 30));
    let d = tape.input(20, 30);
    let loss = (x.matmul(w).tanh() - y).powi(2).sum();
    let program = tape.compile_staged::<f64>([x, y, w], d, (hvp(loss, w, d), (x.matmul(d) * y).sum(), grad(loss, w)));
    let held = data::<f64>(&[x, y, w]);
    let held: Vec<&[f64]> = held.iter().map(Vec::as_slice).collect();
    let run = |par: Par, k: usize| {
        let directions: Vec<f64> = (0..k * 600).map(|i| (i as f64 * 0.61).sin()).collect();
        let mut places: Vec<Vec<f64>> = program.output_shapes().map(|shape| vec![f64::NAN; k * shape.len()]).collect();
        let mut runner = program.runner(par);
        let mut stage = runner.hold(&held);
        // Twice, and fewer between: nothing may depend on what was left in memory.
        for k in [k, k / 2, k] {
            let mut places: Vec<&mut [f64]> = places
                .iter_mut()
                .zip(program.output_shapes())
                .map(|(place, shape)| &mut place[..k * shape.len()])
                .collect();
            stage.run_each(k, &[&directions[..k * 600]], &mut places);
        }
        places.concat().into_iter().map(f64::to_bits).collect::<Vec<u64>>()
    };
    for k in [5, 63, 64, 96] {
        let alone = run(Par::Seq, k);
        for threads in [1, 2, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            assert_eq!(pool.install(|| run(Par::Rayon, k)), alone, "{k} runs on {threads} threads");
        }
    }
}

/// What one output does not need is not computed, and is not given as if it were.
#[test]
#[should_panic(expected = "output 1 was not computed")]
fn one_output_alone() {
    let tape = Tape::new();
    let (x, d) = (tape.input(3, 3), tape.input(3, 1));
    let program = tape.compile_staged::<f64>(x, d, (x.matmul(d), d.exp(), x.sum()));
    let (x, d) = ([1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0], [1.0, 1.0, 1.0]);
    let mut runner = program.runner(Par::Seq);
    let held: [&[f64]; 1] = [&x];
    let mut stage = runner.hold(&held);
    assert_eq!(stage.run_only(0, &[&d]), [1.0, 2.0, 3.0]);
    assert_eq!(stage.output(2), [6.0], "the first stage is there");
    let [product, _, _] = stage.run(&[&d]);
    assert_eq!(product, [1.0, 2.0, 3.0]);
    stage.run_only(0, &[&d]);
    stage.output(1);
}
