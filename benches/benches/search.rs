//! A whole search on a shallow network, from recording the problem to the mixture that is found: 500 rows to train and 500 to
//! validate of 64 features, one hidden layer of 512, eight candidates.
//!
//! `cargo bench -p benches --bench search` times it and appends to `target/bench/rows.csv`. `-- --problem FOLDER` writes the problem as
//! `.npy` files instead, for the same search by others: `benches/search_jaxopt.py` does both and compares. `-- --once` runs it once and
//! prints its seconds, the validation loss it ends at, steps, evaluations, steps of all fits, and products. With `-- --warm` every
//! fit starts where the last one ended.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

use benches::{Row, append, median, on_threads};
use clap::Parser;
use nas::bilevel::{Inner, OnData, Way};
use nas::data::Samples;
use nas::exactness::Tolerance;
use nas::inner::{FitOptions, Optimiser};
use nas::model::{Loss, Mlp, candidates};
use nas::outer::ExponentiatedGradient;
use nas::search::{FirstStep, Found, Options, search};
use nas::seed::Seed;
use nas::space::Simplex;
use npyz::WriterBuilder;
use rand_distr::{Distribution, StandardNormal};

const ROWS: usize = 500;
const FEATURES: usize = 64;
const WIDTH: usize = 512;
const CANDIDATES: usize = 8;
/// Neurons of the network that made the labels, half of them tanh and half sin; standard deviation of the noise.
const TEACHER: usize = 16;
const NOISE: f64 = 0.1;
const ROUNDS: usize = 5;
/// A ridge at which fits converge, so that both programs end at one loss; the script has the same limits.
const RIDGE: f64 = 1e-2;
const FIT: FitOptions = FitOptions { optimiser: Optimiser::Lbfgs, lr: 0.1, steps: 500, tolerance: 1e-3 };
const OUTER: Options = Options { steps: 20, first: FirstStep::Distance(1.0), tolerance: 1e-4, halvings: 3 };

#[derive(Parser)]
struct Arguments {
    /// Write the problem to this folder, and run nothing
    #[arg(long)]
    problem: Option<PathBuf>,
    /// Run once
    #[arg(long)]
    once: bool,
    /// Fits start where the last one ended, and not at one point
    #[arg(long)]
    warm: bool,
    /// Worker threads; the bits do not depend on it
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let Arguments { problem, once, warm, threads, .. } = Arguments::parse();
    let given = Given::new(Seed::new(0));
    if let Some(folder) = problem {
        return given.write(&folder);
    }
    let timed = || on_threads(threads, |_| given.timed(warm));
    if once {
        let (seconds, end) = timed();
        return println!("{seconds} {} {}", end.found.hypergradient.value, end.counts());
    }
    let mut times: Vec<f64> = (0..ROUNDS).map(|_| timed().0).collect();
    let (median, end) = (median(&mut times), timed().1);
    println!("{median:.3} s, validation loss {:.6}, {}", end.found.hypergradient.value, end.counts());
    let start = if warm { "_warm" } else { "" };
    let shape = format!("n{ROWS}_d{FEATURES}_w{WIDTH}_h{CANDIDATES}{start}");
    append(&Row { bench: "search", peer: "ours", threads, shape: &shape, median, unit: "s" });
}

/// The problem.
struct Given {
    train: Samples,
    validation: Samples,
    model: Mlp,
    theta: Vec<f64>,
}

/// What a search found, and what it took.
struct End {
    found: Found,
    evaluations: usize,
    steps: usize,
    products: usize,
}

impl End {
    fn counts(&self) -> String {
        let Self { found, evaluations, steps, products } = self;
        format!("steps {} evaluations {evaluations} fit-steps {steps} products {products}", found.path.len())
    }
}

impl Given {
    fn new(seed: Seed) -> Self {
        let mut stream = seed.split("rows").stream();
        let mut normal = |n: usize| -> Vec<f64> { (0..n).map(|_| StandardNormal.sample(&mut stream)).collect() };
        let (inner, outer) = (normal(TEACHER * FEATURES), normal(TEACHER));
        let teacher = |x: &[f64]| {
            let neurons = inner.chunks(FEATURES).zip(&outer).enumerate();
            let signal = neurons.map(|(i, (w, a))| {
                let z = 2.0 * w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() / (FEATURES as f64).sqrt();
                a * if i % 2 == 0 { z.tanh() } else { z.sin() }
            });
            signal.sum::<f64>() / (TEACHER as f64).sqrt()
        };
        let mut samples = || {
            let (x, noise) = (normal(ROWS * FEATURES), normal(ROWS));
            let y: Vec<f64> = x.chunks(FEATURES).zip(noise).map(|(x, noise)| teacher(x) + NOISE * noise).collect();
            Samples { n: ROWS, d: FEATURES, outputs: 1, x, target: y.clone(), y, classes: Vec::new() }
        };
        let (train, validation) = (samples(), samples());
        let names = candidates::split(candidates::DEFAULT);
        let bank = candidates::bank(&names).expect("the tool's own candidates");
        let model = Mlp { inputs: FEATURES, hidden: vec![WIDTH], outputs: 1, bank, groups: 1, shared: false };
        let theta = model.start(seed.split("start"));
        Self { train, validation, model, theta }
    }

    /// Seconds of a search, and its end.
    fn timed(&self, warm: bool) -> (f64, End) {
        let begun = Instant::now();
        let inner = Inner {
            loss: Loss::Squared,
            ridge: RIDGE,
            fit: FIT,
            way: Way::GaussNewton,
            batch: 0,
            warm,
            tolerance: Tolerance::Fixed,
        };
        let parts = [&self.train, &self.validation];
        let mut problem = OnData::<f32>::new(&self.model, inner, parts, self.theta.clone(), Seed::new(0));
        let simplex = Simplex { floor: 1e-4 / CANDIDATES as f64, ..Simplex::unit(CANDIDATES) };
        let outer = ExponentiatedGradient { simplex };
        let found = search(&mut problem, &simplex, &outer, &OUTER, &mut |_, _| {}).expect("a fit that is stationary");
        let health = problem.health;
        let (evaluations, steps, products) = (health.evaluations, health.steps, health.products);
        (begun.elapsed().as_secs_f64(), End { found, evaluations, steps, products })
    }

    fn write(&self, folder: &Path) {
        std::fs::create_dir_all(folder).expect("the folder can be made");
        let arrays = [
            ("x_train", &self.train.x),
            ("y_train", &self.train.y),
            ("x_val", &self.validation.x),
            ("y_val", &self.validation.y),
            ("theta", &self.theta),
        ];
        for (name, array) in arrays {
            let file = File::create(folder.join(name).with_extension("npy")).expect("the folder can be written");
            let writer = npyz::WriteOptions::new().default_dtype().shape(&[array.len() as u64]).writer(file);
            let mut writer = writer.begin_nd().expect("the folder can be written");
            writer.extend(array.iter()).and_then(|()| writer.finish()).expect("the folder can be written");
        }
    }
}
