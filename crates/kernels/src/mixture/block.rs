//! One block of a mixture.

use std::ops::Range;

use super::Dot;
use crate::activation::{Needs, Parts, TILE, Tile};
use crate::isa::Kernel;
use crate::lanes::{Lanes, heads, load_part, load_parts, loads, splats, store_part};
use crate::{Activation, Float};

/// Sums that one pass serves at most.
pub(super) const SUMS: usize = 8;

/// Activations that are evaluated before they are added to the requests.
const BATCH: usize = 4;

/// Accumulators of an inner product.
const ACCUMULATORS: usize = 16;

/// The sums that are wanted.
pub(super) struct Sums<'a, T> {
    pub(super) count: usize,
    /// h × G each.
    pub(super) coefficients: [&'a [T]; SUMS],
    pub(super) orders: [usize; SUMS],
}

/// One block of a mixture with all that is wanted of it.
pub struct Block<'a, 'd, T> {
    pub(super) bank: &'a [Activation],
    pub(super) needs: Needs,
    /// The elements of the block.
    pub(super) x: &'a [T],
    /// Where they begin in the whole.
    pub(super) start: usize,
    /// Columns of a group.
    pub(super) width: usize,
    pub(super) groups: usize,
    pub(super) sums: &'a Sums<'a, T>,
    /// The elements of each sum in this block and what follows.
    pub(super) outs: [&'a mut [T]; SUMS],
    pub(super) dots: &'a [Dot<'d, T>],
    /// The dots of this block: dots × h × G.
    pub(super) partial: &'a mut [T],
}

impl<T: Float> Kernel<T> for Block<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(mut self) {
        self.partial.fill(T::ZERO);
        let mut parts = Parts::new();
        let mut values = [[T::ZERO; TILE]; BATCH];
        for from in (0..self.x.len()).step_by(TILE) {
            let tile = from..(from + TILE).min(self.x.len());
            parts.fill::<L>(self.needs, &self.x[tile.clone()]);
            for order in 0..4 {
                if self.wants(order) {
                    self.order::<L>(order, tile.clone(), &parts, &mut values);
                }
            }
        }
    }
}

impl<T: Float> Block<'_, '_, T> {
    #[inline(always)]
    fn wants(&self, order: usize) -> bool {
        self.sums.orders[..self.sums.count].contains(&order) || self.dots.iter().any(|dot| dot.order == order)
    }

    /// Serves all requests of one order on a tile.
    #[inline(always)]
    fn order<L: Lanes<Elem = T>>(
        &mut self,
        order: usize,
        tile: Range<usize>,
        parts: &Parts<T>,
        values: &mut [Tile<T>; BATCH],
    ) {
        if self.bank.is_empty() {
            for out in &mut self.outs[..self.sums.count] {
                out[tile.clone()].fill(T::ZERO);
            }
        }
        let whole = tile.len().next_multiple_of(L::N);
        for first in (0..self.bank.len()).step_by(BATCH) {
            let batch = &self.bank[first..(first + BATCH).min(self.bank.len())];
            for (activation, values) in batch.iter().zip(&mut *values) {
                activation.tile::<L>(order, parts, whole, values);
            }
            self.serve::<L>(order, tile.clone(), first, &values[..batch.len()]);
        }
    }

    /// Adds the values of activations `first`.. to the requests, piece by piece: a piece lies in one group of columns.
    #[inline(always)]
    fn serve<L: Lanes<Elem = T>>(&mut self, order: usize, tile: Range<usize>, first: usize, values: &[Tile<T>]) {
        let mut from = tile.start;
        while from < tile.end {
            let run = (self.start + from) / self.width;
            let to = ((run + 1) * self.width - self.start).min(tile.end);
            let (group, at) = (run % self.groups, from - tile.start..to - tile.start);
            self.sums::<L>(order, from..to, first * self.groups + group, values, at.clone());
            self.dots::<L>(order, from..to, first * self.groups + group, values, at);
            from = to;
        }
    }

