//! Products against the multiply-add peak of the machine on one thread, of a B as it lies and of one in panels: measured in turn, so that
//! all see the same phases of the machine. Writes `target/bench/rows.csv`.

use std::hint::black_box;
use std::time::Instant;

use benches::{Row, append, median};
use kernels::{
    Float, Isa, Mat, MatMut, Panels, Par, Update, matmul_panels_scratch, matmul_panels_with, matmul_scratch,
    matmul_with, pack_panels_with, panels_len, peak,
};

const REPETITIONS: usize = 41;
/// Floating-point operations of one peak measurement.
const PEAK_FLOPS: usize = 50_000_000;

fn main() {
    for n in [256, 512, 1024] {
        compare::<f32>(n);
        compare::<f64>(n);
    }
}

fn compare<T: Float>(n: usize) {
    let isa = Isa::current();
    let a: Vec<T> = (0..n * n).map(|i| T::of((i % 17) as f64 / 17.0 - 0.4)).collect();
    let b: Vec<T> = (0..n * n).map(|i| T::of((i % 13) as f64 / 13.0 - 0.6)).collect();
    let (a, b) = (Mat::new(&a, n, n), Mat::new(&b, n, n));
    let mut packed = vec![T::ZERO; panels_len(n, n)];
    pack_panels_with(isa, Par::Seq, b, &mut packed);
    let packed = Panels::new(&packed, n, n);
    let room = [matmul_scratch::<T>(Par::Seq, n, n, n), matmul_panels_scratch::<T>(Par::Seq, n, n, n)];
    let (mut c, mut scratch) = (vec![T::ZERO; n * n], vec![T::ZERO; room[0].max(room[1])]);
    let per_round = peak::<T>(isa, 1);
    let [mut peaks, mut lying, mut panels] = [const { Vec::new() }; 3];
    for _ in 0..REPETITIONS {
        peaks.push(rate(|| peak::<T>(isa, PEAK_FLOPS / per_round)));
        lying.push(rate(|| {
            let c = MatMut::new(&mut c, n, n);
            matmul_with(isa, Par::Seq, T::ONE, a, b, Update::Overwrite, c, None, &mut scratch);
            2 * n * n * n
        }));
        panels.push(rate(|| {
            let c = MatMut::new(&mut c, n, n);
            matmul_panels_with(isa, Par::Seq, T::ONE, a, packed, Update::Overwrite, c, None, &mut scratch);
            2 * n * n * n
        }));
        black_box(&c);
    }
    let peak = median(&mut peaks);
    let shape = format!("{}-{n}x{n}x{n}", T::NAME);
    append(&Row { bench: "peak", peer: "peak", threads: 1, shape: &shape, median: peak, unit: "GFLOP/s" });
    print!("{} {n:5}  peak {peak:6.1} GFLOP/s ({isa})", T::NAME);
    for (name, peer, mut rates) in [("product", "ours", lying), ("in panels", "ours-panels", panels)] {
        let median = median(&mut rates);
        let best = rates[REPETITIONS - 1];
        print!("  {name} {median:6.1}, {:.3} of it, the best {:.3}", median / peak, best / peak);
        append(&Row { bench: "peak", peer, threads: 1, shape: &shape, median, unit: "GFLOP/s" });
    }
    println!();
}

/// GFLOP/s of work that answers how many operations it did.
fn rate(work: impl FnOnce() -> usize) -> f64 {
    let start = Instant::now();
    let flops = work();
    flops as f64 / start.elapsed().as_nanos() as f64
}
