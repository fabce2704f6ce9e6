//! Pass 2, group: elementwise nodes with the sums that end them become one step, all mixtures of one x another, and what follows
//! a product its tail.

mod joins;
mod levels;
mod mixtures;
mod pieces;
mod tails;

use std::collections::HashMap;

use crate::compile::graph::Graph;
use crate::compile::group::levels::{Levels, Readers, Role, order, role};
use crate::compile::group::mixtures::Units;
use crate::compile::group::pieces::Piece;
use crate::compile::lower::Lowering;
use crate::compile::plan::{Plan, Planned};
use crate::compile::sequence::sequence;
use crate::exec::{Access, Action};
use crate::primitive::Primitive;

/// The steps of a graph, fused.
#[track_caller]
pub(crate) fn group(graph: Graph) -> Plan {
    let graph = &joins::join(graph);
    let units = mixtures::merge(graph);
    let readers = Readers::new(graph);
    let order = order(graph, &units, &readers);
    let mut levels = Levels::new(graph, &units, &readers, &order);
    let mut is_output = vec![false; graph.ops.len()];
    graph.outputs.iter().for_each(|&output| is_output[output as usize] = true);

    let mut lowering = Lowering::new(graph);
    let mut remaining = vec![0; graph.ops.len()];
    let mut pieces = Vec::new();
    for nodes in levels.components(&order) {
        pieces.extend(pieces::cut(&mut levels, &mut lowering, &nodes, &is_output, &mut remaining));
    }
    let mut emission = Emission { lowering, levels, is_output, keys: Vec::new(), products: HashMap::new() };
    emission.others(&units);
    for piece in pieces {
        emission.piece(&piece);
    }
    let Emission { lowering, keys, .. } = emission;
    let mut plan = lowering.finish();
    sequence(&mut plan, &keys);
    plan
}

/// The steps so far, with the node that each is sorted by: the last of those it computes.
struct Emission<'g> {
    lowering: Lowering<'g>,
    levels: Levels<'g>,
    is_output: Vec<bool>,
    keys: Vec<u32>,
    /// The step of each product.
    products: HashMap<u32, usize>,
}

impl Emission<'_> {
    /// The steps of everything that is not elementwise work.
    #[track_caller]
    fn others(&mut self, units: &Units) {
        let graph = self.levels.graph;
        for id in 0..graph.ops.len() as u32 {
            let first = units.unit[id as usize] == id;
            match role(graph, id) {
                Role::Expand if !self.is_read_whole(id) => {}
                Role::Expand | Role::Other if first && units.members(&id).len() == 1 => self.single(id),
                Role::Other if first => self.mixture(units.members(&id)),
                _ => {}
            }
        }
    }

    /// Whether someone needs a broadcast in full.
    fn is_read_whole(&self, id: u32) -> bool {
        let repeats = |&reader: &u32| matches!(role(self.levels.graph, reader), Role::Elementwise | Role::Sum);
        self.is_output[id as usize] || !self.levels.readers.of(id).iter().all(repeats)
    }

    #[track_caller]
    fn single(&mut self, id: u32) {
        self.products.insert(id, self.lowering.plan.steps.len());
        self.lowering.single(id);
        self.keys.resize(self.lowering.plan.steps.len(), id);
    }

    fn push(&mut self, step: Planned, key: u32) {
        self.lowering.plan.steps.push(step);
        self.keys.push(key);
    }

    /// One pass over x for several mixtures.
    fn mixture(&mut self, members: &[u32]) {
        let graph = self.levels.graph;
        let (mut sums, mut dots) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
        let (mut unit, mut by_row) = (None, None);
        for &id in members {
            let op = &graph.ops[id as usize];
            match &op.primitive {
                Primitive::Mixture(mixture) => {
                    unit = Some((&mixture.bank, op.args[0], graph.ops[op.args[1] as usize].shape.cols));
                    sums.0.push(mixture.order);
                    sums.1.push((op.args[1], id));
                }
                Primitive::MixtureDot(dot) => {
                    unit = Some((&dot.bank, op.args[1], dot.groups));
                    dots.0.push(dot.order);
                    dots.1.push((op.args[0], id));
                }
                Primitive::MixtureByRow(dot) => {
                    unit = Some((&dot.bank, op.args[1], 1));
                    by_row = Some(dot.order);
                    dots.1.push((op.args[0], id));
                }
                _ => unreachable!("a unit holds mixtures"),
            }
        }
        let Some((bank, x, groups)) = unit else { return };
        let shape = graph.ops[x as usize].shape;
        let action = Action::Mixture { bank: bank.clone(), groups, shape, sums: sums.0, dots: dots.0, by_row };
        let operands: Vec<(u32, u32)> = sums.1.into_iter().chain(dots.1).collect();
        let reads = std::iter::once(x).chain(operands.iter().map(|(read, _)| *read));
        let step = Planned {
            action,
            reads: reads.map(|id| self.lowering.operand(id)).collect(),
            over: Vec::new(),
            writes: operands.iter().map(|(_, id)| self.lowering.operand(*id)).collect(),
            flops: members.iter().map(|&id| graph.cost(&graph.ops[id as usize]).flops).sum(),
            stage: graph.ops[members[0] as usize].stage,
        };
        self.push(step, members.last().copied().unwrap_or(0));
    }

    /// Elementwise work: the tail of a product, a step of its own, or single nodes if the kernel refuses the group.
    #[track_caller]
    fn piece(&mut self, piece: &Piece) {
        if self.tail(piece) {
            return;
        }
        match piece.group() {
            Some(group) => {
                let step = piece.step(group, &mut self.lowering);
                self.push(step, piece.nodes.last().copied().unwrap_or(0));
            }
            None => piece.nodes.iter().for_each(|&id| self.single(id)),
        }
    }

    /// Makes a piece the tail of the last product that it reads, if it may.
    fn tail(&mut self, piece: &Piece) -> bool {
        let graph = self.levels.graph;
        let before = |node: u32| self.levels.level[node as usize] + 1 == piece.level;
        let is_product = |node: u32| matches!(graph.ops[node as usize].primitive, Primitive::Matmul(_));
        let may = |node: u32| before(node) && graph.ops[node as usize].stage == piece.stage;
        let full = piece.inputs.iter().filter(|input| input.access == Access::Full).map(|input| input.node);
        let Some(product) = full.filter(|&node| is_product(node) && may(node)).max().filter(|_| piece.first) else {
            return false;
        };
        let at = self.products[&product];
        let inside = |reader: &&u32| piece.nodes.contains(reader);
        let readers = self.levels.readers.of(product);
        let keep = self.is_output[product as usize] || readers.iter().filter(inside).count() < readers.len();
        let step = &self.lowering.plan.steps[at].clone();
        let Some(fused) = tails::with_tail(step, piece, keep, &mut self.lowering) else { return false };
        self.lowering.plan.steps[at] = fused;
        self.keys[at] = piece.nodes.last().copied().unwrap_or(0);
        true
    }
}
