//! From nodes to steps: a node that is not fused is a step of its own.

use std::collections::HashMap;

use crate::Shape;
use crate::compile::graph::{ABSENT, Graph, Op};
use crate::compile::plan::{Content, Plan, Planned, Value};
use crate::exec::{Access, Action, Group, Instruction, Layout, Output, Reduction, Source};
use crate::primitive::Primitive;

/// A plan that grows, and what it has so far of a graph.
pub(crate) struct Lowering<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) plan: Plan,
    /// The value of each node; [`ABSENT`] when there is none yet.
    values: Vec<u32>,
    /// One element for a constant matrix of equal elements, by its node.
    scalars: HashMap<u32, u32>,
}

/// How a small matrix is laid over a large one.
pub(crate) fn access(small: Shape, large: Shape) -> Access {
    match small {
        _ if small == large => Access::Full,
        Shape::SCALAR => Access::Scalar,
        Shape { rows: 1, cols } if cols == large.cols => Access::Row,
        _ => Access::Column,
    }
}

/// How a large matrix is summed to a small one.
pub(crate) fn reduction(large: Shape, small: Shape) -> Reduction {
    match small {
        _ if small == large => Reduction::None,
        Shape::SCALAR => Reduction::All,
        Shape { rows: 1, cols } if cols == large.cols => Reduction::Rows,
        _ => Reduction::Columns,
    }
}

/// Every node as a step of its own.
#[track_caller]
pub(crate) fn singles(graph: &Graph) -> Plan {
    let mut lowering = Lowering::new(graph);
    for id in 0..graph.ops.len() as u32 {
        lowering.single(id);
    }
    lowering.finish()
}

impl<'g> Lowering<'g> {
    /// The inputs of the graph and nothing else.
    pub(crate) fn new(graph: &'g Graph) -> Self {
        let values = vec![ABSENT; graph.ops.len()];
        let mut lowering = Self { graph, plan: Plan::default(), values, scalars: HashMap::new() };
        lowering.plan.inputs = (0..graph.inputs as u32).map(|input| lowering.operand(input)).collect();
        lowering
    }

    /// The plan; every node was lowered.
    pub(crate) fn finish(mut self) -> Plan {
        self.plan.outputs = self.graph.outputs.iter().map(|&output| self.operand(output)).collect();
        self.plan
    }

    /// The value of a node, all its elements; a leaf is added when it is first asked for.
    pub(crate) fn operand(&mut self, id: u32) -> u32 {
        if self.values[id as usize] == ABSENT {
            let content = match &self.graph.ops[id as usize].primitive {
                Primitive::Input(_) => Content::Input(id),
                Primitive::Constant(constant) => Content::Constant(constant.data.clone()),
                Primitive::Fill(fill) => Content::Fill(fill.value),
                _ => Content::Computed,
            };
            self.values[id as usize] = self.add(id, content);
        }
        self.values[id as usize]
    }

    /// The value of a node as an operand of elementwise work, and how it is laid over: equal elements are one.
    pub(crate) fn elementwise_operand(&mut self, id: u32) -> (u32, Access) {
        let Primitive::Fill(fill) = &self.graph.ops[id as usize].primitive else {
            return (self.operand(id), Access::Full);
        };
        if let Some(&value) = self.scalars.get(&id) {
            return (value, Access::Scalar);
        }
        let value = self.add(id, Content::Fill(fill.value));
        self.plan.values[value as usize].shape = Shape::SCALAR;
        self.scalars.insert(id, value);
        (value, Access::Scalar)
    }

    /// As [`Self::elementwise_operand`]; a broadcast stands for what it repeats.
    pub(crate) fn laid_over(&mut self, id: u32, shape: Shape) -> (u32, Access) {
        let op = &self.graph.ops[id as usize];
        if !matches!(op.primitive, Primitive::Expand(_)) {
            return self.elementwise_operand(id);
        }
        let small = op.args[0];
        match self.elementwise_operand(small) {
            (value, Access::Full) => (value, access(self.graph.ops[small as usize].shape, shape)),
            scalar => scalar,
        }
    }

    fn add(&mut self, id: u32, content: Content) -> u32 {
        let op = &self.graph.ops[id as usize];
        let (shape, stage, origin) = (op.shape, op.stage, op.origin.clone());
        self.plan.value(Value { shape, layout: Layout::Rows, content, stage, origin })
    }

