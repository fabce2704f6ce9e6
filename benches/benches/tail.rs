//! A product with a tail against the product alone and the group alone, on one thread: measured in turn, so that all see the same phases
//! of the machine. Writes `target/bench/rows.csv`.

use std::hint::black_box;
use std::time::Instant;

use benches::{Row, append, median};
use kernels::{Access, Elementwise, Group, Instruction, Output, Reduction, Source, Tail};
use kernels::{Float, Isa, Mat, MatMut, Par, Update, group_scratch, group_with, matmul_scratch, matmul_with};

const REPETITIONS: usize = 41;
/// Rows and columns of all matrices.
const N: usize = 512;

fn main() {
    for (name, op) in [("bias", None), ("bias, abs", Some(Elementwise::Abs)), ("bias, tanh", Some(Elementwise::Tanh))] {
        compare::<f32>(name, &added_row(op));
        compare::<f64>(name, &added_row(op));
    }
}

/// C plus a row, and a function of the sum.
fn added_row(op: Option<Elementwise>) -> Group {
    let add = Instruction { op: Elementwise::Add, args: [Source::Output(0), Source::Input(0), Source::Output(0)] };
    let function = op.map(|op| Instruction { op, args: [Source::Value(0); 3] });
    let instructions: Vec<Instruction> = std::iter::once(add).chain(function).collect();
    let value = Source::Value(instructions.len() - 1);
    let outputs = vec![Output { value, reduction: Reduction::None }];
    Group::new(vec![Access::Row], instructions, outputs).expect("a group of two instructions")
}

fn compare<T: Float>(name: &str, group: &Group) {
    let isa = Isa::current();
    let a: Vec<T> = (0..N * N).map(|i| T::of((i % 17) as f64 / 17.0 - 0.4)).collect();
    let b: Vec<T> = (0..N * N).map(|i| T::of((i % 13) as f64 / 13.0 - 0.6)).collect();
    let row: Vec<T> = (0..N).map(|i| T::of(i as f64 / 512.0)).collect();
    let mut c = vec![T::ZERO; N * N];
    let mut scratch = vec![T::ZERO; matmul_scratch::<T>(Par::Seq, N, N, N)];
    let mut room = vec![T::ZERO; group_scratch(group, N, N)];
    let mut product = |c: &mut [T], tail: Option<Tail<'_, '_, T>>| {
        let (a, b, c) = (Mat::new(&a, N, N), Mat::new(&b, N, N), MatMut::new(c, N, N));
        matmul_with(isa, Par::Seq, T::ONE, a, b, Update::Overwrite, c, tail, &mut scratch);
    };
    let [mut alone, mut fused, mut grouped] = [const { Vec::new() }; 3];
    for _ in 0..REPETITIONS {
        alone.push(microseconds(|| product(&mut c, None)));
        fused.push(microseconds(|| product(&mut c, Some(Tail { group, inputs: &[&row], outputs: &mut [] }))));
        grouped.push(microseconds(|| group_with(isa, Par::Seq, group, N, N, &[&row], &mut [&mut c], &mut room)));
        black_box(&c);
    }
    let [alone, fused, grouped] = [&mut alone, &mut fused, &mut grouped].map(|times| median(times));
    println!(
        "{}  {name:10}  product {alone:6.0} µs, with the tail {fused:6.0} ({:+.1} %), the group alone {grouped:5.0}",
        T::NAME,
        100.0 * (fused / alone - 1.0)
    );
    let shape = format!("{}-{N}x{N}x{N}, {name}", T::NAME);
    for (bench, median) in [("product", alone), ("product_with_tail", fused), ("group", grouped)] {
        append(&Row { bench, peer: "ours", threads: 1, shape: &shape, median, unit: "us" });
    }
}

fn microseconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as f64 / 1e3
}
