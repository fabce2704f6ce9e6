//! What a step can do, in the words of the kernels.

use std::sync::Arc;

use crate::exec::{Chain, Link};
use crate::rules::Call;
use crate::{Bank, Real, Shape};

pub(crate) use kernels::{Access, Group, Instruction, Output, Reduction, Source};

/// How the elements of a value lie in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Layout {
    /// Row-major without gaps.
    #[default]
    Rows,
    /// As the second operand of a product: [`kernels::Panels`].
    Panels,
}

impl Layout {
    /// Whether a product may read a k × n second operand in panels.
    pub(crate) fn takes_panels(k: usize, n: usize) -> bool {
        kernels::takes_panels(k, n)
    }

    /// Whether an m × k by k × n product can be added to a matrix in panels.
    pub(crate) fn made_in_panels(m: usize, k: usize, n: usize) -> bool {
        kernels::makes_panels(m, k, n)
    }

    /// The elements that a matrix takes.
    pub(crate) const fn len(self, shape: Shape) -> usize {
        match self {
            Self::Rows => shape.len(),
            Self::Panels => kernels::panels_len(shape.rows, shape.cols),
        }
    }
}

/// What one step does with its operands: those it reads and those it writes, each in order.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Reads the inputs of the group, writes its outputs.
    Group { group: Group, shape: Shape },
    /// Reads A, B and the inputs of the tail; writes C and the further outputs of the tail. `sizes` is (m, k, n). B may lie in
    /// `panels`; with `tb` it is their transpose.
    Matmul { ta: bool, tb: bool, sizes: (usize, usize, usize), panels: bool, tail: Option<Group> },
    /// Reads A and B; adds `scale`·A·B to C, which lies where it is written, in `panels` or in rows.
    Update { ta: bool, tb: bool, sizes: (usize, usize, usize), scale: Real, panels: bool },
    /// Reads a matrix of the first shape, transposed when `flip`; writes it in panels.
    Pack { shape: Shape, flip: bool },
    /// Runs steps on blocks of rows.
    Chain(Box<Chain>),
    /// Reads x, the coefficients of every sum, g of every dot, and v of the dots by row; writes a result for each. Lists hold the
    /// orders. With dots by row there are no others.
    Mixture { bank: Bank, groups: usize, shape: Shape, sums: Vec<usize>, dots: Vec<usize>, by_row: Option<usize> },
    /// Reads a matrix of this shape, writes a column.
    RowLogSumExp(Shape),
    /// Reads a matrix of this shape, writes its transpose.
    Transpose(Shape),
    /// Reads consecutive elements from `start` on, writes them.
    Copy { start: usize },
    /// Writes zeros with the elements of each operand from its start on; ranges are disjoint. As a sum of matrices: −0 becomes 0.
    Join { starts: Vec<usize>, sum: bool },
    /// out\[i\] = x\[index\[i\]\]
    Gather(Arc<[u32]>),
    /// out\[index\[i\]\] += x\[i\] into zeros, in the order of i.
    ScatterAdd(Arc<[u32]>),
    /// A user's operation on operands of these shapes.
    Call(Call, Vec<Shape>),
}

impl Action {
    /// Operands that a step reads and writes at most.
    pub(crate) const OPERANDS: usize = Group::OPERANDS;

    /// The spelling in listings.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Group { group, .. } => group_name(group),
            Self::Matmul { ta, tb, tail, panels, .. } => {
                let tail = tail.as_ref().map_or_else(String::new, |tail| format!(", then {}", group_name(tail)));
                format!("matmul a{}·b{}{}{tail}", flag(*ta), flag(*tb), in_panels(*panels))
            }
            Self::Update { ta, tb, scale, panels, .. } => {
                format!("add {scale:?} × matmul a{}·b{} where it lies{}", flag(*ta), flag(*tb), in_panels(*panels))
            }
            Self::Pack { flip: false, .. } => "panels".into(),
            Self::Pack { flip: true, .. } => "panels of the transpose".into(),
            Self::Chain(chain) => {
                let links: Vec<String> = chain.links.iter().map(Link::name).collect();
                format!("{} rows at a time: {}", chain.block, links.join("; "))
            }
            Self::Mixture { bank, sums, by_row: Some(order), .. } => {
                format!("mixture of {}, sums {sums:?}, dots by row [{order}]", bank.len())
            }
            Self::Mixture { bank, sums, dots, .. } => {
                format!("mixture of {}, sums {sums:?}, dots {dots:?}", bank.len())
            }
            Self::RowLogSumExp(_) => "row_log_sum_exp".into(),
            Self::Transpose(_) => "transpose".into(),
            Self::Copy { start: 0 } => "copy".into(),
            Self::Copy { start } => format!("copy from {start}"),
            Self::Join { starts, .. } => format!("join at {starts:?}"),
            Self::Gather(_) => "gather".into(),
            Self::ScatterAdd(_) => "scatter_add".into(),
            Self::Call(call, _) => call.0.name().into(),
        }
    }
}

const fn flag(transposed: bool) -> &'static str {
    if transposed { "ᵀ" } else { "" }
}

const fn in_panels(lies: bool) -> &'static str {
    if lies { " in panels" } else { "" }
}

/// The operations of a group in order, and how its results are summed.
fn group_name(group: &Group) -> String {
    let operations = group.instructions().iter().map(|i| format!("{:?}", i.op).to_lowercase());
    let sums = group.outputs().iter().filter(|output| output.reduction != Reduction::None);
    let words: Vec<String> = operations.chain(sums.map(|_| "sum".into())).collect();
    if words.is_empty() { "expand".into() } else { words.join(" ") }
}
