//! One outer step of a kernel search: the value of the objective and its gradient in the weights and the ridge, for h = 8
//! kernels between n = 2,000 training points (their Gram matrices are n × n) and n / 2 validation points, in f64 on one thread.
//!
//! Beside the step, in turn with it so that all see the same phases of the machine, its parts alone: the Cholesky
//! factorization, and the Gram products that a gradient cannot do without, by the library's own routines (a triangle of
//! Σ w_t K_t; K_t β on both sets; K_VTᵀ r). The step on held-out points should take at most 1.3 times their sum. By
//! leave-one-out it needs A⁻¹ too, and half a product of n × n matrices.
//!
//! `cargo bench -p benches --bench kernel` appends to `target/bench/rows.csv`; `-- --points 5000 --rounds 3` is the largest
//! problem that is meant to be kept in memory. With `--mixing full` the kernels are the 36 cross kernels of a mixture of 8
//! activations, packed between the training points, and the weights those of a superposition: 7.7 GB at most for 5,000 points.

use std::hint::black_box;
use std::time::Instant;

use benches::{Row, append, median};
use clap::{Parser, ValueEnum};
use faer::{Col, Mat};
use nas::dense::Cholesky;
use nas::kernel::ntk::{Ntk, Trained};
use nas::kernel::validation::{Criterion, Selection};
use nas::kernel::{Gram, Mixing, hermite};
use nas::search::Bilevel;
use nas::seed::Seed;
use rand_distr::{Distribution, StandardNormal};
use tape::Activation::{Erf, Gelu, Identity, Relu, Silu, Sin, Softplus, Tanh};

const FEATURES: usize = 20;
const KERNELS: usize = 8;
const RIDGE: f64 = 0.1;
const NOISE: f64 = 0.3;

#[derive(Parser)]
struct Arguments {
    /// Number n of training points; half as many validate
    #[arg(long, default_value_t = 2_000)]
    points: usize,
    /// How often everything is timed
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Which kernels are weighed, and how
    #[arg(long, value_enum, default_value_t = Kind::Weights)]
    mixing: Kind,
    /// Only this many steps on the held-out points, untimed: for a profiler
    #[arg(long)]
    steps: Option<usize>,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

/// Which kernels are weighed, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Powers of the correlation, a weight each
    Weights,
    /// Every cross kernel of a mixture of activations
    Full,
}

impl Kind {
    /// (train, validation) terms.
    fn grams(self, x: &Mat<f64>, x_validation: &Mat<f64>) -> (Gram, Gram) {
        if self == Self::Full {
            let bank = [Relu, Tanh, Erf, Softplus, Silu, Gelu, Sin, Identity];
            let ntk = Ntk::new(&bank, 1.0, Trained::Hidden);
            return (ntk.packed_gram(x.as_ref()), ntk.gram(x_validation.as_ref(), x.as_ref()));
        }
        let gram = |points: &Mat<f64>| hermite::gram(points.as_ref(), x.as_ref(), KERNELS, 1.0);
        (gram(x), gram(x_validation))
    }

    fn mixing(self) -> Mixing {
        if self == Self::Full { Mixing::full(KERNELS) } else { Mixing::Weights { count: KERNELS } }
    }
}

fn main() {
    let Arguments { points, rounds, steps, mixing, .. } = Arguments::parse();
    let given = Given::new(points, mixing, Seed::new(0));
    if let Some(steps) = steps {
        return (0..steps).for_each(|_| given.step(given.held_out()));
    }
    let parts: [(&str, &dyn Fn() -> f64); 5] = [
        ("step, hold-out", &|| seconds(|| given.step(given.held_out()))),
        ("step, leave-one-out", &|| seconds(|| given.step(Criterion::LeaveOneOut))),
        ("Cholesky", &|| given.cholesky()),
        ("Gram products, hold-out", &|| seconds(|| given.products())),
        ("inverse", &|| given.inverse()),
    ];
    let mut times = vec![Vec::new(); parts.len()];
    for _ in 0..rounds {
        parts.iter().zip(&mut times).for_each(|((_, time), times)| times.push(time()));
    }
    let mut ratios: Vec<f64> = (0..rounds).map(|i| times[0][i] / (times[2][i] + times[3][i])).collect();
    let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
    let full = if mixing == Kind::Full { "_full" } else { "" };
    let shape = format!("n{points}_v{}_h{KERNELS}{full}", points / 2);
    for ((part, _), &median) in parts.iter().zip(&medians) {
        println!("{part:24} {:9.2} ms", 1e3 * median);
        append(&Row { bench: "kernel", peer: part, threads: 1, shape: &shape, median: 1e3 * median, unit: "ms" });
    }
    println!("the step on held-out points takes {:.3} times its Cholesky and Gram products", median(&mut ratios));
}

/// A problem with labels of degree one and two.
struct Given {
    mixing: Mixing,
    train: Gram,
    validation: Gram,
    y_train: Col<f64>,
    y_validation: Col<f64>,
    d: Vec<f64>,
}

impl Given {
    fn new(n: usize, kind: Kind, seed: Seed) -> Self {
        let mut stream = seed.stream();
        let mut normal = || -> f64 { StandardNormal.sample(&mut stream) };
        let mut points = |n: usize| {
            let x = Mat::from_fn(n, FEATURES, |_, _| normal());
            let norms: Vec<f64> = x.row_iter().map(|row| row.norm_l2()).collect();
            let x = Mat::from_fn(n, FEATURES, |i, k| x[(i, k)] / norms[i]);
            let y = Col::from_fn(n, |i| x[(i, 0)] + x[(i, 1)] * x[(i, 2)] + NOISE * normal());
            (x, y)
        };
        let ((x_train, y_train), (x_validation, y_validation)) = (points(n), points(n / 2));
        let (train, validation) = kind.grams(&x_train, &x_validation);
        let (mixing, d) = (kind.mixing(), vec![1.0 / KERNELS as f64; KERNELS]);
        Self { mixing, train, validation, y_train, y_validation, d }
    }

    fn held_out(&self) -> Criterion<'_> {
        Criterion::HoldOut { validation: &self.validation, y: self.y_validation.as_ref() }
    }

    fn step(&self, criterion: Criterion<'_>) {
        let (mixing, train, y_train) = (&self.mixing, &self.train, self.y_train.as_ref());
        let mut problem = Selection { mixing, train, y_train, lambda: RIDGE, criterion };
        black_box(problem.evaluate(black_box(&self.d)).expect("a positive definite matrix"));
    }

    /// A = K_w + λI.
    fn ridged(&self) -> Mat<f64> {
        let mut a = self.train.combine_lower(&self.mixing.weights(&self.d));
        (0..a.nrows()).for_each(|i| a[(i, i)] += RIDGE);
        a
    }

    fn cholesky(&self) -> f64 {
        let a = self.ridged();
        seconds(|| {
            black_box(Cholesky::factor(a).expect("a positive definite matrix"));
        })
    }

    fn products(&self) {
        let (beta, r) = (self.y_train.as_ref(), self.y_validation.as_ref());
        let weights = self.mixing.weights(&self.d);
        black_box(self.train.combine_lower(&weights));
        black_box((self.train.apply_each_symmetric(beta.as_mat()), self.validation.apply_each(beta)));
        black_box(self.validation.apply_transposed(&weights, r));
    }

    fn inverse(&self) -> f64 {
        let factor = Cholesky::factor(self.ridged()).expect("a positive definite matrix");
        seconds(|| {
            black_box(factor.inverse());
        })
    }
}

fn seconds(run: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    run();
    begun.elapsed().as_secs_f64()
}
