//! The front doors of groups: checks, the cut into leaves, and the join of their partial sums.

use super::{Access, Group, Instruction, Leaf, Output, Reduction, Slices, Source, with_tiles};
use crate::par::{Cut, each, middle};
use crate::reduce::sum::{PIECE, pieces};
use crate::{Elementwise, Float, Isa, Par};

/// Rows whose sums over the rows are one partial sum: at least this many, in at most [`MAX_BLOCKS`] blocks.
const MIN_BLOCK: usize = 32;
const MAX_BLOCKS: usize = 64;

/// Leaves of a pass at the speed of memory that are worth a second thread.
const WORTH: usize = 4;

/// How a group is cut. All of it follows from its operands and the shape.
#[derive(Clone, Copy, Debug)]
struct Cutting {
    cols: usize,
    elements: usize,
    /// Rows of a block of [`Reduction::Rows`].
    block: usize,
    /// Elements of a leaf.
    leaf: usize,
}

impl Cutting {
    /// A leaf is a piece of a sum; when rows are summed, whole rows; when blocks of rows are, whole blocks; when both are,
    /// whole blocks that are whole pieces.
    fn new(group: &Group, rows: usize, cols: usize) -> Self {
        let elements = rows * cols;
        if !group.has_shape() {
            return Self { cols: elements, elements, block: 1, leaf: PIECE };
        }
        let even = (PIECE / cols.max(1)).max(1).next_power_of_two();
        let block = rows.div_ceil(MAX_BLOCKS).max(MIN_BLOCK).next_power_of_two().max(even);
        let mut leaf = PIECE;
        if group.reduces(Reduction::Rows) || group.reduces(Reduction::Columns) {
            let mut height = if group.reduces(Reduction::Rows) { block } else { even };
            if group.reduces(Reduction::All) {
                // Powers of two: the larger is a multiple of both.
                height = height.max(PIECE >> cols.trailing_zeros().min(PIECE.trailing_zeros()));
            }
            leaf = height.saturating_mul(cols.max(1));
        }
        Self { cols, elements, block, leaf }
    }

    /// One leaf, if it does not matter where leaves end.
    fn in_one(self, group: &Group) -> Self {
        let ends_matter = group.reduces(Reduction::Rows) || group.reduces(Reduction::All);
        if ends_matter { self } else { Self { leaf: self.elements, ..self } }
    }

    fn leaves(self) -> usize {
        self.elements.div_ceil(self.leaf)
    }

    /// Elements of an output that a leaf writes.
    fn per_leaf(self, reduction: Reduction) -> usize {
        match reduction {
            Reduction::None => self.leaf,
            Reduction::Rows => self.leaf / self.block,
            Reduction::Columns => self.leaf / self.cols,
            Reduction::All => self.leaf / PIECE,
        }
    }

    /// How many partial sums an output has, and the length of each; one is no partial sum.
    fn partial(self, reduction: Reduction) -> (usize, usize) {
        match reduction {
            Reduction::None | Reduction::Columns => (1, 0),
            Reduction::Rows => (self.elements.div_ceil(self.cols.max(1)).div_ceil(self.block), self.cols),
            Reduction::All => (pieces(self.elements), 1),
        }
    }

    /// Elements of scratch for an output.
    fn scratch(self, reduction: Reduction) -> usize {
        let (count, len) = self.partial(reduction);
        if count > 1 { count * len } else { 0 }
    }
}

/// Elements of scratch that [`group()`] needs: a function of the shape only.
pub fn group_scratch(group: &Group, rows: usize, cols: usize) -> usize {
    let cutting = Cutting::new(group, rows, cols);
    group.outputs().iter().map(|output| cutting.scratch(output.reduction)).sum()
}

/// The number of pieces that a group of this shape is cut into, and that may run at the same time.
pub fn group_pieces(group: &Group, rows: usize, cols: usize) -> usize {
    Cutting::new(group, rows, cols).leaves()
}

/// Runs a group over rows × cols elements, row-major.
///
/// # Panics
/// When the number or a length of the operands does not fit, or the scratch is shorter than [`group_scratch`].
#[track_caller]
pub fn group<T: Float>(
    par: Par,
    group: &Group,
    rows: usize,
    cols: usize,
    inputs: &[&[T]],
    outputs: &mut [&mut [T]],
    scratch: &mut [T],
) {
    group_with(Isa::current(), par, group, rows, cols, inputs, outputs, scratch);
}

/// [`group()`] on a given instruction set.
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "the twin of `group` with its instruction set")]
pub fn group_with<T: Float>(
    isa: Isa,
    par: Par,
    group: &Group,
    rows: usize,
    cols: usize,
    inputs: &[&[T]],
    outputs: &mut [&mut [T]],
    scratch: &mut [T],
) {
    check_operands("group", group, rows, cols, inputs, outputs.iter().map(|out| out.len()));
    let needed = group_scratch(group, rows, cols);
    assert!(scratch.len() >= needed, "group: {} elements of scratch, {needed} needed", scratch.len());
    run(isa, par, group, rows, cols, inputs, outputs.iter_mut().map(|out| &mut **out).collect(), scratch);
}

