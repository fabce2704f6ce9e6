//! Products against the multiply-add peak of the machine, on one thread: both measured in turn, so that both see the same
//! phases of the machine. Writes `target/bench/rows.csv`.

use std::hint::black_box;
use std::time::Instant;

use benches::{Row, append};
use kernels::{Float, Isa, Mat, MatMut, Par, Update, matmul_scratch, matmul_with, peak};

const REPETITIONS: usize = 41;
/// Floating-point operations of one peak measurement.
const PEAK_FLOPS: usize = 50_000_000;

fn main() {
    for n in [512, 1024] {
        compare::<f32>(n);
        compare::<f64>(n);
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
