//! Mixtures against the reference.

use kernels::{
    Activation, Bank, Dot, Float, Isa, Par, Real, RowDot, Sum, mixture_by_row_with, mixture_pieces, mixture_scratch,
    mixture_with, reference,
};

use crate::points::points;

pub(crate) const ALL: [Activation; 13] = [
    Activation::Relu,
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Softplus,
    Activation::Silu,
    Activation::Gelu,
    Activation::Sin,
    Activation::Identity,
    Activation::Elu(Real::new(1.0)),
    Activation::LeakyRelu(Real::new(0.1)),
    Activation::Square,
    Activation::Erf,
    Activation::Hermite(4),
];

#[derive(Clone, Copy, Debug)]
struct Shape {
    rows: usize,
    cols: usize,
    groups: usize,
}

const SHAPES: &[Shape] = &[
    Shape { rows: 0, cols: 5, groups: 1 },
    Shape { rows: 5, cols: 0, groups: 1 },
    Shape { rows: 5, cols: 0, groups: 3 },
    Shape { rows: 1, cols: 1, groups: 1 },
    Shape { rows: 3, cols: 7, groups: 1 },
    Shape { rows: 3, cols: 6, groups: 2 },
    Shape { rows: 4, cols: 5, groups: 5 },
    Shape { rows: 1, cols: 256, groups: 1 },
    Shape { rows: 2, cols: 300, groups: 2 },
    Shape { rows: 37, cols: 512, groups: 2 },
    Shape { rows: 129, cols: 257, groups: 1 },
    Shape { rows: 2, cols: 9000, groups: 3 },
];

/// The answers to a list of requests, each with room around it that must stay as it was.
struct Answers<T> {
    sums: Vec<Vec<T>>,
    dots: Vec<Vec<T>>,
}

const CANARY: f64 = 77.0;
const MARGIN: usize = 3;

fn poisoned<T: Float>(n: usize) -> Vec<T> {
    let mut out = vec![T::of(CANARY); n + 2 * MARGIN];
    out[MARGIN..MARGIN + n].fill(T::of(f64::NAN));
    out
}

fn inner<T: Float>(out: Vec<T>) -> Vec<T> {
    let n = out.len() - 2 * MARGIN;
    let margins = out[..MARGIN].iter().chain(&out[MARGIN + n..]);
    assert!(margins.copied().all(|x| x == T::of(CANARY)), "written beside an answer");
    out[MARGIN..MARGIN + n].to_vec()
}

/// A sum with what its roundings lose (Neumaier).
#[derive(Clone, Copy, Default)]
struct Compensated {
    sum: f64,
    lost: f64,
}

impl Compensated {
    fn add(&mut self, x: f64) {
        let sum = self.sum + x;
        self.lost += if self.sum.abs() >= x.abs() { (self.sum - sum) + x } else { (x - sum) + self.sum };
        self.sum = sum;
    }

    fn sum(self) -> f64 {
        self.sum + self.lost
    }
}

struct Problem<T> {
    bank: Bank,
    shape: Shape,
    x: Vec<T>,
    g: Vec<T>,
    coefficients: Vec<T>,
}

impl<T: Float> Problem<T> {
    fn new(bank: &[Activation], shape: Shape) -> Self {
        let n = shape.rows * shape.cols;
        let take = |n: usize, reach: f64| -> Vec<T> {
            (0..n).map(|i| T::of(reach * ((i * 7919 % 1009) as f64 / 504.5 - 1.0))).collect()
        };
        let (x, g) = (take(n, 3.0), take(n, 1.0).into_iter().rev().collect());
        Self { bank: Bank::new(bank), shape, x, g, coefficients: take(bank.len() * shape.groups, 1.0) }
    }

