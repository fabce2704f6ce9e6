//! A given activation search: one Hessian-vector product and one implicit hypergradient, compared with given answers and timed.
//!
//! `cargo bench -p benches --bench instance -- FOLDER` reads the `.npy` files of the folder: `x_train`, `y_train`, `x_val`, `y_val`,
//! `w` (width × features), `v` (width), `dir` (as `w`) and the answers `grad`, `hvp`, `hypergradient` in `f64`. The model is
//! f(x) = v·σ_α(Wx) with six candidates of weight 1/6; the inner loss is mean r² + 10⁻³‖W‖². W is no stationary point and the
//! Hessian is indefinite: H + 0.1 I is solved by exactly 20 products. Writes `target/bench/rows.csv`.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Instant;

use benches::{Row, append, median, on_threads};
use kernels::{Mat, MatMut, Update, matmul, matmul_scratch};
use tape::{Activation, Bank, Cg, Damping, Element, Implicit, Method, Par, Point, Problem, Runner, Setup};
use tape::{Stationarity, Tape, grad, hvp};

const ROWS: usize = 500;
const FEATURES: usize = 64;
const WIDTH: usize = 512;
const RIDGE: f64 = 1e-3;
const DAMPING: f64 = 0.1;
const PRODUCTS: usize = 20;
/// Several seconds of calls: what else runs on a machine slows it down for about one.
const ROUNDS: usize = 28;
const CALLS: usize = 4;

fn main() {
    // Cargo adds a flag of its own.
    let Some(folder) = std::env::args().skip(1).find(|arg| !arg.starts_with("--")) else {
        println!("instance: no folder given, nothing measured (see the top of benches/benches/instance.rs)");
        return;
    };
    let instance = Instance::read(Path::new(&folder));
    for threads in [1, 2] {
        on_threads(threads, |par| {
            measure::<f32>(&instance, par, threads);
            measure::<f64>(&instance, par, threads);
        });
    }
}

/// The arrays, all as `f64`.
struct Instance {
    /// x, y of training, x, y of validation.
    data: [Vec<f64>; 4],
    w: Vec<f64>,
    v: Vec<f64>,
    direction: Vec<f64>,
    grad: Vec<f64>,
    hvp: Vec<f64>,
    hypergradient: Vec<f64>,
}

impl Instance {
    fn read(folder: &Path) -> Self {
        let array = |name: &str| array(&folder.join(name).with_extension("npy"));
        Self {
            data: ["x_train", "y_train", "x_val", "y_val"].map(array),
            w: array("w"),
            v: array("v"),
            direction: array("dir"),
            grad: array("grad"),
            hvp: array("hvp"),
            hypergradient: array("hypergradient"),
        }
    }
}

