//! The second stage on several inputs at once. Where a product of a held matrix with a vector of each fold is worth it, steps in turn,
//! each for all folds: then it is one product, which reads the matrix once. Else as many folds at the same time as there are threads.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use kernels::{Mat, MatMut, Update, each};

use crate::exec::operands::{Given, Operands, peel};
use crate::exec::runner::{LONG, flops, for_long, run_step};
use crate::exec::{Action, Inner, Operand, Parameter, Place, Step};
use crate::{Element, Par};

/// Memory for some folds.
#[derive(Debug)]
pub(super) struct Folds<T> {
    /// An arena for each.
    arenas: Vec<T>,
    /// The vectors of all folds, one after the other; the products with them; room for the kernel.
    vectors: Vec<T>,
    products: Vec<T>,
    scratch: Vec<T>,
}

impl<T> Default for Folds<T> {
    fn default() -> Self {
        Self { arenas: Vec::new(), vectors: Vec::new(), products: Vec::new(), scratch: Vec::new() }
    }
}

/// A product of a fixed matrix with a vector of each fold.
struct Stacked<'a> {
    /// Which operand is the vector.
    vector: usize,
    /// The rows of the vector's product as it is computed: vectorᵀ · (len × width).
    len: usize,
    width: usize,
    step: &'a Step,
}

impl<'a> Stacked<'a> {
    /// The product that a step is, if it is of this kind.
    fn new<T>(inner: &Inner<T>, step: &'a Step) -> Option<Self> {
        let Action::Matmul { sizes: (m, k, n), panels: false, .. } = step.action else { return None };
        let fixed = |operand: usize| match step.reads[operand].place {
            Place::Held(_) | Place::Constant(_) => true,
            Place::Input { index, .. } => index < inner.held(),
            Place::Arena(_) => false,
        };
        match (fixed(0), fixed(1)) {
            (true, false) if n == 1 && m > 1 => Some(Self { vector: 1, len: k, width: m, step }),
            (false, true) if m == 1 && n > 1 => Some(Self { vector: 0, len: k, width: n, step }),
            _ => None,
        }
    }

    /// Elements of scratch that the product for `k` folds needs.
    fn scratch<T: Element>(&self, par: Par, k: usize) -> usize {
        kernels::matmul_scratch::<T>(par, k, self.len, self.width)
    }
}

/// So many runs for each thread keep all threads busy to the end, or nearly.
const MANY: usize = 4;

/// How several runs of the second stage are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// One after the other, each on all threads.
    InTurn,
    /// Every step for all of them before the next.
    Together,
    /// Each on one thread.
    OnThreads,
}

impl Way {
    /// The way for `k` runs.
    pub(super) fn of<T>(par: Par, inner: &Inner<T>, k: usize) -> Self {
        let steps = &inner.steps[inner.held_steps..];
        let threads = par.threads();
        if k < 2 || !inner.states.is_empty() {
            Self::InTurn
        } else if steps.iter().any(|step| Stacked::new(inner, step).is_some()) {
            Self::Together
        } else if threads > 1 && (k.is_multiple_of(threads) || k >= MANY * threads) && k as u64 * flops(steps) >= LONG {
            Self::OnThreads
        } else {
            Self::InTurn
        }
    }

    /// The elements of [`Folds`] for `k` runs.
    pub(super) fn room<T: Element>(self, par: Par, inner: &Inner<T>, k: usize) -> usize {
        match self {
            Self::InTurn => 0,
            Self::OnThreads => par.threads() * inner.arena.max(1),
            Self::Together => {
                let stacked = inner.steps[inner.held_steps..].iter().filter_map(|step| Stacked::new(inner, step));
                let [vectors, products, scratch] = stacked.fold([0; 3], |[len, width, scratch], stacked| {
                    [len.max(stacked.len), width.max(stacked.width), scratch.max(stacked.scratch::<T>(par, k))]
                });
                k * (inner.arena + vectors + products) + scratch
            }
        }
    }
}

impl<T: Element> Folds<T> {
    /// The elements that it has.
    pub(super) fn room(&self) -> usize {
        [&self.arenas, &self.vectors, &self.products, &self.scratch].map(|part| part.capacity()).iter().sum()
    }

    /// Every step for all folds before the next.
    pub(super) fn run_together(
        &mut self,
        par: Par,
        inner: &Inner<T>,
        given: &Given<'_, T>,
        base: &[T],
        k: usize,
        outputs: &mut [&mut [T]],
    ) {
        grow(&mut self.arenas, k * inner.arena);
        let steps = &inner.steps[inner.held_steps..];
        kernels::awake(for_long(par, steps), || self.run_steps(par, steps, inner, given, base));
        for (output, place) in inner.outputs.iter().zip(outputs) {
            for (fold, place) in place.chunks_exact_mut(output.operand.len.max(1)).enumerate() {
                place.copy_from_slice(lies(inner, base, &self.arenas[fold * inner.arena..], output.operand));
            }
        }
    }

    fn run_steps(&mut self, par: Par, steps: &[Step], inner: &Inner<T>, given: &Given<'_, T>, base: &[T]) {
        for step in steps {
            match Stacked::new(inner, step) {
                Some(stacked) => self.product(par, inner, given, base, &stacked),
                None => {
                    for (fold, arena) in self.arenas.chunks_exact_mut(inner.arena.max(1)).enumerate() {
                        run_step(par, step, arena, &Given { fold, base: Some(base), ..*given });
                    }
                }
            }
        }
    }