    fn solve(&self, isa: Isa, par: Par, sums: &[usize], dots: &[usize]) -> Answers<T> {
        let Shape { rows, cols, groups } = self.shape;
        let entries = self.bank.len() * groups;
        let mut outs: Vec<Vec<T>> = sums.iter().map(|_| poisoned(rows * cols)).collect();
        let mut answers: Vec<Vec<T>> = dots.iter().map(|_| poisoned(entries)).collect();
        let mut scratch = vec![T::of(f64::NAN); mixture_scratch::<T>(&self.bank, rows, cols, groups, dots.len())];
        let mut sum_requests: Vec<Sum<'_, T>> = outs
            .iter_mut()
            .zip(sums)
            .map(|(out, &order)| Sum {
                coefficients: &self.coefficients,
                order,
                out: &mut out[MARGIN..MARGIN + rows * cols],
            })
            .collect();
        let mut dot_requests: Vec<Dot<'_, T>> = answers
            .iter_mut()
            .zip(dots)
            .map(|(out, &order)| Dot { g: &self.g, order, out: &mut out[MARGIN..MARGIN + entries] })
            .collect();
        mixture_with(
            isa,
            par,
            &self.bank,
            &self.x,
            rows,
            cols,
            groups,
            &mut sum_requests,
            &mut dot_requests,
            &mut scratch,
        );
        Answers { sums: outs.into_iter().map(inner).collect(), dots: answers.into_iter().map(inner).collect() }
    }

    /// The published bounds on the errors, in units of ε.
    fn check(&self, isa: Isa) {
        let Shape { rows, cols, groups } = self.shape;
        let (h, orders) = (self.bank.len(), [0, 1, 2, 3]);
        let answers = self.solve(isa, Par::Seq, &orders, &orders);
        let unit = T::EPSILON.to_f64();
        let pieces = (8192_f64).max(cols as f64) / 256.0 * (groups as f64).max(1.0);
        for order in orders {
            let mut exact = vec![(Compensated::default(), 0.0); h * groups];
            for at in 0..rows * cols {
                let group = at % cols / (cols / groups);
                let (mut sum, mut size) = (0.0, 0.0);
                for (i, activation) in self.bank.activations().iter().enumerate() {
                    let value = activation.reference(self.x[at].to_f64())[order];
                    let c = self.coefficients[i * groups + group].to_f64();
                    sum += c * value;
                    size += (h as f64 + 8.0) * (c * value).abs() + 8.0 * c.abs();
                    let (g, entry) = (self.g[at].to_f64(), &mut exact[i * groups + group]);
                    entry.0.add(g * value);
                    entry.1 += (pieces + 8.0 + 24.0) * (g * value).abs() + 8.0 * g.abs();
                }
                let error = (answers.sums[order][at].to_f64() - sum).abs();
                assert!(error <= unit * size, "{isa} {} {:?} order {order} at {at}: {error:e}", T::NAME, self.shape);
            }
            for (dot, (exact, size)) in answers.dots[order].iter().zip(exact) {
                let error = (dot.to_f64() - exact.sum()).abs();
                assert!(error <= unit * size, "{isa} {} {:?} dot of order {order}: {error:e}", T::NAME, self.shape);
            }
        }
    }
}

fn against_reference<T: Float>() {
    for &shape in SHAPES {
        for bank in [&ALL[..0], &ALL[..1], &ALL[..6], &ALL[..8], &ALL] {
            for &isa in Isa::available() {
                Problem::<T>::new(bank, shape).check(isa);
            }
        }
    }
}

#[test]
fn f32_within_the_published_bounds() {
    against_reference::<f32>();
}

#[test]
fn f64_within_the_published_bounds() {
    against_reference::<f64>();
}

fn same<T: Float>(a: &[T], b: &[T]) {
    assert_eq!(bytes(a), bytes(b));
}

fn bytes<T: Float>(x: &[T]) -> Vec<u64> {
    x.iter().map(|x| x.to_f64().to_bits()).collect()
}

/// The bits of an answer depend neither on the other requests nor on threads.
fn bits<T: Float>() {
    let (sums, dots) = ([0, 1, 2, 3, 0, 1, 2, 3, 1, 2], [1, 0, 3, 2]);
    let cut = SHAPES.iter().filter(|shape| mixture_pieces(shape.rows, shape.cols, shape.groups) >= 2).count();
    assert!(cut >= 3, "threads could move bits only where x is cut");
    for &shape in SHAPES {
        let problem = Problem::<T>::new(&ALL, shape);
        for &isa in Isa::available() {
            let all = problem.solve(isa, Par::Seq, &sums, &dots);
            for (order, out) in sums.iter().zip(&all.sums) {
                same(out, &problem.solve(isa, Par::Seq, &[*order], &[]).sums[0]);
            }
            for (order, out) in dots.iter().zip(&all.dots) {
                same(out, &problem.solve(isa, Par::Seq, &[], &[*order]).dots[0]);
            }
            for threads in [1, 2, 5] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
                let threaded = pool.install(|| problem.solve(isa, Par::Rayon, &sums, &dots));
                all.sums.iter().zip(&threaded.sums).for_each(|(a, b)| same(a, b));
                all.dots.iter().zip(&threaded.dots).for_each(|(a, b)| same(a, b));
            }
        }
    }
}

