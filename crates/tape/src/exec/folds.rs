//! The second stage on several inputs at once. Where a product of a held matrix with a vector of each fold is worth it, steps in turn,
//! each for all folds: then it is one product, which reads the matrix once. Else as many folds at the same time as there are threads.

use kernels::{Cut, Mat, MatMut, Update, each};

use crate::exec::operands::{Given, Operands, peel};
use crate::exec::runner::{for_long, run_step};
use crate::exec::{Action, Inner, Operand, Place, Step};
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
}

/// Whether the second stage has a product that is worth running for all folds at once.
pub(super) fn worth<T>(inner: &Inner<T>) -> bool {
    inner.steps[inner.held_steps..].iter().any(|step| Stacked::new(inner, step).is_some())
}

/// A way to run the second stage on each of so many inputs and to write the outputs; the elements are what the first stage computed.
pub(super) type Way<T> = fn(&mut Folds<T>, Par, &Inner<T>, &Given<'_, T>, &[T], usize, &mut [&mut [T]]);

impl<T: Element> Folds<T> {
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
        self.arenas.resize(k * inner.arena, T::ZERO);
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
    /// at the end of every step.
    pub(super) fn run_on_threads(
        &mut self,
        par: Par,
        inner: &Inner<T>,
        given: &Given<'_, T>,
        base: &[T],
        k: usize,
        outputs: &mut [&mut [T]],
    ) {
        let (threads, room) = (par.threads(), inner.arena.max(1));
        self.arenas.resize(threads * room, T::ZERO);
        let places = outputs.iter_mut().map(|place| &mut **place).collect();
        let runs = Runs {
            threads,
            k,
            first: 0,
            lens: inner.outputs.iter().map(|output| output.operand.len).collect(),
            places,
        };
        each(par, 0..threads, runs, &mut self.arenas, &|piece, runs: Runs<'_, T>, arena: &mut [T]| {
            let folds = runs.begins(piece)..runs.begins(piece + 1);
            let mut places = runs.places;
            for (i, fold) in folds.enumerate() {
                for step in &inner.steps[inner.held_steps..] {
                    run_step(Par::Seq, step, arena, &Given { fold, base: Some(base), ..*given });
                }
                for (output, place) in inner.outputs.iter().zip(&mut places) {
                    let len = output.operand.len;
                    place[i * len..][..len].copy_from_slice(lies(inner, base, arena, output.operand));
                }
            }
        });
    }

    fn product(&mut self, par: Par, inner: &Inner<T>, given: &Given<'_, T>, base: &[T], stacked: &Stacked<'_>) {
        let Stacked { vector, len, width, step } = *stacked;
        let k = self.arenas.len() / inner.arena.max(1);
        self.vectors.clear();
        for fold in 0..k {
            let Operand { place, len } = step.reads[vector];
            let of_fold = match place {
                Place::Arena(start) => &self.arenas[fold * inner.arena + start..][..len],
                Place::Input { index, start } => &Given { fold, ..*given }.input(index)[start..][..len],
                Place::Held(_) | Place::Constant(_) => unreachable!("a vector of each fold"),
            };
            self.vectors.extend_from_slice(of_fold);
        }
        self.products.resize(k * width, T::ZERO);
        self.scratch.resize(kernels::matmul_scratch::<T>(par, k, len, width).max(self.scratch.len()), T::ZERO);
        let matrix = fixed(inner, given, base, stacked);
        let (vectors, to) = (Mat::new(&self.vectors, k, len), MatMut::new(&mut self.products, k, width));
        kernels::matmul(par, T::ONE, vectors, matrix, Update::Overwrite, to, None, &mut self.scratch);
        for (fold, arena) in self.arenas.chunks_exact_mut(inner.arena.max(1)).enumerate() {
            let given = Given { fold, base: Some(base), ..*given };
            finish(par, step, arena, &given, &self.products[fold * width..][..width]);
        }
    }
}

/// Some consecutive runs: where their outputs go.
struct Runs<'a, T> {
    /// All threads and runs, and the first thread of these.
    threads: usize,
    k: usize,
    first: usize,
    /// Elements of each output of a run.
    lens: Vec<usize>,
    places: Vec<&'a mut [T]>,
}

impl<T> Runs<'_, T> {
    /// The first run of a thread.
    fn begins(&self, thread: usize) -> usize {
        self.k * thread / self.threads
    }
}

impl<T: Send> Cut for Runs<'_, T> {
    fn cut(self, at: usize) -> (Self, Self) {
        let runs = self.begins(self.first + at) - self.begins(self.first);
        let Self { threads, k, first, lens, places } = self;
        let (near, far) = places.into_iter().zip(&lens).map(|(place, len)| place.split_at_mut(runs * len)).unzip();
        let near = Self { threads, k, first, lens: lens.clone(), places: near };
        (near, Self { threads, k, first: first + at, lens, places: far })
    }
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
