//! Products against the multiply-add peak of the machine, and with a tail against without, on one thread: measured in turn, so that all
//! see the same phases of the machine. Writes `target/bench/rows.csv`.

use std::hint::black_box;
use std::time::Instant;

use benches::{Row, append};
use kernels::{Access, Elementwise, Group, Instruction, Output, Reduction, Source, Tail};
use kernels::{Float, Isa, Mat, MatMut, Par, Update, group_scratch, group_with, matmul_scratch, matmul_with, peak};

const REPETITIONS: usize = 41;
/// Floating-point operations of one peak measurement.
const PEAK_FLOPS: usize = 50_000_000;

fn main() {
    for n in [512, 1024] {
        compare::<f32>(n);
        compare::<f64>(n);
    }
    for (name, op) in [("bias", None), ("bias, abs", Some(Elementwise::Abs)), ("bias, tanh", Some(Elementwise::Tanh))] {
        tail::<f32>(name, op);
        tail::<f64>(name, op);
    }
}

/// C = A·B with a row added to C and a function of the sum, as a tail of the product, beside the product alone and the group alone.
fn tail<T: Float>(name: &str, op: Option<Elementwise>) {
    let n = 512;
    let isa = Isa::current();
    let a: Vec<T> = (0..n * n).map(|i| T::of((i % 17) as f64 / 17.0 - 0.4)).collect();
    let b: Vec<T> = (0..n * n).map(|i| T::of((i % 13) as f64 / 13.0 - 0.6)).collect();
    let row: Vec<T> = (0..n).map(|i| T::of(i as f64 / 512.0)).collect();
    let mut c = vec![T::ZERO; n * n];
    let add = Instruction { op: Elementwise::Add, args: [Source::Output(0), Source::Input(0), Source::Output(0)] };
    let function = op.map(|op| Instruction { op, args: [Source::Value(0); 3] });
    let instructions: Vec<Instruction> = std::iter::once(add).chain(function).collect();
    let value = Source::Value(instructions.len() - 1);
    let outputs = vec![Output { value, reduction: Reduction::None }];
    let group = Group::new(vec![Access::Row], instructions, outputs).expect("a group of two instructions");
    let mut scratch = vec![T::ZERO; matmul_scratch::<T>(Par::Seq, n, n, n)];
    let mut room = vec![T::ZERO; group_scratch(&group, n, n)];
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..REPETITIONS {
        for (with_tail, times) in [false, true].into_iter().zip(&mut times) {
            let (inputs, tail) = ([&row[..]], &mut []);
            let tail = with_tail.then_some(Tail { group: &group, inputs: &inputs, outputs: tail });
            let (a, b) = (Mat::new(&a, n, n), Mat::new(&b, n, n));
            let start = Instant::now();
            let out = MatMut::new(&mut c, n, n);
            matmul_with(isa, Par::Seq, T::ONE, a, b, Update::Overwrite, out, tail, &mut scratch);
            times.push(start.elapsed().as_nanos() as f64 / 1e3);
            black_box(&c);
        }
        let start = Instant::now();
        group_with(isa, Par::Seq, &group, n, n, &[&row], &mut [&mut c], &mut room);
        times[2].push(start.elapsed().as_nanos() as f64 / 1e3);
        black_box(&c);
    }
    let [alone, fused, group] = times.map(median);
    println!(
        "{} {n:5}  {name:10}  product {alone:6.0} µs, with the tail {fused:6.0} ({:+.1} %), the group alone {group:5.0}",
        T::NAME,
        100.0 * (fused / alone - 1.0)
    );
    let shape = format!("{}-{n}x{n}x{n}, {name}", T::NAME);
    for (bench, median) in [("product", alone), ("product_with_tail", fused), ("group", group)] {
        append(&Row { bench, peer: "ours", threads: 1, shape: &shape, median, unit: "us" });
    }
}

fn compare<T: Float>(n: usize) {
    let isa = Isa::current();
    let a: Vec<T> = (0..n * n).map(|i| T::of((i % 17) as f64 / 17.0 - 0.4)).collect();
    let b: Vec<T> = (0..n * n).map(|i| T::of((i % 13) as f64 / 13.0 - 0.6)).collect();
    let mut c = vec![T::ZERO; n * n];
    let mut scratch = vec![T::ZERO; matmul_scratch::<T>(Par::Seq, n, n, n)];
    let per_round = peak::<T>(isa, 1);
    let (mut ours, mut peaks) = (Vec::new(), Vec::new());
    for _ in 0..REPETITIONS {
        peaks.push(rate(|| peak::<T>(isa, PEAK_FLOPS / per_round)));
        ours.push(rate(|| {
            let (a, b) = (Mat::new(&a, n, n), Mat::new(&b, n, n));
            let c = MatMut::new(&mut c, n, n);
            matmul_with(isa, Par::Seq, T::ONE, a, b, Update::Overwrite, c, None, &mut scratch);
            2 * n * n * n
        }));
        black_box(&c);
    }
    let best = best(&ours) / best(&peaks);
    let (ours, peak) = (median(ours), median(peaks));
    let ratio = ours / peak;
    println!(
        "{} {n:5}  matmul {ours:6.1}  peak {peak:6.1} GFLOP/s  ratio {ratio:.3}, of the best {best:.3}  ({isa})",
        T::NAME
    );
    let shape = format!("{}-{n}x{n}x{n}", T::NAME);
    for (peer, median) in [("ours", ours), ("peak", peak)] {
        append(&Row { bench: "peak", peer, threads: 1, shape: &shape, median, unit: "GFLOP/s" });
    }
}

/// GFLOP/s of work that answers how many operations it did.
fn rate(work: impl FnOnce() -> usize) -> f64 {
    let start = Instant::now();
    let flops = work();
    flops as f64 / start.elapsed().as_nanos() as f64
}

fn median(mut x: Vec<f64>) -> f64 {
    x.sort_by(f64::total_cmp);
    x[x.len() / 2]
}

fn best(x: &[f64]) -> f64 {
    x.iter().copied().fold(0.0, f64::max)
}
