//! Small programs of every kind, and how they are compared with the reference.

use std::sync::Arc;

use tape::{
    Activation, Bank, Cost, Custom, Domain, Element, Par, Passes, Program, Shape, Tape, Var, grad, hvp, jvp, reference,
};

/// A recorded function: the first `held` of its inputs are held when it is compiled in stages.
pub(crate) struct Function<'t> {
    pub(crate) inputs: Vec<Var<'t>>,
    pub(crate) held: usize,
    pub(crate) outputs: Vec<Var<'t>>,
}

/// Records a function for data of n rows.
pub(crate) type Record = for<'t> fn(&'t Tape, usize) -> Function<'t>;

pub(crate) const FUNCTIONS: [(&str, Record); 11] = [
    ("network", network),
    ("rank one", rank_one),
    ("softmax", softmax),
    ("flat", flat),
    ("broadcasts", broadcasts),
    ("wide", wide),
    ("views", views),
    ("indices", indices),
    ("in place", in_place),
    ("custom", custom),
    ("copies", copies),
];

fn network(tape: &Tape, n: usize) -> Function<'_> {
    let bank = Bank::new([Activation::Tanh, Activation::Relu, Activation::Softplus, Activation::Silu]);
    let (x, y) = (tape.input(n, 3), tape.input(n, 1));
    let (w, b, v) = (tape.input(3, 4), tape.input(1, 4), tape.input(4, 1));
    let alpha = tape.input(4, 2);
    let direction = (tape.input(3, 4), tape.input(1, 4), tape.input(4, 1));
    let hidden = (x.matmul(w) + b.expand(n, 4)).mixture(&bank, alpha);
    let loss = (hidden.matmul(v) - y).powi(2).sum() * 0.3 + 0.1 * w.powi(2).sum();
    let g = grad(loss, (w, b, v, alpha));
    let h = hvp(loss, (w, b, v), direction);
    let inputs = vec![x, y, w, b, v, alpha, direction.0, direction.1, direction.2];
    Function { inputs, held: 6, outputs: vec![loss, g.0, g.1, g.2, g.3, h.0, h.1, h.2] }
}

/// A layer so wide that the inner products of its mixture, with a matrix of rank one, are computed by row.
pub(crate) fn rank_one(tape: &Tape, n: usize) -> Function<'_> {
    const WIDTH: usize = 70;
    let bank = Bank::new([Activation::Tanh, Activation::Relu, Activation::Gelu]);
    let (x, y) = (tape.input(n, 3), tape.input(n, 1));
    let (w, v, alpha) = (tape.input(3, WIDTH), tape.input(WIDTH, 1), tape.input(3, 1));
    let direction = tape.input(3, WIDTH);
    let loss = (x.matmul(w).mixture(&bank, alpha).matmul(v) * 0.1 - y).powi(2).sum();
    let g = grad(loss, (w, alpha));
    let mixed = jvp(g.1, w, direction);
    Function { inputs: vec![x, y, w, v, alpha, direction], held: 5, outputs: vec![loss, g.0, g.1, mixed] }
}

fn softmax(tape: &Tape, n: usize) -> Function<'_> {
    let (x, w, d) = (tape.input(n, 5), tape.input(5, 3), tape.input(5, 3));
    let logits = x.matmul(w);
    let loss = (logits.row_log_sum_exp() - logits.slice(0, n, 1)).sum();
    Function { inputs: vec![x, w, d], held: 2, outputs: vec![loss, grad(loss, w), hvp(loss, w, d)] }
}

/// θ is one vector, split by slices; its gradient is joined from their transposes.
fn flat(tape: &Tape, n: usize) -> Function<'_> {
    let (x, theta, d) = (tape.input(n, 3), tape.input(20, 1), tape.input(20, 1));
    let (w, b, v) = (theta.slice(0, 3, 4), theta.slice(12, 1, 4), theta.slice(16, 4, 1));
    let out = (x.matmul(w) + b.expand(n, 4)).tanh().matmul(v);
    let loss = out.powi(2).sum() + theta.powi(2).sum();
    Function { inputs: vec![x, theta, d], held: 2, outputs: vec![loss, grad(loss, theta), hvp(loss, theta, d)] }
}

