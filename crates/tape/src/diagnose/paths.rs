//! Which elements of its operands an element of a value is made from.

use crate::Shape;
use crate::primitive::Primitive;

/// The ways from the elements of a node's operands to the elements of its value; elements count row-major.
pub(crate) struct Paths<'a> {
    primitive: &'a Primitive,
    args: Vec<Shape>,
    out: Shape,
    /// The index of a gather or scatter-add backwards: (where it points, its place), in order.
    backwards: Vec<(u32, u32)>,
}

impl<'a> Paths<'a> {
    pub(crate) fn new(primitive: &'a Primitive, args: Vec<Shape>, out: Shape) -> Self {
        let index: &[u32] = match primitive {
            Primitive::Gather(gather) => &gather.index,
            Primitive::ScatterAdd(scatter) => &scatter.index,
            _ => &[],
        };
        let mut backwards: Vec<(u32, u32)> = index.iter().zip(0..).map(|(&to, at)| (to, at)).collect();
        backwards.sort_unstable();
        Self { primitive, args, out, backwards }
    }

    /// The places of an index that point to an element.
    fn pointing_to(&self, at: usize) -> impl Iterator<Item = usize> {
        let start = self.backwards.partition_point(|(to, _)| (*to as usize) < at);
        self.backwards[start..].iter().take_while(move |(to, _)| *to as usize == at).map(|(_, place)| *place as usize)
    }

    /// Visits (operand, element) for all that element `at` of the value is made from. `condition` is asked for the condition of a
    /// selection: what was not chosen makes nothing.
    pub(crate) fn made_from(&self, at: usize, condition: &dyn Fn() -> f64, visit: &mut dyn FnMut(usize, usize)) {
        let (args, out) = (&self.args[..], self.out);
        let (row, col) = (at / out.cols.max(1), at % out.cols.max(1));
        match self.primitive {
            Primitive::Input(_) | Primitive::Constant(_) | Primitive::Fill(_) => {}
            Primitive::Elementary(elementary) => match elementary.0 {
                crate::Elementwise::Select => visit(if condition() == 0.0 { 2 } else { 1 }, at),
                _ => (0..args.len()).for_each(|arg| visit(arg, at)),
            },
            Primitive::Expand(_) => visit(0, small(args[0], row, col)),
            Primitive::SumTo(_) => {
                let (rows, cols) = (span(out.rows, args[0].rows, row), span(out.cols, args[0].cols, col));
                rows.for_each(|i| cols.clone().for_each(|j| visit(0, i * args[0].cols + j)));
            }
            Primitive::Matmul(product) => {
                let (_, k, _) = product.sizes(args);
                for l in 0..k {
                    visit(0, place(args[0], product.ta, row, l));
                    visit(1, place(args[1], product.tb, l, col));
                }
            }
            Primitive::Transpose(_) => visit(0, col * out.rows + row),
            Primitive::Reshape(_) | Primitive::StopGradient(_) => visit(0, at),
            Primitive::Gather(gather) => visit(0, gather.index[at] as usize),
            Primitive::ScatterAdd(_) => self.pointing_to(at).for_each(|from| visit(0, from)),
            Primitive::Slice(slice) => visit(0, slice.start + at),
            Primitive::Unslice(unslice) => {
                if let Some(from) = at.checked_sub(unslice.start).filter(|from| *from < args[0].len()) {
                    visit(0, from);
                }
            }
            Primitive::RowLogSumExp(_) => (0..args[0].cols).for_each(|j| visit(0, at * args[0].cols + j)),
            Primitive::Mixture(_) => {
                visit(0, at);
                let group = col / (out.cols / args[1].cols);
                (0..args[1].rows).for_each(|i| visit(1, i * args[1].cols + group));
            }
            Primitive::MixtureDot(dot) => {
                let width = args[1].cols / dot.groups;
                for i in 0..args[1].rows {
                    for j in col * width..(col + 1) * width {
                        (0..2).for_each(|arg| visit(arg, i * args[1].cols + j));
                    }
                }
            }
            Primitive::MixtureByRow(_) => (0..args[1].cols).for_each(|j| {
                visit(0, j);
                visit(1, row * args[1].cols + j);
            }),
            Primitive::Call(_) => args.iter().enumerate().for_each(|(n, arg)| (0..arg.len()).for_each(|i| visit(n, i))),
        }
    }

    /// Visits the elements of the value that are made from element `at` of operand `arg`: the converse of [`Self::made_from`], but
    /// for selections, which may choose either.
    pub(crate) fn makes(&self, arg: usize, at: usize, visit: &mut dyn FnMut(usize)) {
        let (of, out) = (self.args[arg], self.out);
        let (row, col) = (at / of.cols.max(1), at % of.cols.max(1));
        match self.primitive {
            Primitive::Input(_) | Primitive::Constant(_) | Primitive::Fill(_) => {}
            Primitive::Elementary(_) | Primitive::Reshape(_) | Primitive::StopGradient(_) => visit(at),
            Primitive::Expand(_) => {
                let (rows, cols) = (span(of.rows, out.rows, row), span(of.cols, out.cols, col));
                rows.for_each(|i| cols.clone().for_each(|j| visit(i * out.cols + j)));
            }
            Primitive::SumTo(_) => visit(small(out, row, col)),
            Primitive::Matmul(product) if arg == 0 => {
                let i = if product.ta { col } else { row };
                (0..out.cols).for_each(|j| visit(i * out.cols + j));
            }
            Primitive::Matmul(product) => {
                let j = if product.tb { row } else { col };
                (0..out.rows).for_each(|i| visit(i * out.cols + j));
            }
            Primitive::Transpose(_) => visit(col * of.rows + row),
            Primitive::Gather(_) => self.pointing_to(at).for_each(visit),
            Primitive::ScatterAdd(scatter) => visit(scatter.index[at] as usize),
            Primitive::Slice(slice) => {
                if let Some(to) = at.checked_sub(slice.start).filter(|to| *to < out.len()) {
                    visit(to);
                }
            }
            Primitive::Unslice(unslice) => visit(unslice.start + at),
            Primitive::RowLogSumExp(_) => visit(row),
            Primitive::Mixture(_) if arg == 0 => visit(at),
            Primitive::Mixture(_) => {
                let width = out.cols / of.cols;
                (0..out.rows).for_each(|i| (col * width..(col + 1) * width).for_each(|j| visit(i * out.cols + j)));
            }
            Primitive::MixtureDot(dot) => {
                let group = col / (of.cols / dot.groups);
                (0..out.rows).for_each(|i| visit(i * out.cols + group));
            }
            Primitive::MixtureByRow(_) if arg == 0 => (0..out.len()).for_each(visit),
            Primitive::MixtureByRow(_) => (0..out.cols).for_each(|i| visit(row * out.cols + i)),
            Primitive::Call(_) => (0..out.len()).for_each(visit),
        }
    }
}

/// Where element (row, col) of a large matrix lies in the small one that repeats to it.
fn small(small: Shape, row: usize, col: usize) -> usize {
    (if small.rows == 1 { 0 } else { row }) * small.cols + if small.cols == 1 { 0 } else { col }
}

/// The rows (or columns) of a large matrix that one of a small matrix repeats to.
fn span(small: usize, large: usize, at: usize) -> std::ops::Range<usize> {
    if small == large { at..at + 1 } else { 0..large }
}

/// Where element (row, col) of a matrix lies, or of its transpose.
fn place(shape: Shape, transposed: bool, row: usize, col: usize) -> usize {
    if transposed { col * shape.cols + row } else { row * shape.cols + col }
}