/// Panics when the number or a length of the operands does not fit.
#[track_caller]
pub(crate) fn check_operands<T>(
    name: &str,
    group: &Group,
    rows: usize,
    cols: usize,
    inputs: &[&[T]],
    outputs: impl ExactSizeIterator<Item = usize>,
) {
    let (i, o) = (inputs.len(), outputs.len());
    let (needs_i, needs_o) = (group.inputs().len(), group.outputs().len());
    assert!((i, o) == (needs_i, needs_o), "{name}: {i} inputs and {o} outputs for a group of {needs_i} and {needs_o}");
    for (n, (&access, input)) in group.inputs().iter().zip(inputs).enumerate() {
        check_len((name, "input", n), input.len(), access, rows, cols);
    }
    for (n, (output, len)) in group.outputs().iter().zip(outputs).enumerate() {
        let access = match output.reduction {
            Reduction::None => Access::Full,
            Reduction::Rows => Access::Row,
            Reduction::Columns => Access::Column,
            Reduction::All => Access::Scalar,
        };
        check_len((name, "output", n), len, access, rows, cols);
    }
}

#[track_caller]
fn check_len((name, what, n): (&str, &str, usize), len: usize, access: Access, rows: usize, cols: usize) {
    let (r, c) = match access {
        Access::Full => (rows, cols),
        Access::Row => (1, cols),
        Access::Column => (rows, 1),
        Access::Scalar => (1, 1),
    };
    let fits = r.checked_mul(c) == Some(len);
    assert!(fits, "{name}: {what} {n} has {len} elements, not {r}×{c} (of {rows}×{cols})");
}

/// Runs a group on operands that fit.
#[expect(clippy::too_many_arguments, reason = "the operands of `group`")]
pub(crate) fn run<T: Float>(
    isa: Isa,
    par: Par,
    group: &Group,
    rows: usize,
    cols: usize,
    inputs: &[&[T]],
    mut outputs: Slices<'_, T>,
    scratch: &mut [T],
) {
    let cutting = Cutting::new(group, rows, cols);
    let par = par.only_if(cutting.leaves() >= WORTH || !group.plan().is_quick());
    let cutting = if par.is_seq() { cutting.in_one(group) } else { cutting };
    let reductions = || group.outputs().iter().map(|output| output.reduction);
    if cutting.elements == 0 {
        return reductions().zip(outputs.iter_mut()).for_each(|(_, out)| out.fill(T::ZERO));
    }
    let mut rest = &mut *scratch;
    let targets = reductions().zip(outputs.iter_mut()).map(|(reduction, out)| match cutting.scratch(reduction) {
        0 => out,
        len => rest.split_off_mut(..len).expect("the scratch is long enough"),
    });
    let written = Written { slices: targets.collect(), group, cutting };
    let Cutting { cols, elements, block, leaf, .. } = cutting;
    each(par, 0..cutting.leaves(), written, &mut [], &|piece, written: Written<'_, '_, T>, _: &mut [T]| {
        let (start, end) = (piece * leaf, elements.min((piece + 1) * leaf));
        with_tiles(group, |tiles| {
            T::group(
                isa,
                Leaf { isa, group, cols, start, end, skip: 0, inputs, outputs: written.slices, block, tiles },
            );
        });
    });
    let mut rest = scratch;
    for (reduction, out) in reductions().zip(outputs.iter_mut()) {
        let partial = rest.split_off_mut(..cutting.scratch(reduction)).expect("the scratch is long enough");
        if let (count @ 2.., len) = cutting.partial(reduction) {
            join(par, partial, count, len);
            out.copy_from_slice(&partial[..len]);
        }
    }
}

/// What several leaves write.
struct Written<'a, 'g, T> {
    slices: Slices<'a, T>,
    group: &'g Group,
    cutting: Cutting,
}

impl<T: Float> Cut for Written<'_, '_, T> {
    fn cut(self, at: usize) -> (Self, Self) {
        let Self { slices, group, cutting } = self;
        let (near, far) = slices.split(|n| {
            group.outputs().get(n).map_or(0, |output| at.saturating_mul(cutting.per_leaf(output.reduction)))
        });
        (Self { slices: near, group, cutting }, Self { slices: far, group, cutting })
    }
}

/// Adds `count` partial sums of `len` elements in the fixed tree; the sum is left in the first.
fn join<T: Float>(par: Par, partial: &mut [T], count: usize, len: usize) {
    if count == 1 {
        return;
    }
    let (near, far) = (middle(count), count - middle(count));
    let (left, right) = partial.split_at_mut(near * len);
    par.only_if(len > PIECE).join(|| join(par, left, near, len), || join(par, right, far, len));
    left[..len].iter_mut().zip(&*right).for_each(|(sum, &x)| *sum += x);
}

/// out = op(x): a group of one.
///
/// # Panics
/// When `op` takes more than one operand or the lengths differ.
#[track_caller]
pub fn map<T: Float>(par: Par, op: Elementwise, x: &[T], out: &mut [T]) {
    assert_eq!(op.arity(), 1, "map: {op:?} takes {} operands", op.arity());
    let input = Source::Input(0);
    let one = Group::new(
        vec![Access::Full],
        vec![Instruction { op, args: [input; 3] }],
        vec![Output { value: Source::Value(0), reduction: Reduction::None }],
    );
    group(par, &one.expect("one operation fits"), 1, x.len(), &[x], &mut [out], &mut []);
}
