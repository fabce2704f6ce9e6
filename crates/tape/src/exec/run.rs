//! The one place where steps become kernel calls.

use kernels::{Dot, Mat, MatMut, Panels, PanelsMut, RowDot, Sum, Tail, Update, reduce};

use crate::exec::{Access, Action, Group, Instruction, Output, Reduction, Source};
use crate::{Element, Elementwise, Par};

/// Every way in which a program may be run.
const PARS: &[Par] = &[
    Par::Seq,
    #[cfg(feature = "rayon")]
    Par::Rayon,
];

/// Elements of scratch that an action needs, however it is run.
pub(crate) fn scratch<T: Element>(action: &Action) -> usize {
    match action {
        Action::Group { group, shape } => kernels::group_scratch(group, shape.rows, shape.cols),
        Action::Matmul { tb, sizes: (m, k, n), panels, .. } => {
            let packed = *panels && !*tb;
            let needed = if packed { kernels::matmul_panels_scratch::<T> } else { kernels::matmul_scratch::<T> };
            most(needed, *m, *k, *n)
        }
        Action::Update { sizes: (m, k, n), panels, .. } => {
            let needed = if *panels { kernels::matmul_to_panels_scratch::<T> } else { kernels::matmul_scratch::<T> };
            most(needed, *m, *k, *n)
        }
        Action::Chain(chain) => chain.scratch::<T>(),
        Action::Mixture { bank, groups, shape, dots, .. } => {
            kernels::mixture_scratch::<T>(bank, shape.rows, shape.cols, *groups, dots.len())
        }
        _ => 0,
    }
}

/// The most that a product needs, however it is run.
fn most(needed: fn(Par, usize, usize, usize) -> usize, m: usize, k: usize, n: usize) -> usize {
    PARS.iter().map(|&par| needed(par, m, k, n)).max().unwrap_or(0)
}

/// An operation on constants, with the bits that the kernel gives.
pub(crate) fn fold<T: Element>(op: Elementwise, args: &[f64]) -> f64 {
    let operands: Vec<T> = args.iter().map(|&x| T::of(x)).collect();
    let inputs: Vec<&[T]> = operands.iter().map(std::slice::from_ref).collect();
    let sources = std::array::from_fn(|n| Source::Input(if n < args.len() { n } else { 0 }));
    let output = Output { value: Source::Value(0), reduction: Reduction::None };
    let one = Instruction { op, args: sources };
    let group = Group::new(vec![Access::Full; args.len()], vec![one], vec![output]).expect("one operation fits");
    let mut out = [T::ZERO];
    let mut scratch = vec![T::ZERO; kernels::group_scratch(&group, 1, 1)];
    kernels::group(Par::Seq, &group, 1, 1, &inputs, &mut [&mut out], &mut scratch);
    out[0].to_f64()
}

/// Runs one action on its operands.
pub(crate) fn run<'a, T: Element>(
    par: Par,
    action: &Action,
    reads: &[&'a [T]],
    writes: &mut [&'a mut [T]],
    scratch: &mut [T],
) {
    match action {
        Action::Group { group, shape } => kernels::group(par, group, shape.rows, shape.cols, reads, writes, scratch),
        Action::Matmul { .. } => matmul(par, action, reads, writes, scratch),
        Action::Update { .. } => update(par, action, reads, writes, scratch),
        Action::Pack { shape, flip } => {
            let b = Mat::new(reads[0], shape.rows, shape.cols);
            kernels::pack_panels(par, if *flip { b.t() } else { b }, writes[0]);
        }
        Action::Chain(chain) => chain.run(par, reads, writes, scratch),
        Action::Mixture { .. } => mixture(par, action, reads, writes, scratch),
        Action::RowLogSumExp(shape) => reduce::row_log_sum_exp(par, reads[0], shape.rows, shape.cols, writes[0]),
        Action::Transpose(shape) => transpose(reads[0], shape.cols, writes[0]),
        Action::Copy { start } => {
            let len = writes[0].len();
            writes[0].copy_from_slice(&reads[0][*start..][..len]);
        }
        Action::Join { starts, sum } => join(starts, *sum, reads, writes[0]),
        Action::Gather(index) => writes[0].iter_mut().zip(&**index).for_each(|(out, &i)| *out = reads[0][i as usize]),
        Action::ScatterAdd(index) => {
            writes[0].fill(T::ZERO);
            reads[0].iter().zip(&**index).for_each(|(&x, &i)| writes[0][i as usize] += x);
        }
        Action::Call(call, shapes) => T::forward(&*call.0, reads, shapes, writes[0]),
    }
}

fn matmul<'a, T: Element>(par: Par, action: &Action, reads: &[&'a [T]], writes: &mut [&'a mut [T]], scratch: &mut [T]) {
    let Action::Matmul { ta, tb, sizes: (m, k, n), panels, tail } = action else {
        unreachable!("called for products only")
    };
    let a = view(reads[0], *m, *k, *ta);
    let Some((c, outputs)) = writes.split_first_mut() else { unreachable!("a product writes C") };
    let tail = tail.as_ref().map(|group| Tail { group, inputs: &reads[2..], outputs });
    let (update, c) = (Update::Overwrite, MatMut::new(c, *m, *n));
    if *panels {
        let b = if *tb { Panels::new(reads[1], *n, *k).t() } else { Panels::new(reads[1], *k, *n) };
        kernels::matmul_panels(par, T::ONE, a, b, update, c, tail, scratch);
    } else {
        kernels::matmul(par, T::ONE, a, view(reads[1], *k, *n, *tb), update, c, tail, scratch);
    }
}