    #[inline(always)]
    fn sums<L: Lanes<Elem = T>>(
        &mut self,
        order: usize,
        piece: Range<usize>,
        coefficient: usize,
        values: &[Tile<T>],
        at: Range<usize>,
    ) {
        let begin = coefficient < self.groups;
        for i in 0..self.sums.count {
            if self.sums.orders[i] != order {
                continue;
            }
            let c = |j: usize| self.sums.coefficients[i][coefficient + j * self.groups];
            let out = &mut self.outs[i][piece.clone()];
            match values {
                [v0, v1, v2, v3] => {
                    let values = [&v0[at.clone()], &v1[at.clone()], &v2[at.clone()], &v3[at.clone()]];
                    add::<L, 4>(values, [c(0), c(1), c(2), c(3)], begin, out);
                }
                _ => {
                    for (j, v) in values.iter().enumerate() {
                        add::<L, 1>([&v[at.clone()]], [c(j)], begin && j == 0, out);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn dots<L: Lanes<Elem = T>>(
        &mut self,
        order: usize,
        piece: Range<usize>,
        coefficient: usize,
        values: &[Tile<T>],
        at: Range<usize>,
    ) {
        let entries = self.bank.len() * self.groups;
        for (i, dot) in self.dots.iter().enumerate() {
            if dot.order != order {
                continue;
            }
            let g = &dot.g[self.start + piece.start..self.start + piece.end];
            let partial = &mut self.partial[i * entries..(i + 1) * entries];
            let mut put = |j: usize, sum: T| partial[coefficient + j * self.groups] += sum;
            match values {
                [v0, v1, v2, v3] => {
                    let values = [&v0[at.clone()], &v1[at.clone()], &v2[at.clone()], &v3[at.clone()]];
                    let sums = inner::<L, 4>(values, g);
                    for (j, sum) in sums.iter().enumerate() {
                        put(j, *sum);
                    }
                }
                _ => {
                    for (j, v) in values.iter().enumerate() {
                        let [sum] = inner::<L, 1>([&v[at.clone()]], g);
                        put(j, sum);
                    }
                }
            }
        }
    }
}

/// out += Σⱼ cⱼ·valuesⱼ from the left; `begin` starts the sum instead, and `out` is not read.
#[inline(always)]
fn add<L: Lanes, const M: usize>(values: [&[L::Elem]; M], c: [L::Elem; M], begin: bool, out: &mut [L::Elem]) {
    if begin {
        add_to::<L, M, true>(values, c, out);
    } else {
        add_to::<L, M, false>(values, c, out);
    }
}

#[inline(always)]
fn add_to<L: Lanes, const M: usize, const BEGIN: bool>(values: [&[L::Elem]; M], c: [L::Elem; M], out: &mut [L::Elem]) {
    let (c, n) = (splats(c), out.len());
    let values = heads(values, n);
    let whole = n - n % L::N;
    for i in (0..whole).step_by(L::N) {
        let old = if BEGIN { None } else { Some(L::load(&out[i..])) };
        weighted(loads(values, i), c, old).store(&mut out[i..]);
    }
    if whole < n {
        let old = if BEGIN { None } else { Some(load_part(&out[whole..])) };
        store_part::<L>(weighted(load_parts(values, whole), c, old), &mut out[whole..]);
    }
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
#[inline(always)]
fn inner<L: Lanes, const M: usize>(values: [&[L::Elem]; M], g: &[L::Elem]) -> [L::Elem; M] {
    let (lanes, n) = (ACCUMULATORS / L::N, g.len());
    let values = heads(values, n);
    let mut sums = [[L::splat(L::Elem::ZERO); ACCUMULATORS]; M];
    let whole = n - n % ACCUMULATORS;
    for i in (0..whole).step_by(ACCUMULATORS) {
        for l in 0..lanes {
            let g = L::load(&g[i + l * L::N..]);
            let values: [L; M] = loads(values, i + l * L::N);
            for j in 0..M {
                sums[j][l] = values[j].mul_add(g, sums[j][l]);
            }
        }
    }
    for i in (whole..n).step_by(L::N) {
        let (l, to) = ((i - whole) / L::N, (i + L::N).min(n));
        let g = load_part::<L>(&g[i..to]);
        let values: [L; M] = load_parts(heads(values, to), i);
        for j in 0..M {
            sums[j][l] = values[j].mul_add(g, sums[j][l]);
        }
    }
    let mut answers = [L::Elem::ZERO; M];
    for (answer, sums) in answers.iter_mut().zip(&sums) {
        *answer = tree::<L>(&sums[..lanes]);
    }
    answers
}

/// The 16 accumulators joined: i and i + 8, then i and i + 4, i + 2, i + 1.
#[inline(always)]
fn tree<L: Lanes>(sums: &[L]) -> L::Elem {
    let mut all = [L::Elem::ZERO; ACCUMULATORS];
    for (lanes, all) in sums.iter().zip(all.chunks_exact_mut(L::N)) {
        lanes.store(all);
    }
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            all[i] += all[i + half];
        }
    }
    all[0]
}