    /// Adds the step of one node; leaves have none.
    #[track_caller]
    pub(crate) fn single(&mut self, id: u32) {
        let op = &self.graph.ops[id as usize];
        let Some((action, reads)) = self.action(op) else { return };
        let (limit, name) = (Action::OPERANDS, action.name());
        let count = reads.len() + 1;
        assert!(
            count <= limit,
            "compile: {name}, recorded at {}, has {count} operands, at most {limit}",
            op.origin.location
        );
        let writes = vec![self.operand(id)];
        self.plan.steps.push(Planned {
            action,
            reads,
            over: Vec::new(),
            writes,
            flops: self.graph.cost(op).flops,
            stage: op.stage,
        });
    }

    fn all(&mut self, args: &[u32]) -> Vec<u32> {
        args.iter().map(|&arg| self.operand(arg)).collect()
    }

    fn action(&mut self, op: &Op) -> Option<(Action, Vec<u32>)> {
        if let Some(starts) = &op.join {
            return Some((Action::Join { starts: starts.to_vec(), sum: true }, self.all(&op.args)));
        }
        let shapes = self.graph.arg_shapes(op);
        let copy = |start| Action::Copy { start };
        let action = match &op.primitive {
            Primitive::Input(_) | Primitive::Constant(_) | Primitive::Fill(_) => return None,
            Primitive::Elementary(elementary) => return Some(self.elementary(op, elementary.0)),
            Primitive::Expand(_) => unary(access(shapes[0], op.shape), Reduction::None, op.shape),
            Primitive::SumTo(_) => unary(Access::Full, reduction(shapes[0], op.shape), shapes[0]),
            Primitive::Matmul(product) => {
                let sizes = product.sizes(&shapes);
                Action::Matmul { ta: product.ta, tb: product.tb, sizes, panels: false, tail: None }
            }
            Primitive::Mixture(mixture) => Action::Mixture {
                bank: mixture.bank.clone(),
                groups: shapes[1].cols,
                shape: op.shape,
                sums: vec![mixture.order],
                dots: Vec::new(),
                by_row: None,
            },
            Primitive::MixtureDot(dot) => {
                let (bank, groups, shape) = (dot.bank.clone(), dot.groups, shapes[1]);
                let (sums, dots) = (Vec::new(), vec![dot.order]);
                let action = Action::Mixture { bank, groups, shape, sums, dots, by_row: None };
                return Some((action, self.all(&[op.args[1], op.args[0]])));
            }
            Primitive::MixtureByRow(dot) => {
                let (bank, shape, by_row) = (dot.bank.clone(), shapes[1], Some(dot.order));
                let action = Action::Mixture { bank, groups: 1, shape, sums: Vec::new(), dots: Vec::new(), by_row };
                return Some((action, self.all(&[op.args[1], op.args[0]])));
            }
            Primitive::Transpose(_) => Action::Transpose(shapes[0]),
            Primitive::Reshape(_) | Primitive::StopGradient(_) => copy(0),
            Primitive::Slice(slice) => copy(slice.start),
            Primitive::Unslice(unslice) => Action::Join { starts: vec![unslice.start], sum: false },
            Primitive::Gather(gather) => Action::Gather(gather.index.clone()),
            Primitive::ScatterAdd(scatter) => Action::ScatterAdd(scatter.index.clone()),
            Primitive::RowLogSumExp(_) => Action::RowLogSumExp(shapes[0]),
            Primitive::Call(call) => Action::Call(call.clone(), shapes),
        };
        Some((action, self.all(&op.args)))
    }

    fn elementary(&mut self, op: &Op, operation: crate::Elementwise) -> (Action, Vec<u32>) {
        let mut inputs: Vec<(u32, Access)> = Vec::new();
        let mut args = [Source::Input(0); 3];
        for (place, &arg) in args.iter_mut().zip(&*op.args) {
            let operand = self.elementwise_operand(arg);
            let known = inputs.iter().position(|input| *input == operand);
            *place = Source::Input(known.unwrap_or(inputs.len()));
            if known.is_none() {
                inputs.push(operand);
            }
        }
        let (reads, accesses) = inputs.into_iter().unzip();
        let output = Output { value: Source::Value(0), reduction: Reduction::None };
        let group = Group::new(accesses, vec![Instruction { op: operation, args }], vec![output]);
        (Action::Group { group: group.expect("one operation fits"), shape: op.shape }, reads)
    }
}

/// A group without operations: a broadcast or a sum.
fn unary(access: Access, reduction: Reduction, shape: Shape) -> Action {
    let output = Output { value: Source::Input(0), reduction };
    let group = Group::new(vec![access], Vec::new(), vec![output]).expect("one operand fits");
    Action::Group { group, shape }
}