fn update<'a, T: Element>(par: Par, action: &Action, reads: &[&'a [T]], writes: &mut [&'a mut [T]], scratch: &mut [T]) {
    let Action::Update { ta, tb, sizes: (m, k, n), scale, panels } = action else {
        unreachable!("called for updates only")
    };
    let (a, b) = (view(reads[0], *m, *k, *ta), view(reads[1], *k, *n, *tb));
    let (alpha, update, c) = (T::of(scale.get()), Update::Accumulate, &mut *writes[0]);
    if *panels {
        kernels::matmul_to_panels(par, alpha, a, b, update, PanelsMut::new(c, *m, *n), scratch);
    } else {
        kernels::matmul(par, alpha, a, b, update, MatMut::new(c, *m, *n), None, scratch);
    }
}

/// A matrix that is row-major, or whose transpose is.
fn view<T>(data: &[T], rows: usize, cols: usize, transposed: bool) -> Mat<'_, T> {
    if transposed { Mat::new(data, cols, rows).t() } else { Mat::new(data, rows, cols) }
}

fn mixture<'a, T: Element>(
    par: Par,
    action: &Action,
    reads: &[&'a [T]],
    writes: &mut [&'a mut [T]],
    scratch: &mut [T],
) {
    let Action::Mixture { bank, groups, shape, sums: sum_orders, dots: dot_orders, by_row } = action else {
        unreachable!("called for mixtures only")
    };
    let (coefficients, gs) = reads[1..].split_at(sum_orders.len());
    let mut outs = writes.iter_mut().map(std::mem::take);
    let mut sums: [Sum<'_, T>; Action::OPERANDS] = std::array::from_fn(|i| {
        let order = sum_orders.get(i).map_or(0, |order| *order);
        let out = if i < sum_orders.len() { outs.next().unwrap_or_default() } else { &mut [] };
        Sum { coefficients: coefficients.get(i).map_or(&[], |c| *c), order, out }
    });
    if let Some(order) = *by_row {
        let dot = RowDot { v: gs[0], order, out: outs.next().unwrap_or_default() };
        let sums = &mut sums[..sum_orders.len()];
        return kernels::mixture_by_row(par, bank, reads[0], shape.rows, shape.cols, sums, dot, scratch);
    }
    let mut dots: [Dot<'_, T>; Action::OPERANDS] = std::array::from_fn(|i| {
        let order = dot_orders.get(i).map_or(0, |order| *order);
        Dot { g: gs.get(i).map_or(&[], |g| *g), order, out: outs.next().unwrap_or_default() }
    });
    let (sums, dots) = (&mut sums[..sum_orders.len()], &mut dots[..dot_orders.len()]);
    kernels::mixture(par, bank, reads[0], shape.rows, shape.cols, *groups, sums, dots, scratch);
}

fn join<T: Element>(starts: &[usize], sum: bool, pieces: &[&[T]], out: &mut [T]) {
    out.fill(T::ZERO);
    for (start, piece) in starts.iter().zip(pieces) {
        let to = &mut out[*start..][..piece.len()];
        if sum {
            to.iter_mut().zip(*piece).for_each(|(to, &x)| *to += x);
        } else {
            to.copy_from_slice(piece);
        }
    }
}

/// The side of the squares that a transposition moves one after the other.
const SQUARE: usize = 8;

fn transpose<T: Element>(x: &[T], cols: usize, out: &mut [T]) {
    let rows = x.len().checked_div(cols).unwrap_or(0);
    for top in (0..rows).step_by(SQUARE) {
        for left in (0..cols).step_by(SQUARE) {
            if top + SQUARE <= rows && left + SQUARE <= cols {
                square(x, cols, out, rows, top, left);
                continue;
            }
            for i in top..rows.min(top + SQUARE) {
                for j in left..cols.min(left + SQUARE) {
                    out[j * rows + i] = x[i * cols + j];
                }
            }
        }
    }
}

/// A whole square: pieces of rows are read, pieces of rows are written.
#[inline(always)]
fn square<T: Element>(x: &[T], cols: usize, out: &mut [T], rows: usize, top: usize, left: usize) {
    let read: [&[T; SQUARE]; SQUARE] =
        std::array::from_fn(|i| x[(top + i) * cols + left..].first_chunk().expect("the square lies inside"));
    for j in 0..SQUARE {
        out[(left + j) * rows + top..][..SQUARE].copy_from_slice(&read.map(|row| row[j]));
    }
}
