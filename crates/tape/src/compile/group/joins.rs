//! Sums of matrices that are zero but for consecutive elements, disjoint: a gradient that is joined into one flat θ. Each such
//! sum becomes one node that writes every piece where it belongs.
//!
//! The bits stay: where pieces do not overlap, every order of adding gives the same, and adding the zeros of the other
//! terms only turns −0 into 0, which the step does too.

use std::collections::{BTreeMap, HashMap};

use crate::Elementwise;
use crate::compile::graph::{Graph, Op};
use crate::compile::group::levels::Readers;
use crate::exec::Action;
use crate::primitive::Primitive;
use crate::tape::Args;

/// Pieces of one step at most.
const PIECES: usize = Action::OPERANDS - 1;

/// A sum of pieces.
#[derive(Default)]
struct Sum {
    /// The first element of each piece, and the node that is it.
    pieces: Vec<(usize, u32)>,
    /// The ends of the disjoint pieces by their starts.
    ranges: BTreeMap<usize, usize>,
    /// Whether one piece more is a whole sum of others: it overlaps them and is never −0.
    continued: bool,
    /// The number of terms that were added, zeros included.
    terms: usize,
}

impl Sum {
    fn is_free(&self, start: usize, end: usize) -> bool {
        let before = self.ranges.range(..end).next_back();
        before.is_none_or(|(_, &other_end)| other_end <= start) || start == end
    }

    /// Whether two sums are one: disjoint, and not too many pieces.
    fn joins(&self, other: &Self) -> bool {
        let disjoint = other.ranges.iter().all(|(&start, &end)| self.is_free(start, end));
        disjoint && !(self.continued && other.continued) && self.pieces.len() + other.pieces.len() <= PIECES
    }

    fn join(&mut self, other: Self) {
        self.pieces.extend(other.pieces);
        self.ranges.extend(other.ranges);
        self.continued |= other.continued;
        self.terms += other.terms;
    }
}

/// The graph with its sums of pieces joined.
pub(crate) fn join(mut graph: Graph) -> Graph {
    if !graph.ops.iter().any(|op| matches!(op.primitive, Primitive::Unslice(_))) {
        return graph;
    }
    let readers = Readers::new(&graph);
    let mut is_output = vec![false; graph.ops.len()];
    graph.outputs.iter().for_each(|&output| is_output[output as usize] = true);
    let mut sums: HashMap<u32, Sum> = HashMap::new();
    for id in 0..graph.ops.len() as u32 {
        let op = &graph.ops[id as usize];
        if let Primitive::Unslice(unslice) = &op.primitive {
            sums.insert(id, single(&graph, op, unslice.start));
        } else if let Primitive::Elementary(operation) = &op.primitive
            && operation.0 == Elementwise::Add
        {
            let may = |arg: u32| readers.of(arg).len() == 1 && !is_output[arg as usize];
            let [a, b] = [op.args[0], op.args[1]];
            if let Some(sum) = add(&graph, &mut sums, [a, b], may) {
                sums.insert(id, sum);
            }
        }
    }
    for (id, sum) in sums.into_iter().filter(|(_, sum)| sum.terms > 1) {
        let (starts, args): (Vec<usize>, Vec<u32>) = sum.pieces.into_iter().unzip();
        let op = &mut graph.ops[id as usize];
        (op.join, op.args) = (Some(starts.into()), Args::new(&args));
    }
    graph.without_dead()
}

/// The sum of one piece.
fn single(graph: &Graph, op: &Op, start: usize) -> Sum {
    let end = start + graph.ops[op.args[0] as usize].shape.len();
    let ranges = if end > start { BTreeMap::from([(start, end)]) } else { BTreeMap::new() };
    Sum { pieces: vec![(start, op.args[0])], ranges, continued: false, terms: 1 }
}

/// The sum of two nodes, if both are sums that nobody else reads (or one is zero) and the two are one.
fn add(graph: &Graph, sums: &mut HashMap<u32, Sum>, args: [u32; 2], may: impl Fn(u32) -> bool) -> Option<Sum> {
    let is_zero = |arg: u32| match &graph.ops[arg as usize].primitive {
        Primitive::Fill(fill) => fill.value.get().to_bits() == 0,
        _ => false,
    };
    for [one, zero] in [args, [args[1], args[0]]] {
        if is_zero(zero) && may(one) {
            let sum = sums.remove(&one)?;
            return Some(Sum { terms: sum.terms + 1, ..sum });
        }
    }
    let [a, b] = args;
    if !(may(a) && may(b) && sums.contains_key(&a) && sums.contains_key(&b)) {
        return None;
    }
    if sums[&a].joins(&sums[&b]) {
        let [mut sum, other] = [sums.remove(&a)?, sums.remove(&b)?];
        sum.join(other);
        return Some(sum);
    }
    let [long, short] = if sums[&a].pieces.len() < sums[&b].pieces.len() { [b, a] } else { [a, b] };
    continued(sums, long, short)
}

/// A full sum goes on as the first piece of the next.
fn continued(sums: &mut HashMap<u32, Sum>, long: u32, short: u32) -> Option<Sum> {
    if sums[&long].terms < 2 || sums[&short].continued || sums[&short].pieces.len() == PIECES {
        return None;
    }
    let mut sum = sums.remove(&short)?;
    sum.pieces.insert(0, (0, long));
    Some(Sum { continued: true, terms: sum.terms + 1, ..sum })
}
