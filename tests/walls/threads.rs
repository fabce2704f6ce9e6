//! The same bits for any number of threads, of whole programs; those of the kernels stand in `tests/kernels`.

use kernels::{Access, Elementwise, Group, Instruction, Output, Reduction, Source, group_pieces, matmul_pieces};
use tape::{Activation, Bank, Element, Par, Tape, grad, hvp};

use crate::programs::{bits, values, views};

const ROWS: usize = 600;
const FEATURES: usize = 24;
const WIDTH: usize = 160;

/// Runs inside a pool of its own.
fn on<R: Send>(threads: usize, run: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(run)
}

/// The shapes below are cut into several pieces; on shapes that are not, threads could not move a bit.
fn assert_cut() {
    for (m, k, n) in [(ROWS, FEATURES, WIDTH), (FEATURES, ROWS, WIDTH)] {
        assert!(matmul_pieces(Par::Rayon, m, k, n) >= 2, "{m}×{k} by {k}×{n}");
    }
    let square = Instruction { op: Elementwise::Mul, args: [Source::Input(0); 3] };
    let sum = Output { value: Source::Value(0), reduction: Reduction::All };
    let group = Group::new(vec![Access::Full], vec![square], vec![sum]).expect("one operation fits");
    assert!(group_pieces(&group, ROWS, WIDTH) >= 2);
}

fn same_bits<T: Element>() {
    let tape = Tape::new();
    let bank = Bank::new([Activation::Relu, Activation::Tanh, Activation::Silu, Activation::Gelu, Activation::Sin]);
    let (x, y) = (tape.input(ROWS, FEATURES), tape.input(ROWS, 1));
    let (alpha, theta, direction) = (tape.input(5, 2), tape.input(FEATURES, WIDTH), tape.input(FEATURES, WIDTH));
    let hidden = x.matmul(theta).mixture(&bank, alpha);
    let loss = (hidden.row_log_sum_exp() + hidden.sum_cols() * 0.01 - y).powi(2).mean() + 0.1 * theta.powi(2).sum();
    let inputs = [x, y, alpha, theta, direction];
    let outputs = (loss, grad(loss, [alpha, theta]), hvp(loss, theta, direction), hidden.sum_rows());
    let program = tape.compile::<T>(inputs, outputs);
    let given = values::<T>(&inputs);
    let alone = bits(&program, Par::Seq, &views(&given), 5);
    for threads in [1, 2] {
        let together = on(threads, || bits(&program, Par::Rayon, &views(&given), 5));
        assert!(together == alone, "{}, {threads} threads", T::NAME);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    assert_cut();
    same_bits::<f32>();
    same_bits::<f64>();
}
