//! The loops of a mixture over a piece of a tile: weighted sums and inner products of the values of a few activations.

use crate::Float;
use crate::isa::Kernel;
use crate::lanes::{Lanes, heads, load_parts, loads};

/// Accumulators of an inner product.
const ACCUMULATORS: usize = 16;

/// out += Σⱼ cⱼ·valuesⱼ from the left; `begin` starts the sum instead, and `out` is not read. The operands are borrowed: the processor
/// stalls when words just written one by one are copied two at a time.
pub(super) struct Add<'a, T, const M: usize> {
    pub(super) values: &'a [&'a [T]; M],
    pub(super) c: &'a [T; M],
    pub(super) begin: bool,
    pub(super) out: &'a mut [T],
}

impl<T: Float, const M: usize> Kernel<T> for &mut Add<'_, T, M> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        if self.begin {
            add_to::<L, M, true>(self.values, self.c, self.out);
        } else {
            add_to::<L, M, false>(self.values, self.c, self.out);
        }
    }
}

#[inline(always)]
fn add_to<L: Lanes, const M: usize, const BEGIN: bool>(
    values: &[&[L::Elem]; M],
    c: &[L::Elem; M],
    out: &mut [L::Elem],
) {
    let mut lanes = [L::splat(L::Elem::ZERO); M];
    for (lanes, c) in lanes.iter_mut().zip(c) {
        *lanes = L::splat(*c);
    }
    let (c, n) = (lanes, out.len());
    let values = heads(*values, n);
    // A few lanes in a round: then the end of a tile comes after so few rounds that the processor foresees it.
    let (round, whole) = (n - n % (4 * L::N), n - n % L::N);
    for i in (0..round).step_by(4 * L::N) {
        let (out, values) = (&mut out[i..i + 4 * L::N], from(values, i, 4 * L::N));
        for l in 0..4 {
            let old = if BEGIN { None } else { Some(L::load(&out[l * L::N..])) };
            weighted(loads(values, l * L::N), c, old).store(&mut out[l * L::N..]);
        }
    }
    for i in (round..whole).step_by(L::N) {
        let old = if BEGIN { None } else { Some(L::load(&out[i..])) };
        weighted(loads(values, i), c, old).store(&mut out[i..]);
    }
    if whole < n {
        let old = if BEGIN { None } else { Some(L::load_part(&out[whole..])) };
        weighted::<L, M>(load_parts(values, whole), c, old).store_part(&mut out[whole..]);
    }
}

/// `n` elements of each of a few slices from `i` on.
#[inline(always)]
fn from<T, const M: usize>(mut slices: [&[T]; M], i: usize, n: usize) -> [&[T]; M] {
    for slice in &mut slices {
        *slice = &slice[i..i + n];
    }
    slices
}

/// old + c₀v₀ + c₁v₁ + … from the left.
#[inline(always)]
fn weighted<L: Lanes, const M: usize>(values: [L; M], c: [L; M], old: Option<L>) -> L {
    let mut sum = match old {
        Some(old) => values[0].mul_add(c[0], old),
        None => values[0] * c[0],
    };
    for j in 1..M {
        sum = values[j].mul_add(c[j], sum);
    }
    sum
}

/// ⟨valuesⱼ, g⟩ for every j: 16 interleaved accumulators, then a fixed tree.
pub(super) struct Inner<'a, T, const M: usize> {
    pub(super) values: &'a [&'a [T]; M],
    pub(super) g: &'a [T],
}

impl<T: Float, const M: usize> Kernel<T> for &mut Inner<'_, T, M> {
    type Output = [T; M];

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) -> [T; M] {
        let mut answers = [T::ZERO; M];
        // What stays in registers: 32 of 64 bytes, else 16.
        let most = if L::N * size_of::<T>() == 64 { 8 } else { 4 };
        if M <= most {
            inner_of::<L, M>(self.values, self.g, &mut answers);
        } else {
            // Each four apart: in one function the compiler unrolls this loop, and the sums leave their registers.
            for (values, answers) in self.values.as_chunks::<4>().0.iter().zip(answers.as_chunks_mut::<4>().0) {
                *answers = L::run_apart(&mut Inner { values, g: self.g });
            }
        }
        answers
    }
}

