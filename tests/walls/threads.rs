//! The same bits for any number of threads: the programs of all walls, at sizes that the kernels cut into several pieces.
//! Every kernel alone stands in `tests/kernels`, the corpus in `fuzz/bodies`.

use std::fmt::Debug;

use kernels::reduce::row_log_sum_exp_pieces;
use kernels::{Access, Elementwise, Group, Instruction, Output, Reduction, Source};
use kernels::{group_pieces, matmul_pieces, mixture_pieces};
use tape::{Element, Par, Tape, grad};

use crate::blocks::{WIDTH as BLOCK_WIDTH, in_blocks};
use crate::custom::in_the_middle;
use crate::passes::witnesses;
use crate::programs::{Network, Sizes, bits, itself, network_of, two_directions, values, views};
use crate::unroll::unroll;

/// The network at a size that is cut.
const LARGE: Sizes = (600, 24, 224);

/// What `run` answers alone and in pools of one and of two threads is the same.
#[track_caller]
fn same<R: PartialEq + Debug + Send>(run: impl Fn(Par) -> R + Sync) {
    let alone = run(Par::Seq);
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        assert!(pool.install(|| run(Par::Rayon)) == alone, "{threads} threads");
    }
}

/// In one piece, threads could not move a bit: all that follows would hold for nothing.
#[track_caller]
fn assert_cut(pieces: usize) {
    assert!(pieces >= 2, "{pieces} pieces");
}

/// The pieces of x·x with its sum, over rows × cols elements.
fn square_pieces(rows: usize, cols: usize) -> usize {
    let square = Instruction { op: Elementwise::Mul, args: [Source::Input(0); 3] };
    let sum = Output { value: Source::Value(0), reduction: Reduction::All };
    group_pieces(&Group::new(vec![Access::Full], vec![square], vec![sum]).expect("one operation fits"), rows, cols)
}

fn networks<T: Element>() {
    same(|par| {
        let tape = Tape::new();
        let Network { point: [x, y, alpha, theta], direction, outputs } = network_of(&tape, LARGE);
        let inputs = [x, y, alpha, theta, direction];
        let given = values::<T>(&inputs);
        bits(&tape.compile::<T>(inputs, outputs), par, &views(&given), 4)
    });
}

#[test]
fn of_the_network_in_both_element_types() {
    let (rows, d, w) = LARGE;
    assert_cut(matmul_pieces(Par::Rayon, rows, d, w));
    assert_cut(matmul_pieces(Par::Rayon, d, rows, w));
    assert_cut(mixture_pieces(rows, w, 2));
    assert_cut(square_pieces(rows, w));
    networks::<f32>();
    networks::<f64>();
}

#[test]
fn of_several_directions_on_one_held_product() {
    same(|par| two_directions(LARGE, par));
}

#[test]
fn of_a_value_that_meets_itself() {
    let x: Vec<f64> = (0..700).map(|i| f64::from(i).sin()).collect();
    assert_cut(matmul_pieces(Par::Rayon, x.len(), 1, x.len()));
    same(|par| itself(&x, par));
}

#[test]
fn of_the_witness_of_every_pass() {
    let (rows, cols) = (300, 170);
    assert_cut(square_pieces(rows, cols));
    for witness in witnesses() {
        same(|par| {
            let tape = Tape::new();
            let inputs = [tape.input(rows, cols), tape.input(rows, cols)];
            let outputs = (witness.record)(inputs[0], inputs[1]);
            let (given, count) = (values::<f64>(&inputs), outputs.len());
            bits(&tape.compile::<f64>(inputs, outputs), par, &views(&given), count)
        });
    }
}

#[test]
fn of_rows_in_blocks() {
    let (rows, block) = (9001, 4096);
    assert_cut(mixture_pieces(block, BLOCK_WIDTH, 1));
    same(|par| in_blocks(rows, block, par));
}

#[test]
fn of_a_custom_operation_in_the_middle() {
    const N: usize = 200;
    assert_cut(square_pieces(N, N));
    let (at, along): (Vec<f64>, Vec<f64>) =
        (0..N * N).map(|i| ((i as f64 * 0.3).sin(), (i as f64 * 0.7).cos())).unzip();
    same(|par| in_the_middle(N, &at, &along, par).0);
}

#[test]
fn of_an_unrolled_training() {
    let theta: Vec<f64> = (0..40_000).map(|i| f64::from(i).cos()).collect();
    assert_cut(square_pieces(theta.len(), 1));
    let budget = 4 * size_of_val(&theta[..]);
    same(|par| {
        let (answer, _) = unroll(&theta, 20, budget, par);
        assert!(answer.work.recomputed > 0, "snapshots do not hold all states");
        answer.gradient
    });
}

#[test]
fn of_a_log_sum_exp_and_its_gradient() {
    let (rows, cols) = (600, 160);
    assert_cut(row_log_sum_exp_pieces(rows, cols));
    same(|par| {
        let tape = Tape::new();
        let x = tape.input(rows, cols);
        let outputs = (x.row_log_sum_exp(), grad(x.row_log_sum_exp().powi(2).mean(), x), x.sum_rows());
        let given = values::<f64>(&[x]);
        bits(&tape.compile::<f64>(x, outputs), par, &views(&given), 3)
    });
}