fn broadcasts(tape: &Tape, n: usize) -> Function<'_> {
    let (x, row, col, s) = (tape.input(n, 6), tape.input(1, 6), tape.input(n, 1), tape.input(1, 1));
    let y = (x * row.expand(n, 6) + col.expand(n, 6) - s) / (x * x + 1.0);
    let outputs =
        vec![y.sum_rows(), y.sum_cols(), y.sum(), col.expand(n, 6), s.expand(1, 6).expand(n, 6).matmul(row.t())];
    Function { inputs: vec![x, row, col, s], held: 2, outputs }
}

/// More operands and live values than a group may have.
fn wide(tape: &Tape, n: usize) -> Function<'_> {
    let inputs: Vec<Var<'_>> = (0..24).map(|_| tape.input(n, 3)).collect();
    let powers: Vec<Var<'_>> = inputs.iter().map(|x| x.sin()).collect();
    let product = powers.iter().rev().fold(powers[0], |product, p| product * *p + 0.5);
    let sum = powers.iter().fold(product, |sum, p| sum + p.exp());
    let outputs = vec![sum, product.sum(), sum.sum_rows(), powers[3]];
    Function { inputs, held: 12, outputs }
}

fn views(tape: &Tape, n: usize) -> Function<'_> {
    let (x, y) = (tape.input(n, 4), tape.input(4, n));
    let z = (x.t() + y).reshape(2, 2 * n);
    let (a, b) = (z.slice(0, 1, 2 * n), z.slice(2 * n, 1, 2 * n));
    let c = (a * b + z.slice(n, 1, 2 * n)).unslice(n, Shape::new(4, n)) + b.exp().unslice(0, Shape::new(4, n));
    let outputs = vec![c, z.stop_gradient(), x.reshape(1, 4 * n), x, z.t().t(), x.slice(0, n, 1), c.matmul(y.t())];
    Function { inputs: vec![x, y], held: 1, outputs }
}

fn indices(tape: &Tape, n: usize) -> Function<'_> {
    let (x, d) = (tape.input(n, 4), tape.input(n, 4));
    let index: Vec<u32> = (0..8 * n as u32).map(|i| (i * 7) % (4 * n as u32)).collect();
    let y = x.gather(index, n, 8).tanh();
    let loss = (y * y).sum();
    Function { inputs: vec![x, d], held: 1, outputs: vec![y, grad(loss, x), hvp(loss, x, d)] }
}

/// Operands that die, stay, and come twice.
fn in_place(tape: &Tape, n: usize) -> Function<'_> {
    let (x, y) = (tape.input(n, 4), tape.input(4, 4));
    let a = x.matmul(y);
    let b = a.matmul(y);
    let c = b * b + a.sum_rows().expand(n, 4);
    let d = c.matmul(y);
    let e = d.reshape(1, 4 * n).exp() * d.reshape(1, 4 * n);
    let f = e - e.sum();
    Function { inputs: vec![x, y], held: 1, outputs: vec![f, b, f.reshape(n, 4).matmul(y) + d, (c * c) * 3.0, b] }
}

fn custom(tape: &Tape, n: usize) -> Function<'_> {
    let (x, y) = (tape.input(n, 2), tape.input(n, 2));
    let shifted: Arc<dyn Custom> = Arc::new(Cube);
    let z = Var::custom(&shifted, &[x * y]).exp();
    Function { inputs: vec![x, y], held: 1, outputs: vec![z, grad(z.sum(), x), jvp(z, y, x)] }
}

/// Outputs that are inputs, constants, equal, and recorded twice.
fn copies(tape: &Tape, n: usize) -> Function<'_> {
    let (x, unused) = (tape.input(n, 2), tape.input(3, 3));
    let constant = tape.constant(2, 2, &[1.0, -2.0, 0.5, 3.0]);
    let (fill, zero) = (tape.full(2, 2, 0.25), tape.full(n, 2, 0.0));
    let a = x.matmul(constant) * zero;
    let outputs =
        vec![x, x, constant, fill, zero, a, x.exp(), x.exp() + x.exp(), x.matmul(fill), fill.matmul(fill.t())];
    Function { inputs: vec![x, unused], held: 1, outputs }
}