/// An array of either element type.
fn array(path: &Path) -> Vec<f64> {
    let open = || {
        let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        npyz::NpyFile::new(BufReader::new(file)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    match open().into_vec::<f64>() {
        Ok(values) => values,
        Err(_) => open().into_vec::<f32>().expect("f32 or f64").into_iter().map(f64::from).collect(),
    }
}

/// Compiled for one element type.
struct Compiled<T> {
    gradient: Runner<T>,
    product: Runner<T>,
    staged: Runner<T>,
    problem: Problem<T>,
}

fn compile<T: Element>(par: Par) -> Compiled<T> {
    let tape = Tape::new();
    let bank = Bank::new([
        Activation::Relu,
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Softplus,
        Activation::Sin,
        Activation::Identity,
    ]);
    let sets = [0, 1].map(|_| (tape.input(ROWS, FEATURES), tape.input(ROWS, 1)));
    let (v, alpha) = (tape.input(WIDTH, 1), tape.input(6, 1));
    let (w, direction) = (tape.input(WIDTH, FEATURES), tape.input(WIDTH, FEATURES));
    let [train, val] = sets.map(|(x, y)| (x.matmul(w.t()).mixture(&bank, alpha).matmul(v) - y).powi(2).mean());
    let inner = train + RIDGE * w.powi(2).sum();
    let (held, data) = ((alpha, w, (sets[0], v)), (sets[0], sets[1], v));
    let product = hvp(inner, w, direction);
    Compiled {
        gradient: tape.compile::<T>(held, grad(inner, w)).runner(par),
        product: tape.compile::<T>((held, direction), product).runner(par),
        staged: tape.compile_staged::<T>(held, direction, product).runner(par),
        problem: Problem::stationary(inner, val, alpha, w, data, Setup { par, ..Setup::default() }),
    }
}

fn measure<T: Element>(instance: &Instance, par: Par, threads: usize) {
    let of = |x: &[f64]| -> Vec<T> { x.iter().map(|&x| T::of(x)).collect() };
    let [x, y, x_val, y_val] = [0, 1, 2, 3].map(|i| of(&instance.data[i]));
    let (w, v, direction, alpha) = (of(&instance.w), of(&instance.v), of(&instance.direction), of(&[1.0 / 6.0; 6]));
    let Compiled { mut gradient, mut product, mut staged, mut problem } = compile::<T>(par);
    let held: [&[T]; 5] = [&alpha, &w, &x, &y, &v];
    let all: [&[T]; 6] = [&alpha, &w, &x, &y, &v, &direction];
    let point = Point { alpha: &[&alpha], theta: &[&w], data: &[&x, &y, &x_val, &y_val, &v] };
    let solver = Cg { par, ..Cg::after(PRODUCTS) };
    let method = Method::Implicit(Implicit {
        solver: &solver,
        stationarity: Stationarity::NotRequired,
        damping: Damping::Fixed(DAMPING),
        ..Implicit::default()
    });

    let [found] = gradient.run(&held);
    let errors = [
        error(found, &instance.grad),
        error(product.run::<1>(&all)[0], &instance.hvp),
        error(&problem.hypergradient(&method, &point).expect("twenty products").gradient[0], &instance.hypergradient),
    ];
    println!("{} {threads} threads: off by {errors:?} (gradient, hvp, hypergradient)", T::NAME);

    let mut alone = Products::<T>::new(x.clone(), par);
    let mut times = [const { Vec::new() }; 4];
    let mut stage = staged.hold(&held);
    for _ in 0..ROUNDS {
        several(&mut times[0], || product.evaluate(&all));
        several(&mut times[1], || stage.evaluate(&[&direction]));
        several(&mut times[2], || drop(problem.hypergradient(&method, &point)));
        several(&mut times[3], || alone.run(&direction));
    }
    let medians = times.each_mut().map(|times| median(times));
    println!("  a staged product takes {:.2} times its two products", medians[1] / medians[3]);
    let shape = format!("w{WIDTH}_d{FEATURES}_n{ROWS}_{}", T::NAME);
    let benches = ["hvp_W", "hvp_W_staged", "hypergrad_cg20", "hvp_W_products"];
    for (bench, (median, times)) in benches.into_iter().zip(medians.into_iter().zip(times)) {
        let median = median * 1e6;
        println!("  {bench:15} {median:9.0} µs, least {:9.0}", times[0] * 1e6);
        append(&Row { bench, peer: "ours", threads, shape: &shape, median, unit: "us" });
    }
}

/// The two products of a Hessian-vector product without anything else: Z = X·Dᵀ and Xᵀ·Z, from operands as they lie.
struct Products<T> {
    par: Par,
    x: Vec<T>,
    z: Vec<T>,
    back: Vec<T>,
    scratch: Vec<T>,
}

impl<T: Element> Products<T> {
    fn new(x: Vec<T>, par: Par) -> Self {
        let [ahead, back] = [(ROWS, FEATURES), (FEATURES, ROWS)].map(|(m, k)| matmul_scratch::<T>(par, m, k, WIDTH));
        let [z, back_to, scratch] = [ROWS * WIDTH, FEATURES * WIDTH, ahead.max(back)].map(|len| vec![T::ZERO; len]);
        Self { par, x, z, back: back_to, scratch }
    }

    fn run(&mut self, direction: &[T]) {
        let (x, d) = (Mat::new(&self.x, ROWS, FEATURES), Mat::new(direction, WIDTH, FEATURES));
        let z = MatMut::new(&mut self.z, ROWS, WIDTH);
        matmul(self.par, T::ONE, x, d.t(), Update::Overwrite, z, None, &mut self.scratch);
        let (z, back) = (Mat::new(&self.z, ROWS, WIDTH), MatMut::new(&mut self.back, FEATURES, WIDTH));
        matmul(self.par, T::ONE, x.t(), z, Update::Overwrite, back, None, &mut self.scratch);
    }
}

/// The largest difference, relative to the largest entry.
fn error<T: Element>(found: &[T], exact: &[f64]) -> f64 {
    assert_eq!(found.len(), exact.len(), "the answer has another shape");
    let largest = exact.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
    found.iter().zip(exact).map(|(a, b)| (a.to_f64() - b).abs()).fold(0.0, f64::max) / largest
}

/// Times some calls in a row, as a solver makes them.
fn several(times: &mut Vec<f64>, mut run: impl FnMut()) {
    for _ in 0..CALLS {
        let start = Instant::now();
        run();
        times.push(start.elapsed().as_secs_f64());
    }
}
