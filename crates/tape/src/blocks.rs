//! Sums over any number of rows, by a program for a block of them.

use crate::exec::{Held, Runner};
use crate::vars::list;
use crate::{Element, Par, Var, Vars};

/// A program whose outputs are sums over the rows of a block, weighted row by row: it serves any number of rows.
///
/// The last block is filled up by rows of weight zero that repeat the last row that there is: whatever the loss does on valid
/// rows it does on these, so no zero is multiplied by an infinity that the data did not cause. The sums of the blocks are joined in
/// a fixed binary tree: the bits depend on the rows and on the block, and on no thread; of m blocks at most log₂ m + 1 sums are
/// alive.
///
/// ```
/// use tape::{Blocks, Par, Tape, grad};
///
/// let tape = Tape::new();
/// let (x, y, weight, w) = (tape.input(2, 1), tape.input(2, 1), tape.input(2, 1), tape.input(1, 1));
/// let loss = (weight * (x.matmul(w) - y).powi(2)).sum();
/// let mut blocks = Blocks::<f64>::new(w, (x, y), weight, (loss, grad(loss, w)), Par::Seq);
/// let rows: [&[f64]; 2] = [&[1.0, 2.0, 3.0], &[2.0, 2.0, 2.0]]; // three rows, in blocks of two
/// let [loss, gradient] = blocks.run(3, &[&[1.0]], &rows);
/// assert_eq!((loss, gradient), (&[2.0][..], &[4.0][..]));
/// ```
#[derive(Debug)]
pub struct Blocks<T> {
    /// Shared inputs held; rows and weights free.
    runner: Runner<T>,
    block: Block<T>,
    tree: Tree<T>,
    /// The ends of the outputs in the joined sums.
    ends: Vec<usize>,
}

impl<T: Element> Blocks<T> {
    /// Compiles `outputs` as a function of the `shared` inputs, of `rows` (inputs with as many rows as a block has) and of the
    /// `weight` of each row (a column). Every output must be a sum over the rows in which row i has the factor `weight[i]`.
    ///
    /// # Panics
    /// When a shape does not fit a block of at least one row, or an output needs an input that is not listed.
    #[track_caller]
    pub fn new<'t>(
        shared: impl Vars<'t>,
        rows: impl Vars<'t>,
        weight: Var<'t>,
        outputs: impl Vars<'t>,
        par: Par,
    ) -> Self {
        let (b, rows, outputs) = (weight.rows(), list(&rows), list(&outputs));
        assert!(b > 0 && weight.cols() == 1, "blocks: the weights are {}, not a column", weight.shape());
        for row in &rows {
            assert!(row.rows() == b, "blocks: an input of rows is {} in a block of {b} rows", row.shape());
        }
        let program = weight.tape().compile_staged::<T>(shared, (rows.clone(), weight), outputs.clone());
        let mut end = 0;
        let mut ends = |output: &Var<'_>| {
            end += output.shape().len();
            end
        };
        let ends: Vec<usize> = outputs.iter().map(&mut ends).collect();
        Self {
            runner: program.runner(par),
            block: Block::new(b, rows.iter().map(|row| row.cols()).collect()),
            tree: Tree::new(ends.last().copied().unwrap_or(0)),
            ends,
        }
    }

    /// The sums over `n` rows of weight 1, in the order of the outputs. No rows give zeros.
    ///
    /// # Panics
    /// When the number or a length of the inputs, or the number of outputs, does not fit.
    #[track_caller]
    pub fn run<const N: usize>(&mut self, n: usize, shared: &[&[T]], rows: &[&[T]]) -> [&[T]; N] {
        self.evaluate(n, None, shared, rows);
        self.all()
    }

    /// The sums over rows of these weights.
    ///
    /// # Panics
    /// As [`Self::run`].
    #[track_caller]
    pub fn run_weighted<const N: usize>(&mut self, weights: &[T], shared: &[&[T]], rows: &[&[T]]) -> [&[T]; N] {
        self.evaluate(weights.len(), Some(weights), shared, rows);
        self.all()
    }

    /// Output `i` of the last run.
    ///
    /// # Panics
    /// When there is no such output.
    #[track_caller]
    pub fn output(&self, i: usize) -> &[T] {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.tree.carry[start..self.ends[i]]
    }

    #[track_caller]
    fn all<const N: usize>(&self) -> [&[T]; N] {
        let have = self.ends.len();
        assert!(have == N, "run: the program has {have} outputs, and the pattern takes {N}");
        std::array::from_fn(|i| self.output(i))
    }

    #[track_caller]
    fn evaluate(&mut self, n: usize, weights: Option<&[T]>, shared: &[&[T]], rows: &[&[T]]) {
        self.block.check(n, rows);
        self.tree.clear();
        let outputs = self.ends.len();
        let mut held = self.runner.hold(shared);
        for start in (0..n).step_by(self.block.size) {
            self.block.fill(start, n, weights, rows);
            held.evaluate(&self.block.inputs(start, n, rows));
            self.tree.add(&held, outputs);
        }
        self.tree.join();
    }
}