#[inline(always)]
fn inner_of<L: Lanes, const M: usize>(values: &[&[L::Elem]; M], g: &[L::Elem], answers: &mut [L::Elem; M]) {
    match ACCUMULATORS / L::N {
        1 => inner::<L, M, 1>(*values, g, answers),
        2 => inner::<L, M, 2>(*values, g, answers),
        4 => inner::<L, M, 4>(*values, g, answers),
        _ => inner::<L, M, 8>(*values, g, answers),
    }
}

/// The accumulators are `LANES` lanes: no more than there are, or they would not stay in registers.
#[inline(always)]
fn inner<L: Lanes, const M: usize, const LANES: usize>(
    values: [&[L::Elem]; M],
    g: &[L::Elem],
    answers: &mut [L::Elem; M],
) {
    let n = g.len();
    let values = heads(values, n);
    let mut sums = [[L::splat(L::Elem::ZERO); LANES]; M];
    let whole = n - n % ACCUMULATORS;
    for i in (0..whole).step_by(ACCUMULATORS) {
        for l in 0..LANES {
            let g = L::load(&g[i + l * L::N..]);
            let values: [L; M] = loads(values, i + l * L::N);
            for j in 0..M {
                sums[j][l] = values[j].mul_add(g, sums[j][l]);
            }
        }
    }
    for i in (whole..n).step_by(L::N) {
        let (l, to) = ((i - whole) / L::N, (i + L::N).min(n));
        let g = L::load_part(&g[i..to]);
        let values: [L; M] = load_parts(heads(values, to), i);
        for j in 0..M {
            sums[j][l] = values[j].mul_add(g, sums[j][l]);
        }
    }
    join::<L, M, LANES>(&sums, answers);
}

/// The 16 accumulators of each inner product joined: i and i + 8, then i and i + 4, i + 2, i + 1. Those of a few products are turned
/// before they are less than a row of a square, so that they are added beside each other.
#[inline(always)]
fn join<L: Lanes, const M: usize, const LANES: usize>(sums: &[[L; LANES]; M], answers: &mut [L::Elem; M]) {
    let mut all = [[L::Elem::ZERO; ACCUMULATORS]; M];
    for (sums, all) in sums.iter().zip(&mut all) {
        for (lanes, all) in sums.iter().zip(all.chunks_exact_mut(L::N)) {
            lanes.store(all);
        }
        fold::<_, 8>(all);
        if L::SIDE == 4 || M < 4 {
            fold::<_, 4>(all);
        }
    }
    if M < 4 {
        for (all, answer) in all.iter_mut().zip(answers) {
            fold::<_, 2>(all);
            fold::<_, 1>(all);
            *answer = all[0];
        }
        return;
    }
    for (all, answers) in all.chunks(L::SIDE).zip(answers.chunks_mut(L::SIDE)) {
        let mut rows = [L::Elem::ZERO; 64];
        L::transpose(all.as_flattened(), all.len(), ACCUMULATORS, &mut rows, 8);
        if L::SIDE == 8 {
            fold_rows::<_, 4>(&mut rows);
        }
        fold_rows::<_, 2>(&mut rows);
        fold_rows::<_, 1>(&mut rows);
        answers.copy_from_slice(&rows[..answers.len()]);
    }
}

/// Adds the second half of 2·HALF accumulators to the first: of a constant size, so that it becomes registers.
#[inline(always)]
fn fold<T: Float, const HALF: usize>(all: &mut [T; ACCUMULATORS]) {
    for i in 0..HALF {
        all[i] += all[i + HALF];
    }
}

/// [`fold`] of rows of eight.
#[inline(always)]
fn fold_rows<T: Float, const HALF: usize>(rows: &mut [T; 64]) {
    for i in 0..8 * HALF {
        rows[i] += rows[i + 8 * HALF];
    }
}
