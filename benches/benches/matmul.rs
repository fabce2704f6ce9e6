//! Products: time by size, layout and update, on one thread and on the pool.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kernels::{Float, Isa, Mat, MatMut, Par, Update, matmul_scratch, matmul_with};

/// A product of m × k by k × n, with operands that may lie transposed.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    sizes: [usize; 3],
    transposed: [bool; 2],
    update: Update,
}

fn product<T: Float>(c: &mut Criterion, par: Par, case: Case) {
    let (isa, [m, k, n]) = (Isa::current(), case.sizes);
    let numbers = |len: usize| (0..len).map(|i| T::of((i % 17) as f64 / 17.0 - 0.4)).collect::<Vec<T>>();
    let (a, b, mut to) = (numbers(m * k), numbers(k * n), numbers(m * n));
    let a = if case.transposed[0] { Mat::new(&a, k, m).t() } else { Mat::new(&a, m, k) };
    let b = if case.transposed[1] { Mat::new(&b, n, k).t() } else { Mat::new(&b, k, n) };
    let mut scratch = vec![T::ZERO; matmul_scratch::<T>(par, m, k, n)];
    let mut group = c.benchmark_group(format!("matmul/{isa}/{}/{par:?}", T::NAME));
    group.throughput(Throughput::Elements(2 * (m * k * n) as u64));
    group.bench_function(BenchmarkId::new(case.name, format!("{m}x{k}x{n}")), |bencher| {
        bencher.iter(|| {
            let to = MatMut::new(&mut to, m, n);
            matmul_with(isa, par, T::of(0.5), a, b, case.update, to, None, &mut scratch);
        });
    });
    group.finish();
}

fn products(c: &mut Criterion) {
    let plain = Case { name: "AB", sizes: [0; 3], transposed: [false; 2], update: Update::Overwrite };
    for n in [32, 64, 128, 256, 512, 1024] {
        for par in [Par::Seq, Par::Rayon] {
            product::<f32>(c, par, Case { sizes: [n; 3], ..plain });
            product::<f64>(c, par, Case { sizes: [n; 3], ..plain });
        }
    }
    let cases = [
        Case { sizes: [512; 3], update: Update::Accumulate, ..plain },
        Case { name: "AᵀB", sizes: [512; 3], transposed: [true, false], ..plain },
        Case { name: "ABᵀ", sizes: [512; 3], transposed: [false, true], ..plain },
        Case { name: "AᵀB", sizes: [512, 500, 64], transposed: [true, false], ..plain },
        Case { sizes: [128, 784, 512], ..plain },
        Case { sizes: [128, 512, 10], ..plain },
        Case { sizes: [10, 60_000, 10], ..plain },
        Case { sizes: [512, 512, 1], ..plain },
        Case { name: "AᵀB", sizes: [512, 512, 1], transposed: [true, false], ..plain },
    ];
    for case in cases {
        product::<f32>(c, Par::Seq, case);
        product::<f32>(c, Par::Rayon, case);
    }
}

criterion_group!(benches, products);
criterion_main!(benches);
