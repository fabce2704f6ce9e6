//! Mixtures, one pass over x on one thread.
//!
//! First the three lines of the peers' table (value; value and slope; value, slope and inner products of a bank of eight), 65,536 elements
//! as there, in elements per nanosecond: these go to `target/bench/rows.csv`. Then, by criterion, those lines on every instruction set, banks
//! of 1 to 16, orders 0 to 3, and each activation alone. Rows only: `-- nothing` matches no line of criterion.

use std::time::{Duration, Instant};

use benches::{Lines, Row, append, median};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group};
use kernels::{Activation, Bank, Dot, Float, Isa, Par, Real, Sum, mixture_scratch, mixture_with};

/// 65,536 elements.
const ROWS: usize = 128;
const COLS: usize = 512;

/// Samples of a row, and calls of a sample.
const SAMPLES: usize = 101;
const CALLS: usize = 4;

/// The eight of the peers' table, and eight more.
const BANK: [Activation; 16] = [
    Activation::Relu,
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Softplus,
    Activation::Silu,
    Activation::Gelu,
    Activation::Sin,
    Activation::Identity,
    Activation::LeakyRelu(Real::new(0.01)),
    Activation::Elu(Real::new(1.0)),
    Activation::Square,
    Activation::Erf,
    Activation::Hermite(1),
    Activation::Hermite(2),
    Activation::Hermite(3),
    Activation::Hermite(4),
];

/// Sums of these orders and inner products of those.
#[derive(Clone, Copy)]
struct Wanted {
    sums: &'static [usize],
    dots: &'static [usize],
}

/// The name of the row, that of the line, and what is wanted.
const PEERS: [(&str, &str, Wanted); 3] = [
    ("mix8_value", "value", Wanted { sums: &[0], dots: &[] }),
    ("mix8_value_slope", "value, slope", Wanted { sums: &[0, 1], dots: &[] }),
    ("mix8_value_dx_dalpha", "value, slope, dots", Wanted { sums: &[0, 1], dots: &[0] }),
];

/// A mixture over x, and room for what is wanted of it.
struct Pass<T> {
    isa: Isa,
    bank: Bank,
    wanted: Wanted,
    x: Lines<T>,
    coefficients: Vec<T>,
    outs: Vec<Lines<T>>,
    answers: Vec<Vec<T>>,
    scratch: Vec<T>,
}

impl<T: Float> Pass<T> {
    fn new(isa: Isa, activations: &[Activation], wanted: Wanted) -> Self {
        let bank = Bank::new(activations);
        let (h, n) = (bank.len(), ROWS * COLS);
        Self {
            isa,
            wanted,
            x: Lines::new(n, |i| T::of(((i * 7919) % 10007) as f64 / 1250.0 - 4.0)),
            coefficients: (0..h).map(|i| T::of(0.1 + i as f64)).collect(),
            outs: wanted.sums.iter().map(|_| Lines::new(n, |_| T::ZERO)).collect(),
            answers: vec![vec![T::ZERO; h]; wanted.dots.len()],
            scratch: vec![T::ZERO; mixture_scratch::<T>(&bank, ROWS, COLS, 1, wanted.dots.len())],
            bank,
        }
    }

    fn run(&mut self) {
        let Self { isa, bank, wanted, x, coefficients, outs, answers, scratch } = self;
        let (x, coefficients) = (&**x, &**coefficients);
        let mut sums: Vec<Sum<'_, T>> =
            outs.iter_mut().zip(wanted.sums).map(|(out, order)| Sum { coefficients, order: *order, out }).collect();
        let mut dots: Vec<Dot<'_, T>> =
            answers.iter_mut().zip(wanted.dots).map(|(out, order)| Dot { g: x, order: *order, out }).collect();
        mixture_with(*isa, Par::Seq, bank, x, ROWS, COLS, 1, &mut sums, &mut dots, scratch);
    }

    fn bench(mut self, group: &mut BenchmarkGroup<'_, WallTime>, name: &str) {
        group.bench_function(name, |b| b.iter(|| self.run()));
    }

    /// Elements per nanosecond, the median.
    fn rate(mut self) -> f64 {
        let sample = |_| {
            let begun = Instant::now();
            (0..CALLS).for_each(|_| self.run());
            (CALLS * ROWS * COLS) as f64 / begun.elapsed().as_nanos() as f64
        };
        let mut rates: Vec<f64> = (0..SAMPLES).map(sample).collect();
        median(&mut rates)
    }
}

/// The lines of the peers' table in both precisions.
fn rows() {
    for (bench, line, wanted) in PEERS {
        let single = Pass::<f32>::new(Isa::current(), &BANK[..8], wanted).rate();
        let double = Pass::<f64>::new(Isa::current(), &BANK[..8], wanted).rate();
        println!("{line}: {single:.3} elements/ns in f32, {double:.3} in f64");
        let shape = (ROWS * COLS).to_string();
        append(&Row { bench, peer: "ours", threads: 1, shape: &shape, median: single, unit: "Gelem/s" });
        append(&Row {
            bench,
            peer: "ours",
            threads: 1,
            shape: &format!("{shape}_f64"),
            median: double,
            unit: "Gelem/s",
        });
    }
}

/// A group of lines for one type and one instruction set.
fn group<'c, T: Float>(c: &'c mut Criterion, isa: Isa) -> BenchmarkGroup<'c, WallTime> {
    let mut group = c.benchmark_group(format!("mixture/{isa}/{}", T::NAME));
    group.throughput(Throughput::Elements((ROWS * COLS) as u64));
    group
}

fn passes<T: Float>(c: &mut Criterion) {
    for &isa in Isa::available() {
        let mut group = group::<T>(c, isa);
        for (_, line, wanted) in PEERS {
            Pass::<T>::new(isa, &BANK[..8], wanted).bench(&mut group, line);
        }
        group.finish();
    }
}

fn banks<T: Float>(c: &mut Criterion) {
    const ORDERS: [&[usize]; 4] = [&[0], &[1], &[2], &[3]];
    let isa = Isa::current();
    let mut group = group::<T>(c, isa);
    for sums in ORDERS {
        for h in [1, 2, 4, 8, 16] {
            let wanted = Wanted { sums, dots: &[] };
            Pass::<T>::new(isa, &BANK[..h], wanted).bench(&mut group, &format!("order {} of {h}", sums[0]));
        }
    }
    for activation in BANK {
        Pass::<T>::new(isa, &[activation], Wanted { sums: &[0], dots: &[] })
            .bench(&mut group, &format!("{activation:?}"));
    }
    group.finish();
}

criterion_group! {
    name = lines;
    config = Criterion::default().sample_size(30).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(600));
    targets = passes::<f32>, passes::<f64>, banks::<f32>, banks::<f64>
}

fn main() {
    rows();
    lines();
    Criterion::default().configure_from_args().final_summary();
}