/// The rows that a run of the program sees.
#[derive(Debug)]
struct Block<T> {
    /// Rows of a block.
    size: usize,
    /// Columns of each input of rows.
    cols: Vec<usize>,
    /// The last block of each input, filled up.
    last: Vec<Vec<T>>,
    weights: Vec<T>,
}

impl<T: Element> Block<T> {
    fn new(size: usize, cols: Vec<usize>) -> Self {
        let last = cols.iter().map(|cols| vec![T::ZERO; size * cols]).collect();
        Self { size, cols, last, weights: vec![T::ZERO; size] }
    }

    #[track_caller]
    fn check(&self, n: usize, rows: &[&[T]]) {
        let (expected, given) = (self.cols.len(), rows.len());
        assert!(expected == given, "run: {given} inputs of rows for a program that takes {expected}");
        for (i, (&cols, data)) in self.cols.iter().zip(rows).enumerate() {
            let len = data.len();
            assert!(len == n * cols, "run: input {i} of rows is {n}×{cols} and was given {len} elements");
        }
    }

    /// Weights of the block at `start`, and its rows if it is not full.
    fn fill(&mut self, start: usize, n: usize, weights: Option<&[T]>, rows: &[&[T]]) {
        let valid = (n - start).min(self.size);
        match weights {
            Some(weights) => self.weights[..valid].copy_from_slice(&weights[start..start + valid]),
            None => self.weights[..valid].fill(T::ONE),
        }
        self.weights[valid..].fill(T::ZERO);
        if valid == self.size {
            return;
        }
        for ((last, &cols), data) in self.last.iter_mut().zip(&self.cols).zip(rows) {
            last[..valid * cols].copy_from_slice(&data[start * cols..]);
            for row in valid..self.size {
                last.copy_within((valid - 1) * cols..valid * cols, row * cols);
            }
        }
    }

    /// The free inputs of the program for the block at `start`: views of the data where it is full.
    fn inputs<'a>(&'a self, start: usize, n: usize, rows: &[&'a [T]]) -> Vec<&'a [T]> {
        let full = n - start >= self.size;
        let view = |(i, data): (usize, &&'a [T])| {
            if full { &data[start * self.cols[i]..][..self.size * self.cols[i]] } else { &*self.last[i] }
        };
        rows.iter().enumerate().map(view).chain([&*self.weights]).collect()
    }
}

/// Sums of consecutive blocks: level l holds the sum of 2ˡ of them, as a binary counter does.
#[derive(Debug)]
struct Tree<T> {
    levels: Vec<Vec<T>>,
    filled: Vec<bool>,
    /// What moves up; in the end the sum of all.
    carry: Vec<T>,
}

impl<T: Element> Tree<T> {
    fn new(size: usize) -> Self {
        Self { levels: Vec::new(), filled: Vec::new(), carry: vec![T::ZERO; size] }
    }

    fn clear(&mut self) {
        self.filled.fill(false);
        self.carry.fill(T::ZERO);
    }

    /// Adds the outputs of a run.
    fn add(&mut self, held: &Held<'_, T>, outputs: usize) {
        let mut rest = &mut *self.carry;
        for i in 0..outputs {
            let output = held.output(i);
            let (place, after) = rest.split_at_mut(output.len());
            place.copy_from_slice(output);
            rest = after;
        }
        let free = self.filled.iter().position(|filled| !filled).unwrap_or(self.filled.len());
        if free == self.filled.len() {
            self.filled.push(false);
            self.levels.push(vec![T::ZERO; self.carry.len()]);
        }
        for level in 0..free {
            add_before(&self.levels[level], &mut self.carry);
            self.filled[level] = false;
        }
        std::mem::swap(&mut self.levels[free], &mut self.carry);
        self.filled[free] = true;
    }

    /// The sum of all levels, from the last blocks to the first.
    fn join(&mut self) {
        self.carry.fill(T::ZERO);
        for (level, filled) in self.levels.iter().zip(&self.filled) {
            if *filled {
                add_before(level, &mut self.carry);
            }
        }
    }
}

/// sum = x + sum
fn add_before<T: Element>(x: &[T], sum: &mut [T]) {
    sum.iter_mut().zip(x).for_each(|(sum, &x)| *sum = x + *sum);
}
