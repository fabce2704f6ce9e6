//! From components to kernel groups: a component is cut where a group would need too many operands or registers.

use crate::Shape;
use crate::compile::graph::{Graph, Stage};
use crate::compile::group::levels::{Levels, Role, role};
use crate::compile::lower::{Lowering, reduction};
use crate::compile::plan::Planned;
use crate::exec::{Access, Action, Group, Instruction, Output, Reduction, Source};
use crate::primitive::Primitive;

/// Instructions of a group at most: their plan in the kernel is quadratic.
const INSTRUCTIONS: usize = 64;

/// Elementwise work that becomes one group.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) shape: Shape,
    pub(crate) stage: Stage,
    pub(crate) level: u32,
    /// Whether no other piece of its component runs before it.
    pub(crate) first: bool,
    /// The nodes in the order of running.
    pub(crate) nodes: Vec<u32>,
    /// The values read, each with its node and how it is laid over.
    pub(crate) inputs: Vec<Input>,
    pub(crate) instructions: Vec<Instruction>,
    /// Results with their nodes.
    pub(crate) outputs: Vec<(u32, Output)>,
    pub(crate) flops: u64,
}

/// An operand of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    pub(crate) node: u32,
    pub(crate) value: u32,
    pub(crate) access: Access,
}

impl Piece {
    /// The group, if it fits.
    pub(crate) fn group(&self) -> Option<Group> {
        let accesses = self.inputs.iter().map(|input| input.access).collect();
        Group::new(accesses, self.instructions.clone(), self.outputs.iter().map(|(_, output)| *output).collect())
    }

    /// The step of this piece.
    pub(crate) fn step(&self, group: Group, lowering: &mut Lowering<'_>) -> Planned {
        Planned {
            action: Action::Group { group, shape: self.shape },
            reads: self.inputs.iter().map(|input| input.value).collect(),
            over: Vec::new(),
            writes: self.outputs.iter().map(|(node, _)| lowering.operand(*node)).collect(),
            flops: self.flops,
            stage: self.stage,
        }
    }
}

/// A value of the piece that keeps a register busy.
struct Live {
    node: u32,
    /// A sum reads it when everything else is done.
    summed: bool,
}

/// A piece that grows node by node.
struct Growing<'a, 'g> {
    graph: &'g Graph,
    lowering: &'a mut Lowering<'g>,
    /// Readers in the component that have not run, for every node of the graph.
    remaining: &'a mut [u32],
    /// The instruction of each node in this piece.
    places: std::collections::HashMap<u32, usize>,
    live: Vec<Live>,
    piece: Piece,
}

/// The pieces of one component. `remaining` is zero everywhere and is so again afterwards.
pub(crate) fn cut<'g>(
    levels: &mut Levels<'g>,
    lowering: &mut Lowering<'g>,
    nodes: &[u32],
    outputs: &[bool],
    remaining: &mut [u32],
) -> Vec<Piece> {
    let own = levels.component(nodes[0]);
    let mut outside = Vec::with_capacity(nodes.len());
    for &id in nodes {
        let readers = levels.readers.of(id);
        let inside = readers.iter().filter(|&&reader| levels.component(reader) == own).count();
        remaining[id as usize] = inside as u32;
        outside.push(outputs[id as usize] || inside < readers.len());
    }
    let graph = levels.graph;
    let level = levels.level[nodes[0] as usize];
    let mut growing = Growing::new(graph, lowering, remaining, nodes[0], level);
    let mut pieces = Vec::new();
    for (&id, &outside) in nodes.iter().zip(&outside) {
        if !growing.fits(id, outside) {
            pieces.push(growing.finish(id));
        }
        growing.add(id, outside);
    }
    pieces.push(growing.finish(nodes[0]));
    pieces
}

/// The shape over which a node's work is done.
fn domain(graph: &Graph, id: u32) -> Shape {
    let op = &graph.ops[id as usize];
    if role(graph, id) == Role::Sum { graph.ops[op.args[0] as usize].shape } else { op.shape }
}

impl<'a, 'g> Growing<'a, 'g> {
    fn new(graph: &'g Graph, lowering: &'a mut Lowering<'g>, remaining: &'a mut [u32], first: u32, level: u32) -> Self {
        let (shape, stage) = (domain(graph, first), graph.ops[first as usize].stage);
        let piece = Piece {
            shape,
            stage,
            level,
            first: true,
            nodes: Vec::new(),
            inputs: Vec::new(),
            instructions: Vec::new(),
            outputs: Vec::new(),
            flops: 0,
        };
        Self { graph, lowering, remaining, places: Default::default(), live: Vec::new(), piece }
    }