    /// Each fold on one thread, in the arena of that thread. A whole run has nothing to wait for, where the pieces of a step are waited for
    /// at the end of every step; and a thread takes the next run when it is done with one, so that a slow core has fewer.
    pub(super) fn run_on_threads(
        &mut self,
        par: Par,
        inner: &Inner<T>,
        given: &Given<'_, T>,
        base: &[T],
        k: usize,
        outputs: &mut [&mut [T]],
    ) {
        let threads = par.threads();
        grow(&mut self.arenas, threads * inner.arena.max(1));
        let places = outputs.iter_mut().map(|place| &mut **place).collect();
        let waiting = Mutex::new(Waiting { folds: 0..k, outputs: &inner.outputs, places });
        each(par, 0..threads, (), &mut self.arenas, &|_, (), arena| {
            while let Some((fold, places)) = next(&waiting) {
                for step in &inner.steps[inner.held_steps..] {
                    run_step(Par::Seq, step, arena, &Given { fold, base: Some(base), ..*given });
                }
                for (output, place) in inner.outputs.iter().zip(places) {
                    place.copy_from_slice(lies(inner, base, arena, output.operand));
                }
            }
        });
    }

    fn product(&mut self, par: Par, inner: &Inner<T>, given: &Given<'_, T>, base: &[T], stacked: &Stacked<'_>) {
        let Stacked { vector, len, width, step } = *stacked;
        let k = self.arenas.len() / inner.arena.max(1);
        self.vectors.clear();
        self.vectors.reserve_exact(k * len);
        for fold in 0..k {
            let Operand { place, len } = step.reads[vector];
            let of_fold = match place {
                Place::Arena(start) => &self.arenas[fold * inner.arena + start..][..len],
                Place::Input { index, start } => &Given { fold, ..*given }.input(index)[start..][..len],
                Place::Held(_) | Place::Constant(_) => unreachable!("a vector of each fold"),
            };
            self.vectors.extend_from_slice(of_fold);
        }
        grow(&mut self.products, k * width);
        let scratch = stacked.scratch::<T>(par, k).max(self.scratch.len());
        grow(&mut self.scratch, scratch);
        let matrix = fixed(inner, given, base, stacked);
        let (vectors, to) = (Mat::new(&self.vectors, k, len), MatMut::new(&mut self.products, k, width));
        kernels::matmul(par, T::ONE, vectors, matrix, Update::Overwrite, to, None, &mut self.scratch);
        for (fold, arena) in self.arenas.chunks_exact_mut(inner.arena.max(1)).enumerate() {
            let given = Given { fold, base: Some(base), ..*given };
            finish(par, step, arena, &given, &self.products[fold * width..][..width]);
        }
    }
}

/// Makes it so long; its memory becomes no larger than that.
fn grow<T: Element>(elements: &mut Vec<T>, len: usize) {
    elements.reserve_exact(len.saturating_sub(elements.len()));
    elements.resize(len, T::ZERO);
}

/// The runs that no thread has taken yet, and where their outputs go.
struct Waiting<'a, T> {
    folds: Range<usize>,
    outputs: &'a [Parameter],
    places: Vec<&'a mut [T]>,
}

/// The next run and the places of its outputs.
fn next<'a, T>(waiting: &Mutex<Waiting<'a, T>>) -> Option<(usize, Vec<&'a mut [T]>)> {
    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let fold = waiting.folds.next()?;
    let Waiting { outputs, places, .. } = &mut *waiting;
    let of_fold = |(place, output): (&mut &'a mut [T], &Parameter)| {
        place.split_off_mut(..output.operand.len).expect("as many places as runs")
    };
    Some((fold, places.iter_mut().zip(*outputs).map(of_fold).collect()))
}

/// An output of a run in this arena.
fn lies<'a, T>(inner: &'a Inner<T>, base: &'a [T], arena: &'a [T], operand: Operand) -> &'a [T] {
    let Operand { place, len } = operand;
    match place {
        Place::Arena(start) => &arena[start..][..len],
        Place::Held(start) => &base[start..][..len],
        Place::Constant(start) => &inner.constants[start..][..len],
        Place::Input { .. } => unreachable!("an input that is an output is copied to the arena"),
    }
}

/// The matrix as len × width.
fn fixed<'a, T: Element>(
    inner: &'a Inner<T>,
    given: &Given<'a, T>,
    base: &'a [T],
    stacked: &Stacked<'_>,
) -> Mat<'a, T> {
    let Stacked { vector, len, width, step } = *stacked;
    let Action::Matmul { ta, tb, .. } = step.action else { unreachable!("a product") };
    let operand = step.reads[1 - vector];
    let data = match operand.place {
        Place::Held(start) => &base[start..],
        Place::Constant(start) => &inner.constants[start..],
        Place::Input { index, start } => &given.held[index][start..],
        Place::Arena(_) => unreachable!("a fixed matrix"),
    };
    let data = &data[..operand.len];
    // As it lies: Aᵀ when A is fixed, B when B is.
    let lies = if vector == 1 { ta } else { !tb };
    if lies { Mat::new(data, len, width) } else { Mat::new(data, width, len).t() }
}

/// Puts the product of one fold in its place, and runs the tail.
fn finish<'a, T: Element>(par: Par, step: &Step, arena: &'a mut [T], given: &Given<'a, T>, product: &[T]) {
    let Action::Matmul { sizes: (m, _, n), tail, .. } = &step.action else { unreachable!("a product") };
    let Operands { reads, mut writes } = peel(arena, given, &step.reads, &step.writes, &step.by_offset);
    writes[0].copy_from_slice(product);
    if let Some(group) = tail {
        let (reads, writes) = (&reads[2..step.reads.len()], &mut writes[..step.values.len()]);
        kernels::group(par, group, *m, *n, reads, writes, &mut []);
    }
}