#[test]
fn f32_bits_depend_on_nothing_else() {
    bits::<f32>();
}

#[test]
fn f64_bits_depend_on_nothing_else() {
    bits::<f64>();
}

/// Every derivative of each activation alone and of all together, on one instruction set.
fn every_order<T: Float>(isa: Isa, x: &[T]) -> Vec<Vec<T>> {
    let alone = ALL.iter().map(std::slice::from_ref);
    let mut answers = Vec::new();
    for bank in alone.chain([&ALL[..]]) {
        let bank = Bank::new(bank);
        let coefficients: Vec<T> = (0..bank.len()).map(|i| T::of(1.0 + i as f64)).collect();
        let mut outs = vec![vec![T::ZERO; x.len()]; 4];
        let mut sums: Vec<_> =
            outs.iter_mut().enumerate().map(|(order, out)| Sum { coefficients: &coefficients, order, out }).collect();
        let mut scratch = vec![T::of(f64::NAN); mixture_scratch::<T>(&bank, 1, x.len(), 1, 0)];
        mixture_with(isa, Par::Seq, &bank, x, 1, x.len(), 1, &mut sums, &mut [], &mut scratch);
        answers.extend(outs);
    }
    answers
}

/// Registers of 32 and of 64 bytes fuse the same products.
#[test]
fn bits_do_not_depend_on_the_length_of_registers() {
    fn check<T: Float>(n: usize) {
        let mut x = points::<T>(n, [-40.0, 40.0]);
        x.extend([0.0, -0.0, 1.0, f64::EPSILON, 0.5 * f64::EPSILON, 1e-8, 1e-7, 6e-8].map(T::of));
        let [narrow, wide] = [Isa::Avx2, Isa::Avx512].map(|isa| every_order(isa, &x));
        for (i, (narrow, wide)) in narrow.iter().zip(&wide).enumerate() {
            for ((x, narrow), wide) in x.iter().zip(narrow).zip(wide) {
                let equal = narrow.to_f64().to_bits() == wide.to_f64().to_bits();
                assert!(equal, "{:?} of order {}: {narrow} or {wide} at {x}", ALL.get(i / 4), i % 4);
            }
        }
    }
    if Isa::available().contains(&Isa::Avx512) {
        check::<f32>(3_000_001);
        check::<f64>(1_000_001);
    }
}

/// The value at an element does not depend on its neighbours, nor on where it lies.
#[test]
fn bits_do_not_depend_on_the_place() {
    let x = points::<f32>(777, [-5.0, 5.0]);
    let (bank, coefficients) = (Bank::new(ALL), [0.3_f32; ALL.len()]);
    let sum = |isa: Isa, x: &[f32]| {
        let mut out = vec![f32::NAN; x.len()];
        let mut sums = [Sum { coefficients: &coefficients, order: 1, out: &mut out }];
        let mut scratch = vec![f32::NAN; mixture_scratch::<f32>(&bank, 1, x.len(), 1, 0)];
        mixture_with(isa, Par::Seq, &bank, x, 1, x.len(), 1, &mut sums, &mut [], &mut scratch);
        out
    };
    for &isa in Isa::available() {
        let whole = sum(isa, &x);
        for from in [1, 5, 255, 256, 500] {
            same(&whole[from..], &sum(isa, &x[from..]));
        }
    }
}

