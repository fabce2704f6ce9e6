//! Mixtures: time per element of one pass over x for several lists of requests, one thread.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kernels::{Activation, Bank, Dot, Float, Isa, Par, Sum, mixture_scratch, mixture_with};

const ROWS: usize = 504;
const COLS: usize = 512;

const BANK: [Activation; 8] = [
    Activation::Relu,
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Softplus,
    Activation::Silu,
    Activation::Gelu,
    Activation::Sin,
    Activation::Identity,
];

/// Sums of these orders and dots of those, over all of x.
fn pass<T: Float>(c: &mut Criterion, isa: Isa, name: &str, activations: &[Activation], sums: &[usize], dots: &[usize]) {
    let bank = Bank::new(activations);
    let h = bank.len();
    let n = ROWS * COLS;
    let x: Vec<T> = (0..n).map(|i| T::of(((i * 7919) % 10007) as f64 / 1250.0 - 4.0)).collect();
    let coefficients: Vec<T> = (0..h).map(|i| T::of(0.1 + i as f64)).collect();
    let mut outs = vec![vec![T::ZERO; n]; sums.len()];
    let mut answers = vec![vec![T::ZERO; h]; dots.len()];
    let mut scratch = vec![T::ZERO; mixture_scratch::<T>(&bank, ROWS, COLS, 1, dots.len())];
    let mut group = c.benchmark_group(format!("mixture/{isa}/{}", T::NAME));
    group.throughput(Throughput::Elements(n as u64));
    group.bench_function(name, |b| {
        b.iter(|| {
            let mut sums: Vec<Sum<'_, T>> = outs
                .iter_mut()
                .zip(sums)
                .map(|(out, order)| Sum { coefficients: &coefficients, order: *order, out })
                .collect();
            let mut dots: Vec<Dot<'_, T>> =
                answers.iter_mut().zip(dots).map(|(out, order)| Dot { g: &x, order: *order, out }).collect();
            mixture_with(isa, Par::Seq, &bank, &x, ROWS, COLS, 1, &mut sums, &mut dots, &mut scratch);
        });
    });
    group.finish();
}

fn mixtures(c: &mut Criterion) {
    for &isa in Isa::available() {
        pass::<f32>(c, isa, "value", &BANK, &[0], &[]);
        pass::<f32>(c, isa, "value, slope", &BANK, &[0, 1], &[]);
        pass::<f32>(c, isa, "value, slope, dots", &BANK, &[0, 1], &[0]);
        pass::<f64>(c, isa, "value, slope, dots", &BANK, &[0, 1], &[0]);
        for activation in BANK {
            pass::<f32>(c, isa, &format!("{activation:?}"), &[activation], &[0], &[]);
        }
    }
}

criterion_group!(benches, mixtures);
criterion_main!(benches);