    /// The operand of a node that is not computed in this piece.
    fn input(&mut self, node: u32) -> Input {
        let (value, access) = self.lowering.laid_over(node, self.piece.shape);
        Input { node, value, access }
    }

    fn position(&self, input: Input) -> Option<usize> {
        self.piece.inputs.iter().position(|known| (known.value, known.access) == (input.value, input.access))
    }

    /// Whether the piece stays within the limits with one more node, were it cut right afterwards.
    fn fits(&mut self, id: u32, outside: bool) -> bool {
        let args = &self.graph.ops[id as usize].args;
        let mut new: Vec<Input> = Vec::new();
        for &arg in &**args {
            if !self.places.contains_key(&arg) {
                let input = self.input(arg);
                if self.position(input).is_none() && !new.contains(&input) {
                    new.push(input);
                }
            }
        }
        let ends = |node: u32| args.iter().filter(|&&arg| arg == node).count() as u32 == self.remaining[node as usize];
        let waiting =
            self.live.iter().filter(|live| self.remaining[live.node as usize] > 0 && !ends(live.node)).count();
        let sum = role(self.graph, id) == Role::Sum;
        let own = usize::from(sum || outside || self.remaining[id as usize] > 0);
        let operands = self.piece.inputs.len() + new.len() + self.piece.outputs.len() + waiting + own;
        operands <= Group::OPERANDS
            && self.live.len() < Group::REGISTERS
            && self.piece.instructions.len() < INSTRUCTIONS
    }

    fn add(&mut self, id: u32, outside: bool) {
        let op = &self.graph.ops[id as usize];
        let mut args = [Source::Input(0); 3];
        for (n, &arg) in op.args.iter().enumerate() {
            args[n] = self.source(arg);
        }
        let first = args[0];
        args[op.args.len()..].fill(first);
        let sum = role(self.graph, id) == Role::Sum;
        for &arg in &*op.args {
            if self.places.contains_key(&arg) {
                self.remaining[arg as usize] -= 1;
                self.release(arg, sum);
            }
        }
        if let Primitive::Elementary(operation) = &op.primitive {
            self.places.insert(id, self.piece.instructions.len());
            self.piece.instructions.push(Instruction { op: operation.0, args });
            let value = Source::Value(self.piece.instructions.len() - 1);
            if outside {
                self.piece.outputs.push((id, Output { value, reduction: Reduction::None }));
            } else {
                self.live.push(Live { node: id, summed: false });
            }
        } else {
            let reduction = reduction(self.piece.shape, op.shape);
            self.piece.outputs.push((id, Output { value: args[0], reduction }));
        }
        self.piece.flops += self.graph.cost(op).flops;
        self.piece.nodes.push(id);
    }

    fn source(&mut self, arg: u32) -> Source {
        if let Some(&instruction) = self.places.get(&arg) {
            return Source::Value(instruction);
        }
        let input = self.input(arg);
        Source::Input(self.position(input).unwrap_or_else(|| {
            self.piece.inputs.push(input);
            self.piece.inputs.len() - 1
        }))
    }

    /// After a reader has run: the value frees its register when it was the last, and no sum waits for it.
    fn release(&mut self, arg: u32, sum: bool) {
        if let Some(at) = self.live.iter().position(|live| live.node == arg) {
            self.live[at].summed |= sum;
            if self.remaining[arg as usize] == 0 && !self.live[at].summed {
                self.live.swap_remove(at);
            }
        }
    }

    /// The piece so far; what others still need becomes its output. The next piece begins with `next`.
    fn finish(&mut self, next: u32) -> Piece {
        for live in std::mem::take(&mut self.live) {
            if self.remaining[live.node as usize] > 0 {
                let value = Source::Value(self.places[&live.node]);
                self.piece.outputs.push((live.node, Output { value, reduction: Reduction::None }));
            }
        }
        // Readers in later pieces count no more: they read it as an input.
        for &node in &self.piece.nodes {
            self.remaining[node as usize] = 0;
        }
        self.places.clear();
        let (shape, stage, level) = (domain(self.graph, next), self.piece.stage, self.piece.level);
        let empty = Piece {
            shape,
            stage,
            level,
            first: false,
            nodes: Vec::new(),
            inputs: Vec::new(),
            instructions: Vec::new(),
            outputs: Vec::new(),
            flops: 0,
        };
        std::mem::replace(&mut self.piece, empty)
    }
}
