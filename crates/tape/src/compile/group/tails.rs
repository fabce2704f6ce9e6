//! Elementwise work that follows a product becomes its tail.
//!
//! A piece one level below a product, whose other operands are no later than it, has no path from the product but the direct
//! one. Of several products it is given to the last, so that products with tails read only products before them: no cycle.

use crate::compile::group::pieces::Piece;
use crate::compile::lower::Lowering;
use crate::compile::plan::Planned;
use crate::exec::{Access, Action, Group, Output, Reduction, Source};

/// The inputs of a piece without that which is C, and its sources with C as output 0.
struct Rewired {
    inputs: Vec<usize>,
    c: usize,
    /// The number of outputs before those of the piece.
    shift: usize,
}

impl Rewired {
    fn source(&self, source: Source) -> Source {
        match source {
            Source::Input(n) if n == self.c => Source::Output(0),
            Source::Input(n) => Source::Input(n - usize::from(n > self.c)),
            Source::Output(n) => Source::Output(n + self.shift),
            Source::Value(n) => Source::Value(n),
        }
    }
}

/// The step of a product with `piece` as its tail; `keep` says that C itself is needed too. `None` when it has too many operands.
pub(crate) fn with_tail(product: &Planned, piece: &Piece, keep: bool, lowering: &mut Lowering<'_>) -> Option<Planned> {
    let Action::Matmul { ta, tb, sizes, panels, tail: None } = product.action else { return None };
    let c = product.writes[0];
    let is_c = |n: usize| piece.inputs[n].value == c && piece.inputs[n].access == Access::Full;
    let at = (0..piece.inputs.len()).find(|&n| is_c(n))?;
    let inputs = (0..piece.inputs.len()).filter(|&n| n != at).collect();
    let rewired = Rewired { inputs, c: at, shift: usize::from(keep) };
    let group = rewired.group(piece, keep)?;
    let results: Vec<u32> = piece.outputs.iter().map(|(node, _)| lowering.operand(*node)).collect();
    let kept = if keep { Some(c) } else { None };
    let reads = product.reads.iter().copied().chain(rewired.inputs.iter().map(|&n| piece.inputs[n].value)).collect();
    let step = Planned {
        action: Action::Matmul { ta, tb, sizes, panels, tail: Some(group) },
        reads,
        over: Vec::new(),
        writes: kept.into_iter().chain(results).collect(),
        flops: product.flops + piece.flops,
        stage: product.stage,
    };
    (step.reads.len() + step.writes.len() <= Action::OPERANDS).then_some(step)
}

impl Rewired {
    fn group(&self, piece: &Piece, keep: bool) -> Option<Group> {
        let accesses = self.inputs.iter().map(|&n| piece.inputs[n].access).collect();
        let mut instructions = piece.instructions.clone();
        for instruction in &mut instructions {
            instruction.args = instruction.args.map(|arg| self.source(arg));
        }
        let kept = Output { value: Source::Output(0), reduction: Reduction::None };
        let results = piece.outputs.iter().map(|(_, output)| Output { value: self.source(output.value), ..*output });
        let outputs: Vec<Output> = keep.then_some(kept).into_iter().chain(results).collect();
        let reduced = outputs.iter().any(|output| output.reduction != Reduction::None);
        if reduced { None } else { Group::new(accesses, instructions, outputs) }
    }
}