#[test]
fn far_arguments_of_sin() {
    let x = [1e3_f32, 1e6, -1e20, f32::MAX, 0.5];
    for &isa in Isa::available() {
        for order in 0..4 {
            let mut out = [f32::NAN; 5];
            let bank = Bank::new([Activation::Sin]);
            let mut sums = [Sum { coefficients: &[1.0], order, out: &mut out }];
            let mut scratch = vec![f32::NAN; mixture_scratch::<f32>(&bank, 1, 5, 1, 0)];
            mixture_with(isa, Par::Seq, &bank, &x, 1, 5, 1, &mut sums, &mut [], &mut scratch);
            for (x, out) in x.iter().zip(out) {
                let exact = reference::activation(Activation::Sin, f64::from(*x))[order];
                assert!((f64::from(out) - exact).abs() <= 1.2e-7 * exact.abs(), "{isa} order {order} at {x}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "7 columns in 2 groups")]
fn groups_divide_the_columns() {
    mixture_with::<f32>(Isa::Baseline, Par::Seq, &Bank::new(ALL), &[0.0; 7], 1, 7, 2, &mut [], &mut [], &mut []);
}

#[test]
#[should_panic(expected = "a sum of order 4")]
fn orders_end_at_three() {
    let mut out = [0.0];
    let mut sums = [Sum { coefficients: &[1.0], order: 4, out: &mut out }];
    let bank = Bank::new([Activation::Tanh]);
    mixture_with::<f32>(Isa::Baseline, Par::Seq, &bank, &[0.0], 1, 1, 1, &mut sums, &mut [], &mut []);
}

/// Sums and inner products by row in one pass: the sums of any other pass, and the inner products of each row alone.
fn by_row<T: Float>(isa: Isa, par: Par, bank: &Bank, rows: usize, cols: usize) {
    let (x, v) = (numbers::<T>(rows * cols, 1), numbers::<T>(cols, 2));
    let c = [numbers::<T>(bank.len(), 3), numbers::<T>(bank.len(), 4)];
    let mut found = [0, 1].map(|_| vec![T::of(f64::NAN); rows * cols]);
    let mut dots = vec![T::of(f64::NAN); rows * bank.len()];
    let [value, slope] = &mut found;
    let mut sums =
        [Sum { coefficients: &c[0], order: 0, out: value }, Sum { coefficients: &c[1], order: 1, out: slope }];
    let dot = RowDot { v: &v, order: 2, out: &mut dots };
    let mut scratch = vec![T::of(f64::NAN); mixture_scratch::<T>(bank, rows, cols, 1, 0)];
    mixture_by_row_with(isa, par, bank, &x, rows, cols, &mut sums, dot, &mut scratch);

    let mut exact = [0, 1].map(|_| vec![T::ZERO; rows * cols]);
    let [value, slope] = &mut exact;
    let mut sums =
        [Sum { coefficients: &c[0], order: 0, out: value }, Sum { coefficients: &c[1], order: 1, out: slope }];
    mixture_with(isa, Par::Seq, bank, &x, rows, cols, 1, &mut sums, &mut [], &mut scratch);
    found.iter().zip(&exact).for_each(|(found, exact)| same(found, exact));
    for (row, found) in dots.chunks(bank.len().max(1)).enumerate() {
        let mut alone = vec![T::ZERO; bank.len()];
        let mut scratch = vec![T::ZERO; mixture_scratch::<T>(bank, 1, cols, 1, 1)];
        let x = &x[row * cols..(row + 1) * cols];
        let dot = Dot { g: &v, order: 2, out: &mut alone };
        mixture_with(isa, Par::Seq, bank, x, 1, cols, 1, &mut [], &mut [dot], &mut scratch);
        same(found, &alone);
    }
}

fn numbers<T: Float>(n: usize, seed: usize) -> Vec<T> {
    (0..n).map(|i| T::of(((i * 37 + seed * 101) % 211) as f64 / 60.0 - 1.7)).collect()
}

#[test]
fn inner_products_by_row_are_those_of_each_row() {
    for &isa in Isa::available() {
        for (rows, cols) in [(0, 3), (1, 1), (3, 0), (4, 7), (5, 256), (17, 300), (40, 520), (2, 8000)] {
            for bank in
                [Bank::new(ALL), Bank::new([]), Bank::new([Activation::Tanh, Activation::Relu, Activation::Sin])]
            {
                for par in [Par::Seq, Par::Rayon] {
                    by_row::<f32>(isa, par, &bank, rows, cols);
                    by_row::<f64>(isa, par, &bank, rows, cols);
                }
            }
        }
    }
}

#[test]
#[should_panic(expected = "length of v")]
fn one_factor_for_each_column() {
    let (bank, dot) = (Bank::new([Activation::Tanh]), RowDot { v: &[1.0; 3], order: 0, out: &mut [0.0; 2] });
    mixture_by_row_with(Isa::current(), Par::Seq, &bank, &[0.0; 8], 2, 4, &mut [], dot, &mut []);
}