/// x³ by hand.
struct Cube;

impl Custom for Cube {
    fn name(&self) -> &str {
        "cube"
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        Ok(args[0])
    }

    fn forward_f32(&self, args: &[&[f32]], _: &[Shape], out: &mut [f32]) {
        out.iter_mut().zip(args[0]).for_each(|(out, x)| *out = x * x * x);
    }

    fn forward_f64(&self, args: &[&[f64]], _: &[Shape], out: &mut [f64]) {
        out.iter_mut().zip(args[0]).for_each(|(out, x)| *out = x * x * x);
    }

    fn jvp<'t>(&self, args: &[Var<'t>], _: Var<'t>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        tangents[0].map(|d| d * args[0].powi(2) * 3.0)
    }

    fn vjp<'t>(&self, args: &[Var<'t>], _: Var<'t>, cotangent: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        vec![Some(cotangent * args[0].powi(2) * 3.0)]
    }

    fn cost(&self, args: &[Shape]) -> Cost {
        Cost { flops: 2 * args[0].len() as u64, elements: 2 * args[0].len() as u64 }
    }

    fn cases(&self) -> Vec<Vec<(Shape, Domain)>> {
        vec![vec![(Shape::new(2, 3), Domain::REAL)]]
    }
}

/// All choices of passes; neighbours are chained however little they hand on.
pub(crate) fn all_passes() -> impl Iterator<Item = Passes> {
    (0..32).map(|bits| Passes {
        simplify: bits & 1 != 0,
        group: bits & 2 != 0,
        order: bits & 4 != 0,
        chain: (bits & 8 != 0).then_some(0),
        place: bits & 16 != 0,
    })
}

/// Data for a list of inputs: irregular, some of it zero and negative zero.
pub(crate) fn data<T: Element>(inputs: &[Var<'_>]) -> Vec<Vec<T>> {
    let element = |n: usize, i: usize| match (7 * i + n) % 11 {
        5 => T::ZERO,
        8 => -T::ZERO,
        _ => T::of(((n * 31 + i) as f64 * 0.83).sin()),
    };
    inputs.iter().enumerate().map(|(n, v)| (0..v.shape().len()).map(|i| element(n, i)).collect()).collect()
}

/// The bits of all outputs of a program.
pub(crate) fn run<T: Element>(program: &Program<T>, data: &[Vec<T>]) -> Vec<Vec<f64>> {
    let inputs: Vec<&[T]> = data.iter().map(|d| &**d).collect();
    let mut runner = program.runner(Par::Seq);
    // Twice: nothing may depend on what the arena held before.
    runner.evaluate(&inputs);
    runner.evaluate(&inputs);
    let outputs = program.output_shapes().count();
    (0..outputs).map(|i| runner.output(i).iter().map(|x| x.to_f64()).collect()).collect()
}

/// The bits, of a NaN only that it is one.
pub(crate) fn bits(outputs: &[Vec<f64>]) -> Vec<Vec<u64>> {
    let bits = |x: &f64| if x.is_nan() { u64::MAX } else { x.to_bits() };
    outputs.iter().map(|output| output.iter().map(bits).collect()).collect()
}

/// What the reference gives for data in `f64`.
pub(crate) fn expected(function: &Function<'_>, data: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let inputs: Vec<&[f64]> = data.iter().map(|d| &**d).collect();
    reference::evaluate(function.inputs.clone(), function.outputs.clone(), &inputs)
}

/// Panics unless all elements agree to a relative tolerance.
pub(crate) fn assert_close(name: &str, got: &[Vec<f64>], expected: &[Vec<f64>], tolerance: f64) {
    assert_eq!(got.len(), expected.len(), "{name}: number of outputs");
    for (n, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert_eq!(got.len(), expected.len(), "{name}: length of output {n}");
        let scale = expected.iter().fold(1.0, |a: f64, b| a.max(b.abs()));
        for (i, (a, b)) in got.iter().zip(expected).enumerate() {
            let close = (a - b).abs() <= tolerance * scale || a == b || a.is_nan() && b.is_nan();
            assert!(close, "{name}: element {i} of output {n} is {a}, the reference has {b}");
        }
    }
}
