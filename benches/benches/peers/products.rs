//! Products: the lines, and ours beside the others.

use std::fmt;
use std::str::FromStr;

use kernels::{
    Float, Isa, Mat, MatMut, Panels, Par, Update, matmul, matmul_panels, matmul_panels_scratch, matmul_scratch,
    pack_panels, panels_len, peak, takes_panels,
};

use crate::foreign::{Blas, Foreign, Operand, Operands};
use crate::timing::{ALONE, LIMIT, Line, OURS, Peer, interleave};

/// m × k by k × n, row-major, with an operand that may lie transposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    form: Form,
    sizes: [usize; 3],
}

/// Which operands lie transposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Nn,
    Tn,
    Nt,
}

impl Form {
    const ALL: [(&'static str, Self); 3] = [("nn", Self::Nn), ("tn", Self::Tn), ("nt", Self::Nt)];
}

impl Shape {
    /// The lines of the table.
    pub(crate) fn table() -> Vec<Self> {
        let nn = |sizes| Self { form: Form::Nn, sizes };
        let squares = [32, 64, 128, 256, 512, 1024, 2048].map(|n| nn([n; 3]));
        let layers = [[256, 784, 1024], [4096, 784, 512], [128, 1024, 10], [512, 500, 64]].map(nn);
        let turned = [
            (Form::Tn, [64; 3]),
            (Form::Nt, [64; 3]),
            (Form::Tn, [512; 3]),
            (Form::Nt, [512; 3]),
            (Form::Tn, [784, 256, 1024]),
            (Form::Nt, [256, 1024, 784]),
            (Form::Tn, [512, 500, 64]),
        ];
        let turned = turned.map(|(form, sizes)| Self { form, sizes });
        let thin = [[1, 1024, 1024], [1, 4096, 4096], [1024, 1024, 1], [4096, 64, 8], [8, 64, 4096]].map(nn);
        [&squares[..], &layers, &turned, &thin].concat()
    }
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (form, sizes) = text.split_once(':').unwrap_or(("nn", text));
        let form = Form::ALL.iter().find(|(name, _)| *name == form).map(|(_, form)| *form);
        let sizes: Result<Vec<usize>, _> = sizes.split('x').map(str::parse).collect();
        match (form, sizes.ok().and_then(|sizes| <[usize; 3]>::try_from(sizes).ok())) {
            (Some(form), Some(sizes)) if sizes.iter().all(|size| *size > 0) => Ok(Self { form, sizes }),
            _ => Err(format!("{text:?} is no product: give one as 300x200x100, tn:300x200x100 or nt:300x200x100")),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [m, k, n] = self.sizes;
        let form = Form::ALL.iter().find(|(_, form)| *form == self.form).map_or("", |(name, _)| name);
        write!(f, "{form}:{m}x{k}x{n}")
    }
}

/// One line: ours, ours with the second operand in panels already, with several threads also on one, the others, and the multiply-add peak.
pub(crate) fn measure<T: Foreign>(shape: &Shape, threads: usize, blas: &[Blas]) -> Line {
    let [m, k, n] = shape.sizes;
    let par = if threads == 1 { Par::Seq } else { Par::Rayon };
    let numbers = |len: usize, period: usize| -> Vec<T> {
        (0..len).map(|i| T::of((i % period) as f64 / period as f64 - 0.45)).collect()
    };
    let (a, b) = (numbers(m * k, 17), numbers(k * n, 13));
    let operands = Operands {
        sizes: shape.sizes,
        a: Operand { data: &a, transposed: shape.form == Form::Tn },
        b: Operand { data: &b, transposed: shape.form == Form::Nt },
    };
    let flops = 2.0 * (m * k * n) as f64;

    let mut outputs: Vec<Vec<T>> = vec![vec![T::ZERO; m * n]; 3];
    let foreign = T::peers(operands, threads, blas);
    let mut others: Vec<Vec<T>> = vec![vec![T::ZERO; m * n]; foreign.len()];
    let mut peers = vec![limit::<T>(threads)];
    let mut room = outputs.iter_mut();
    peers.extend(ours(operands, par, flops, &mut room));
    peers.extend(room.next().filter(|_| threads > 1).map(|out| as_they_lie(ALONE, operands, Par::Seq, flops, out)));
    for ((name, mut call), out) in foreign.into_iter().zip(&mut others) {
        peers.push(Peer::new(name, move || {
            call(out);
            flops
        }));
    }
    let rates = interleave(peers, threads);
    for other in &others {
        let apart = other.iter().zip(&outputs[0]).map(|(x, y)| (x.to_f64() - y.to_f64()).abs()).fold(0.0, f64::max);
        assert!(apart < 1e-3 * k as f64, "{shape}: the peers disagree by {apart}");
    }
    let bytes = ((m * k + k * n + m * n) * size_of::<T>()) as f64;
    let (bench, shape) = (format!("gemm_{}", T::NAME), shape.to_string());
    Line { bench, shape, threads, unit: "GFLOP/s", intensity: flops / bytes, rates }
}

/// The multiply-add loop, on every thread.
fn limit<'a, T: Float>(threads: usize) -> Peer<'a> {
    let per_round = peak::<T>(Isa::current(), 1);
    Peer::new(LIMIT, move || {
        let work = || peak::<T>(Isa::current(), 2_000_000 / per_round) as f64;
        if threads == 1 { work() } else { rayon::broadcast(|_| work()).into_iter().sum() }
    })
}

/// The operands of a product, as m × k and k × n.
fn views<'a, T: Float>(operands: Operands<'a, T>) -> (Mat<'a, T>, Mat<'a, T>) {
    let [m, k, n] = operands.sizes;
    let view = |operand: Operand<'a, T>, rows, cols| {
        if operand.transposed { Mat::new(operand.data, cols, rows).t() } else { Mat::new(operand.data, rows, cols) }
    };
    (view(operands.a, m, k), view(operands.b, k, n))
}

/// Our product from operands as they lie.
fn as_they_lie<'a, T: Float>(
    name: &str,
    operands: Operands<'a, T>,
    par: Par,
    flops: f64,
    out: &'a mut [T],
) -> Peer<'a> {
    let [m, k, n] = operands.sizes;
    let (a, b) = views(operands);
    let mut scratch = vec![T::ZERO; matmul_scratch::<T>(par, m, k, n)];
    Peer::new(name, move || {
        matmul(par, T::ONE, a, b, Update::Overwrite, MatMut::new(out, m, n), None, &mut scratch);
        flops
    })
}

/// Our product, from operands as they lie and, where they can, from panels.
fn ours<'a, T: Float>(
    operands: Operands<'a, T>,
    par: Par,
    flops: f64,
    outputs: &mut impl Iterator<Item = &'a mut Vec<T>>,
) -> Vec<Peer<'a>> {
    let [m, k, n] = operands.sizes;
    let (a, b) = views(operands);
    let mut peers = Vec::new();
    peers.extend(outputs.next().map(|out| as_they_lie(OURS, operands, par, flops, out)));
    if let (true, Some(out)) = (takes_panels(k, n) && m > 1, outputs.next()) {
        let mut panels = vec![T::ZERO; panels_len(k, n)];
        pack_panels(par, b, &mut panels);
        let mut scratch = vec![T::ZERO; matmul_panels_scratch::<T>(par, m, k, n)];
        peers.push(Peer::new(format!("{OURS}-panels"), move || {
            let b = Panels::new(&panels, k, n);
            matmul_panels(par, T::ONE, a, b, Update::Overwrite, MatMut::new(out, m, n), None, &mut scratch);
            flops
        }));
    }
    peers
}
